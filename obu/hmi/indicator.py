"""The one warning as lamps, a sound and lines of text on the co-processor: lamp 0 works, 1 caution, 2 danger.

The rule: lamp 0 is lit by a unit that steps, and by nothing else.
"""

from dataclasses import dataclass, replace

from obu.core.alert import Level, Shown
from obu.core.frames import Indication

WORKS, CAUTION, DANGER = 1, 2, 4
ROWS = 2
SOUND_TIMES = 3


@dataclass(slots=True)
class IndicatorState:
    """What the board was last told."""

    told: Indication | None = None


class Indicator:
    """look() after the arbiter. language: "zh" or "en", of the text."""

    def __init__(self, language: str) -> None:
        self.state = IndicatorState()
        self._is_chinese = language == "zh"

    def look(self, shown: Shown | None, is_heard: bool = False) -> Indication | None:
        """What is to be shown now; None while that has not changed. is_heard: elsewhere, so the buzzer keeps still."""
        wanted = self._of(shown)
        if is_heard:
            wanted = replace(wanted, sound=0)
        if wanted == self.state.told:
            return None
        self.state.told = wanted
        return wanted

    def _of(self, shown: Shown | None) -> Indication:
        if shown is None:
            return Indication(steady=WORKS, lines=("",) * ROWS)
        alert = shown.alert
        distance = "" if alert.distance_m is None else f"{round(alert.distance_m / 10) * 10} m"
        level = alert.level
        return Indication(
            steady=WORKS | (CAUTION if level is Level.INFORMATION else 0),
            slow=CAUTION if level is Level.CAUTION else 0,
            fast=DANGER if level is Level.IMMINENT else 0,
            lines=(alert.text.zh if self._is_chinese else alert.text.en, distance),
            sound=int(level),
            times=SOUND_TIMES,
            number=shown.number * len(Level) + int(level),
        )
