"""From frames that a table of its own encoded to what the vehicle says: signs, states, ages, alternatives, ignition."""

import pytest

from obu.core.vehicle import Gear, SystemState, VehicleState
from tests.can_input.j1939_bus import RIGHT_TURN, frame, payload, raw_payload


def test_a_known_right_turn_is_positive_everywhere(bus):
    state = bus.after(frame("VDC2", payload("VDC2", **RIGHT_TURN)), at_ms=1)
    assert state.steering_wheel_deg == pytest.approx(68.75, abs=0.1)  # 1.2 rad
    assert state.yaw_rate_deg_s == pytest.approx(11.46, abs=0.01)  # 0.2 rad/s
    assert state.accel_lat_mps2 == pytest.approx(1.5, abs=0.001)
    assert state.accel_long_mps2 == pytest.approx(0.0, abs=0.001)


def test_braking_is_negative(bus):
    state = bus.after(frame("VDC2", payload("VDC2", LongitudinalAccel=-4.5)), at_ms=1)
    assert state.accel_long_mps2 == pytest.approx(-4.5)
    assert state.yaw_rate_deg_s is None


@pytest.mark.parametrize(
    ("raw", "gear"),
    [
        (0, Gear.REVERSE), (124, Gear.REVERSE), (125, Gear.NEUTRAL), (126, Gear.FORWARD), (250, Gear.FORWARD),
        (251, Gear.PARK), (252, None), (254, None), (255, None),
    ],
)  # fmt: skip
def test_the_gear_is_read_from_spn_523(bus, raw, gear):
    assert bus.after(frame("ETC2", raw_payload("ETC2", CurrentGear=raw)), at_ms=1).gear is gear


def test_without_a_gear_the_tachograph_tells_the_direction(bus):
    frames = frame("ETC2", b"\xff" * 8), frame("TCO1", raw_payload("TCO1", DirectionIndicator=1))
    assert bus.after(*frames, at_ms=1).gear is Gear.REVERSE


def test_speed_steps_down_its_alternatives_signal_by_signal(bus):
    frames = [
        frame("CCVS1", payload("CCVS1", WheelBasedVehicleSpeed=36.0)),
        frame("TCO1", payload("TCO1", TachoVehicleSpeed=39.6)),
        frame("EBC2", payload("EBC2", FrontAxleSpeed=43.2)),
    ]
    assert bus.after(*frames, at_ms=1).speed_mps == pytest.approx(10.0, abs=1e-3)
    assert bus.after(frame("CCVS1", b"\xff" * 8), at_ms=1).speed_mps == pytest.approx(11.0, abs=1e-3)
    lost = frame("TCO1", raw_payload("TCO1", TachoVehicleSpeed=0xFE00))
    assert bus.after(lost, at_ms=1).speed_mps == pytest.approx(12.0, abs=1e-3)
    assert bus.after(at_ms=301).speed_mps is None


def test_speed_ffff_is_nothing_and_never_256_km_h(bus):
    state = bus.after(frame("CCVS1", raw_payload("CCVS1", WheelBasedVehicleSpeed=0xFFFF, BrakeSwitch=0)), at_ms=1)
    assert state.speed_mps is None
    assert state.brake_applied is False


def test_a_frozen_signal_is_none_past_its_age_limit_and_not_before(bus):
    bus.decoder.take([frame("CCVS1", payload("CCVS1", WheelBasedVehicleSpeed=36.0, BrakeSwitch=1), at_ms=1000)])
    assert bus.after(at_ms=1300).speed_mps == pytest.approx(10.0)
    late = bus.after(at_ms=1300.001)
    assert late.speed_mps is None
    assert late.brake_applied is True  # its limit is 500 ms
    assert bus.after(at_ms=1500.001).brake_applied is None


def test_the_brake_falls_back_to_the_pedal(bus):
    assert bus.after(frame("EBC1", raw_payload("EBC1", BrakePedalPos=1)), at_ms=1).brake_applied is True
    assert bus.after(frame("EBC1", raw_payload("EBC1", BrakePedalPos=0)), at_ms=1).brake_applied is False
    switch = frame("EBC1", raw_payload("EBC1", EbsBrakeSwitch=1, BrakePedalPos=0))
    assert bus.after(switch, at_ms=1).brake_applied is True


