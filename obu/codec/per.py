"""What generated unaligned PER calls for: lengths, fragments, open types (ITU-T X.691, canonical only).

Reading: `n` is the message as one number and `left` the number of its bits not yet read, so the next `k` bits are
`n >> left - k`. A shift by less than nothing raises ValueError: that is how a truncated message is noticed.
Writing: `acc` is a number whose leading 1 is no bit of the message; it only keeps the zeros after it.
"""

from collections.abc import Callable
from typing import Any

from obu.codec.reasons import (
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

FRAGMENT = 16384  # X.691 11.9.3.8: longer contents travel in pieces of 1 to 4 times this
ONE_OCTET = 128  # lengths below it take one octet
_GROUP = 128  # items


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
    if left and n & (1 << left) - 1:
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
    if first < ONE_OCTET:
        return first, False, left
    if first < 192:
        left -= 8
        count = (first & 63) << 8 | n >> left & 255
        if count < ONE_OCTET:
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


def read_enclosed(n: int, left: int, decode: Decode) -> tuple[Any, int]:
    """What an open type holds, where the text can name it: all of it, or it is not as its sender's text has it."""
    after = left - 8
    size = n >> after & 255
    has_more = False
    if size >= ONE_OCTET:
        size, has_more, after = read_length(n, left)
    if has_more:
        data, after = read_pieces(n, left)
        size, inside = len(data), int.from_bytes(data)
    else:
        after -= size * 8
        inside = n >> after & (1 << size * 8) - 1 if after else n  # nothing comes after it: it cannot read too far
    value, spare = decode(inside, size * 8)
    if spare >= 8 and (spare != 8 or inside & 255 or size != 1):
        raise RemoteError(TRAILING_BYTES)
    if spare and inside & (1 << spare) - 1:
        raise RemoteError(NONZERO_PADDING)
    return value, after


def read_unknown(n: int, left: int) -> tuple[bytes, int]:
    """What an open type holds, where the text cannot name it."""
    data, left = read_pieces(n, left)
    if not data:
        raise RemoteError(NOT_CANONICAL)  # at least one octet (X.691 11.1.3)
    return data, left


def write_length(acc: int, count: int) -> int:
    """A length without bounds, below 16384."""
    if count < ONE_OCTET:
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


def write_enclosed(acc: int, part: int) -> int:
    """A whole encoding as what an open type holds."""
    bits = part.bit_length() - 1
    size = (bits + 7) // 8 or 1
    inside = (part ^ 1 << bits) << size * 8 - bits
    if size >= FRAGMENT:
        return write_pieces(acc, inside.to_bytes(size))
    return write_length(acc, size) << size * 8 | inside


def write_unknown(acc: int, data: bytes) -> int:
    """Octets as what an open type holds."""
    if not data:
        raise Refused
    return write_pieces(acc, data)


def write_items(acc: int, items: Any, encode: Encode) -> int:
    """A SEQUENCE OF without bounds."""
    if not isinstance(items, (list, tuple)):
        raise Refused
    at = 0
    while True:
        pieces = min((len(items) - at) // FRAGMENT, 4)
        size = pieces * FRAGMENT or len(items) - at
        acc = acc << 8 | 0xC0 | pieces if pieces else write_length(acc, size)
        # Items are put together in small groups first: what is before them is not moved for every one.
        for start in range(at, at + size, _GROUP):
            group = 1
            for item in items[start : min(start + _GROUP, at + size)]:
                part = encode(item)
                group = (group - 1 << part.bit_length() - 1) + part
            acc = (acc - 1 << group.bit_length() - 1) + group
        at += size
        if not pieces:
            return acc


def write_text(acc: int, text: str) -> int:
    """The characters of an IA5String, 7 bits each."""
    part = 1
    for character in text.encode("ascii"):
        part = part << 7 | character
    return (acc - 1 << part.bit_length() - 1) + part


def octet_string(value: Any) -> int:
    """acc of an OCTET STRING without bounds that stands alone."""
    return write_pieces(1, value)
