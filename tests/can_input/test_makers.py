"""Buses of makers: what each value is, what a frame must show, and what a frozen or foreign control unit cannot do.

Frames are written by cantools; checksums by crccheck (CRC-8/AUTOSAR) or by hand from the rule's own words.
"""

import random
from dataclasses import dataclass, field

import cantools
import pytest
from crccheck.crc import Crc8Autosar
from hypothesis import given
from hypothesis import strategies as st

from obu.can_input.assembler import Assembler
from obu.can_input.dbc import Plans, compile_plans
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Checksum, Guard, Profile
from obu.core.errors import ConfigError
from obu.core.frames import CanFrame
from obu.core.vehicle import Gear, SystemState, VehicleState
from obu.runtime.freeze import freeze, thaw
from obu.runtime.strict import convert, read_text, read_toml
from tests.can_input.conftest import DBC_FOLDER

MAKERS = ("taxi_toyota_tnga", "taxi_vw_mqb", "example_maker_ev_bus")


@dataclass
class Car:
    """A maker's bus: `say` puts a frame on it as the car's own control unit would, with its counter and checksum."""

    name: str
    profile: Profile = field(init=False)
    plans: Plans = field(init=False)

    def __post_init__(self) -> None:
        path = DBC_FOLDER / f"{self.name}.toml"
        self.profile = read_toml(path, Profile)
        self.plans = compile_plans(read_text(path.with_suffix(".dbc")), self.profile, str(path))
        self.decoder = Decoder(self.plans)
        self.assembler = Assembler(self.profile, self.plans, self.decoder, str(path))
        self.database = cantools.database.load_file(path.with_suffix(".dbc"))
        self.count = 0
        self.at_ms = 0.0

    def frame(self, message: str, **values: float) -> CanFrame:
        """All other signals are zero."""
        found = self.database.get_message_by_name(message)
        guard = self.profile.guards.get(message, Guard())
        if guard.counter:
            self.count = (self.count + 1) % 16
            values[guard.counter] = self.count
        zero = {signal.name: signal.offset if signal.minimum is None else max(signal.minimum, min(0, signal.maximum))
                for signal in found.signals}  # fmt: skip
        data = bytearray(found.encode({**zero, **values}, scaling=True, strict=False))
        if guard.checksum:
            at = next(signal.start for signal in found.signals if signal.name == guard.checksum.signal) // 8
            data[at] = checksum(guard.checksum, found.frame_id, data, at)
        return CanFrame("main", found.frame_id, found.is_extended_frame, bytes(data), int(self.at_ms * 1e6))

    def say(self, message: str, **values: float) -> VehicleState:
        return self.hear(self.frame(message, **values))

    def hear(self, *frames: CanFrame) -> VehicleState:
        self.decoder.take(frames)
        return self.assembler.vehicle(int(self.at_ms * 1e6))


def checksum(rule: Checksum, can_id: int, data: bytearray, at: int) -> int:
    rest = [octet for number, octet in enumerate(data) if number != at]
    if rule.rule == "xor8":
        found = 0
        for octet in rest:
            found ^= octet
        return found
    if rule.rule == "sum8_id_length":
        return (sum(rest) + len(data) + (can_id & 0xFF) + (can_id >> 8)) % 256
    ids = rule.data_ids if len(rule.data_ids) > 1 else rule.data_ids * 16
    return int(Crc8Autosar.calc(bytes([*data[1:], ids[data[1] & 15]])))


@pytest.fixture(params=MAKERS)
def car(request: pytest.FixtureRequest) -> Car:
    return Car(request.param)


def test_toyota() -> None:
    car = Car("taxi_toyota_tnga")
    assert car.say("SPEED", SPEED=36.0).speed_mps == pytest.approx(10.0)
    car.say("KINEMATICS", YAW_RATE=-12.2, ACCEL_X=-3.5)  # a right turn counts down
    car.say("STEER_ANGLE_SENSOR", STEER_ANGLE=-90.0)
    car.say("GEAR_PACKET", GEAR=16)
    car.say("BRAKE_MODULE", BRAKE_PRESSED=1)
    car.say("BLINKERS_STATE", TURN_SIGNALS=2)
    state = car.say("BODY_CONTROL_STATE", DOOR_OPEN_RR=1)
    assert state.yaw_rate_deg_s == pytest.approx(12.2, abs=0.13)
    assert state.accel_long_mps2 == pytest.approx(-3.5, abs=0.02)
    assert (state.steering_wheel_deg, state.gear, state.brake_applied) == (90.0, Gear.REVERSE, True)
    assert (state.left_turn, state.right_turn, state.hazard_lights) == (False, True, False)
    assert (state.door_open, state.parking_brake) == (True, False)


