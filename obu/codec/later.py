"""What unaligned PER does with additions of later texts (ITU-T X.691): read where named, kept as octets where not.

The form of both halves is that of per.py.
"""

from collections.abc import Mapping
from typing import Any

from obu.codec.per import (
    FRAGMENT,
    Decode,
    Encode,
    Refused,
    octets,
    read_enclosed,
    read_length,
    read_octets,
    read_pieces,
    read_unknown,
    write_length,
    write_pieces,
    write_unknown,
)
from obu.codec.reasons import LATER, MAX_INTEGER_BITS, NOT_CANONICAL, OUT_OF_RANGE
from obu.core.errors import RemoteError

_SMALL = 64  # numbers and counts below it take the short form of X.691 11.6 and 11.9.3.4


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


def read_later_alternative(n: int, left: int) -> tuple[tuple[str, bytes], int]:
    """A CHOICE beyond what the text can name: `...3` for the fourth alternative after the mark, with its octets."""
    number, left = read_small(n, left)
    data, left = read_unknown(n, left)
    return (f"{LATER}{number}", data), left


def read_later_number(n: int, left: int, minimum: int, maximum: int) -> tuple[int, int]:
    """An INTEGER outside its extensible range, written as one without bounds (X.691 13.1, 13.2.4)."""
    size, has_more, left = read_length(n, left)
    if has_more or not 0 < size <= MAX_INTEGER_BITS // 8 + 1:
        raise RemoteError(OUT_OF_RANGE)
    data, left = read_octets(n, left, size)
    number = int.from_bytes(data, signed=True)
    if minimum <= number <= maximum or _octets_of(number) != size:
        raise RemoteError(NOT_CANONICAL)
    if number.bit_length() > MAX_INTEGER_BITS:
        raise RemoteError(OUT_OF_RANGE)
    return number, left


def read_later_octets(n: int, left: int, minimum: int, maximum: int) -> tuple[bytes, int]:
    """An OCTET STRING of a size outside its extensible one."""
    data, left = read_pieces(n, left)
    if minimum <= len(data) <= maximum:
        raise RemoteError(NOT_CANONICAL)
    return data, left


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
    later: list[bytes | None] = []
    for at in range(count):
        data = None
        if present >> count - 1 - at & 1:
            if at < len(known):
                name, decode = known[at]
                value[name], left = read_enclosed(n, left, decode)
                continue
            data, left = read_unknown(n, left)
        if at >= len(known):
            later.append(data)
    if count != len(known):
        value[LATER] = tuple(later) or count
    return left


def write_growing_number(acc: int, number: int, minimum: int, maximum: int) -> int:
    """An INTEGER of an extensible range."""
    if type(number) is not int or number.bit_length() > MAX_INTEGER_BITS:
        raise Refused
    if minimum <= number <= maximum:
        return acc << (maximum - minimum).bit_length() + 1 | number - minimum
    size = _octets_of(number)
    return write_length(acc << 1 | 1, size) << size * 8 | number & (1 << size * 8) - 1


def write_growing_octets(acc: int, data: bytes, minimum: int, maximum: int) -> int:
    """An OCTET STRING of an extensible size, below 64 KiB."""
    if type(data) is not bytes:
        raise Refused
    if not minimum <= len(data) <= maximum:
        return write_pieces(acc << 1 | 1, data)
    acc = acc << (maximum - minimum).bit_length() + 1 | len(data) - minimum
    return acc << len(data) * 8 | int.from_bytes(data)


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


def write_later_alternative(acc: int, name: Any, value: Any, known: int) -> int:
    """A CHOICE beyond the `known` alternatives after the mark that have a name."""
    return write_unknown(write_small(acc << 1 | 1, later_number(name, known)), value)


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


def _octets_of(number: int) -> int:
    """Octets of the shortest two's complement of a number."""
    return (number if number >= 0 else ~number).bit_length() // 8 + 1
