"""The link's one file: frames against the cobs of its inventors' paper, and both ends against each other.

The law: of what was posted to one life of the other end, the other end has heard a beginning, in order and once; and
once the wire lets anything through, it hears all.
"""

import binascii
import hashlib
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from obu.link import wire
from obu.link.digest import DIGEST
from tests.link.wires import KINDS, Pair

PAYLOADS = st.binary(max_size=wire.MOST_PAYLOAD)


def test_a_week_of_heartbeats() -> None:
    """The link stays up, nothing is sent twice, and the clock's wrap every 18 minutes is no event."""
    pair = Pair("perfect", 1)
    pair.until_up()
    first, second = pair.ends
    count = 7 * 24 * 3600 * 1_000_000 // wire.BEAT_EVERY_US
    for _ in range(count):
        pair.at = (pair.at + wire.BEAT_EVERY_US) & wire.MASK
        for end, other in ((first, second), (second, first)):
            other.take(end.frame, 0, end.pull(pair.at), pair.at)
        assert first.is_up and second.is_up
    for end in pair.ends:
        assert end.beats >= count
        assert (end.bad, end.resent, end.repeated, end.restarts) == (0, 0, 0, 0)


def test_the_digest_is_that_of_the_file() -> None:
    """A new wire.py needs a new digest, and both ends a new file: write what is expected into obu/link/digest.py."""
    assert hashlib.sha256(Path(wire.__file__).read_bytes()).digest()[: wire.DIGEST_LENGTH] == DIGEST


def cobs(data: bytes) -> bytes:
    """Straight from Cheshire and Baker, Consistent Overhead Byte Stuffing (1999), for blocks below 254."""
    return b"".join(bytes([len(block) + 1]) + block for block in data.split(b"\0"))


@given(kind=st.integers(1, 255), number=st.integers(0, 255), payload=PAYLOADS)
def test_a_frame_is_cobs_of_the_body_and_its_crc(kind: int, number: int, payload: bytes) -> None:
    frame = bytearray(b"\xaa" * wire.MOST_FRAME)
    frame[wire.PAYLOAD_AT : wire.PAYLOAD_AT + len(payload)] = payload
    length = wire.seal(frame, kind, number, len(payload))
    body = bytes([kind, number]) + payload
    assert bytes(frame[:length]) == b"\0" + cobs(body + binascii.crc32(body).to_bytes(4, "little")) + b"\0"
    inner = bytearray(frame[1 : length - 1])
    assert wire.opened(inner, len(inner)) == len(payload)
    assert bytes(inner[1 : 3 + len(payload)]) == body


@given(data=st.binary(min_size=1, max_size=wire.MOST_FRAME).map(lambda data: data.replace(b"\0", b"\1")))
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    assert wire.opened(bytearray(data), len(data)) == -1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_everything_arrives_once_and_in_order(kind: str, seed: int) -> None:
    pair, chance = Pair(kind, seed), random.Random(seed)
    pair.until_up()
    posted: list[list[bytes]] = [[], []]
    count = 12 if kind == "slow" else 120
    for _ in range(120_000):
        for side, end in enumerate(pair.ends):
            if len(posted[side]) < count and end.room():
                kind_byte, payload = chance.randrange(16, 256), chance.randbytes(chance.randrange(wire.MOST_PAYLOAD))
                assert end.send(kind_byte, payload)
                posted[side].append(bytes([kind_byte]) + payload)
        pair.step()
        if pair.heard == posted[::-1] and len(posted[0]) == len(posted[1]) == count:
            break
    assert pair.heard == posted[::-1]
    if kind in ("perfect", "byte by byte"):
        assert [end.resent for end in pair.ends] == [0, 0]
        assert [end.bad for end in pair.ends] == [0, 0]