def test_driving_aids_tell_passive_and_engaged(bus):
    passive = [
        frame("EBC1", raw_payload("EBC1", AbsActive=0, AsrEngineCtrlActive=0, AsrBrakeCtrlActive=3)),
        frame("VDC1", raw_payload("VDC1", YcEngCtrlActive=0, YcBrakeCtrlActive=0)),
    ]
    state = bus.after(*passive, at_ms=1)
    assert {state.abs, state.traction_control, state.stability_control} == {SystemState.ON}
    engaged = [
        frame("EBC1", raw_payload("EBC1", AbsActive=1, AsrEngineCtrlActive=0, AsrBrakeCtrlActive=1)),
        frame("VDC1", raw_payload("VDC1", YcEngCtrlActive=1, YcBrakeCtrlActive=0)),
    ]
    state = bus.after(*engaged, at_ms=1)
    assert {state.abs, state.traction_control, state.stability_control} == {SystemState.ENGAGED}
    assert bus.after(frame("EBC1", raw_payload("EBC1", AbsActive=2)), at_ms=1).abs is None  # reserved, not "off"


@pytest.mark.parametrize(
    ("lamps", "switches", "left", "right", "hazard"),
    [
        ({"LeftTurn": 1, "RightTurn": 0}, {}, True, False, False),
        ({}, {"TurnSignalSwitch": 1, "HazardSwitch": 0}, True, False, False),
        ({}, {"TurnSignalSwitch": 2}, False, True, None),
        ({"LeftTurn": 0, "RightTurn": 0}, {"TurnSignalSwitch": 2}, False, False, False),  # the lamp is nearer
        ({"LeftTurn": 1, "RightTurn": 1}, {}, True, True, True),
        ({"LeftTurn": 1}, {}, True, None, None),
        ({}, {"HazardSwitch": 1, "TurnSignalSwitch": 0}, False, False, True),
        ({"LeftTurn": 2, "RightTurn": 3}, {"TurnSignalSwitch": 14}, None, None, None),
    ],
)
def test_turn_signals_and_hazard(bus, lamps, switches, left, right, hazard):
    frames = frame("LD", raw_payload("LD", **lamps)), frame("OEL", raw_payload("OEL", **switches))
    state = bus.after(*frames, at_ms=1)
    assert (state.left_turn, state.right_turn, state.hazard_lights) == (left, right, hazard)


@pytest.mark.parametrize(
    ("each", "all_doors", "is_open"),
    [
        ({"Door1Open": 0, "Door2Open": 1}, {}, True),
        ({"Door1Open": 0, "Door2Open": 0}, {"DoorPosition": 0}, False),  # a bus with two doors; DC2 comes first
        ({}, {"DoorPosition": 0}, True),
        ({}, {"DoorPosition": 1}, True),
        ({}, {"DoorPosition": 2}, False),
        ({}, {"DoorPosition": 14}, None),
        ({"Door10Open": 1}, {}, True),
    ],
)
def test_doors(bus, each, all_doors, is_open):
    frames = frame("DC2", raw_payload("DC2", **each)), frame("DC1", raw_payload("DC1", **all_doors))
    assert bus.after(*frames, at_ms=1).door_open is is_open


def test_lights_and_parking_brake(bus):
    frames = [
        frame("LD", raw_payload("LD", LowBeam=1, HighBeam=0)),
        frame("CCVS1", raw_payload("CCVS1", ParkingBrakeSwitch=1)),
    ]
    state = bus.after(*frames, at_ms=1)
    assert (state.low_beam, state.high_beam, state.parking_brake) == (True, False, True)


SPEED = payload("CCVS1", WheelBasedVehicleSpeed=36.0)


def test_a_bus_that_already_runs_needs_valid_frames_only(bus):
    assert bus.after(at_ms=0) == VehicleState(ignition_on=None)
    assert bus.after(frame("CCVS1", SPEED, at_ms=50), at_ms=51).speed_mps == pytest.approx(10.0)


def test_a_seen_switch_on_begins_ten_seconds_without_values(bus):
    assert bus.after(at_ms=0).ignition_on is None
    assert bus.after(at_ms=3000) == VehicleState(ignition_on=False)
    for at_ms in range(5000, 15_000, 100):
        state = bus.after(frame("CCVS1", SPEED, at_ms=at_ms), at_ms=at_ms)
        assert state == VehicleState(ignition_on=True), at_ms
    assert bus.after(frame("CCVS1", SPEED, at_ms=15_000), at_ms=15_000).speed_mps == pytest.approx(10.0)


def test_a_short_silence_is_no_switch_off(bus):
    bus.after(frame("CCVS1", SPEED, at_ms=0), at_ms=0)
    assert bus.after(at_ms=2900) == VehicleState(ignition_on=True)
    assert bus.after(frame("CCVS1", SPEED, at_ms=2950), at_ms=2950).speed_mps == pytest.approx(10.0)
    assert bus.after(at_ms=5950).ignition_on is False
