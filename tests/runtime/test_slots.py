"""Which version starts, over any sequence of installs, starts, confirmations and power cuts."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from obu.runtime import slots
from obu.runtime.slots import Record


class Versions(RuleBasedStateMachine):
    """A model beside the record: `good` is what was last confirmed, and it is never lost."""

    @initialize()
    def begin(self) -> None:
        self.record, self.good, self.starts = Record("1.0"), "1.0", 0
        self.number = 0

    @rule()
    def install(self) -> None:
        self.number += 1
        self.record, self.starts = slots.installed(self.record, f"2.{self.number}", self.number), 0

    @rule()
    def start(self) -> None:
        was_confirmed = self.record.is_confirmed
        self.record = slots.at_start(self.record)
        self.starts += 1
        if not was_confirmed and self.starts > slots.TRIES:
            assert self.record.current == self.good and self.record.failed

    @precondition(lambda self: not self.record.is_confirmed)
    @rule()
    def take_back(self) -> None:
        self.record = slots.taken_back(self.record)
        assert self.record.current == self.good

    @rule()
    def confirm(self) -> None:
        self.record = slots.confirmed(self.record)
        self.good = self.record.current

    @invariant()
    def the_good_one_is_at_hand(self) -> None:
        held = self.record.current if self.record.is_confirmed else self.record.previous
        assert held == self.good

    @invariant()
    def an_unconfirmed_one_has_few_starts(self) -> None:
        assert self.record.is_confirmed or 0 <= self.record.tries <= slots.TRIES - self.starts


TestVersions = Versions.TestCase


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two versions on the disk, the second waiting to be confirmed."""
    for version in ("1.0", "1.1"):
        program = slots.program(tmp_path, version)
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\necho {version} "$@"\n')
        program.chmod(0o755)
        (tmp_path / "data" / version / "state").mkdir(parents=True)
    slots.write(tmp_path, slots.installed(Record("1.0", 4), "1.1", 5))
    return tmp_path


def started(root: Path) -> str:
    """What the launcher becomes, run as the package runs it: the bare file, by the bare interpreter."""
    words = [sys.executable, "-I", "-S", slots.__file__, str(root), "--verbose"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_three_starts_without_confirmation_and_the_old_one_returns(root: Path) -> None:
    of_new = f"1.1 run --config {root}/data/1.1/unit.toml --verbose"
    of_old = f"1.0 run --config {root}/data/1.0/unit.toml --verbose"
    assert [started(root) for _ in range(5)] == [of_new] * 3 + [of_old] * 2
    record = slots.read(root)
    assert record == Record("1.0", 4, failed="1.1")


def test_a_confirmed_one_stays(root: Path) -> None:
    assert started(root).startswith("1.1")
    record = slots.read(root)
    assert record is not None
    slots.write(root, slots.confirmed(record))
    assert [started(root)[:3] for _ in range(5)] == ["1.1"] * 5


def test_confirming_runs_the_version_that_runs_and_is_no_start(root: Path) -> None:
    started(root)
    before = slots.read(root)
    words = [sys.executable, "-I", "-S", slots.__file__, "--confirm", str(root)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    assert said == f"1.1 update confirm --root {root}"
    assert slots.read(root) == before


def test_any_other_verb_is_of_the_version_in_use_and_no_start(root: Path) -> None:
    before = slots.read(root)
    words = [sys.executable, "-I", "-S", slots.__file__, "--obu", str(root), "status", "--json"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "1.1 status --json\n"
    assert slots.read(root) == before


def test_what_people_open_is_the_configuration_that_started_last(root: Path) -> None:
    link = root / slots.LINK
    seen = []
    for _ in range(5):
        started(root)
        seen.append(link.readlink().parts[1])
    assert seen == ["1.1"] * 3 + ["1.0"] * 2


def test_a_version_whose_program_is_gone_does_not_wait_for_three_starts(root: Path) -> None:
    slots.program(root, "1.1").unlink()
    assert started(root).startswith("1.0")


def test_used_pseudonyms_go_along_in_both_directions(root: Path) -> None:
    old, new = (root / "data" / version / "state" for version in ("1.0", "1.1"))
    (old / slots.KEPT).write_bytes(b"used by the old until the restart")
    started(root)
    assert (new / slots.LATER).read_bytes() == b"used by the old until the restart"
    assert (new / slots.LATER).stat().st_mode & 0o777 == 0o600
    (new / slots.KEPT).write_bytes(b"used by the new")
    (new / slots.LATER).unlink()
    for _ in range(3):
        started(root)
    assert (old / slots.LATER).read_bytes() == b"used by the new"
    assert not (new / slots.LATER).exists()  # at the first start only
    assert (old / slots.KEPT).read_bytes() == b"used by the old until the restart"


class Cut(BaseException):
    """The power goes."""


def test_a_power_cut_at_any_step_of_a_start_leaves_a_version_to_start(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "data" / "1.1" / "state" / slots.KEPT).write_bytes(b"used by the new")
    last = dataclasses.replace(slots.installed(Record("1.0", 4), "1.1", 5), tries=0)
    real = {name: getattr(os, name) for name in ("fsync", "open")} | {"replace": Path.replace}
    for steps in range(40):
        slots.write(root, last)
        left = [steps]

        def counted(name: str, left: list[int] = left):
            def step(*words: object, **named: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    raise Cut
                return real[name](*words, **named)

            return step

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", counted("fsync"))
            patch.setattr(os, "open", counted("open"))
            patch.setattr(Path, "replace", counted("replace"))
            try:
                slots.start(root)
            except Cut:
                is_cut = True
            else:
                is_cut = False
        after = slots.start(root)
        assert after.current == "1.0"
        assert (root / "data" / "1.0" / "state" / slots.LATER).read_bytes() == b"used by the new"
        if not is_cut:
            break
    else:
        raise AssertionError("never ran to its end")
    assert steps > 5


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"current": "../x"}', '{"current": "1.0", "more": 1}', '{"current": "1.0", "tries": "3"}', "3"],
)
def test_a_strange_record_is_one_sentence(root: Path, text: str) -> None:
    (root / slots.RECORD).write_text(text)
    words = [sys.executable, "-I", "-S", slots.__file__, str(root)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "obu-start: " in done.stderr


def test_without_a_root_it_says_how() -> None:
    done = subprocess.run([sys.executable, slots.__file__], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "usage" in done.stderr
