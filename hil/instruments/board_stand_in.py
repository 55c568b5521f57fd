"""The co-processor's real firmware on a real MicroPython, its line a pty; what it did is kept as board.txt.

Where a fault of the line is due, a cable that can fail lies between (hil/cable.py).
"""

from dataclasses import dataclass
from pathlib import Path

from firmware_shims import micropython, tree
from firmware_shims.stand_in import StandIn
from hil.board_line import OTHER_DIGEST
from hil.cable import Cable
from hil.given import Given
from hil.instruments import Context
from hil.unit import CHANNEL
from hil.vehicle_bus import is_extended
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "board", ("frames", "line", "garbled", "is_board_cut")
ARCHITECTURE, HEAP, VERSION = "amd64", "192k", "0.0.0"


@dataclass(frozen=True, slots=True)
class Options:
    """board: of firmware_shims/device/boards."""

    board: str = "stm32_machine"


class BoardStandIn:
    """The Instrument; it carries the bus where the scenario has it so."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options, self._context = options, context
        self._board: StandIn | None = None
        self._cable: Cable | None = None
        self._is_other, self._is_cut = False, False
        self._told: list[str] = []

    def begin(self) -> None:
        """Starts it."""
        if micropython.FETCHER.what_is(ARCHITECTURE) is None:
            raise ConfigError(f"board: no MicroPython here; {micropython.MEND} fetches it",
                              f"board：没有 MicroPython；用 {micropython.MEND} 获取")  # fmt: skip
        self._start()
        assert self._board
        device = self._board.device
        if self._context.changes("line", "garbled"):
            self._cable = Cable()
            self._cable.plug(device)
            device = self._cable.device
        self._context.sections["coprocessor"] = {"device": device}
        if self._context.scenario.own.has_board:
            self._context.sections["can"] = {CHANNEL: {"interface": "coprocessor", "channel": "0"}}

    def _start(self) -> None:
        folder = self._context.work / ("other_board" if self._is_other else "board")
        if self._is_other and not folder.exists():
            other_firmware(folder / "tree", self._options.board)
        words = [*micropython.FETCHER.command(ARCHITECTURE), "-X", f"heapsize={HEAP}"]
        self._board = StandIn(words, folder, self._options.board, version=VERSION)

    def carry(self, given: Given) -> None:
        """Its power, its firmware, its line, the bus's frames."""
        if self._board is None:
            return
        self._follow(given)
        if self._context.scenario.own.has_board and not given.is_board_cut:
            for frame in given.heard():
                self._board.can(frame.can_id, is_extended(frame.can_id), frame.data)

    def _follow(self, given: Given) -> None:
        assert self._board
        if self._cable:
            self._cable.is_cut, self._cable.garbled = given.line == "dead", given.garbled
            if self._is_other != (given.line == "other_firmware"):
                self._is_other = not self._is_other
                self._end()
                self._start()
                self._cable.plug(self._board.device)
        if given.is_board_cut != self._is_cut:
            self._is_cut = given.is_board_cut
            (self._board.lose_power if self._is_cut else self._board.gain_power)()

    def _end(self) -> None:
        assert self._board
        self._told += self._board.told()
        self._board.close()

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """Its lamps are told at the end."""

    def close(self) -> None:
        """Its power is cut."""
        if self._board:
            self._end()
            (self._context.kept / "board.txt").write_text("\n".join(self._told) + "\n", "utf-8")
        if self._cable:
            self._cable.close()


def other_firmware(folder: Path, board: str) -> None:
    """A board whose wire protocol is another version's."""
    tree.build(folder, board, VERSION)
    for place in ("app_a", "loader"):
        (folder / place / "digest.py").write_text(f"DIGEST = {OTHER_DIGEST!r}\n", "ascii")
    tree.adopt(folder, board, VERSION)


make = BoardStandIn
