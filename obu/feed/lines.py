"""One JSON line to a value and back, for both ends of the local socket; what is not right is refused."""

import json
from dataclasses import dataclass
from typing import Any

from obu.core.errors import LocalError, RemoteError
from obu.core.frames import DisplayAck, DisplayBeat, FeedEvent

# A client's longest honest line has under 80 bytes; the rest is room for another writer's spacing.
MAX_CLIENT_LINE = 512
# 400 neighbours take about 50 kB; a reader needs some bound, the unit never comes near it.
MAX_EVENT_LINE = 131_072

MAX_NUMBER = 2**31 - 1
MAX_PAGES = 64
MAX_UTC_S = 4_102_444_800.0  # the year 2100: beyond it a clock is not wrong but a lie

STATUS_ASK_LINE = b'{"kind":"status"}\n'

_FIELDS = {
    "ack": frozenset({"kind", "number", "shown_utc_s"}),
    "beat": frozenset({"kind", "pages"}),
    "status": frozenset({"kind"}),
}


@dataclass(frozen=True, slots=True)
class StatusAsk:
    """A client asks for a status line at once; anybody who may connect may ask."""

    client: int
    at_ns: int


def encode_event(event: FeedEvent) -> bytes:
    """An event as one UTF-8 line. Raises LocalError for what JSON cannot say (NaN, bytes): our own fault."""
    try:
        text = json.dumps(
            {"kind": event.kind, **event.body}, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text.encode("utf-8") + b"\n"
    except (TypeError, ValueError) as error:  # ValueError covers a lone surrogate too
        raise LocalError(f"the event {event.kind} cannot be written as JSON: {error}") from None


def decode_event(line: bytes) -> tuple[str, dict[str, Any]]:
    """(kind, body) of a line of the unit. Raises RemoteError when it is none, or over MAX_EVENT_LINE."""
    tree = _object(line, MAX_EVENT_LINE)
    kind = tree.pop("kind", None)
    if not isinstance(kind, str):
        raise RemoteError("feed_kind")
    return kind, tree


def ack_line(number: int, shown_utc_s: float) -> bytes:
    """What a display says when warning `number` was drawn at shown_utc_s by its own clock."""
    return b'{"kind":"ack","number":%d,"shown_utc_s":%.3f}\n' % (number, shown_utc_s)


def beat_line(pages: int) -> bytes:
    """What a display says every half second: so many pages are live before somebody's eyes."""
    return b'{"kind":"beat","pages":%d}\n' % pages


def decode_client_line(line: bytes, client: int, at_ns: int) -> DisplayAck | DisplayBeat | StatusAsk:
    """A client's line as a value.

    Raises RemoteError: feed_long, feed_json, feed_kind, feed_fields, feed_range.
    """
    tree = _object(line, MAX_CLIENT_LINE)
    kind = tree.get("kind")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise RemoteError("feed_kind")
    if tree.keys() != _FIELDS[kind]:
        raise RemoteError("feed_fields")
    if kind == "ack":
        return DisplayAck(client, _whole(tree["number"], 1, MAX_NUMBER), _instant(tree["shown_utc_s"]), at_ns)
    if kind == "beat":
        return DisplayBeat(client, _whole(tree["pages"], 0, MAX_PAGES), at_ns)
    return StatusAsk(client, at_ns)


def _object(line: bytes, longest: int) -> dict[str, Any]:
    if len(line) > longest:
        raise RemoteError("feed_long")
    try:
        tree = json.loads(line.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # ValueError covers bad UTF-8, bad JSON and a number of 4301 digits
        raise RemoteError("feed_json") from None
    if not isinstance(tree, dict):
        raise RemoteError("feed_json")
    return tree


def _unique(pairs: list[tuple[str, object]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):  # RFC 8259 4: what a repeated name means differs from reader to reader
        raise ValueError("repeated name")
    return tree


def _no_constant(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are Python's own, not JSON's


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise RemoteError("feed_range")
    return value


def _instant(value: Any) -> float:
    # The comparison refuses infinity too (1e999 is legal JSON), before float() overflows on a huge int.
    if type(value) not in (int, float) or not 0.0 <= value <= MAX_UTC_S:
        raise RemoteError("feed_range")
    return float(value)
