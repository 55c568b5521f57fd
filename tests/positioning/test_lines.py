"""Each line of a stream is counted once, however it is cut, and at most one line's bytes are kept."""

from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import RemoteError
from obu.core.frames import GnssBytes
from obu.positioning.lines import TOO_LONG, Reading, read

LONGEST = 12


def use(line: bytes, at_ns: int) -> bool:
    """Of use with a U, passed over with a P, refused by its first letter else."""
    if line[:1] not in (b"U", b"P"):
        raise RemoteError(line[:1].decode())
    return line[:1] == b"U"


@given(st.lists(st.text("UPx\n", max_size=30).map(str.encode), max_size=12))
def test_each_line_is_counted_once_for_what_it_is(chunks: list[bytes]) -> None:
    reading = Reading()
    for number, chunk in enumerate(chunks):
        read(reading, [GnssBytes(chunk, number)], LONGEST, use)
        assert len(reading.rest) <= LONGEST
    *whole, under_way = b"".join(chunks).split(b"\n")
    short = [line for line in whole if line and len(line) <= LONGEST]
    assert reading.used == sum(line.startswith(b"U") for line in short)
    assert reading.passed_over == sum(line.startswith(b"P") for line in short)
    too_long = sum(len(line) > LONGEST for line in [*whole, under_way])
    assert reading.dropped.get(TOO_LONG, 0) == too_long
    assert reading.dropped.get("x", 0) == len(short) - reading.used - reading.passed_over
