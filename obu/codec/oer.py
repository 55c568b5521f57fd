"""What generated canonical OER calls for: lengths, numbers without bounds, open types, additions (ITU-T X.696).

Reading: `at` is the place in `data` of the next octet. What could be written shorter or otherwise is refused.
"""

from collections.abc import Callable
from typing import Any

from obu.codec.later import all_additions
from obu.codec.per import Refused
from obu.codec.reasons import (
    LATER,
    MALFORMED,
    MAX_INTEGER_BITS,
    NONZERO_PADDING,
    NOT_CANONICAL,
    OUT_OF_RANGE,
    TRAILING_BYTES,
    TRUNCATED,
    UNKNOWN_ALTERNATIVE,
    UNKNOWN_ENUMERATION,
)
from obu.core.errors import RemoteError

Decode = Callable[[bytes, int], tuple[Any, int]]  # (data, at) -> (value, at)
Encode = Callable[[Any], bytes]

_LONG = 128  # of a length: the octets that follow hold it
_TAG_LONG = 63  # of a tag: its number follows
_INTEGER_MAX = MAX_INTEGER_BITS // 8


def decode_whole(decode: Decode, data: bytes) -> Any:
    """The value that is all of `data`. Raises RemoteError, whatever the octets are."""
    try:
        value, at = decode(data, 0)
    except IndexError:  # a name list has no name for the number
        raise RemoteError(UNKNOWN_ENUMERATION) from None
    if at != len(data):
        raise RemoteError(TRAILING_BYTES)
    return value


def read_length(data: bytes, at: int) -> tuple[int, int]:
    """(length, at)."""
    end = at + 1
    if end > len(data):
        raise RemoteError(TRUNCATED)
    first = data[at]
    if first < _LONG:
        return first, end
    at, end = end, end + first - _LONG
    if end > len(data):
        raise RemoteError(TRUNCATED)
    length = int.from_bytes(data[at:end])
    if length < _LONG or not data[at]:
        raise RemoteError(NOT_CANONICAL)
    return length, end


def read_octets(data: bytes, at: int) -> tuple[bytes, int]:
    """An OCTET STRING without bounds, or what an open type holds."""
    length, at = read_length(data, at)
    end = at + length
    if end > len(data):
        raise RemoteError(TRUNCATED)
    return data[at:end], end


def read_text(data: bytes, at: int) -> tuple[str, int]:
    """A UTF8String."""
    octets, at = read_octets(data, at)
    try:
        return octets.decode(), at
    except UnicodeDecodeError:
        raise RemoteError(MALFORMED) from None


def read_unsigned(data: bytes, at: int) -> tuple[int, int]:
    """An INTEGER without an upper bound, or a count."""
    octets, at = read_octets(data, at)
    if not octets or (not octets[0] and len(octets) > 1):
        raise RemoteError(NOT_CANONICAL)
    if len(octets) > _INTEGER_MAX:
        raise RemoteError(OUT_OF_RANGE)
    return int.from_bytes(octets), at


def read_signed(data: bytes, at: int) -> tuple[int, int]:
    """An INTEGER without bounds."""
    octets, at = read_octets(data, at)
    if not octets:
        raise RemoteError(NOT_CANONICAL)
    if len(octets) > _INTEGER_MAX:
        raise RemoteError(OUT_OF_RANGE)
    number = int.from_bytes(octets, signed=True)
    if len(octets) != _signed_size(number):
        raise RemoteError(NOT_CANONICAL)
    return number, at


def read_open(decode: Decode, data: bytes, at: int) -> tuple[Any, int]:
    """The value in an open type."""
    octets, at = read_octets(data, at)
    value, end = decode(octets, 0)
    if end != len(octets):
        raise RemoteError(TRAILING_BYTES)
    return value, at


def unknown_tag(data: bytes, at: int) -> RemoteError:
    """Why the alternative whose tag stands before `at` cannot be read."""
    if data[at - 1] & _TAG_LONG == _TAG_LONG:
        while at < len(data) and data[at] >= _LONG:
            at += 1
        if at >= len(data):
            return RemoteError(TRUNCATED)
    return RemoteError(UNKNOWN_ALTERNATIVE)


def read_additions(data: bytes, at: int, value: dict[str, Any], known: tuple[tuple[str, Decode], ...] = ()) -> int:
    """Puts a SEQUENCE's additions into `value`, those this text cannot name as octets under `...`; returns at."""
    bitmap, at = read_octets(data, at)
    if len(bitmap) < 2 or bitmap[0] > 7:
        raise RemoteError(NOT_CANONICAL)
    count = 8 * (len(bitmap) - 1) - bitmap[0]
    present = int.from_bytes(bitmap[1:])
    if present & (1 << bitmap[0]) - 1:
        raise RemoteError(NONZERO_PADDING)
    present >>= bitmap[0]
    if not present:
        raise RemoteError(NOT_CANONICAL)
    later: list[bytes | None] = []
    for index in range(count):
        is_present = present >> count - 1 - index & 1
        if index >= len(known):
            octets, at = read_octets(data, at) if is_present else (None, at)
            if octets == b"":
                raise RemoteError(NOT_CANONICAL)
            later.append(octets)
        elif is_present:
            name, decode = known[index]
            value[name], at = read_open(decode, data, at)
    if count != len(known):
        value[LATER] = tuple(later) or count
    return at


def length(count: int) -> bytes:
    """The length or count that stands before contents."""
    if count < _LONG:
        return count.to_bytes()
    octets = count.to_bytes((count.bit_length() + 7) // 8)
    return (_LONG + len(octets)).to_bytes() + octets


def sized(octets: bytes) -> bytes:
    """Octets with their length before them: an OCTET STRING without bounds, an open type."""
    if type(octets) is not bytes:
        raise Refused
    return length(len(octets)) + octets


def text(value: str) -> bytes:
    """A UTF8String."""
    return sized(value.encode())


def unsigned(number: int) -> bytes:
    """An INTEGER without an upper bound, or a count."""
    if type(number) is not int or not 0 <= number < 1 << MAX_INTEGER_BITS:
        raise Refused
    return sized(number.to_bytes((number.bit_length() + 7) // 8 or 1))


def signed(number: int) -> bytes:
    """An INTEGER without bounds."""
    if type(number) is not int or number.bit_length() > MAX_INTEGER_BITS:
        raise Refused
    return sized(number.to_bytes(_signed_size(number), signed=True))


def additions(value: dict[str, Any], known: tuple[tuple[str, Encode], ...] = ()) -> bytes:
    """The additions of a SEQUENCE whose extension bit is set."""
    named: list[bytes | None] = [encode(value[name]) if name in value else None for name, encode in known]
    found = all_additions(named, value.get(LATER))
    spare = -len(found) % 8
    present = 0
    for data in found:
        present = present << 1 | (data is not None)
    bitmap = spare.to_bytes() + (present << spare).to_bytes((len(found) + 7) // 8)
    return sized(bitmap) + b"".join(sized(data) for data in found if data is not None)


def _signed_size(number: int) -> int:
    return ((number if number >= 0 else ~number).bit_length() + 8) // 8
