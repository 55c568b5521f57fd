"""slcan's text, read in bulk: any cut gives the same frames, python-can reads the same, and nothing raises."""

import can
from can.interfaces.slcan import slcanBus
from hypothesis import given
from hypothesis import strategies as st

from obu.drivers.can_options import Sieve
from obu.drivers.slcan_lines import MOST_KNOWN, SlcanLines

IDS = st.one_of(
    st.tuples(st.just(True), st.integers(0, 0x1FFFFFFF)), st.tuples(st.just(False), st.integers(0, 0x7FF))
)  # fmt: skip
FRAMES = st.lists(st.tuples(IDS, st.binary(max_size=8)), max_size=20)


def line(is_extended, can_id, data):
    start = f"T{can_id:08X}" if is_extended else f"t{can_id:03X}"
    return f"{start}{len(data)}{data.hex().upper()}\r".encode()


def read(text, *cuts):
    lines = SlcanLines("main", Sieve(()))
    found, last = [], 0
    for cut in (*sorted(cuts), len(text)):
        found += lines.feed(text[last:cut], 7)
        last = max(last, cut)
    return [(frame.is_extended, frame.can_id, frame.data) for frame in found], lines


@given(FRAMES, st.lists(st.integers(0, 500), max_size=6))
def test_any_cut_gives_the_same_frames(frames, cuts):
    text = b"".join(line(*key, data) for key, data in frames)
    found, lines = read(text, *(min(cut, len(text)) for cut in cuts))
    assert found == [(*key, data) for key, data in frames]
    assert lines.heard == len(frames) and lines.bad == 0


class Replayed(slcanBus):
    """python-can's own parser, given lines."""

    def __init__(self, texts):
        self._texts = list(texts)
        self._queue = can.interfaces.slcan.SimpleQueue()
        self.channel_info = ""

    def _read(self, timeout):
        return self._texts.pop(0) if self._texts else None


@given(FRAMES)
def test_python_can_reads_the_same(frames):
    texts = [line(*key, data).decode() for key, data in frames]
    theirs = []
    bus = Replayed(texts)
    for _ in texts:
        message, _ = bus._recv_internal(0)
        theirs.append((message.is_extended_id, message.arbitration_id, bytes(message.data)))
    assert read("".join(texts).encode())[0] == theirs


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"\r", b"T18FEF1318", b"F80", b"sb255255", b"\a"]))))
def test_nothing_raises_and_every_line_is_accounted_for(pieces):
    lines = SlcanLines("main", Sieve(((0xFEF100, 0x3FFFF00, True),)))
    found = [frame for piece in pieces for frame in lines.feed(piece, 0)]
    assert len(found) + lines.passed_over == lines.heard
    assert all(frame.can_id >> 8 & 0x3FFFF == 0xFEF1 and len(frame.data) <= 8 for frame in found)


def test_torn_and_foreign_lines_are_counted():
    torn = [b"T", b"T18FEF131", b"T18FEF1319" + b"0" * 18, b"T18FEF13180001", b"T18FEF1318 0 0 0 0 0 0 0 0",
            b"t8001AA", b"T3FFFFFFF0", b"T+8FEF1310", b"xyz"]  # fmt: skip
    found, lines = read(b"\r".join(torn) + b"\r")
    assert found == []
    assert lines.bad == len(torn)


def test_an_adapters_clock_at_the_end_of_a_line_is_passed_over():
    assert read(b"t1232AABB04D2\r")[0] == [(False, 0x123, b"\xaa\xbb")]


def test_flags_states_and_errors_are_told():
    lines = SlcanLines("main", Sieve(()))
    lines.feed(b"\a\a\rV1013\r\r\a\r", 0)
    lines.feed(b"F80\rF09\re1a\re2ob\rsp128000\rr1230\rN1234\r", 0)
    assert lines.is_in_step and lines.answers == [True, False, True]  # what came before V is of an earlier opening
    assert (lines.flags, lines.errors, lines.overruns, lines.is_off, lines.bad) == (0x09, 3, 2, False, 0)
    lines.feed(b"sb255255\r", 0)
    assert lines.is_off
    lines.begin()
    assert not lines.is_off and lines.answers == []


def test_what_is_remembered_of_identifiers_is_bounded():
    lines = SlcanLines("main", Sieve(()))
    for start in range(0, 3 * MOST_KNOWN, 100):
        lines.feed(b"".join(line(True, can_id, b"") for can_id in range(start, start + 100)), 0)
    assert lines.heard == 3 * MOST_KNOWN // 100 * 100 + (100 if 3 * MOST_KNOWN % 100 else 0)
    assert len(lines._known) <= MOST_KNOWN
