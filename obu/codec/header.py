"""The few fields that tell whether a message matters to us, read without decoding the rest, in the wire's own steps.

Every edition has them at the same place. That they can be read says nothing about what comes after them.
"""

from typing import NamedTuple

from obu.codec.generated.header import (
    head_basic_safety_message,
    head_road_side_information,
    head_roadside_safety_message,
)
from obu.codec.reasons import TRUNCATED, UNKNOWN_ALTERNATIVE
from obu.core.errors import RemoteError

# The message by its first octet: the extension mark and the number of the alternative are four bits.
_NAMES = ("bsmFrame", "mapFrame", "rsmFrame", "spatFrame", "rsiFrame")
_LATER = "msgFrameExt"
_READ_BYTES = 40  # a BSM with every optional field before its heading needs 33


class Header(NamedTuple):
    """name as of uper.Frame; the others None where the message has no such field before its lists.

    lat, long: 1e-7 degree; speed: 0.02 m/s; heading: 0.0125 degree; sec_mark: ms of the UTC minute.
    """

    name: str
    id: bytes | None = None
    lat: int | None = None
    long: int | None = None
    speed: int | None = None
    heading: int | None = None
    sec_mark: int | None = None


_new = tuple.__new__  # a third of the cost of Header(...)


def read(data: bytes) -> Header:
    """The header of a MessageFrame. Raises RemoteError: truncated, out_of_range, unknown_alternative."""
    start = data[:_READ_BYTES]
    n = int.from_bytes(start)
    left = 8 * len(start) - 4
    try:
        kind = n >> left
        if kind == 0:
            return _new(Header, head_basic_safety_message(n, left))
        if kind == 2:
            return _new(Header, head_roadside_safety_message(n, left))
        if kind == 4:
            return _new(Header, head_road_side_information(n, left))
    except ValueError:
        raise RemoteError(TRUNCATED) from None
    if kind >= 8:
        return _later(n, left)
    if kind >= len(_NAMES):
        raise RemoteError(UNKNOWN_ALTERNATIVE)
    return Header(_NAMES[kind])


def _later(n: int, left: int) -> Header:
    # Seven bits of a small number follow the mark, of which kind has the first three.
    if left < 4:
        raise RemoteError(TRUNCATED)
    if n >> left - 4 & 127:
        raise RemoteError(UNKNOWN_ALTERNATIVE)
    return Header(_LATER)
