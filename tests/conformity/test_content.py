"""GB/T 45315-2025 7.3.2: what a BSM says, field by field, read by wire.py."""

import itertools

import pytest

from obu.core.errors import ConfigError
from tests.conformity.drive import Drive
from tests.positioning import roads

# Those that a message always has have no place here; of the others these are mandatory, these may be left out.
MANDATORY = ("posAccuracy", "angle", "brakePadel", "wheelBrakes", "traction", "prediction")
NEVER = ("elevation",)


@pytest.mark.clause("mandatory", "nothing-else")
def test_all_that_is_mandatory_is_there_and_no_elevation(pki, profile):
    drive = Drive(pki, profile).go(5).go(2, hazard=True).go(2, 0.0).go(2, brake=True, low_beam=True)
    sent = drive.sent()
    assert len(sent) > 100
    for each in sent:
        assert all(each.bsm[name] is not None for name in MANDATORY)
        assert all(each.bsm[name] is None for name in NEVER)
        if each.bsm["posConfidence"] is not None:
            assert each.bsm["posConfidence"][1] is None  # an accuracy of the elevation
    # wire.py has read every bit of them: whatever else there were it would have refused.


@pytest.mark.clause("units")
def test_values_are_the_vehicles_in_the_wires_units(pki):
    drive = Drive(pki).go(20, 36.0, 200.0).go(0.5, 36.0, 200.0, accel_mps2=-1.5, gear="forward")
    last, truth = drive.sent()[-1], drive.moments[-1]
    said = last.bsm
    place = roads.plane(said["lat"] / 1e7, said["long"] / 1e7)
    assert place == pytest.approx((truth.east_m, truth.north_m), abs=1.5)  # of 50 ms ago at most
    assert said["speed"] == 500  # 10 m/s in steps of 0.02
    assert said["heading"] == pytest.approx(truth.heading_deg / 0.0125, abs=30)
    assert said["yaw"] == pytest.approx(286, abs=1)  # clockwise positive: 10 m/s on 200 m to the right, 0.01 deg/s
    assert said["long_accel"] == -150  # forward positive, 0.01 m/s2
    assert (said["width"], said["length"], said["height"]) == (305, 1200, 64)  # 1 cm, 1 cm, 5 cm
    assert said["transmission"] == 2  # forward
    assert said["posAccuracy"] == (8, 6, 5461)  # GST: 0.4 m, 0.3 m, 30 degrees


@pytest.mark.clause("units")
def test_a_left_bend_is_negative_and_backing_moves_the_heading_to_the_rear(pki):
    drive = Drive(pki).go(10, 36.0, -200.0)
    assert drive.sent()[-1].bsm["yaw"] == pytest.approx(-286, abs=1)
    ahead = drive.sent()[-1].bsm["heading"] * 0.0125
    drive.go(3, 0.0).go(1, 0.0, gear="reverse")
    last = drive.sent()[-1].bsm
    assert last["transmission"] == 3
    assert (last["heading"] * 0.0125 - ahead) % 360 == pytest.approx(180, abs=3)  # direction of motion


@pytest.mark.clause("unavailable")
def test_what_nobody_knows_is_unavailable(pki):
    drive = Drive(pki)
    drive.said |= {"without": "gear and aids"}
    said = drive.go(3).sent()[-1].bsm
    assert said["transmission"] == 7
    assert said["vert_accel"] == -127
    assert (said["brakePadel"], said["traction"]) == (0, 0)
    assert said["wheelBrakes"] == 0b10000  # bit 0: unavailable
    assert said["lights"] is None
    still = Drive(pki).go(2, 0.0).sent()[-1].bsm
    assert still["heading"] == 28800  # it has not moved yet


