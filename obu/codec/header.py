"""The few fields that tell whether a message matters to us, read without decoding the rest, in the wire's own steps.

Every edition has them at the same place. That they can be read says nothing about what comes after them.
"""

from typing import NamedTuple

from obu.codec.generated.header import FRAMES, NAMES, NUMBERS
from obu.codec.reasons import TRUNCATED, UNKNOWN_ALTERNATIVE
from obu.core.errors import RemoteError

_LATER = "msgFrameExt"
_READ_BYTES = 37  # a PSM with every optional field before its heading


class Header(NamedTuple):
    """name as of uper.Frame; the others None where the message has no such field before its lists.

    lat, long: 1e-7 degree; speed: 0.02 m/s; heading: 0.0125 degree; sec_mark: ms of the UTC minute.
    message_id: the number of a message of T/CSAE 157-2020.
    """

    name: str
    id: bytes | None = None
    lat: int | None = None
    long: int | None = None
    speed: int | None = None
    heading: int | None = None
    sec_mark: int | None = None
    message_id: int | None = None


# As nearly always in a short message: two lengths of one octet, which say nothing here, around its number.
_SHORT_MASK = 0xFF807FFF80
_SHORT = {0x8000000000 | number << 8: head for number, head in NUMBERS.items()}
_MARKED = 8  # of four bits, the first being the extension mark
_new = tuple.__new__  # a third of the cost of Header(...)
_number = int.from_bytes


def read(data: bytes) -> Header:
    """The header of a MessageFrame. Raises RemoteError: truncated, out_of_range, unknown_alternative."""
    start = data[:_READ_BYTES]
    n = _number(start)
    left = 8 * len(start) - 4
    try:
        # The extension mark and the number of the alternative are four bits.
        kind = n >> left
        if kind < _MARKED:
            head = FRAMES.get(kind)
            if head is not None:
                return _new(Header, head(n, left))
        else:
            left -= 36
            head = _SHORT.get(n >> left & _SHORT_MASK)
            if head is not None:
                return _new(Header, head(n, left))
            return _later(n, left + 36)
    except ValueError:
        raise RemoteError(TRUNCATED) from None
    if kind not in NAMES:
        raise RemoteError(UNKNOWN_ALTERNATIVE)
    return Header(NAMES[kind])


def _later(n: int, left: int) -> Header:
    # Seven bits of a small number follow the mark, of which kind has the first three.
    left -= 4
    if n >> left & 127:
        raise RemoteError(UNKNOWN_ALTERNATIVE)
    left = _after_length(n, left) - 16
    number = n >> left & 0x7FFF
    head = NUMBERS.get(number)
    if head is None:
        return Header(_LATER, message_id=number)
    return _new(Header, head(n, _after_length(n, left)))


def _after_length(n: int, left: int) -> int:
    """Bits left after a length without bounds, whatever it says (X.691 11.9.3.5 to 11.9.3.8)."""
    left -= 8
    return left - 8 if n >> left & 0xC0 == 0x80 else left
