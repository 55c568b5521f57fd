"""Multi-packet J1939, heard and never asked for. The frames are built by hand, from the words of SAE J1939-21 5.10."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.can_input import bam
from obu.can_input.bam import Session
from obu.core.errors import RemoteError
from obu.core.frames import CanFrame
from obu.core.vehicle import VehicleState
from tests.can_input.j1939_bus import frame as group_frame
from tests.can_input.j1939_bus import payload

VIN = b"LZYTATE63B1000001"


def tp(group: int, data: bytes, at_ms: float, sender: int = 0, to: int = 0xFF) -> CanFrame:
    return CanFrame("main", 7 << 26 | group << 8 | to << 8 | sender, True, data.ljust(8, b"\xff"), int(at_ms * 1e6))


def broadcast(
    data: bytes, at_ms: float = 0.0, pgn: int = 0xFEEC, sender: int = 0, step_ms: float = 50
) -> list[CanFrame]:
    """The frames in which a control unit broadcasts `data`."""
    count = -(-len(data) // 7)
    head = bytes([32]) + len(data).to_bytes(2, "little") + bytes([count, 0xFF]) + pgn.to_bytes(3, "little")
    frames = [tp(0xEC00, head, 0, sender)]
    for number in range(count):
        part = bytes([number + 1]) + data[7 * number : 7 * number + 7]
        frames.append(tp(0xEB00, part, (number + 1) * step_ms, sender))
    return frames


def heard(bus, frames: list[CanFrame]) -> VehicleState:
    """What the vehicle says after these frames, on a bus that lives."""
    alive = group_frame("CCVS1", payload("CCVS1"), at_ms=390)
    state = bus.after(*frames, alive, at_ms=400)
    assert state.ignition_on
    return state


def test_the_buss_vin_is_the_vehicles(bus):
    assert heard(bus, broadcast(VIN + b"*")).vin == VIN.decode()
    assert bus.decoder.state.used == 4
    assert bus.assembler.vehicle(4_000_000_000).vin is None  # silence: the next bus may be another vehicle's
    later = bus.after(group_frame("CCVS1", payload("CCVS1"), at_ms=4100), at_ms=20_000)
    assert later.vin is None


@pytest.mark.parametrize("text", [b"LZYTATE63B100000", VIN + b"1", b"LZYTATE63B100000I", b"\xff" * 17, b"*" * 18])
def test_what_is_no_vin_is_none(bus, text):
    assert heard(bus, broadcast(text + b"*")).vin is None


def test_two_control_units_at_once_do_not_mix(bus):
    first, second = broadcast(VIN + b"*", sender=0), broadcast(bytes(30), pgn=0xFECA, sender=3)
    mixed = [each for pair in zip(first, second[: len(first)], strict=True) for each in pair] + second[len(first) :]
    assert heard(bus, mixed).vin == VIN.decode()
    assert not bus.decoder.state.parts


@given(st.binary(min_size=9, max_size=1785), st.integers(0, 0x3FFFF), st.integers(0, 255))
def test_any_length_comes_whole(data: bytes, pgn: int, sender: int) -> None:
    sessions: dict[int, Session] = {}
    told = [whole for each in broadcast(data, pgn=pgn, sender=sender) if (whole := bam.take(sessions, each))]
    assert told == [bam.Whole(pgn, data)] and not sessions


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda frames: frames.pop(2), "bam_out_of_order"),
        (lambda frames: frames.insert(2, frames[1]), "bam_out_of_order"),
        (lambda frames: frames.reverse(), "not_in_profile"),
        (lambda frames: frames.pop(0), "not_in_profile"),
    ],
)
def test_a_lost_doubled_or_late_packet_ends_it(spoil, why):
    frames, sessions, reasons = broadcast(VIN + b"*"), {}, []
    spoil(frames)
    for each in frames:
        try:
            assert bam.take(sessions, each) is None
        except RemoteError as refused:
            reasons.append(refused.reason)
    assert why in reasons


def test_a_packet_after_the_time_limit_ends_it():
    sessions: dict[int, Session] = {}
    frames = broadcast(VIN + b"*", step_ms=751)
    bam.take(sessions, frames[0])
    with pytest.raises(RemoteError, match="bam_out_of_order"):
        bam.take(sessions, frames[1])
    assert not sessions


def test_what_is_for_one_alone_is_not_ours():
    sessions: dict[int, Session] = {}
    with pytest.raises(RemoteError, match="not_in_profile"):
        bam.take(sessions, tp(0xEC00, bytes([16, 18, 0, 3, 0xFF, 0xEC, 0xFE, 0]), 0, to=0x31))


def test_a_babbling_bus_holds_a_bounded_memory(bus):
    rng = random.Random(3)
    for number in range(20_000):
        data = bytes([rng.choice((32, 32, 16, 1, 2, 3)), *rng.randbytes(7)])
        if rng.random() < 0.5:
            data = bytes([32, 9 + rng.randrange(200), 0, 0, 0xFF]) + rng.randbytes(3)
            data = data[:3] + bytes([-(-data[1] // 7)]) + data[4:]
        group = rng.choice((0xEC00, 0xEB00))
        bus.decoder.take([tp(group, data, number * 0.2, rng.randrange(256), rng.choice((0xFF, 0xFF, 0x31)))])
    state = bus.decoder.state
    assert len(state.parts) <= 256
    assert state.used + sum(state.dropped.values()) == state.frames
