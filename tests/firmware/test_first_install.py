"""`obu flash` at a prompt, by mpremote's library: MicroPython alone gets loader and slot; recovery is ended."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_shims import __main__ as workshop
from firmware_shims import tree
from firmware_shims.stand_in import StandIn
from obu.core.errors import LocalError
from obu.drivers import board_repl
from obu.drivers.board_repl import BoardRepl
from obu.runtime import bundle_build, flash_finding
from obu.runtime.bundle_build import Order
from tests.firmware import runtimes
from tests.firmware.test_flash import Release, Technician, good, release

pytestmark = pytest.mark.needs("micropython32", "micropython64")
__all__ = ["good", "release"]  # fixtures


def shorten(place: Path) -> None:
    """The trial of a loader, which other tests try: a second instead of ten."""
    trial = place / "loader/trial.py"
    trial.write_text(trial.read_text("utf-8").replace("\nWELL_S = 10\n", "\nWELL_S = 1\n"), "utf-8")


def loader(release: Release, board: str) -> Path:
    """A signed loader that trusts the release's key."""
    place, out = release.folder / f"loader-{board}", release.folder / f"loader-{board}.bundle"
    assert workshop.main(["loader", str(place), "--board", board, "--keys", str(release.slim)]) == 0
    shorten(place)
    order = Order(product="loader", hardware=(board,), version="2.0", counter=1, minimum_base="1.25", abi="")
    out.write_bytes(bundle_build.build(place, order, release.folder / "release.toml"))
    with pytest.raises(LocalError, match="names another board than --hardware"):
        bundle_build.build(place, replace(order, hardware=("stm32_pyb",)), release.folder / "release.toml")
    (place / "main.py").unlink()
    with pytest.raises(LocalError, match=r"main\.py is missing"):
        bundle_build.build(place, order, release.folder / "release.toml")
    return out


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[StandIn]:
    (tmp_path / "board/tree").mkdir(parents=True)
    made = StandIn(runtimes.words("micropython32", "96k"), tmp_path / "board")  # a small board's heap
    yield made
    made.close()


def test_micropython_alone_gets_loader_and_slot_and_is_confirmed(
    bare: StandIn, release: Release, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    technician = Technician(bare, release, tmp_path / "reports", capsys)
    at_prompt = ("--port", bare.prompt, "--link", bare.device)
    monkeypatch.setattr(flash_finding, "LOOK_S", 0.2)
    assert technician.flash("--port", bare.prompt) == 0
    assert re.search(r"a MicroPython prompt, linux .+, number 01020304, MicroPython 1.25.0 \(mpy6.3\)", technician.said)
    assert re.search(r"\d+ KiB free; no loader and no slots yet", technician.said)
    assert technician.flash(good, *at_prompt) == 2
    assert "MicroPython but no loader yet: add --loader" in technician.said
    first, other = loader(release, "stm32_machine"), loader(release, "esp32_mcp2515")
    for wrong, said in ((other, "is for esp32_mcp2515, the hardware is stm32"),
                        (good, "is for firmware, not loader")):  # fmt: skip
        assert technician.flash(good, *at_prompt, "--loader", wrong) == 2
        assert said in technician.said and technician.report()["result"] == "refused"
    new = (good, *at_prompt, "--loader", first)
    assert technician.flash(*new, "--dry-run") == 0 and "would flash 1.1.0" in technician.said

    put, written = BoardRepl.put, []

    def counted(repl: BoardRepl, path: str, content: bytes) -> None:
        written.append(path)
        if len(written) == 8 or (path == "/flash/main.py" and written.count(path) == 1):
            raise KeyboardInterrupt
        put(repl, path, content)

    monkeypatch.setattr(BoardRepl, "put", counted)
    for _ in range(2):  # in the loader, and when all is there but what starts it
        assert technician.flash(*new) == 130
        assert technician.report()["result"] == "interrupted" and "the same command goes on" in technician.said
        bare.cut_power()
    assert technician.flash(*new) == 0
    assert "putting the loader on the board" in technician.said and "flashed and confirmed: 1.1.0" in technician.said
    twice = [written[7], "/flash/main.py"]  # what was cut off
    assert sorted(written) == sorted([*set(written), *twice])
    assert written[-3:] == ["/flash/boot.py", "/flash/main.py", "/flash/main.py"]
    told: dict[str, Any] = technician.report()
    assert (told["result"], told["loader"]["version"], told["before"]["loader"]) == ("installed", "2.0", "")
    assert (told["after"]["running"], told["after"]["slots"][1]["version"]) == (1, "1.1.0")
    monkeypatch.setattr(board_repl, "ENTER_S", 0.2)
    assert technician.flash(*new) == 0  # its prompt is locked now: the link answers
    assert "already runs 1.1.0" in technician.said


def test_a_prompt_that_is_behind_is_entered_when_it_is_through_with_what_was_typed_before(bare: StandIn) -> None:
    """A link's first frame, seen by a prompt: it greets twice, and 04 restarts it."""
    bare.lose_power()  # what is typed waits in the line, as on a machine that has no time for its board
    repl = BoardRepl(bare.prompt)
    with serial.Serial(bare.prompt) as line:
        line.write(bytes.fromhex("00 02 01 01 04 01 40 D2 01 17 08 BF 8E 77 67 40 E3") * 3)
    starting = threading.Timer(0.1, bare.gain_power)
    starting.start()
    try:
        assert repl.enter() and repl.value("6 * 7") == 42
    finally:
        starting.join()
        repl.close()


def test_a_board_in_recovery_is_ended_at_its_open_prompt(
    release: Release, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "board/tree"
    tree.build(place, "stm32_machine", "1.0.0", keys=[release.point], is_open=True)
    (place / "app_a/main.py").unlink()
    shorten(place)
    board = StandIn(runtimes.words("micropython64"), tmp_path / "board")
    try:
        technician = Technician(board, release, tmp_path / "reports", capsys)
        assert technician.flash(good, "--port", board.prompt, "--link", board.device) == 0
        assert "health: recovery, no version can start" in technician.said
        assert "flashed and confirmed: 1.1.0" in technician.said
    finally:
        board.close()
