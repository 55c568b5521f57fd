"""Which road events concern the road we are on: reference path, its radius, our heading (YD/T 3709 RSI)."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from obu.codec.messages.references import ReferencePath
from obu.codec.messages.rsi import RoadEvent, RoadSign, Rsi
from obu.core.geo import LatLon, LocalFrame, wrap_deg
from obu.core.now import NS_PER_S
from obu.core.world import Hazard, Sign
from obu.scene.facts import Facts, is_active

Told = TypeVar("Told", RoadEvent, RoadSign)

HEADING_LIMIT_DEG = 30.0  # of our heading to the path's direction where we are
MIN_PATH_RADIUS_M = 3.5  # senders that fill in 0 mean "this carriageway"; a lane is the least that makes sense
SIGN_RADIUS_M = 50.0  # a sign without a path: as far as it can be read
BEFORE_PATH_M = 150.0  # a path that begins shortly ahead of us, in our direction, will be ours


def ahead_on_path_m(path: ReferencePath, place: LatLon | None, own: LatLon, heading_deg: float) -> float | None:
    """Metres along the path from us to the event; None where the path is not ours.

    place: the event's; None puts it at the path's end, the point to which the path leads.
    """
    frame = LocalFrame(own)
    points = [frame.to_plane(point) for point in path.points]
    here = _project(points, (0.0, 0.0))
    if here is None:
        return None
    along_m, lateral_m, direction_deg = here
    if not along_m >= -BEFORE_PATH_M or lateral_m > max(path.radius_m, MIN_PATH_RADIUS_M):
        return None
    if abs(wrap_deg(direction_deg - heading_deg)) > HEADING_LIMIT_DEG:
        return None
    event = _project(points, frame.to_plane(place) if place else points[-1])
    return None if event is None else event[0] - along_m


def ahead_m(event: RoadEvent | RoadSign, own: LatLon, heading_deg: float) -> float | None:
    """Metres ahead of us along the nearest path that is ours; None where the event does not concern us.

    One without a path concerns everybody within its radius who heads towards it.
    """
    if event.paths:
        hits = [ahead_on_path_m(path, event.place, own, heading_deg) for path in event.paths]
        return min((hit for hit in hits if hit is not None), key=abs, default=None)
    radius_m = event.radius_m if isinstance(event, RoadEvent) else SIGN_RADIUS_M
    if event.place is None or radius_m is None:
        return None
    east_m, north_m = LocalFrame(own).to_plane(event.place)
    range_m = math.hypot(east_m, north_m)
    bearing_deg = math.degrees(math.atan2(east_m, north_m))
    towards = abs(wrap_deg(bearing_deg - heading_deg)) <= HEADING_LIMIT_DEG
    return range_m if towards and range_m <= radius_m else None


def _project(points: list[tuple[float, float]], at: tuple[float, float]) -> tuple[float, float, float] | None:
    """(along_m, lateral_m, direction_deg) of a place on a polyline: the nearest segment wins.

    The first segment is prolonged backwards and the last forwards, so along_m may be negative or past the end.
    """
    best: tuple[float, float, float] | None = None
    start_m = 0.0
    last = len(points) - 2
    for index, ((x0, y0), (x1, y1)) in enumerate(itertools.pairwise(points)):
        dx, dy = x1 - x0, y1 - y0
        length_m = math.hypot(dx, dy)
        if length_m < 1e-3:
            last -= index == last
            continue
        share = ((at[0] - x0) * dx + (at[1] - y0) * dy) / (length_m * length_m)
        low = -math.inf if index == 0 else 0.0
        high = math.inf if index == last else 1.0
        share = min(max(share, low), high)
        lateral_m = math.hypot(at[0] - x0 - share * dx, at[1] - y0 - share * dy)
        if best is None or lateral_m < best[1]:
            best = (start_m + share * length_m, lateral_m, math.degrees(math.atan2(dx, dy)))
        start_m += length_m
    return best


def hazards(utc_ns: int, place: LatLon, heading_deg: float, front_m: float, facts: Facts) -> tuple[Hazard, ...]:
    """The road events that are for us, the nearest first. front_m: from our middle to our front."""
    found = [
        Hazard(
            id=(rsu, event.number),
            event_type=event.event_type,
            description=event.description,
            priority=event.priority or 0,
            ahead_m=distance_m - front_m,
            age_s=age_s,
        )
        for rsu, age_s, event, distance_m in _ours(lambda rsi: rsi.events, utc_ns, place, heading_deg, facts)
    ]
    return tuple(sorted(found, key=lambda hazard: (hazard.ahead_m, hazard.id)))


def signs(utc_ns: int, place: LatLon, heading_deg: float, front_m: float, facts: Facts) -> tuple[Sign, ...]:
    """The road signs that are for us, the nearest first. front_m: as hazards()."""
    found = [
        Sign(
            id=(rsu, sign.number),
            sign_type=sign.sign_type,
            description=sign.description,
            priority=sign.priority or 0,
            ahead_m=distance_m - front_m,
            age_s=age_s,
        )
        for rsu, age_s, sign, distance_m in _ours(lambda rsi: rsi.signs, utc_ns, place, heading_deg, facts)
    ]
    return tuple(sorted(found, key=lambda sign: (sign.ahead_m, sign.id)))


def _ours(
    told: Callable[[Rsi], Iterable[Told]], utc_ns: int, place: LatLon, heading_deg: float, facts: Facts
) -> Iterator[tuple[bytes, float, Told, float]]:
    """(roadside unit, seconds since its message, event or sign, metres ahead) of what holds now and is for us."""
    for fact in facts.of_kind(Rsi):
        assert isinstance(fact.message, Rsi)
        for one in told(fact.message):
            if is_active(one.start_minute, one.end_minute, utc_ns):
                distance_m = ahead_m(one, place, heading_deg)
                if distance_m is not None:
                    yield fact.message.id, (utc_ns - fact.content_utc_ns) / NS_PER_S, one, distance_m
