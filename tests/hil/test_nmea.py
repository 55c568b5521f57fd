"""The bench's sentences, read by pynmea2 and by the unit's own reader: two readers that have nothing in common."""

import datetime
import math

import pynmea2
import pytest

from hil import nmea
from hil.nmea import EPOCH_NS, Mount, Receiver
from hil.plant import Plant, drive_of
from hil.route import bus_line
from obu.core.frames import GnssBytes
from obu.core.geo import LatLon, distance_m, move
from obu.positioning.nmea import Nmea

ROUTE = bus_line()
PLANT = Plant(ROUTE, drive_of(ROUTE).moving_s + 15.0)
UTC_NS = 1_795_000_000_300_000_000  # 2026-11-18T11:06:40.3Z
STEADY = Mount(sigma_m=0.0)


def read(data: bytes) -> dict[str, pynmea2.NMEASentence]:
    sentences = [pynmea2.parse(line, check=True) for line in data.decode("ascii").splitlines()]
    return {each.sentence_type: each for each in sentences}


def test_pynmea2_reads_the_truth() -> None:
    truth = PLANT.at(12.0)
    said = read(Receiver(STEADY, seed=1).epoch(UTC_NS, truth))
    rmc, gga, gst = said["RMC"], said["GGA"], said["GST"]
    antenna = move(truth.place, truth.heading_deg, STEADY.antenna_ahead_m)
    for each in (rmc, gga):
        assert distance_m(LatLon(each.latitude, each.longitude), antenna) < 0.002
    when = datetime.datetime.fromtimestamp(UTC_NS / 1e9, datetime.UTC)
    assert datetime.datetime.combine(rmc.datestamp, rmc.timestamp) == when
    assert gga.timestamp == gst.timestamp == rmc.timestamp
    assert rmc.status == "A" and gga.gps_qual == 1
    assert float(rmc.spd_over_grnd) * 0.514444 == pytest.approx(truth.speed_mps, abs=0.001)
    assert float(rmc.true_course) == pytest.approx(truth.heading_deg, abs=0.01)


def test_the_ellipse_casts_its_own_shadows() -> None:
    gst = read(nmea.gst(UTC_NS, 2.0, 1.0, 90.0))["GST"]
    assert (float(gst.std_dev_latitude), float(gst.std_dev_longitude)) == (1.0, 2.0)
    assert (gst.std_dev_major, gst.std_dev_minor, gst.orientation) == (2.0, 1.0, 90.0)


def test_the_unit_reads_the_same_fix() -> None:
    truth, reader = PLANT.at(12.0), Nmea()
    reader.take((GnssBytes(Receiver(STEADY, seed=1).epoch(UTC_NS, truth), 5),))
    fix = reader.state.fix
    assert fix is not None and fix.utc_ns == UTC_NS
    antenna = move(truth.place, truth.heading_deg, STEADY.antenna_ahead_m)
    assert distance_m(LatLon(fix.lat_deg, fix.lon_deg), antenna) < 0.002
    assert fix.heading_deg == pytest.approx(truth.heading_deg, abs=0.01)


def test_standing_it_has_no_course() -> None:
    assert read(Receiver(STEADY, seed=1).epoch(UTC_NS, PLANT.at(0.0)))["RMC"].true_course is None


def test_the_error_wanders_as_vouched_for_and_repeats_with_its_seed() -> None:
    def errors_m(seed: int) -> list[float]:
        receiver, truth = Receiver(Mount(sigma_m=0.3), seed), PLANT.at(0.0)
        antenna = move(truth.place, truth.heading_deg, 3.5)
        found = []
        for step in range(6000):
            data = receiver.epoch(UTC_NS + step * EPOCH_NS, truth)
            if step % 100 == 0:
                gga = read(data)["GGA"]
                found.append(distance_m(LatLon(gga.latitude, gga.longitude), antenna))
        return found

    one, again, other = errors_m(1), errors_m(1), errors_m(2)
    assert one == again != other
    rms_m = math.sqrt(sum(error * error for error in one + other) / len(one + other))
    assert 0.1 < rms_m < 0.8


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (LatLon(31.5, 120.25), "3130.0000000,N,12015.0000000,E"),
        (LatLon(-0.999999999999, -179.5), "0100.0000000,S,17930.0000000,W"),
    ],
)
def test_angles_carry_over(place: LatLon, text: str) -> None:
    assert f",{text},".encode() in nmea.gga(UTC_NS, place)
