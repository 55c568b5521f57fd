"""What happens in a lap, and when a warning of it must appear: seconds after the light turns green for the bus.

The light of the first lap turns green with the unit's first BSM, so these are seconds after that, too.
"""

from dataclasses import dataclass

from hil.drive import Act
from hil.plant import DOORS_OPEN_S, drive_of
from hil.route import Route

HAZARDS, BRAKING = "hazards", "braking"
TRIGGERS = (HAZARDS, BRAKING)

# The car before us stops almost dead; our driver, who saw it, slows down in time.
BRAKING_CAR = Act(from_s=12.0, to_s=14.2, accel_mps2=-6.5, speed_mps=2.0)
BUS_SLOWS = Act(from_s=13.0, to_s=16.5, accel_mps2=-1.5, speed_mps=6.5)
WORKS_M = 45.0  # past the stop line: 66 m before the standing bus
AT_STOP_S = 14.0  # doors open, passengers change


@dataclass(frozen=True, slots=True)
class Window:
    """When the first showing of an application's warning must lie, in seconds of a lap."""

    app: str
    from_s: float
    to_s: float


# HLW speaks 10 s of driving before the works, which the bus reaches about 6 s after green, and no later than 8 s (calm
# braking) before them. The car brakes from 12 s to 14.2 s: the second before and the two after it allow for the
# acknowledgement's own clock and a busy machine.
WINDOWS = {HAZARDS: Window("HLW", 3.0, 9.0), BRAKING: Window("EBW", 11.0, 16.0)}


@dataclass(frozen=True, slots=True)
class Script:
    """period_s: of a lap with its stop. triggers: what happens of what could."""

    period_s: float
    triggers: frozenset[str]

    def bus_acts(self) -> tuple[Act, ...]:
        """What our driver does beside driving."""
        return (BUS_SLOWS,) if BRAKING in self.triggers else ()

    def car_acts(self) -> tuple[Act, ...]:
        """What the driver of the car before us does."""
        return (BRAKING_CAR,) if BRAKING in self.triggers else ()

    def windows(self, until_s: float) -> list[Window]:
        """All windows that end before until_s."""
        found = []
        for lap in range(int(until_s // self.period_s) + 1):
            begin_s = lap * self.period_s
            for trigger, window in WINDOWS.items():
                if trigger in self.triggers and begin_s + window.to_s <= until_s:
                    found.append(Window(window.app, begin_s + window.from_s, begin_s + window.to_s))
        return found


def script_for(route: Route, without: frozenset[str] = frozenset()) -> Script:
    """The script of the demonstration, less the triggers in `without`; a lap always takes the same time."""
    longest_s = drive_of(route, (BUS_SLOWS,)).moving_s
    period_s = float(int(longest_s + DOORS_OPEN_S + AT_STOP_S) + 1)
    return Script(period_s, frozenset(TRIGGERS) - without)
