"""The bench's J1939 table against the unit's DBC and profile: two tables, one bus. A mirrored sign shows here."""

from pathlib import Path

import cantools
import pytest

from hil.encode import CONTENT, BusTraffic, load
from hil.plant import Plant, Truth, drive_of
from hil.route import bus_line
from obu.can_input import dbc
from obu.can_input.assembler import Assembler
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Profile
from obu.core.frames import CanFrame
from obu.core.vehicle import Gear, SystemState, VehicleState
from obu.runtime import strict

DBC = Path(__file__).parents[2] / "dbc" / "city_bus_j1939.dbc"
ROUTE = bus_line()
PLANT = Plant(ROUTE, drive_of(ROUTE).moving_s + 15.0)


def at_m(along_m: float) -> Truth:
    """The bus when it first is at along_m."""
    return next(truth for step in range(6000) if (truth := PLANT.at(step * 0.02)).along_m >= along_m)


MOMENTS = {
    "at the stop": PLANT.at(0.0),
    "speeding up": PLANT.at(5.0),
    "before the turn": at_m(180.0),
    "in the right turn": at_m(230.0),
    "in the left bend": at_m(310.0),
    "standing again": PLANT.at(PLANT.period_s - 0.1),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_cantools_reads_what_was_meant(moment: str) -> None:
    database, groups, truth = cantools.database.load_file(DBC, strict=True), load(), MOMENTS[moment]
    by_pgn = {message.frame_id >> 8 & 0x3FFFF: message for message in database.messages}
    common = [name for name in CONTENT if groups[name].can_id >> 8 & 0x3FFFF in by_pgn]
    assert len(common) >= 10  # a profile need not use all that a bus carries
    for name in common:
        group, values = groups[name], CONTENT[name](truth)
        message = by_pgn[group.can_id >> 8 & 0x3FFFF]
        decoded = message.decode(group.encode(values), decode_choices=False)
        for signal, value in values.items():
            step = group.signals[signal].scale
            assert decoded[signal] == pytest.approx(value, abs=step / 2 + 1e-9), f"{name}.{signal}"


def seen_by_the_unit(truth: Truth) -> VehicleState:
    """The truth through the bench's encoder and the unit's whole input, DBC and profile included."""
    folder = DBC.parent
    text = (folder / "city_bus_j1939.toml").read_text("utf-8")
    profile = strict.parse_toml(text, Profile, "profile")
    plans = dbc.compile_plans(DBC.read_text("utf-8"), profile, "profile")
    decoder = Decoder(plans)
    assembler = Assembler(profile, plans, decoder, "profile")
    assembler.vehicle(0)
    frames = BusTraffic().due(10**9, truth)
    decoder.take(tuple(CanFrame("main", frame.can_id, True, frame.data, 10**9) for frame in frames))
    return assembler.vehicle(10**9)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_unit_sees_what_the_bus_does(moment: str) -> None:
    truth = MOMENTS[moment]
    seen = seen_by_the_unit(truth)
    assert seen.speed_mps == pytest.approx(truth.speed_mps, abs=0.001)
    assert seen.yaw_rate_deg_s == pytest.approx(truth.yaw_rate_deg_s, abs=0.02)
    assert seen.accel_lat_mps2 == pytest.approx(truth.accel_lat_mps2, abs=0.002)
    assert seen.accel_long_mps2 == pytest.approx(truth.accel_long_mps2, abs=0.051)
    assert seen.steering_wheel_deg == pytest.approx(truth.steering_wheel_deg, abs=0.1)
    assert seen.gear is (Gear.FORWARD if truth.gear > 0 else Gear.NEUTRAL)
    assert seen.brake_applied is (truth.brake_percent > 0)
    assert (seen.left_turn, seen.right_turn) == (truth.left_turn, truth.right_turn)
    assert seen.door_open is any(truth.doors)
    assert (seen.abs, seen.traction_control, seen.stability_control) == (SystemState.ON,) * 3
    assert seen.hazard_lights is False and seen.low_beam is True


def test_the_known_right_turn_is_positive_in_the_unit() -> None:
    seen = seen_by_the_unit(MOMENTS["in the right turn"])
    assert seen.yaw_rate_deg_s is not None and seen.yaw_rate_deg_s > 5.0
    assert seen.accel_lat_mps2 is not None and seen.accel_lat_mps2 > 0.5
    assert seen.steering_wheel_deg is not None and seen.steering_wheel_deg > 90.0
    assert seen.right_turn is True