class Link(RuleBasedStateMachine):
    """Anything that can happen between two ends; the kind of wire is set by a subclass.

    Every payload says who posted it in which life, to which life of the other end, and as the how-manieth.
    """

    KIND = "perfect"

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        self.pair = Pair(self.KIND, seed)
        self.pair.until_up()
        self.posted: dict[tuple[int, int, int], int] = {}

    @rule(side=st.integers(0, 1), size=st.integers(0, wire.MOST_PAYLOAD - 7), burst=st.integers(1, 12))
    def post(self, side: int, size: int, burst: int) -> None:
        end = self.pair.ends[side]
        for _ in range(burst):
            room, life = end.room(), (side, end.boot, end.peer_boot)
            count = self.posted.get(life, 0)
            assert end.send(wire.CAN, struct.pack("<BHHH", *life, count) + bytes(size)) == (room > 0)
            self.posted[life] = count + (room > 0)

    @rule(count=st.integers(1, 400))
    def wait(self, count: int) -> None:
        self.pair.run_ms(count)

    @rule(side=st.integers(0, 1), then=st.sampled_from([0, 20, 3_000]))
    def cut_the_power(self, side: int, then: int) -> None:
        self.pair.restart(side)
        self.pair.run_ms(then)

    @rule(side=st.integers(0, 1))
    def be_busy(self, side: int) -> None:
        self.pair.ends[side].credit ^= wire.WINDOW

    @rule(side=st.integers(0, 1), junk=st.binary(max_size=600))
    def noise(self, side: int, junk: bytes) -> None:
        self.pair.give(side, junk)

    @rule(side=st.integers(0, 1))
    def silence(self, side: int) -> None:
        """What is on the wire is lost, and its end hears nothing for as long as it takes to call the other dead."""
        ear = self.pair.wires[1 - side]
        ear.lose, usual = 1.0, ear.lose
        ear.held.clear()
        self.pair.run_ms(wire.DEAD_AFTER_US // 1000 + 500)
        ear.lose = usual

    @invariant()
    def in_order_and_once(self) -> None:
        if not hasattr(self, "pair"):
            return
        for side, heard in enumerate(self.pair.heard):
            counts: dict[int, int] = {}
            for payload in heard:
                sender, boot, meant_for, count = struct.unpack_from("<BHHH", payload, 1)
                assert (sender, meant_for) == (1 - side, self.pair.boots[side])
                assert count == counts.get(boot, 0)
                counts[boot] = count + 1

    def teardown(self) -> None:
        """Left alone, the ends find each other and hear all that was posted in these lives."""
        if not hasattr(self, "pair"):
            return
        for end in self.pair.ends:
            end.credit = wire.WINDOW
        self.pair.until_up(60_000)
        for _ in range(600 if self.KIND == "slow" else 200):
            if all(map(self.is_settled, (0, 1))):
                return
            self.pair.run_ms(100)
        raise AssertionError("one end waits for ever")

    def is_settled(self, side: int) -> bool:
        """Whether all that this side posted in these lives was heard, and told so."""
        end = self.pair.ends[side]
        count = self.posted.get((side, end.boot, end.peer_boot), 0)
        heard = self.pair.heard[1 - side]
        arrived = sum(struct.unpack_from("<H", payload, 2)[0] == end.boot for payload in heard)
        assert arrived <= count
        return end.is_up and end.room() == wire.WINDOW and arrived == count


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_happens_the_law_holds(kind: str) -> None:
    machine = type("LinkOver", (Link,), {"KIND": kind})
    run_state_machine_as_test(machine, settings=settings(max_examples=6, stateful_step_count=15))


@pytest.mark.parametrize("seed", range(5))
def test_a_fuzzed_peer_crashes_nothing(seed: int) -> None:
    """Frames with a good CRC and any content, and bytes that are none: the end writes frames only, and lives."""
    chance = random.Random(seed)
    pair = Pair("perfect", seed)
    pair.until_up()
    end, at = pair.ends[0], pair.at
    for _ in range(4_000):
        at = (at + chance.randrange(400_000)) & wire.MASK
        kind = chance.choice([wire.HELLO, wire.BEAT, wire.CAN, chance.randrange(1, 256)])
        length = chance.choice([19, 7 + wire.DIGEST_LENGTH, chance.randrange(wire.MOST_PAYLOAD)])
        frame = bytearray(wire.MOST_FRAME)
        frame[wire.PAYLOAD_AT : wire.PAYLOAD_AT + length] = chance.randbytes(length)
        data = bytes(frame[: wire.seal(frame, kind, chance.randrange(256), length)])
        if chance.random() < 0.3:
            data = chance.randbytes(chance.randrange(700))
        start = 0
        while start < len(data):
            start = end.take(data, start, len(data), at)
        if end.room():
            end.send(wire.LAMPS, b"x")
        for _ in range(4 * wire.WINDOW):
            if not (length := end.pull(at)):
                break
            assert wire.opened(bytearray(end.frame[1 : length - 1]), length - 2) >= 0
        else:
            raise AssertionError("it never stops writing")
        assert len(end.peer_name) <= wire.MOST_PAYLOAD


def test_another_file_on_the_other_end_is_refused_and_said() -> None:
    pair = Pair("perfect", 3)
    pair.ends[1] = pair.start(1, digest=b"87654321")
    pair.run_ms(3_000)
    assert not pair.ends[0].is_up and not pair.ends[1].is_up
    assert pair.ends[0].peer_name == b"end 1" and not pair.ends[0].is_compatible()
    assert not pair.ends[0].send(wire.LAMPS, b"")


def test_a_dead_peer_is_noticed_and_its_return_too() -> None:
    pair = Pair("perfect", 4)
    pair.until_up()
    pair.wires[1].lose = 1.0
    pair.run_ms(wire.DEAD_AFTER_US // 1000 + 300)
    assert not pair.ends[0].is_up
    pair.wires[1].lose = 0.0
    pair.until_up(1_000)
    assert pair.ends[0].restarts == 0


def test_a_busy_end_is_not_sent_more() -> None:
    """Credit is a promise: beyond it nothing is written, and when it returns all comes."""
    pair = Pair("perfect", 5)
    pair.until_up()
    pair.ends[1].credit = 0
    pair.run_ms(600)  # it is told with the next BEAT
    while pair.ends[0].room():
        pair.ends[0].send(wire.TEXT, b"later")
    pair.run_ms(1_000)
    assert pair.heard[1] == [] and pair.ends[1].repeated == 0
    pair.ends[1].credit = wire.WINDOW
    pair.run_ms(600)
    assert len(pair.heard[1]) == wire.WINDOW


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", (0, 1))
def test_after_a_restart_both_count_from_the_beginning(kind: str, side: int) -> None:
    pair = Pair(kind, 6)
    for word in (b"before", b"after", b"once more"):
        pair.until_up()
        for end in pair.ends:
            assert all(end.send(wire.CAN, word) for _ in range(5))
        pair.run_ms(8_000 if kind == "slow" else 2_000)
        for heard in pair.heard:
            assert heard[-5:] == [bytes([wire.CAN]) + word] * 5
        pair.restart(side)
