"""How little a decoded message looks like a real one; it judges shapes of places, and decides nothing by itself.

Only what the editions write differently is judged: an odd place that every edition reads alike tells nothing of them.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from obu.core.geo import LatLon

_DEGREE_STEPS = 10_000_000  # 1e-7 degree, as all places here


class _Region(NamedTuple):
    """Where a roadside unit can stand."""

    south: int
    north: int
    west: int
    east: int


_CHINA = _Region(30_000_000, 540_000_000, 730_000_000, 1_360_000_000)  # with its seas
_REACH_STEPS = _DEGREE_STEPS  # 100 km: no radio carries so far, and a place read wrongly is rarely so near
_NODES_STEPS = 5_000_000  # 50 km: nodes of one MAP
_NEAR_STEPS = 1_000_000  # 10 km: points about their own reference
_EVENT_CLASSES = {*range(10), 99}
_SIGN_TYPE_MAX = 999
_PATH_RADIUS_MAX = 10_000  # 0.1 m, to either side of the path
_TIME_OFFSETS = {0, 480, 721}  # minutes: UTC, China Standard Time, unavailable; read wrongly they are two hours off
_HOUR_MAX = 24  # unavailable
_DATES = {"time", "tBegin", "tEnd", "timeBegin", "timeEnd", "tollingTime", "utcTime"}
_PLACES = ("pos", "refPos", "sensorPos")  # of a day-2 message, from which its paths are offsets
_NOWHERE = {"lat": 0, "long": 0}


def implausibility(name: str, value: dict[str, Any], own: LatLon | None = None) -> int:
    """How many of a message's places and names are odd; 0 is what a real message has.

    own: where we are; a MAP is of somewhere near, or, while that is not known, of China.
    """
    if name == "mapFrame":
        return _of_map(value, _CHINA if own is None else _around(own))
    if name == "rsiFrame":
        return _of_rsi(value)
    if name == "bsmFrame":
        return _of_bsm(value)
    if name == "msgFrameExt" and isinstance(value["value"], dict):
        message = value["value"]
        return _of_parts(next((message[name] for name in _PLACES if name in message), _NOWHERE), message)
    return 0


def _around(own: LatLon) -> _Region:
    lat, lon = round(own.lat_deg * _DEGREE_STEPS), round(own.lon_deg * _DEGREE_STEPS)
    return _Region(lat - _REACH_STEPS, lat + _REACH_STEPS, lon - _REACH_STEPS, lon + _REACH_STEPS)


def _of_map(value: dict[str, Any], region: _Region) -> int:
    nodes = value["nodes"]
    first = nodes[0]["refPos"]
    score = 0
    for node in nodes:
        place = node["refPos"]
        score += (
            _is_outside(place, region) + (not _is_near(place, first, _NODES_STEPS)) + _is_odd_name(node.get("name"))
        )
        for link in node.get("inLinks", ()):
            score += _is_odd_name(link.get("name")) + _of_points(place, _points_of(link))
    return score


def _of_rsi(value: dict[str, Any]) -> int:
    place = value["refPos"]
    score = 0
    for item in (*value.get("rtes", ()), *value.get("rtss", ())):
        score += _is_odd_type(item)
        for path in item.get("referencePaths", ()):
            score += _of_path(place, path)
    return score


def _of_bsm(value: dict[str, Any]) -> int:
    return _of_history(value["pos"], value.get("safetyExt", {}).get("pathHistory", {}))


def _of_parts(place: dict[str, Any], value: Any) -> int:
    """The paths and times of a day-2 message, wherever in it they are."""
    if isinstance(value, list):
        return sum(_of_parts(place, each) for each in value)
    if isinstance(value, tuple):
        return _of_parts(place, value[1])
    if not isinstance(value, dict):
        return 0
    score = sum(_of_parts(place, each) for each in value.values())
    score += sum(_is_odd_date(value[name]) for name in _DATES & value.keys())
    if "activePath" in value:
        score += _of_path(place, value)
    return score + _of_history(place, value.get("pathHistory", {}))


def _is_odd_date(date: dict[str, Any]) -> bool:
    return date.get("offset", 0) not in _TIME_OFFSETS or date.get("hour", 0) > _HOUR_MAX


def _of_path(place: dict[str, Any], path: dict[str, Any]) -> int:
    points = path["activePath"]
    return _of_points(place, iter(points)) + _kinks(place, points) + (int(path["pathRadius"]) > _PATH_RADIUS_MAX)


def _of_history(place: dict[str, Any], history: dict[str, Any]) -> int:
    if "initialPosition" not in history:
        return 0  # nothing else of it differs
    begun_far = not _is_near(history["initialPosition"]["pos"], place, _NEAR_STEPS)
    return begun_far + _of_points(place, (crumb["llvOffset"] for crumb in history["crumbData"]))


def _kinks(reference: dict[str, Any], points: list[dict[str, Any]]) -> int:
    """How often a path turns back on itself: roads do not, and a radius read as a point does."""
    steps = [_from_reference(reference, point["offsetLL"]) for point in points]
    ways = [(after[0] - here[0], after[1] - here[1]) for here, after in pairwise(steps)]
    return sum(one[0] * two[0] + one[1] * two[1] < 0 for one, two in pairwise(ways))


def _is_odd_type(item: dict[str, Any]) -> bool:
    # Event codes are CCSS of GB/T 29100-2012, classes 1..9, and vendors' 99xx; signs end far below a thousand.
    if "signType" in item:
        return int(item["signType"]) > _SIGN_TYPE_MAX
    return int(item["eventType"]) // 100 not in _EVENT_CLASSES


def _points_of(link: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in (link, *link["lanes"]):
        for point in each.get("points", ()):
            yield point["posOffset"]


def _of_points(reference: dict[str, Any], points: Iterator[dict[str, Any]]) -> int:
    return sum(not _is_offset_near(reference, point["offsetLL"]) for point in points)


def _is_outside(place: dict[str, Any], region: _Region) -> bool:
    lat, lon = int(place["lat"]), int(place["long"])
    return not (region.south <= lat <= region.north and region.west <= lon <= region.east)


def _is_near(place: dict[str, Any], other: dict[str, Any], steps: int) -> bool:
    lat_diff, lon_diff = int(place["lat"] - other["lat"]), int(place["long"] - other["long"])
    return abs(lat_diff) < steps and abs(lon_diff) < steps


def _is_offset_near(reference: dict[str, Any], offset: tuple[str, dict[str, Any]]) -> bool:
    lat, lon = _from_reference(reference, offset)
    return abs(lat) < _NEAR_STEPS and abs(lon) < _NEAR_STEPS


def _from_reference(reference: dict[str, Any], offset: tuple[str, dict[str, Any]]) -> tuple[int, int]:
    form, step = offset
    if form == "position-LatLon":
        return step["lat"] - reference["lat"], step["lon"] - reference["long"]
    return step["lat"], step["lon"]


def _is_odd_name(name: str | None) -> bool:
    return name is not None and not name.isprintable()
