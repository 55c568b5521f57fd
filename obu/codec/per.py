"""What generated unaligned PER calls for: lengths, fragments, additions of later texts (ITU-T X.691, canonical only).

Reading: `n` is the message as one number and `left` the number of its bits not yet read, so the next `k` bits are
`n >> left - k`. A shift by less than nothing raises ValueError: that is how a truncated message is noticed.
Writing: `acc` is a number whose leading 1 is no bit of the message; it only keeps the zeros after it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from obu.codec.reasons import (
    LATER,
    NONZERO_PADDING,
    NOT_CANONICAL,
    OUT_OF_RANGE,
    TRAILING_BYTES,
    TRUNCATED,
    UNKNOWN_ENUMERATION,
)
from obu.core.errors import RemoteError

Decode = Callable[[int, int], tuple[Any, int]]  # (n, left) -> (value, left)
Encode = Callable[[Any], int]  # value -> acc
Additions = tuple[bytes | None, ...]

FRAGMENT = 16384  # X.691 11.9.3.8: longer contents travel in pieces of 1 to 4 times this
_SMALL = 64  # numbers and counts below it take the short form of X.691 11.6 and 11.9.3.4
_ONE_OCTET = 128  # lengths below it take one octet


class Refused(Exception):
    """The value is outside its type; shape.judge says where and why."""


def decode_whole(decode: Decode, data: bytes) -> Any:
    """The value that is all of `data`. Raises RemoteError, whatever the octets are."""
    left = len(data) * 8
    n = int.from_bytes(data)
    try:
        value, left = decode(n, left)
    except ValueError:
        raise RemoteError(TRUNCATED) from None
    except IndexError:  # a name list has no name for the number
        raise RemoteError(UNKNOWN_ENUMERATION) from None
    if left >= 8:
        raise RemoteError(TRAILING_BYTES)
    if n & (1 << left) - 1:
        raise RemoteError(NONZERO_PADDING)
    return value


def octets(acc: int) -> bytes:
    """The octets of a whole encoding, padded with zero bits; an empty one is one octet (X.691 11.1.3)."""
    bits = acc.bit_length() - 1
    size = (bits + 7) // 8 or 1
    return ((acc ^ 1 << bits) << size * 8 - bits).to_bytes(size)


def read_length(n: int, left: int) -> tuple[int, bool, int]:
    """(count, whether more follows, left) of a length without bounds (X.691 11.9.3.5 to 11.9.3.8)."""
    left -= 8
    first = n >> left & 255
    if first < _ONE_OCTET:
        return first, False, left
    if first < 192:
        left -= 8
        count = (first & 63) << 8 | n >> left & 255
        if count < _ONE_OCTET:
            raise RemoteError(NOT_CANONICAL)
        return count, False, left
    pieces = first & 63
    if not 1 <= pieces <= 4:
        raise RemoteError(OUT_OF_RANGE)
    return pieces * FRAGMENT, True, left


def read_pieces(n: int, left: int) -> tuple[bytes, int]:
    """An OCTET STRING without bounds, or what an open type holds."""
    size, has_more, left = read_length(n, left)
    data, left = read_octets(n, left, size)
    before = size
    while has_more:
        size, has_more, left = read_length(n, left)
        if has_more and before != 4 * FRAGMENT:  # the largest pieces come first
            raise RemoteError(NOT_CANONICAL)
        piece, left = read_octets(n, left, size)
        data += piece
        before = size
    return data, left


def read_items(n: int, left: int, decode: Decode) -> tuple[list[Any], int]:
    """A SEQUENCE OF without bounds."""
    items: list[Any] = []
    before = 4 * FRAGMENT
    has_more = True
    while has_more:
        count, has_more, left = read_length(n, left)
        if has_more and before != 4 * FRAGMENT:
            raise RemoteError(NOT_CANONICAL)
        before = count
        for _ in range(count):
            if n.bit_length() - left > 4096:
                n &= (1 << left) - 1
            item, left = decode(n, left)
            items.append(item)
    return items, left


def read_octets(n: int, left: int, size: int) -> tuple[bytes, int]:
    """`size` octets."""
    bits = size * 8
    left -= bits
    return (n >> left & (1 << bits) - 1).to_bytes(size), left


def read_text(n: int, left: int, size: int) -> tuple[str, int]:
    """`size` characters of an IA5String, 7 bits each."""
    bits = size * 7
    left -= bits
    text = n >> left & (1 << bits) - 1
    return bytes([text >> at & 127 for at in range(bits - 7, -1, -7)]).decode("ascii"), left


def read_long_bits(n: int, left: int, size: int) -> tuple[tuple[bytes, int], int]:
    """A BIT STRING longer than the `size` bits of its root."""
    count, has_more, left = read_length(n, left)
    if has_more:
        raise RemoteError(OUT_OF_RANGE)
    if count <= size:
        raise RemoteError(NOT_CANONICAL)
    left -= count
    octet_count = (count + 7) // 8
    number = (n >> left & (1 << count) - 1) << -count % 8
    return (number.to_bytes(octet_count), count), left


def read_small(n: int, left: int) -> tuple[int, int]:
    """A normally small number (X.691 11.6)."""
    left -= 7
    number = n >> left & 127
    if number < _SMALL:
        return number, left
    left += 6
    data, left = read_pieces(n, left)
    number = int.from_bytes(data)
    if number < _SMALL or not data[0] or len(data) > 2:
        raise RemoteError(NOT_CANONICAL)
    return number, left


def read_later_name(n: int, left: int, known: tuple[str, ...]) -> tuple[str, int]:
    """The name of an ENUMERATED beyond its root: one of `known`, or `...3` for the fourth that a later text added."""
    number, left = read_small(n, left)
    return known[number] if number < len(known) else f"{LATER}{number}", left


def read_later_alternative(n: int, left: int, known: tuple[tuple[str, Decode], ...]) -> tuple[tuple[str, Any], int]:
    """A CHOICE beyond its root: one of `known`, or `...3` with its octets."""
    number, left = read_small(n, left)
    data, left = read_pieces(n, left)
    if number < len(known):
        name, decode = known[number]
        return (name, read_open(decode, data)), left
    if not data:
        raise RemoteError(NOT_CANONICAL)
    return (f"{LATER}{number}", data), left


def read_open(decode: Decode, data: bytes) -> Any:
    """The value in an open type: all of it, or the message is not as its sender's text has it."""
    left = len(data) * 8
    n = int.from_bytes(data)
    value, left = decode(n, left)
    if left >= 8 and (left != 8 or n or len(data) != 1):
        raise RemoteError(TRAILING_BYTES)
    if n & (1 << left) - 1:
        raise RemoteError(NONZERO_PADDING)
    return value


