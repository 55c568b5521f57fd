"""`obu flash` against the stand-in: the loader, its slots and its LittleFS on a real MicroPython, over a real pty."""

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from firmware_shims import tree
from firmware_shims.stand_in import StandIn
from obu.cli.main import main
from obu.drivers import key_file, serial_line
from obu.runtime import bundle, bundle_build, flashing
from obu.runtime.bundle_build import Order
from tests.firmware import runtimes
from tests.runtime.test_bundle import compressed

pytestmark = pytest.mark.needs("micropython64")
ORDER = {"hardware": ("stm32_machine", "stm32_pyb"), "version": "1.1.0", "counter": 5}


class Release:
    """The application, compiled once; bundles of it that differ in their manifest, signed by one of two keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        self.point = key_file.create(keys, "release", "p256")
        stranger = key_file.create(keys, "stranger", "p256")
        for name in ("release", "stranger"):
            (folder / f"{name}.toml").write_text(f'folder = "keys"\nkey = "{name}"\n')
        self.trust = folder / "trust.txt"
        self.trust.write_text(f"{compressed(self.point)}\n{compressed(stranger)}\n")
        self.slim = folder / "slim.txt"
        self.slim.write_text(f"{compressed(self.point)}\n")
        self.files, _ = bundle_build.compiled({path.name: path.read_bytes() for path in tree.application()})

    def make(
        self, name: str, *, by: str = "release", main: bytes | None = None, more: bytes = b"", **changes: Any
    ) -> Path:
        """The bundle of that name. main: another program; more: a file beside it."""
        place = self.folder / name
        place.mkdir()
        files = dict(self.files)
        if main is not None:
            del files["main.mpy"]
            files["main.py"] = main
        if more:
            files["more.py"] = more
        for each, content in files.items():
            (place / each).write_bytes(content)
        order = Order(**{"product": "firmware", "minimum_base": "1.25", "abi": "", **ORDER, **changes})
        out = self.folder / f"{name}.bundle"
        out.write_bytes(bundle_build.build(place, order, self.folder / f"{by}.toml"))
        return out


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def good(release: Release) -> Path:
    return release.make("good")


@pytest.fixture(scope="module")
def long(release: Release) -> Path:
    """One that takes its time on the wire, so that an interruption comes while it is sent."""
    return release.make("long", more=b"X = b'" + random.Random(1).randbytes(60_000).hex().encode() + b"'\n")


@pytest.fixture
def board(release: Release, tmp_path: Path) -> Iterator[StandIn]:
    made = StandIn(runtimes.words("micropython64"), tmp_path / "board", version="1.0.0", keys=[release.point])
    yield made
    made.close()


class Technician:
    """Types `obu flash`. said: all that was printed; report: the last one's JSON."""

    def __init__(self, board: StandIn, release: Release, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.board, self.release, self.folder, self.capsys = board, release, folder, capsys
        self.said = ""

    def words(self, *words: str | Path, parked: bool = True) -> list[str]:
        fixed = ["--lang", "en", "flash", "--port", self.board.device, "--trust", str(self.release.trust)]
        more = ["--report", str(self.folder), "--technician", "Li Wei", *(["--vehicle-parked"] if parked else [])]
        return [*fixed, *more, *map(str, words)]

    def flash(self, *words: str | Path, parked: bool = True) -> int:
        status = main(self.words(*words, parked=parked))
        told = self.capsys.readouterr()
        self.said = told.out + told.err
        return status

    def in_terminal(self, *words: str | Path) -> "Terminal":
        """The same in a terminal of its own."""
        return Terminal([sys.executable, "-m", "obu", *self.words(*words, parked=False)])

    def report(self) -> dict[str, Any]:
        return json.loads(max(self.folder.glob("*.json")).read_text())


class Terminal:
    """A program whose terminal this is: types, and reads what appears."""

    def __init__(self, words: list[str]) -> None:
        self._keys, screen = os.openpty()
        self._process = subprocess.Popen(
            ["setsid", "--ctty", *words], stdin=screen, stdout=screen, stderr=screen, cwd=runtimes.ROOT
        )
        os.close(screen)
        self.screen = ""

    def type(self, keys: bytes) -> None:
        os.write(self._keys, keys)

    def until(self, pattern: str) -> None:
        """Reads until it is on the screen; the end of the program ends it too."""
        while not re.search(pattern, self.screen):
            try:
                self.screen += os.read(self._keys, 4096).decode("utf-8", "replace")
            except OSError:  # nobody has it open any more
                break

    def ended(self) -> int:
        self.until("never on a screen")
        os.close(self._keys)
        return self._process.wait()


@pytest.fixture
def technician(board: StandIn, release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Technician:
    return Technician(board, release, tmp_path / "reports", capsys)


def test_flashed_confirmed_and_reported(technician: Technician, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [serial_line.Port("/dev/no-such-port", "", False), serial_line.Port(technician.board.device, "", True)]
    monkeypatch.setattr(serial_line, "ports", lambda: ports)
    assert main(["--lang", "zh", "flash"]) == 0
    told = technician.capsys.readouterr().out
    assert re.search("槽 A：完整，1.0.0（计数 0，[0-9a-f]{8}），正在运行", told)
    assert "状态：正常，版本已确认" in told and "点火开关：接通" in told
    assert technician.flash("--dry-run", good) == 0
    assert "would flash 1.1.0 (counter 5, " in technician.said and not technician.folder.exists()
    assert technician.flash(good) == 0
    for words in ("sending 50 %", "the board verifies", "on trial", "flashed and confirmed: 1.1.0 (counter 5, "):
        assert words in technician.said
    report = technician.report()
    assert (report["result"], report["technician"], report["resumed"]) == ("installed", "Li Wei", False)
    assert report["before"]["slots"][0]["version"] == "1.0.0" and report["after"]["running"] == 1
    page = max(technician.folder.glob("*.html")).read_text()
    assert "flashed and confirmed: 1.1.0" in page and "Li Wei" in page and "src=" not in page and "href=" not in page
    assert technician.flash(good) == 0
    assert "already runs 1.1.0" in technician.said
    assert technician.flash(technician.release.make("twin", main=b"TWIN = 1\n")) == 2
    assert re.search(r"bundle 1.1.0 \([0-9a-f]{8}\) has the counter 5 of 1.1.0 \([0-9a-f]{8}\), which the board runs,",
                     technician.said)  # fmt: skip
    older = technician.release.make("older", version="1.0.5", counter=4)
    assert technician.flash(older) == 2
    assert "counter 4 is below the installed 5" in technician.said and technician.report()["result"] == "refused"


def test_killed_in_the_middle_and_gone_on(technician: Technician, long: Path) -> None:
    """Once this program is killed, then the board's power goes; the same command goes on."""
    words = [sys.executable, "-m", "obu", *technician.words(long)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=runtimes.ROOT) as process:
        assert process.stdout
        for line in process.stdout:
            if re.search("sending [1-9]", line):
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
    technician.board.cut_power()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=runtimes.ROOT) as process:
        assert process.stdout
        told = ""
        for line in process.stdout:
            told += line
            if re.search("sending [2-9]", line):
                process.send_signal(signal.SIGINT)
        status = process.wait()
    assert status == 130
    assert "the board still runs the old version 1.0.0; the same command goes on where it stopped" in told
    assert technician.report()["result"] == "interrupted"
    assert technician.flash(long) == 0
    assert technician.report()["resumed"] and "sending 10 %" not in technician.said


QUESTION = r"parked\?.+\[y/N\]"


@pytest.mark.parametrize("keys", [b"n\n", b"\x04"], ids=["no", "end_of_input"])
def test_what_is_no_yes_is_a_no(technician: Technician, good: Path, keys: bytes) -> None:
    terminal = technician.in_terminal(good)
    terminal.until(QUESTION)
    terminal.type(keys)
    assert terminal.ended() == 2
    assert "park it and add --vehicle-parked" in terminal.screen and "sending" not in terminal.screen
    assert technician.report()["result"] == "refused"


def test_a_yes_a_bar_and_ctrl_c(technician: Technician, long: Path) -> None:
    terminal = technician.in_terminal(long)
    terminal.until(QUESTION)
    terminal.type(b"y\n")
    terminal.until("█{1,27}░+ sending [1-9]")
    terminal.type(b"\x03")
    assert terminal.ended() == 130
    assert re.search("\r\x1b\\[K█+░+ sending [0-9]+ % ", terminal.screen) and "Traceback" not in terminal.screen
    assert "the board still runs the old version 1.0.0; the same command goes on where it stopped" in terminal.screen
    assert technician.report()["result"] == "interrupted"
    assert technician.flash() == 0
    assert "slot B: partly sent" in technician.said and "1.0.0 (counter 0" in technician.said


def test_forged_or_altered_past_the_host_the_board_itself_refuses(
    technician: Technician, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's own check is passed by: other octets are handed to the installer."""
    parcel = flashing.parcel
    forged = {"signature": bytes(63) + b"\x01"}
    name, content = next(each for each in technician.release.files.items() if each[0] == "lamps.mpy")
    altered = {"files": {**bundle.read(good, bundle.trusted_keys(technician.release.trust)).files,
                         name: content[:-1] + bytes((content[-1] ^ 1,))}}  # fmt: skip
    for changes, status, said in (
        (forged, 2, "the board refuses: the signature does not hold; do not use this bundle"),
        (altered, 1, "the board refuses: lamps.mpy is not what was signed"),
    ):
        monkeypatch.setattr(flashing, "parcel", lambda opened, changes=changes: replace(parcel(opened), **changes))
        assert technician.flash(good) == status
        report = technician.report()
        assert said in report["says"]["en"] and report["says"]["zh"].startswith("板卡拒绝：")
        assert report["result"] == ("refused" if status == 2 else "failed")
        assert (report["after"]["running"], report["after"]["following"]) == (0, 0)
    page = max(technician.folder.glob("*.html")).read_text()
    assert "is not what was signed" in page


def test_what_falls_is_taken_back_and_said(technician: Technician) -> None:
    falls = technician.release.make("falls", main=b"def main(*_):\n    raise ValueError('no')\n", version="1.2.0")
    assert technician.flash(falls) == 3
    assert "1.2.0 did not prove itself: the board went back to 1.0.0 by itself" in technician.said
    assert technician.report()["result"] == "taken_back"
    assert technician.flash() == 0
    assert re.search(r"slot B: taken back, 1.2.0 \(counter 5, [0-9a-f]{8}\)", technician.said)
    assert re.search(r"1.0.0 \(counter 0, [0-9a-f]{8}\), runs now", technician.said)


def test_what_is_refused_is_one_sentence(technician: Technician, good: Path) -> None:
    release = technician.release
    other = release.make("other", hardware=("esp32_mcp2515",))
    assert technician.flash(other) == 2
    assert "this bundle is for esp32_mcp2515, the hardware is stm32_machine" in technician.said
    strange = release.make("strange", by="stranger")
    assert technician.flash(strange) == 2  # trusted here, not by the board: the board itself refuses
    assert "the board refuses: it does not trust the key that signed" in technician.said
    assert technician.flash(strange, "--trust", release.slim) == 2
    assert "signed by a key that is not trusted here" in technician.said
    torn = release.folder / "torn.bundle"
    torn.write_bytes(good.read_bytes()[:-100])
    assert technician.flash(torn) == 2
    assert "not a bundle, or cut off" in technician.said and technician.report()["before"] is None
    assert technician.flash(good, parked=False) == 2
    assert "park it and add --vehicle-parked" in technician.said
    held = serial_line.SerialLine("unit", technician.board.device, 921_600)
    held.read(0)
    assert technician.flash(good) == 2
    held.close()
    assert "another program holds it, most likely the unit: systemctl stop obu" in technician.said
    assert technician.flash(good, "--port", "/dev/no-such-port") == 2
    assert "there is no such port" in technician.said
    assert "Traceback" not in technician.said and bundle.read(good, bundle.trusted_keys(release.trust))
    assert os.path.exists(technician.board.device)