def test_toyotas_wheel_steps_in_when_its_speed_is_gone() -> None:
    car = Car("taxi_toyota_tnga")
    car.say("SPEED", SPEED=36.0)
    car.at_ms = 250.0
    assert car.say("WHEEL_SPEEDS", WHEEL_SPEED_RR=35.0).speed_mps == pytest.approx(35.0 / 3.6)


def test_volkswagen() -> None:
    car = Car("taxi_vw_mqb")
    car.say("Klemmen_Status_01", ZAS_Kl_15=1)
    car.say("ESP_21", ESP_v_Signal=50.4, ABS_Bremsung=1)
    car.say("ESP_02", ESP_Gierrate=8.0, ESP_VZ_Gierrate=1, ESP_Querbeschleunigung=-0.2, ESP_Laengsbeschl=-4.25)
    car.say("LWI_01", LWI_Lenkradwinkel=45.5, LWI_VZ_Lenkradwinkel=0)
    car.say("Getriebe_11", GE_Fahrstufe=8)
    car.say("ESP_05", ESP_Fahrer_bremst=1)
    car.say("Blinkmodi_02", Comfort_Signal_Left=1)
    state = car.say("Gateway_72", ZV_HFS_offen=1)
    assert state.ignition_on is True
    assert state.speed_mps == pytest.approx(14.0)
    assert state.yaw_rate_deg_s == pytest.approx(8.0)  # the sign bit is to the right
    assert state.steering_wheel_deg == pytest.approx(-45.5)  # without it, to the left
    assert state.accel_lat_mps2 == pytest.approx(0.2 * 9.80665)
    assert state.accel_long_mps2 == pytest.approx(-4.25)
    assert (state.gear, state.brake_applied, state.abs) == (Gear.FORWARD, True, SystemState.ENGAGED)
    assert (state.left_turn, state.right_turn, state.door_open) == (True, False, True)
    assert state.airbag_deployed is None  # nobody said
    assert car.say("Airbag_01", AB_SF_Crash=1).airbag_deployed is True
    assert car.say("Klemmen_Status_01", ZAS_Kl_15=0).ignition_on is False


def test_a_substitute_value_is_none() -> None:
    car = Car("taxi_vw_mqb")
    assert car.say("ESP_21", ESP_v_Signal=50.4, ESP_QBit_v_Signal=1).speed_mps is None
    assert car.say("ESP_19", ESP_HR_Radgeschw_02=36.0).speed_mps == pytest.approx(10.0)  # the wheel steps in
    assert car.say("ESP_21", ESP_v_Signal=50.4).speed_mps == pytest.approx(14.0)
    assert car.say("ESP_02", ESP_Gierrate=8.0, ESP_QBit_Gierrate=1).yaw_rate_deg_s is None


def test_a_makers_own_pattern_is_not_available() -> None:
    car = Car("example_maker_ev_bus")
    assert car.say("VCU_Motion", LongAccel=12.9, YawRate=5.0, YawValid=1).accel_long_mps2 is None
    assert car.say("VCU_Motion", LongAccel=1.5, YawRate=5.0, YawValid=1).yaw_rate_deg_s == -5.0
    assert car.say("VCU_Motion", Speed=36.0, YawRate=5.0).yaw_rate_deg_s is None


def guarded(car: Car) -> list[str]:
    return [name for name, guard in car.profile.guards.items() if guard.checksum]