def read_additions(n: int, left: int, value: dict[str, Any], known: tuple[tuple[str, Decode], ...] = ()) -> int:
    """Puts a SEQUENCE's additions into `value`, those this text cannot name as octets under `...`; returns left."""
    left -= 7
    count = (n >> left & 127) + 1
    if count > _SMALL:
        left += 6
        count, has_more, left = read_length(n, left)
        if has_more or count <= _SMALL:
            raise RemoteError(NOT_CANONICAL)
    left -= count
    present = n >> left & (1 << count) - 1
    if not present:
        raise RemoteError(NOT_CANONICAL)
    found: list[bytes | None] = []
    for at in range(count - 1, -1, -1):
        data = None
        if present >> at & 1:
            data, left = read_pieces(n, left)
            if not data:
                raise RemoteError(NOT_CANONICAL)
        found.append(data)
    for (name, decode), data in zip(known, found, strict=False):
        if data is not None:
            value[name] = read_open(decode, data)
    if count != len(known):
        value[LATER] = tuple(found[len(known) :]) or count
    return left


def write_length(acc: int, count: int) -> int:
    """A length without bounds, below 16384."""
    if count < _ONE_OCTET:
        return acc << 8 | count
    return acc << 16 | 0x8000 | count


def write_pieces(acc: int, data: bytes) -> int:
    """An OCTET STRING without bounds, or what an open type holds."""
    if type(data) is not bytes:
        raise Refused
    at = 0
    while len(data) - at >= FRAGMENT:
        pieces = min((len(data) - at) // FRAGMENT, 4)
        size = pieces * FRAGMENT
        acc = (acc << 8 | 0xC0 | pieces) << size * 8 | int.from_bytes(data[at : at + size])
        at += size
    acc = write_length(acc, len(data) - at)
    return acc << (len(data) - at) * 8 | int.from_bytes(data[at:])


def write_items(acc: int, items: Any, encode: Encode) -> int:
    """A SEQUENCE OF without bounds."""
    if not isinstance(items, (list, tuple)):
        raise Refused
    at = 0
    while True:
        pieces = min((len(items) - at) // FRAGMENT, 4)
        size = pieces * FRAGMENT or len(items) - at
        acc = acc << 8 | 0xC0 | pieces if pieces else write_length(acc, size)
        for item in items[at : at + size]:
            part = encode(item)
            acc = (acc - 1 << part.bit_length() - 1) + part
        at += size
        if not pieces:
            return acc


def write_text(acc: int, text: str) -> int:
    """The characters of an IA5String, 7 bits each."""
    part = 1
    for character in text.encode("ascii"):
        part = part << 7 | character
    return (acc - 1 << part.bit_length() - 1) + part


def write_bits(acc: int, value: Any, size: int) -> int:
    """An extensible BIT STRING of `size` bits in its root."""
    data, count = value
    if type(data) is not bytes or type(count) is not int or count < size or len(data) != (count + 7) // 8:
        raise Refused
    number = int.from_bytes(data)
    spare = -count % 8
    if count >= FRAGMENT or number & (1 << spare) - 1:
        raise Refused
    if count == size:
        return acc << size + 1 | number >> spare
    return write_length(acc << 1 | 1, count) << count | number >> spare


def write_small(acc: int, number: int) -> int:
    """A normally small number (X.691 11.6)."""
    if number < _SMALL:
        return acc << 7 | number
    return write_pieces(acc << 1 | 1, number.to_bytes((number.bit_length() + 7) // 8))


def later_number(name: Any, known: int) -> int:
    """3 of `...3`; `known` is how many additions have names, and so are never written that way."""
    if type(name) is not str or not name.startswith(LATER):
        raise Refused
    digits = name[len(LATER) :]
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 5 or str(int(digits)) != digits:
        raise Refused
    number = int(digits)
    if not known <= number < 1 << 16:
        raise Refused
    return number


def write_later_name(acc: int, name: Any, known: Mapping[str, int]) -> int:
    """An ENUMERATED beyond its root."""
    number = known[name] if name in known else later_number(name, len(known))
    return write_small(acc << 1 | 1, number)


def write_later_alternative(acc: int, name: Any, value: Any, known: Mapping[str, tuple[int, Encode]]) -> int:
    """A CHOICE beyond its root."""
    if name in known:
        number, encode = known[name]
        data = octets(encode(value))
    else:
        number, data = later_number(name, len(known)), value
        if not data:
            raise Refused
    return write_pieces(write_small(acc << 1 | 1, number), data)


def write_additions(acc: int, value: dict[str, Any], known: tuple[tuple[str, Encode], ...] = ()) -> int:
    """The additions of a SEQUENCE whose extension bit is set."""
    found: list[bytes | None] = [octets(encode(value[name])) if name in value else None for name, encode in known]
    found = all_additions(found, value.get(LATER))
    count = len(found)
    acc = acc << 7 | count - 1 if count <= _SMALL else write_length(acc << 1 | 1, count)
    for data in found:
        acc = acc << 1 | (data is not None)
    for data in found:
        if data is not None:
            acc = write_pieces(acc, data)
    return acc


def all_additions(named: list[bytes | None], later: Any) -> list[bytes | None]:
    """The named additions with those of `...`: octets that follow them, or a count that ends before them."""
    if type(later) is int:
        if not 0 < later < len(named) or any(data is not None for data in named[later:]):
            raise Refused
        named = named[:later]
    elif later is not None:
        if type(later) is not tuple or not later or any(each is not None and type(each) is not bytes for each in later):
            raise Refused
        named = [*named, *later]
    if b"" in named or len(named) >= FRAGMENT or not any(named):
        raise Refused
    return named


def octet_string(value: Any) -> int:
    """acc of an OCTET STRING without bounds that stands alone."""
    return write_pieces(1, value)
