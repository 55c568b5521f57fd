"""How little a decoded MAP or RSI looks like a real one; it judges shapes of places, and decides nothing by itself."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

# 1e-7 degree. China with its seas; outside it (a test bench) costs the same in both readings.
_LAT_RANGE = (30_000_000, 540_000_000)
_LON_RANGE = (730_000_000, 1_360_000_000)
_NEAR_STEPS = 200_000  # about 2 km: what one roadside unit describes lies within
_EVENT_CLASSES = {*range(10), 99}
_SIGN_TYPE_MAX = 999


def implausibility(name: str, value: dict[str, Any]) -> int:
    """How many of a message's places and names are odd; 0 is what a real roadside unit's message has."""
    if name == "mapFrame":
        return _of_map(value)
    if name == "rsiFrame":
        return _of_rsi(value)
    return 0


def _of_map(value: dict[str, Any]) -> int:
    nodes = value["nodes"]
    first = nodes[0]["refPos"]
    score = 0
    for node in nodes:
        place = node["refPos"]
        score += _is_outside(place) + (not _is_near(place, first)) + _is_odd_name(node.get("name"))
        for link in node.get("inLinks", ()):
            score += _is_odd_name(link.get("name")) + _of_points(place, _points_of(link))
    return score


def _of_rsi(value: dict[str, Any]) -> int:
    place = value["refPos"]
    score = int(_is_outside(place))
    for item in (*value.get("rtes", ()), *value.get("rtss", ())):
        score += _is_odd_type(item)
        for path in item.get("referencePaths", ()):
            score += _of_points(place, iter(path["activePath"])) + _kinks(place, path["activePath"])
    return score


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


def _is_outside(place: dict[str, Any]) -> bool:
    lat, lon = int(place["lat"]), int(place["long"])
    return not (_LAT_RANGE[0] <= lat <= _LAT_RANGE[1] and _LON_RANGE[0] <= lon <= _LON_RANGE[1])


def _is_near(place: dict[str, Any], other: dict[str, Any]) -> bool:
    lat_diff, lon_diff = int(place["lat"] - other["lat"]), int(place["long"] - other["long"])
    return abs(lat_diff) + abs(lon_diff) < 5 * _NEAR_STEPS


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
