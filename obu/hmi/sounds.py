"""Which clips the driver hears for the one warning: a tone by level, then a phrase; its one rule: level decides.

Only danger sounds again: information is silent, a caution is heard once, an imminent warning until it is over, three
times at most (NHTSA 1996: speech of three words or fewer, three repeats or fewer, no distances); both anew where
another warning had taken their place. Two signals within half a second disturb each other (IVBSS): a caution waits so
long after another sound began, imminent danger never.
"""

from collections.abc import Set
from dataclasses import dataclass

from obu.core.alert import Direction, Level, Shown
from obu.core.frames import Sound
from obu.core.now import NS_PER_MS

TONES = {Level.CAUTION: ("tone_caution", 1), Level.IMMINENT: ("tone_imminent", 3)}  # clip, times
SILENCE = Sound((), 0)
APART_NS = 500 * NS_PER_MS

Told = tuple[int, Level]  # the number of a warning, and the level at which it was sounded


@dataclass(slots=True)
class SoundsState:
    """told: number and level of the warning that was last sounded; None after silence. began_ns: of the last sound."""

    told: Told | None = None
    began_ns: int | None = None


class Sounds:
    """look() after the arbiter. language: "zh" or "en", of the phrases. clips: the names of those there are.

    The phrase of an application is the clip <language>_<application in small letters>; one without it has the tone.
    """

    def __init__(self, language: str, clips: Set[str]) -> None:
        self.state = SoundsState()
        self._language, self._clips = language, clips

    def look(self, at_ns: int, shown: Shown | None) -> Sound | None:
        """What is to be heard from at_ns on; None while that has not changed. A level that falls is no news."""
        told = self.state.told
        if shown is None:
            self.state.told = None
            return SILENCE if told else None
        number, level = shown.number, shown.alert.level
        if told is not None and told[0] == number and level <= told[1]:
            return None
        if level is Level.CAUTION and self._is_too_soon(at_ns):
            self.state.told = None
            return SILENCE if told else None
        self.state.told = (number, level)
        if level not in TONES:
            return SILENCE if told else None
        self.state.began_ns = at_ns
        tone, times = TONES[level]
        phrase = f"{self._language}_{shown.alert.app.lower()}"
        return Sound((tone, phrase) if phrase in self._clips else (tone,), times, _side(shown.alert.direction))

    def told(self) -> Told | None:
        """What the last look left to be heard: where no loudspeaker speaks, the buzzer does."""
        return self.state.told

    def _is_too_soon(self, at_ns: int) -> bool:
        return self.state.began_ns is not None and at_ns - self.state.began_ns < APART_NS


def _side(direction: Direction) -> str:
    return next((side for side in ("left", "right") if direction.value.endswith(side)), "")
