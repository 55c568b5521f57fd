"""Which clips the driver hears for the one warning: a tone by level, then a phrase; its one rule: level decides.

Only danger sounds again: information is silent, a caution is heard once, an imminent warning until it is over, three
times at most (NHTSA 1996: speech of three words or fewer, three repeats or fewer, no distances).
"""

from collections.abc import Set
from dataclasses import dataclass

from obu.core.alert import Level, Shown
from obu.core.frames import Sound

TONES = {Level.CAUTION: ("tone_caution", 1), Level.IMMINENT: ("tone_imminent", 3)}  # clip, times
SILENCE = Sound((), 0)


@dataclass(slots=True)
class SoundsState:
    """Number and level of the warning that was last sounded; None after silence."""

    told: tuple[int, Level] | None = None


class Sounds:
    """look() after the arbiter. language: "zh" or "en", of the phrases. clips: the names of those there are.

    The phrase of an application is the clip <language>_<application in small letters>; one without it has the tone.
    """

    def __init__(self, language: str, clips: Set[str]) -> None:
        self.state = SoundsState()
        self._language, self._clips = language, clips

    def look(self, shown: Shown | None) -> Sound | None:
        """What is to be heard from now on; None while that has not changed. A level that falls is no news."""
        told = self.state.told
        if shown is None:
            self.state.told = None
            return SILENCE if told else None
        number, level = shown.number, shown.alert.level
        if told is not None and told[0] == number and level <= told[1]:
            return None
        self.state.told = (number, level)
        if level not in TONES:
            return SILENCE if told else None
        tone, times = TONES[level]
        phrase = f"{self._language}_{shown.alert.app.lower()}"
        return Sound((tone, phrase) if phrase in self._clips else (tone,), times)
