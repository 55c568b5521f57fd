"""A taxi's frames, read by cantools with the shipped DBC: an independent reader finds the truth."""

from pathlib import Path

import cantools
import pytest

from hil.drive import Motion
from hil.plant import truth_of
from hil.taxi_bus import GROUPS, SPEED_ID, TaxiTraffic
from obu.can_input.checksums import sum8_id_length
from obu.core.geo import LatLon

DATABASE = cantools.database.load_file(Path(__file__).resolve().parents[2] / "dbc" / "taxi_toyota_tnga.dbc")


def _truth(speed_mps: float, curvature_per_m: float, **more: bool):
    return truth_of(
        at_s=0.0, along_m=0.0, place=LatLon(31.0, 121.0), heading_deg=0.0, motion=Motion(0.0, speed_mps, -1.5),
        curvature_per_m=curvature_per_m, open_doors=more.get("doors", False), turning=(more.get("left", False), False),
        hazard=more.get("hazard", False),
    )  # fmt: skip


def test_cantools_reads_the_truth() -> None:
    truth = _truth(12.5, 1 / 60, left=True, hazard=True)
    said = {}
    for frame in TaxiTraffic().due(10**9, truth):
        said |= DATABASE.decode_message(frame.can_id, frame.data, decode_choices=False)
    assert said["SPEED"] == pytest.approx(45.0, abs=0.01)
    assert said["WHEEL_SPEED_RR"] == pytest.approx(45.0, abs=0.01)
    assert said["YAW_RATE"] == pytest.approx(-truth.yaw_rate_deg_s, abs=0.13)  # this car counts to the left
    assert said["STEER_ANGLE"] == pytest.approx(-truth.steering_wheel_deg, abs=0.8)
    assert said["ACCEL_X"] == pytest.approx(-1.5, abs=0.02)
    assert (said["TURN_SIGNALS"], said["HAZARD_LIGHT"], said["BRAKE_PRESSED"], said["GEAR"]) == (1, 1, 1, 0)
    assert (said["DOOR_OPEN_FL"], said["LOW_BEAM"]) == (0, 1)


def test_each_message_of_the_profile_is_sent_and_speed_has_its_sum() -> None:
    assert {group.can_id for group in GROUPS.values()} == {message.frame_id for message in DATABASE.messages}
    data = GROUPS["SPEED"].encode(_truth(7.0, 0.0))
    assert sum8_id_length(SPEED_ID, data, 7, ()) == data[7]


def test_each_frame_comes_at_its_own_pace() -> None:
    traffic, count = TaxiTraffic(), 0
    for turn in range(100):
        count += sum(frame.can_id == SPEED_ID for frame in traffic.due(turn * 10_000_000, _truth(5.0, 0.0)))
    assert count == 50
