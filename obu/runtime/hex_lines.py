"""Octets in hex, one packet a line, as they come in from people and pipes. Its one rule: every line has its answer."""

from collections.abc import Iterator
from typing import BinaryIO

from obu.core.errors import RemoteError

MAX_BYTES = 65_535
_CHARACTERS_PER_BYTE = 3  # two digits and a blank
_SPARE_CHARACTERS = 64


def read(stream: BinaryIO, max_bytes: int = MAX_BYTES) -> Iterator[str | None]:
    """Each line without its end; None for one that is longer than any packet could be."""
    limit = max(max_bytes, 0) * _CHARACTERS_PER_BYTE + _SPARE_CHARACTERS
    while line := stream.readline(limit):
        is_whole = line.endswith(b"\n") or len(line) < limit
        while not line.endswith(b"\n") and len(line) == limit:
            line = stream.readline(limit)
        yield line.decode("ascii", errors="replace").strip() if is_whole else None


def octets(line: str | None) -> bytes:
    """What a line of read() says. Raises RemoteError line_too_long, not_hex, empty."""
    if line is None:
        raise RemoteError("line_too_long")
    try:
        data = bytes.fromhex(line)
    except ValueError:
        raise RemoteError("not_hex") from None
    if not data:
        raise RemoteError("empty")
    return data
