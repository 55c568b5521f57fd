"""Whether people get in or out, and how far we have driven since; pure, what is kept from look to look is the Boarding.

No message of day 1 says where stops are: the doors tell, and the stops that the operator lists.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from obu.core.geo import LatLon, LocalFrame, wrap_deg
from obu.core.now import NS_PER_S
from obu.core.stop import Stop
from obu.core.vehicle import Light, Own
from obu.scene.legs import Leg
from obu.scene.relation import SAME_COURSE_DEG, beside

STANDING_MPS = 0.3
BESIDE_M = 8.0  # a stop's bay is one lane beside ours; the rest is for the receiver
BEHIND_M, AT_M = 5.0, 20.0  # from our front to the sign: while we stand at it, also behind another bus
DEPARTING_M = 15.0  # 20 km/h at 1.1 m/s2
MOST_M = 100.0  # further is long ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Boarding:
    """driven_m: since people last got in or out, None when that is far away or was never."""

    at_ns: int
    is_boarding: bool = False
    driven_m: float | None = None

    @property
    def is_departing(self) -> bool:
        """Whether the doors are closed again, and the stop is not left yet."""
        return not self.is_boarding and self.driven_m is not None and self.driven_m <= DEPARTING_M


def kept(before: Boarding | None, at_ns: int, own: Own, stop_m: float | None) -> Boarding:
    """The own vehicle's from look to look. stop_m: from our front to the next stop, None where none is known."""
    if is_boarding(own, stop_m):
        return Boarding(at_ns=at_ns, is_boarding=True, driven_m=0.0)
    if before is None or before.driven_m is None or own.speed_mps is None:
        return Boarding(at_ns=at_ns)
    driven_m = before.driven_m + own.speed_mps * (at_ns - before.at_ns) / NS_PER_S
    return Boarding(at_ns=at_ns, driven_m=driven_m if driven_m <= MOST_M else None)


def is_boarding(own: Own, stop_m: float | None) -> bool:
    """Doors open at a standstill; at a stop of the list hazard lights or right indicator; hazard lights without doors.

    A vehicle whose bus tells of no door has nothing but its lights to tell it by.
    """
    if own.speed_mps is None or own.speed_mps >= STANDING_MPS:
        return False
    vehicle, is_at_stop = own.vehicle, stop_m is not None and -BEHIND_M <= stop_m <= AT_M
    has_hazard = Light.HAZARD in own.lights
    if is_at_stop and (has_hazard or Light.RIGHT_TURN in own.lights):
        return True
    return bool(vehicle.door_open or (vehicle.door_open is None and has_hazard))


def stop_ahead_m(stops: Iterable[Stop], frame: LocalFrame, legs: Sequence[Leg], half_length_m: float) -> float | None:
    """From our front along our way to the sign of the next stop on it, or of the one at which we are."""
    found = []
    for stop in stops:
        x, y = frame.to_plane(LatLon(stop.lat_deg, stop.lon_deg))
        if not legs or math.hypot(x - legs[0].x, y - legs[0].y) > legs[-1].start_m + legs[-1].length_m + BESIDE_M:
            continue
        along_m, right_m, way_deg = beside(legs, x, y)
        is_ours = abs(right_m) <= BESIDE_M and abs(wrap_deg(stop.heading_deg - way_deg)) <= SAME_COURSE_DEG
        if is_ours and along_m - half_length_m >= -BEHIND_M:
            found.append(along_m - half_length_m)
    return min(found, default=None)
