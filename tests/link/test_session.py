"""The unit's end: the board's clock in its own, sentences for a mismatch, and a board that lies."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import CanFrame, Indication, PulseEdge
from obu.link import wire
from obu.link.digest import DIGEST
from obu.link.session import Bus, Session

START_NS = 5_000_000_000_000


class Bench:
    """A session and a board's bare end whose clock is `ahead_us` ahead and `ppm` fast; each way takes `way_us`."""

    def __init__(self, ahead_us: int = 123_456_789, ppm: int = 0, way_us: int = 300, digest: bytes = DIGEST) -> None:
        self.session = Session(5, "obu", (Bus(channel="main"), Bus(channel="body")), 1)
        self.board = wire.End(6, digest, b"esp32_mcp2515\t1.0.0\tab12")
        self.at_us, self.ahead_us, self.ppm, self.way_us = START_NS // 1000, ahead_us, ppm, way_us
        self.said: list[object] = []
        self.obeyed: list[tuple[int, bytes]] = []

    def board_clock(self, at_us: int) -> int:
        return (at_us + self.ahead_us + (at_us - START_NS // 1000) * self.ppm // 1_000_000) & wire.MASK

    def step(self, us: int = 10_000) -> None:
        self.at_us += us
        while length := self.board.pull(self.board_clock(self.at_us)):
            data = bytes(self.board.frame[:length])
            self.said += self.session.take(data, (self.at_us + self.way_us) * 1000)
        while data := self.session.pull((self.at_us + self.way_us) * 1000):
            start, at = 0, self.board_clock(self.at_us + 2 * self.way_us)
            while start < len(data):
                start = self.board.take(data, start, len(data), at)
                if self.board.kind:
                    payload = self.board.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + self.board.length]
                    self.obeyed.append((self.board.kind, bytes(payload)))

    def run(self, count: int = 300) -> "Bench":
        for _ in range(count):
            self.step()
        return self


@pytest.mark.parametrize(("ahead_us", "ppm"), [(0, 0), (999_999_999, 50), (-7_000_000, -50)])
def test_the_boards_instants_become_ours(ahead_us: int, ppm: int) -> None:
    """Within half the round trip and what a crystal drifts in the 8 s that a beat counts."""
    bench = Bench(ahead_us, ppm).run(3_000)
    assert bench.session.is_up()
    edge_us = bench.at_us + 2_000
    bench.at_us += 5_000
    bench.board.send(wire.PPS, struct.pack("<IH", bench.board_clock(edge_us), 1))
    bench.step(0)
    (edge,) = [one for one in bench.said if isinstance(one, PulseEdge)]
    assert abs(edge.at_ns // 1000 - edge_us) <= edge.error_ns // 1000 + 1 <= bench.way_us + 8 * 50 + 1


def test_no_instant_is_in_the_future_nor_known_before_a_beat() -> None:
    bench = Bench().run()
    bench.board.send(wire.CAN, struct.pack("<I", bench.board_clock(bench.at_us + 900_000)) + entry(1, b""))
    bench.step()
    assert all(one.at_ns <= (bench.at_us + bench.way_us) * 1000 for one in bench.said if isinstance(one, CanFrame))
    fresh = Session(5, "obu", (Bus(channel="main"),), 1)
    assert fresh.take(b"\0\x01\0", START_NS) == []


def entry(word: int, data: bytes) -> bytes:
    return struct.pack("<HIB", 0, word, len(data)) + data


@given(st.binary(max_size=wire.MOST_PAYLOAD), st.sampled_from([16, 17, 18, 19, 20, 21, 32, 99, 255]))
def test_a_board_that_lies_raises_nothing_and_is_counted(payload: bytes, kind: int) -> None:
    bench = Bench().run(60)
    assert bench.board.send(kind, payload)
    bench.step()
    for one in bench.said:
        if isinstance(one, CanFrame):
            assert len(one.data) <= 8 and one.channel in ("main", "body") and one.can_id <= 0x1FFFFFFF


def test_a_channel_that_there_is_not_and_a_torn_batch_are_counted() -> None:
    bench = Bench().run(60)
    good = entry(0x80000000 | 0x18FEF131, b"12345678") + entry(1 << 29 | 0x123, b"")
    for batch in (good + entry(3 << 29, b"x"), good + entry(5, b"12345678")[:-1], good + entry(5, b"123456789"), b"\1"):
        bench.board.send(wire.CAN, bytes(4)[: len(batch) - 1] + batch)
        bench.step()
    frames = [(one.channel, one.can_id, one.is_extended) for one in bench.said if isinstance(one, CanFrame)]
    assert frames == [("main", 0x18FEF131, True), ("body", 0x123, False)] * 3
    assert bench.session.bad == 4


@pytest.mark.parametrize(("version", "words"), [(wire.VERSION + 1, "update the unit"), (wire.VERSION, "flash")])
def test_a_mismatch_says_which_end_is_to_be_flashed(version: int, words: str) -> None:
    bench = Bench(digest=b"another!").run(100)
    bench.session.end.peer_version = version
    fault = bench.session.fault()
    assert fault and words in fault.en and "esp32_mcp2515 1.0.0 ab12" in fault.en and "\n" not in fault.en
    assert fault.zh != fault.en and not bench.session.is_up()
    assert Bench().run(100).session.fault() is None


def test_a_name_of_any_bytes_is_text() -> None:
    session = Session(5, "obu", (), 1)
    session.end.peer_name = bytes(range(128, 256))
    assert "\n" not in session.board()


def test_the_newest_indication_counts_and_a_sound_is_played_once() -> None:
    bench = Bench().run()
    bench.obeyed.clear()
    for number in range(200):
        bench.session.indicate(Indication(steady=number, lines=(f"line {number}",), sound=2, number=number + 1))
    bench.run(200)
    lamps = [payload for kind, payload in bench.obeyed if kind == wire.LAMPS]
    assert lamps[-1] == struct.pack("<HHH", 199, 0, 0)
    assert [payload for kind, payload in bench.obeyed if kind == wire.TEXT][-1] == b"\0line 199"
    assert len(bench.obeyed) < 200
    bench.obeyed.clear()
    bench.board = wire.End(99, DIGEST, b"board")
    bench.run(200)
    assert {kind for kind, _ in bench.obeyed} == {wire.CONFIG, wire.LAMPS, wire.TEXT}


def test_filters_of_any_number_reach_the_board_whole() -> None:
    filters = tuple((number << 8, 0x3FFFF00, bool(number % 2)) for number in range(60))
    bench = Bench()
    bench.session = Session(5, "obu", (Bus(channel="main", filters=filters),), 1)
    bench.run(200)
    parts = [payload for kind, payload in bench.obeyed if kind == wire.CONFIG and payload[0] == 3]
    assert [part[2] for part in parts] == [1, 1, 0]
    got = [pair for part in parts for pair in struct.iter_unpack("<II", part[3:])]
    assert got == [(can_id | 0x80000000 * ext, mask) for can_id, mask, ext in filters]


def test_noise_between_the_ends_is_survived() -> None:
    bench, chance = Bench(), random.Random(3)
    for _ in range(300):
        bench.session.take(chance.randbytes(chance.randrange(80)), bench.at_us * 1000)
        bench.step()
    assert bench.run(400).session.is_up()
