"""GB/T 45315-2025 annex C: how regular BSMs go rarer on a crowded channel, and that events do not."""

import itertools

import pytest

from obu.core.geo import LatLon
from tests.conformity.drive import Drive
from tests.positioning import roads
from tests.station.crowd import Crowd, lanes


def gaps(times):
    return [after - before for before, after in itertools.pairwise(times)]


@pytest.mark.clause("by-ratio")
@pytest.mark.parametrize(
    ("busy", "kph", "period_ms"),
    [
        (30, 3, 100), (60, 3, 100),
        (70, 3, 1000), (70, 8, 500), (70, 20, 200), (70, 40, 100),
        (90, 3, 1000), (90, 8, 500), (90, 20, 400), (90, 40, 100),
    ],
)  # fmt: skip
def test_the_table(pki, busy, kph, period_ms):
    drive = Drive(pki)
    drive.busy_percent = busy
    drive.go(8, kph)
    assert set(gaps(drive.times_ms(2900))) == {float(period_ms)}


@pytest.mark.clause("ten-messages")
def test_a_period_lasts_ten_messages(pki):
    drive = Drive(pki).go(3, 3.0)
    drive.busy_percent = 70
    drive.go(2, 3.0)
    drive.busy_percent = 10
    drive.go(15, 3.0)
    found = [(gap, len(list(run))) for gap, run in itertools.groupby(gaps(drive.times_ms(1000)))]
    assert [gap for gap, _ in found] == [100.0, 1000.0, 100.0]
    assert found[1][1] == 10


@pytest.mark.clause("events-free")
def test_events_go_each_100_ms_on_a_full_channel(pki):
    drive = Drive(pki)
    drive.busy_percent = 95
    drive.go(5.03, 3.0).go(2, 3.0, hazard=True)
    events = [each.at_ms for each in drive.sent() if each.outer.aid == 112]
    assert events[0] - 5030 <= 15
    assert set(gaps(events)) == {100.0}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """100 vehicles within 100 m: 25 are borne, so that four periods lie between two BSMs."""
    places = lanes(100, 3.5, 80.0, apart_m=1.0)[:69] + lanes(31, 10.0, 70.0, apart_m=1.0)
    return Crowd(tmp_path_factory.mktemp("crowd") / "pki", places, roads.UTC0_NS)


def among(crowd, drive, seconds, kph, radius_m=None):
    """Drives on with all of them around, who speak each 500 ms."""
    for _ in range(seconds * 2):
        utc_ns = drive.unit.utc_of(drive.unit.at_ns)
        moment = drive.moments[min(round(drive.now_ms() / 100), len(drive.moments) - 1)]
        place = roads_place(moment)
        said = [crowd.sdu(member, place, moment.heading_deg, utc_ns, True) for member in crowd.members]
        drive.go(0.5, kph, radius_m, air_at={20: said[:50], 120: said[50:]})


def roads_place(moment):
    return LatLon(moment.lat_deg, moment.lon_deg)


@pytest.mark.clause("by-density", "tracking-error")
def test_among_100_vehicles_each_400_ms_and_sooner_where_it_turns(crowd):
    drive = Drive(crowd.folder, congestion="density").go(0.5)
    among(crowd, drive, 4, 36.0)
    said = drive.status["bsm"]["congestion"]
    assert said == {"by": "density", "vehicles": 100.0, "period_ms": 400}
    straight_ms = gaps(drive.times_ms(2500))
    assert set(straight_ms) == {400.0}
    begin_ms = drive.now_ms()
    among(crowd, drive, 3, 36.0, 8.0)  # 12.5 m/s2 to the side: 0.06, 0.25, 0.56 m off after 100, 200, 300 ms
    turning_ms = gaps(drive.times_ms(begin_ms + 500))
    assert set(turning_ms) <= {200.0, 300.0} and 300.0 in turning_ms


@pytest.mark.clause("by-density")
def test_alone_it_goes_each_100_ms(pki):
    assert set(gaps(Drive(pki, congestion="density").go(6).times_ms(1000))) == {100.0}
