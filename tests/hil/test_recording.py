"""What a run keeps: each file says what the unit was given and said, and the folder alone is enough to do it again."""

import json
from pathlib import Path

import can
import pytest

from hil import kept, replay, run, scenario_file
from hil.recording import AIR, CAN, FEED, GNSS
from hil.run import Task
from hil.sim import UTC_NS, Sim
from obu.core.now import NS_PER_S
from obu.drivers import capture
from obu.runtime import journal
from tests.hil.players import hil

NAME = "ebw_hard_braking_ahead"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One kept run."""
    folder = tmp_path_factory.mktemp("kept")
    run.one(Task(NAME, scenario_file.paths()[NAME], 3, folder))
    return folder


@pytest.fixture(scope="module")
def folder(out: Path) -> Path:
    (found,) = kept.below(out)
    return found


@pytest.fixture(scope="module")
def turns(folder: Path) -> list[journal.Turn]:
    return list(replay._turns(journal.segments(folder / kept.JOURNAL)))


def test_the_bus_is_there_as_python_can_reads_it(folder: Path, turns: list[journal.Turn]) -> None:
    with can.LogReader(folder / CAN) as frames:
        read = [(each.arbitration_id, each.is_extended_id, bytes(each.data), each.timestamp) for each in frames]
    given = [(each.can_id, each.is_extended, each.data, each.at_ns) for turn in turns for each in turn.inbox.can]
    assert [each[:3] for each in read] == [each[:3] for each in given] and given
    off_s = [at_s - (UTC_NS + at_ns) / NS_PER_S for (*_, at_s), (*_, at_ns) in zip(read, given, strict=True)]
    assert max(map(abs, off_s)) < 0.001  # BLF's header counts milliseconds


def test_air_receiver_and_display_are_there(folder: Path, turns: list[journal.Turn]) -> None:
    heard = [each.sdu for turn in turns for each in turn.inbox.air]
    on_air = [each.sdu for each in capture.read(folder / AIR)]
    was, _ = kept.load(folder)
    assert set(heard) < set(on_air) and len(on_air) == len(heard) + was.outcome["sent"]
    assert (folder / GNSS).read_bytes() == b"".join(each.data for turn in turns for each in turn.inbox.gnss)
    events = [json.loads(line) for line in (folder / FEED).read_text().splitlines()]
    alerts = [each for each in events if each["kind"] == "alert"]
    assert [alerts[0]["app"], round(alerts[0]["at_s"], 2)] == was.outcome["shown"][0]
    assert was.scenes[0]["app"] == "EBW" and was.samples[-1][0] == pytest.approx(7.0, abs=0.11)


def test_a_kept_run_is_the_same_again(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hil("replay", str(out)) == 0
    assert capsys.readouterr().out.endswith(f"{NAME}/3: the same\n")


def test_the_first_difference_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, scenario = kept.load(folder)
    Sim(scenario, 3, tmp_path / "pki", tmp_path / "broken", is_broken=True).run()
    told = replay.difference(folder / kept.JOURNAL, tmp_path / "broken" / kept.JOURNAL)
    assert told.startswith("turn ") and "from the start, differs in " in told and "out " in told
    Sim(scenario, 4, tmp_path / "pki", tmp_path / "other").run()
    told = replay.difference(folder / kept.JOURNAL, tmp_path / "other" / kept.JOURNAL)
    assert "differs in in air, in random" in told
    other = tmp_path / "changed"
    other.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (other / path.name).write_bytes(path.read_bytes())
    (other / kept.JOURNAL).symlink_to(tmp_path / "broken" / kept.JOURNAL)
    assert hil("replay", str(other)) == 1
    assert "differs in" in capsys.readouterr().out
    (other / kept.RUN).write_text("{}")
    assert hil("replay", str(other.parent)) == 2  # and the others are told all the same
    assert f"{other}: {other}: not a kept run" in capsys.readouterr().err


def test_what_is_no_kept_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hil("replay", str(tmp_path)) == 2
    (tmp_path / kept.RUN).write_text("{}")
    assert hil("replay", str(tmp_path)) == 2
    assert "not a kept run" in capsys.readouterr().err
