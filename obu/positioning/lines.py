"""A receiver's stream cut into lines, each judged and counted once; its one rule: at most one line's bytes are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from obu.core.errors import RemoteError
from obu.core.frames import GnssBytes

TOO_LONG = "too_long"


@dataclass(slots=True)
class Reading:
    """rest: of the line under way; is_skipping: it was too long and is thrown away to its end. Counts of all before it:
    used, passed_over, dropped by reason.
    """

    rest: bytes = b""
    is_skipping: bool = False
    used: int = 0
    passed_over: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


def read(reading: Reading, chunks: Sequence[GnssBytes], longest: int, use: Callable[[bytes, int], bool]) -> None:
    """All whole lines of these chunks, in order; `use` says whether one was of use, or raises RemoteError."""
    for chunk in chunks:
        found, is_cut = _whole(reading, chunk.data, longest)
        for line in found:
            try:
                if len(line) > longest:
                    raise RemoteError(TOO_LONG)
                if use(line, chunk.at_ns):
                    reading.used += 1
                else:
                    reading.passed_over += 1
            except RemoteError as refused:
                _drop(reading, refused.reason)
        if is_cut:
            _drop(reading, TOO_LONG)


def _drop(reading: Reading, reason: str) -> None:
    reading.dropped[reason] = reading.dropped.get(reason, 0) + 1


def _whole(reading: Reading, data: bytes, longest: int) -> tuple[list[bytes], bool]:
    """The lines that are whole now, without ends and empty ones; True: one under way just passed `longest` bytes."""
    lines = (reading.rest + data).split(b"\n")
    reading.rest = lines.pop()
    if lines and reading.is_skipping:
        reading.is_skipping = False
        del lines[0]
    is_cut = False
    if reading.is_skipping:
        reading.rest = b""
    elif len(reading.rest) > longest:
        reading.rest, reading.is_skipping, is_cut = b"", True, True
    return [stripped for line in lines if (stripped := line.strip())], is_cut
