"""The one warning as lamps, a sound and lines of text on the co-processor: lamp 0 works, 1 caution, 2 danger.

The rule: lamp 0 is lit by a unit that steps, and by nothing else; the buzzer sounds where the loudspeaker would.
"""

from dataclasses import dataclass, replace

from obu.core.alert import Level, Shown
from obu.core.frames import Indication
from obu.hmi.sounds import TONES, Told

WORKS, CAUTION, DANGER = 1, 2, 4
ROWS = 2
BEEPS = 3  # of one sound: short ones


@dataclass(slots=True)
class IndicatorState:
    """What the board was last told."""

    told: Indication | None = None


class Indicator:
    """look() after the arbiter and the sounds. language: "zh" or "en", of the text."""

    def __init__(self, language: str) -> None:
        self.state = IndicatorState()
        self._is_chinese = language == "zh"

    def look(self, shown: Shown | None, told: Told | None, is_heard: bool = False) -> Indication | None:
        """What is to be shown now; None while that has not changed.

        told: what the sounds were last about. is_heard: elsewhere, so the buzzer keeps still.
        """
        wanted = self._of(shown)
        if told is not None and told[1] in TONES:
            number, level = told
            sound = 0 if is_heard else int(level)
            wanted = replace(wanted, sound=sound, times=BEEPS, number=number * len(Level) + int(level))
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
        )