@pytest.mark.clause("sec-mark", "utc")
@pytest.mark.parametrize("lag_ms", [0, 300])
def test_sec_mark_is_of_the_position_and_near_the_generation(pki, lag_ms):
    drive = Drive(pki)
    drive.gnss_lag_ms = lag_ms
    drive.go(65, 72.0)  # over a minute's end; 20 m/s: a mark 50 ms off would be a metre off
    for each in drive.sent(2000):
        generation_ms = each.outer.time_us // 1000 % 60_000
        apart_ms = (generation_ms - each.bsm["secMark"] + 30_000) % 60_000 - 30_000
        assert abs(apart_ms) < 150
        utc_ms = round((each.outer.time_us - each.outer.time_us % 60_000_000) / 1000) + each.bsm["secMark"]
        since_s = (utc_ms - drive_begin_ms()) / 1000
        _, north_m = roads.plane(each.bsm["lat"] / 1e7, each.bsm["long"] / 1e7)
        assert north_m == pytest.approx(20.0 * since_s, abs=0.2)
    marks = [each.bsm["secMark"] for each in drive.sent()]
    assert sum(after < before for before, after in itertools.pairwise(marks)) == 1


def drive_begin_ms():
    """Of the second from which the generation counts, 2004 (IEEE 1609.2)."""
    return roads.UTC0_NS // 1_000_000 - 1_072_915_200_000


@pytest.mark.clause("msg-count", "id")
def test_count_goes_up_by_one_and_id_stays(pki):
    sent = Drive(pki, job_ms=20).go(20).go(3, hazard=True).sent()
    counts = [each.bsm["msgCnt"] for each in sent]
    assert len(counts) > 200
    assert all(after == (before + 1) % 128 for before, after in itertools.pairwise(counts))
    assert len({each.bsm["id"] for each in sent}) == 1


@pytest.mark.clause("msg-count", "id", "random-start")
def test_each_start_has_its_own_count_id_and_certificate(pki):
    first = [Drive(pki, seed=seed).go(0.3).sent()[0] for seed in range(1, 25)]
    assert len({each.bsm["id"] for each in first}) == 24
    assert len({each.bsm["msgCnt"] for each in first}) > 12
    assert len({each.outer.certificate for each in first}) == 4  # all of the pool


@pytest.mark.clause("lights")
def test_lights_are_told_when_one_is_on_and_left_out_else(pki):
    drive = Drive(pki).go(2)
    assert drive.sent()[-1].bsm["lights"] is None
    for said, lights in (
        ({"low_beam": True}, {"low_beam"}),
        ({"left": True}, {"low_beam", "left_turn"}),
        ({"left": False, "hazard": True}, {"low_beam", "hazard"}),
        ({"low_beam": False, "hazard": False}, None),
    ):
        drive.go(1, **said)
        assert drive.sent()[-1].bsm["lights"] == lights


@pytest.mark.clause("emergency", "duty-certificate")
@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"siren": True, "light_bar": True}, (1, 2, 2)),
        ({"siren": True}, (1, 2, 1)),
        ({"light_bar": True}, (1, 1, 2)),
        ({}, None),
    ],
)
def test_an_emergency_vehicle_on_duty_says_so_under_its_identity_certificate(pki, profile, switches, said):
    drive = Drive(pki, profile, basic_class=63).go(2).go(2, **switches)
    last = drive.sent()[-1]
    assert last.bsm["emergency"] == said
    identity = next((pki / "duty/certs").iterdir()).read_bytes()
    whole = [each.outer.certificate for each in drive.sent(2200) if each.outer.certificate]
    assert (set(whole) == {identity}) == bool(said)
    drive.go(2, siren=False, light_bar=False)
    assert drive.sent()[-1].bsm["emergency"] is None


@pytest.mark.clause("emergency", "class")
def test_an_ordinary_vehicle_never_says_so(pki, profile):
    last = Drive(pki, profile, basic_class=70).go(2, siren=True, light_bar=True).sent()[-1]
    assert (last.bsm["emergency"], last.bsm["class"], last.outer.aid) == (None, 70, 111)


@pytest.mark.clause("class")
def test_without_a_class_it_does_not_start(pki):
    with pytest.raises(ConfigError, match=r"vehicle\.basic_class: 0"):
        Drive(pki, basic_class=0)
