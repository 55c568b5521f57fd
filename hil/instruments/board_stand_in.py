"""The co-processor's real firmware on a real MicroPython, its line a pty; what it did is kept as board.txt."""

from dataclasses import dataclass

from firmware_shims import micropython
from firmware_shims.stand_in import StandIn
from hil.given import Given
from hil.instruments import Context
from hil.unit import CHANNEL
from hil.vehicle_bus import is_extended
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "board", ("frames",)
ARCHITECTURE, HEAP = "amd64", "192k"


@dataclass(frozen=True, slots=True)
class Options:
    """board: of firmware_shims/device/boards."""

    board: str = "stm32_machine"


class BoardStandIn:
    """The Instrument; it carries the bus where the scenario has it so."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options, self._context = options, context
        self._board: StandIn | None = None

    def begin(self) -> None:
        """Starts it."""
        if micropython.FETCHER.what_is(ARCHITECTURE) is None:
            raise ConfigError(f"board: no MicroPython here; {micropython.MEND} fetches it",
                              f"board：没有 MicroPython；用 {micropython.MEND} 获取")  # fmt: skip
        words = [*micropython.FETCHER.command(ARCHITECTURE), "-X", f"heapsize={HEAP}"]
        self._board = StandIn(words, self._context.work / "board", self._options.board)
        self._context.sections["coprocessor"] = {"device": self._board.device}
        if self._context.scenario.own.has_board:
            self._context.sections["can"] = {CHANNEL: {"interface": "coprocessor", "channel": "0"}}

    def carry(self, given: Given) -> None:
        """The bus's frames."""
        if self._board and self._context.scenario.own.has_board:
            for frame in given.frames:
                self._board.can(frame.can_id, is_extended(frame.can_id), frame.data)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """Its lamps are told at the end."""

    def close(self) -> None:
        """Its power is cut."""
        if self._board:
            (self._context.kept / "board.txt").write_text("\n".join(self._board.told()) + "\n", "utf-8")
            self._board.close()


make = BoardStandIn
