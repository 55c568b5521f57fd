"""What woke the unit and how its last run ended; its one rule: a run that could not say how it ended was cut off.

Kept across restarts: one value at the start of a run and one at its end, so the flash sees two writes a run.
"""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from obu.core.now import NS_PER_S, Now
from obu.station.power import End

NAME_CHARACTERS = 24  # of what a co-processor calls its reason


class Woke(Enum):
    """Why this run began, as far as the unit can tell by itself."""

    FIRST = "first"  # nothing is known of an earlier run
    SUPPLY = "supply"  # the last run was cut off: the supply is back, or the program was killed
    RESTART = "restart"  # the last run was asked to end
    IGNITION = "ignition"  # it had ended by itself, and the ignition is on
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LastRun:
    """how: an End by its value, or "cut". ended_utc_s: None when not known."""

    number: int
    how: str
    ended_utc_s: int | None


@dataclass(slots=True)
class RunsState:
    """number: of this run, from 1. told: the reason that the co-processor or the power supply gave. to_save: waits."""

    number: int = 1
    last: LastRun | None = None
    told: str = ""
    had_ignition: bool = False
    to_save: bytes | None = None
    is_begun: bool = False


class Runs:
    """recall() first, then look() each turn; ended() at the end."""

    def __init__(self) -> None:
        self.state = RunsState()

    def recall(self, data: bytes) -> bool:
        """The record of the last run. What is not understood is as if there had been none."""
        try:
            kept = json.loads(data)
            number, how, ended = kept["number"], kept["how"], kept["ended_utc_s"]
        except (ValueError, TypeError, KeyError):
            return False
        ends = {*(end.value for end in End), CUT}
        if type(number) is not int or how not in ends or not (ended is None or type(ended) is int):
            return False
        self.state.last = LastRun(number, how, ended)
        self.state.number = number + 1
        return True

    def look(self, told: str, ignition_on: bool | None) -> None:
        """told: the reason for waking as the power supply gives it, empty where it gives none."""
        state = self.state
        if not state.is_begun:
            state.is_begun = True
            state.to_save = self._record(CUT, None)
        state.told = state.told or "".join(each for each in told[:NAME_CHARACTERS] if each.isprintable())
        state.had_ignition = state.had_ignition or bool(ignition_on)

    def ended(self, now: Now, end: End) -> None:
        """This run ends now, in order."""
        self.state.to_save = self._record(end.value, None if now.utc_ns is None else now.utc_ns // NS_PER_S)

    def to_save(self) -> bytes | None:
        """The record of this run, when it has changed since the last call."""
        record, self.state.to_save = self.state.to_save, None
        return record

    def woke(self) -> str:
        """Why this run began: as told, else as it can be seen."""
        state = self.state
        if state.told:
            return state.told
        if state.last is None:
            return Woke.FIRST.value
        if state.last.how == CUT:
            return Woke.SUPPLY.value
        if state.last.how == End.ASKED.value:
            return Woke.RESTART.value
        woke = Woke.IGNITION if state.had_ignition else Woke.UNKNOWN
        return woke.value

    def _record(self, how: str, ended_utc_s: int | None) -> bytes:
        kept: dict[str, Any] = {"number": self.state.number, "how": how, "ended_utc_s": ended_utc_s}
        return json.dumps(kept, sort_keys=True).encode()


CUT = "cut"
