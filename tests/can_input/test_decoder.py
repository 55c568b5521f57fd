"""Whole or absent: which frames count, what they change, and that every one of them is counted."""

import random

import pytest

from obu.runtime.freeze import freeze, thaw
from tests.can_input.j1939_bus import RIGHT_TURN, TABLE, frame, payload, raw_payload


def counted(decoder):
    return decoder.state.used + sum(decoder.state.dropped.values()) == decoder.state.frames


def test_any_priority_and_sender_counts(bus):
    data = payload("CCVS1", WheelBasedVehicleSpeed=36.0)
    for priority in range(8):
        for sender in (0x00, 0x0B, 0x31, 0xFE):
            bus.decoder.take([frame("CCVS1", data, priority=priority, sender=sender)])
    assert bus.decoder.state.used == bus.decoder.state.frames == 32


def test_a_short_frame_changes_nothing(bus):
    bus.decoder.take([frame("CCVS1", payload("CCVS1", WheelBasedVehicleSpeed=36.0), at_ms=1)])
    before = freeze(bus.decoder.state)
    for length in range(8):
        bus.decoder.take([frame("CCVS1", bytes(length), at_ms=50)])
    assert bus.decoder.state.dropped == {"short_frame": 8}
    bus.decoder.state.dropped.clear()
    bus.decoder.state.frames = 1
    assert freeze(bus.decoder.state) == before


def test_an_11_bit_frame_and_a_foreign_group_are_not_in_the_profile(bus):
    foreign = frame("CCVS1", bytes(8))
    bus.decoder.take([type(foreign)("main", 0x7F1, False, bytes(8), 0)])
    bus.decoder.take([type(foreign)("main", 0x18FF1005, True, bytes(8), 0)])
    assert bus.decoder.state.dropped == {"not_in_profile": 2}
    assert bus.decoder.state.last_frame_ns is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(0xFFFF, "not_available"), (0xFF12, "not_available"), (0xFE00, "error_pattern"), (0xFB00, "out_of_range")],
)
def test_a_frame_without_a_measurement_is_dropped_by_its_gravest_reason(bus, raw, reason):
    bus.decoder.take([frame("TCO1", raw_payload("TCO1", TachoVehicleSpeed=raw))])
    assert bus.decoder.state.dropped == {reason: 1}


def test_not_available_takes_the_value_back_at_once(bus):
    state = bus.after(frame("CCVS1", payload("CCVS1", WheelBasedVehicleSpeed=36.0), at_ms=0), at_ms=1)
    assert state.speed_mps == pytest.approx(10.0)
    assert bus.after(frame("CCVS1", raw_payload("CCVS1", BrakeSwitch=1), at_ms=2), at_ms=3).speed_mps is None


def test_another_control_units_not_available_takes_nothing_back(bus):
    """CCVS1 comes from the engine (speed) and the cab (brake switch); each leaves the other's field empty."""
    for at_ms in range(0, 1000, 100):
        state = bus.after(
            frame("CCVS1", payload("CCVS1", WheelBasedVehicleSpeed=36.0), at_ms=at_ms, sender=0x00),
            frame("CCVS1", raw_payload("CCVS1", BrakeSwitch=1), at_ms=at_ms + 50, sender=0x31),
            at_ms=at_ms + 51,
        )
        assert (state.speed_mps, state.brake_applied) == (pytest.approx(10.0), True)
    late = bus.after(frame("CCVS1", raw_payload("CCVS1", BrakeSwitch=1), at_ms=1250, sender=0x31), at_ms=1251)
    assert late.speed_mps is None  # the engine fell silent; the cab's frames do not keep its value young
    assert late.brake_applied is True


def test_a_full_bus_of_not_available_says_nothing(bus):
    state = bus.after(*(frame(group, b"\xff" * 8, at_ms=1) for group in TABLE), at_ms=2)
    values = {name: getattr(state, name) for name in type(state).__dataclass_fields__}
    assert values.pop("ignition_on") is True
    assert set(values.values()) == {None}
    assert bus.decoder.state.used == 0


@pytest.mark.fuzz
def test_no_frame_raises_and_every_one_is_counted(bus, fuzz_runs):
    rng = random.Random(20261120)
    groups = sorted(TABLE)
    for number in range(max(20_000, fuzz_runs)):
        data = rng.randbytes(rng.choice((8, 8, 8, rng.randrange(9), 64)))
        made = frame(rng.choice(groups), data, at_ms=number, priority=rng.randrange(8), sender=rng.randrange(256))
        can_id = made.can_id if rng.random() < 0.8 else rng.getrandbits(29)
        bus.decoder.take([type(made)("main", can_id, rng.random() < 0.9, data, made.at_ns)])
        if number % 50 == 0:
            bus.assembler.vehicle(made.at_ns)
    reasons = {"not_in_profile", "short_frame", "not_available", "error_pattern", "out_of_range"}
    assert set(bus.decoder.state.dropped) <= reasons
    assert counted(bus.decoder)


def test_the_state_survives_a_checkpoint(bus):
    bus.after(frame("VDC2", payload("VDC2", **RIGHT_TURN), at_ms=5), at_ms=6)
    decoder, assembler = freeze(bus.decoder.state), freeze(bus.assembler.state)
    before = bus.assembler.vehicle(7_000_000)
    bus.decoder.state, bus.assembler.state = thaw(decoder), thaw(assembler)
    assert bus.assembler.vehicle(7_000_000) == before
    assert freeze(bus.decoder.state) == decoder
