"""What real units write beside the letter of the standard and is read all the same, each habit by its name.

The rule: what is tolerated stands in this list, and the receiver counts it; whatever else does not encode to the same
octets is refused by the codec with its reason.
"""

from collections.abc import Callable, Iterator
from typing import Any

from obu.codec.uper import Frame

ABSOLUTE_CRUMBS = "absolute_path_history"  # GB/T 45315-2025 7.3: the smallest sufficient offset from the position
ABSOLUTE_MAP_POINTS = "absolute_map_points"
ABSOLUTE_RSI_POINTS = "absolute_rsi_points"
VENDOR_EVENT = "vendor_event_type"  # 99xx, as 9902: no class of GB/T 29100-2012
RESERVED_PRIORITY_BITS = "rsi_priority_reserved_bits"  # YD/T 3709-2020 RSIPriority: only the three highest bits speak
UNKNOWN_NUMBER = "unknown_message_id"  # T/CSAE 157-2020 MessageFrameExt: legal; its octets are kept and go on
NOT_GB2312 = "description_not_gb2312"  # YD/T 3709-2020 Description: UTF-8, GBK or the end of a character cut off

_ABSOLUTE = "position-LatLon"
_VENDOR_CLASS = 99
_PRIORITY_BITS = 0xE0


def of_frame(frame: Frame) -> tuple[str, ...]:
    """The names of the habits in a message, each once, sorted."""
    find = _FINDERS.get(frame.name)
    return tuple(sorted(set(find(frame.value)))) if find else ()


def _in_bsm(value: dict[str, Any]) -> Iterator[str]:
    for crumb in value.get("safetyExt", {}).get("pathHistory", {}).get("crumbData", ()):
        if _is_absolute(crumb["llvOffset"]):
            yield ABSOLUTE_CRUMBS


def _in_map(value: dict[str, Any]) -> Iterator[str]:
    for node in value["nodes"]:
        for link in node.get("inLinks", ()):
            for each in (link, *link["lanes"]):
                if any(_is_absolute(point["posOffset"]) for point in each.get("points", ())):
                    yield ABSOLUTE_MAP_POINTS


def _in_rsi(value: dict[str, Any]) -> Iterator[str]:
    for item in (*value.get("rtes", ()), *value.get("rtss", ())):
        points = [item[name] for name in ("eventPos", "signPos") if name in item]
        points += [point for path in item.get("referencePaths", ()) for point in path["activePath"]]
        if any(map(_is_absolute, points)):
            yield ABSOLUTE_RSI_POINTS
        if item.get("eventType", 0) // 100 == _VENDOR_CLASS:
            yield VENDOR_EVENT
        if item.get("priority", b"\0")[0] & ~_PRIORITY_BITS:
            yield RESERVED_PRIORITY_BITS
        if "description" in item and not _is_gb2312(item["description"]):
            yield NOT_GB2312


def _in_day_2(value: dict[str, Any]) -> Iterator[str]:
    message = value["value"]
    if isinstance(message, bytes):
        yield UNKNOWN_NUMBER
    else:
        yield from _in_rsi(message)  # the events of an SSM are those of an RSI


_FINDERS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "bsmFrame": _in_bsm,
    "mapFrame": _in_map,
    "rsiFrame": _in_rsi,
    "msgFrameExt": _in_day_2,
}


def _is_absolute(offset: dict[str, Any]) -> bool:
    return bool(offset["offsetLL"][0] == _ABSOLUTE)


def _is_gb2312(description: tuple[str, Any]) -> bool:
    form, content = description
    if form != "textGB2312":
        return True
    try:
        content.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True