def test_a_flipped_bit_changes_nothing(car: Car) -> None:
    for message in guarded(car):
        good = car.frame(message)
        car.hear(good)
        for bit in range(8 * len(good.data)):
            fresh = car.frame(message)
            spoilt = bytearray(fresh.data)
            spoilt[bit // 8] ^= 1 << bit % 8
            before = freeze((car.decoder.state.raws, car.decoder.state.at_ns))
            dropped = car.decoder.state.dropped.get("bad_checksum", 0)
            car.hear(CanFrame("main", good.can_id, good.is_extended, bytes(spoilt), 1))
            assert freeze((car.decoder.state.raws, car.decoder.state.at_ns)) == before, (message, bit)
            assert car.decoder.state.dropped["bad_checksum"] == dropped + 1


@pytest.mark.parametrize(("name", "message"), [("taxi_vw_mqb", "ESP_21"), ("example_maker_ev_bus", "VCU_Motion")])
def test_a_control_unit_that_froze_ages(name: str, message: str) -> None:
    car = Car(name)
    speed = {"ESP_21": "ESP_v_Signal", "VCU_Motion": "Speed"}[message]
    frozen = car.frame(message, **{speed: 36.0})
    assert car.hear(frozen).speed_mps == pytest.approx(10.0)
    for at_ms in range(20, 400, 20):
        car.at_ms = at_ms
        state = car.hear(CanFrame("main", frozen.can_id, frozen.is_extended, frozen.data, int(at_ms * 1e6)))
        assert (state.speed_mps is None) == (at_ms > 200)
    assert car.decoder.state.dropped == {"stuck_counter": 19}
    assert car.say(message, **{speed: 18.0}).speed_mps == pytest.approx(5.0)


def test_a_tenth_of_the_frames_lost_loses_no_value() -> None:
    car, rng = Car("taxi_vw_mqb"), random.Random(7)
    lost = 0
    for step in range(2000):
        car.at_ms = step * 20.0
        frame = car.frame("ESP_21", ESP_v_Signal=36.0)
        if rng.random() < 0.1:
            lost += 1
            continue
        assert car.hear(frame).speed_mps == pytest.approx(10.0)
    assert 150 < lost < 250 and not car.decoder.state.dropped


@given(st.data())
def test_no_frame_raises_and_every_one_is_counted(data: st.DataObject) -> None:
    car = CARS[data.draw(st.sampled_from(MAKERS))]
    message = data.draw(st.sampled_from(car.database.messages))
    payload = data.draw(st.binary(max_size=64))
    is_extended = data.draw(st.booleans())
    car.hear(CanFrame("main", message.frame_id if is_extended else message.frame_id & 0x7FF, is_extended, payload, 0))
    state = car.decoder.state
    assert state.used + sum(state.dropped.values()) == state.frames
    assert set(state.dropped) <= {
        "not_in_profile", "short_frame", "bad_checksum", "stuck_counter", "out_of_range"
    }  # fmt: skip


CARS = {name: Car(name) for name in MAKERS}


def test_the_counters_survive_a_checkpoint() -> None:
    car = Car("taxi_vw_mqb")
    frame = car.frame("ESP_21", ESP_v_Signal=36.0)
    car.hear(frame)
    car.decoder.state = thaw(freeze(car.decoder.state))
    car.hear(frame)
    assert car.decoder.state.dropped == {"stuck_counter": 1}


def test_the_drivers_filter_lets_through_what_is_used_and_no_more(car: Car) -> None:
    wanted = {(plan.key & 0x1FFFFFFF, bool(plan.key >> 29)) for plan in car.plans.messages}
    filters = car.plans.filters()

    def passes(can_id: int, is_extended: bool) -> bool:
        return any(each[2] == is_extended and can_id & each[1] == each[0] & each[1] for each in filters)

    assert all(passes(*key) for key in wanted)
    for can_id in range(0x800):
        assert passes(can_id, False) == ((can_id, False) in wanted)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"guards": {"NOBODY": {}}}, "guards.NOBODY: no value of this profile is in it"),
        ({"guards": {"SPEED": {"counter": "COUNT"}}}, "guards.SPEED: COUNT is not in the DBC"),
        ({"guards": {"SPEED": {"checksum": {"signal": "SPEED", "rule": "xor8"}}}}, "SPEED is not one whole octet"),
        ({"guards": {"SPEED": {"checksum": {"signal": "CHECKSUM", "rule": "crc8_data_id"}}}}, "checksum.data_ids"),
        ({"guards": {"SPEED": {"checksum": {"signal": "CHECKSUM", "rule": "xor8", "data_ids": [1]}}}}, "data_ids"),
        ({"guards": {"SPEED": {"checksum": {"signal": "CHECKSUM", "rule": "md5"}}}}, "rule"),
        ({"negative": "KINEMATICS.YAW_RATE"}, "values.speed_mps[0].negative: KINEMATICS.YAW_RATE is of another"),
        ({"only_while": {"SPEED.NOTHING": 1}}, "SPEED.NOTHING is not in the DBC"),
        ({"absent": ["x"]}, 'absent."x": not a raw value or span'),
    ],
)
def test_nonsense_in_a_profile_names_the_key(change: dict, why: str) -> None:
    path = DBC_FOLDER / "taxi_toyota_tnga.toml"
    guards = change.pop("guards", {})
    tree = {
        "title": "x", "kind": "taxi", "family": "broadcast", "body": {"width_m": 2.0, "length_m": 4.6},
        "ignition": {"silent_ms": 3000, "settle_ms": 0}, "guards": guards,
        "values": {"speed_mps": [{"signal": "SPEED.SPEED", "max_age_ms": 200, **change}]},
    }  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        profile = convert(tree, Profile, "it")
        plans = compile_plans(read_text(path.with_suffix(".dbc")), profile, "it")
        Assembler(profile, plans, Decoder(plans), "it")
    assert why in caught.value.text and caught.value.zh
