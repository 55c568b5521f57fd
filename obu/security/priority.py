"""How much a packet matters to us, from the first bytes of its message; its one rule: it orders, it never refuses.

Nothing here is believed: a forger may claim any rank, and then waits in that rank's line like everybody else.
"""

import math
from enum import IntEnum

from obu.codec.messages.claim import Claim
from obu.core.geo import LatLon, LocalFrame

# GB/T 45315-2025 table 4: the event BSMs, and whatever an emergency vehicle on duty says.
URGENT_AIDS = frozenset({112, 113, 114})

# Ours. Two vehicles that meet at 60 km/h each and brake at 4 m/s2 need 70 m together: within twice that all matters.
NEAR_M = 150.0
# Ours. 10 s is as far ahead as a warning looks (obu/apps); within 50 m a straight prolongation can be wrong.
LOOK_AHEAD_S = 10.0
MISS_M = 50.0
# Ours. Several times what LTE-V2X PC5 reaches at 23 dBm with a free view.
REACH_M = 5000.0
REACHED_DEG = 0.03  # 3.35 km on a meridian and on the equator, 4.74 km across: surely within reach


class Priority(IntEnum):
    """Who is verified first: the event flag, near, converging, then the rest."""

    EVENT = 0
    NEAR = 1
    CONVERGING = 2
    REST = 3


class Standing:
    """Where we are and how we move, for one turn; without a place nothing can be called far."""

    __slots__ = ("_frame", "_velocity", "heading_deg", "place", "speed_mps")

    def __init__(self, place: LatLon | None = None, speed_mps: float | None = None, heading_deg: float | None = None):
        self.place, self.speed_mps, self.heading_deg = place, speed_mps, heading_deg
        self._frame = None if place is None else LocalFrame(place)
        self._velocity = (0.0, 0.0)
        if speed_mps is not None and heading_deg is not None:
            self._velocity = _velocity(speed_mps, heading_deg)

    def is_out_of_reach(self, claim: Claim | None) -> bool:
        """Whether the sender claims to be where no radio reaches us from: its packet was carried here by somebody."""
        own, place = self.place, None if claim is None else claim.place
        if self._frame is None or own is None or place is None:
            return False
        if abs(place.lat_deg - own.lat_deg) < REACHED_DEG and abs(place.lon_deg - own.lon_deg) < REACHED_DEG:
            return False
        return math.hypot(*self._frame.to_plane(place)) > REACH_M

    def rank(self, aid: int, claim: Claim | None) -> Priority:
        """The line a message waits in. Roadside units are few and speak of the road we are on: they are near."""
        if aid in URGENT_AIDS:
            return Priority.EVENT
        if claim is None or claim.place is None:
            return Priority.NEAR if claim is not None and not claim.is_vehicle else Priority.REST
        if not claim.is_vehicle or self._frame is None:
            return Priority.NEAR
        east_m, north_m = self._frame.to_plane(claim.place)
        if east_m * east_m + north_m * north_m <= NEAR_M * NEAR_M:
            return _NEAR
        return Priority.CONVERGING if self._converges(east_m, north_m, claim.motion) else Priority.REST

    def _converges(self, east_m: float, north_m: float, motion: tuple[float, float] | None) -> bool:
        """Whether within LOOK_AHEAD_S we come nearer than MISS_M, both going straight on."""
        east_mps, north_mps = _velocity(*motion) if motion is not None else (0.0, 0.0)
        east_mps -= self._velocity[0]
        north_mps -= self._velocity[1]
        closing = -(east_m * east_mps + north_m * north_mps)
        if closing <= 0.0:
            return False
        soonest_s = min(closing / (east_mps * east_mps + north_mps * north_mps), LOOK_AHEAD_S)
        return math.hypot(east_m + east_mps * soonest_s, north_m + north_mps * soonest_s) <= MISS_M


_NEAR = Priority.NEAR  # the usual one, without an Enum's cost of reading it
NOWHERE = Standing()


def _velocity(speed_mps: float, heading_deg: float) -> tuple[float, float]:
    """(east, north) of a speed along a heading clockwise from north."""
    heading_rad = math.radians(heading_deg)
    return speed_mps * math.sin(heading_rad), speed_mps * math.cos(heading_rad)
