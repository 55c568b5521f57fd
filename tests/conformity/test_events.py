"""GB/T 45315-2025 7.3: the critical events, from the vehicle's bus to the flags on the air."""

import itertools

import pytest

from tests.conformity.drive import Drive


def flags(drive, from_ms=0.0):
    return [each.bsm["events"] for each in drive.sent(from_ms)]


@pytest.mark.clause("event-flags")
def test_without_an_event_the_field_is_left_out(pki, profile):
    said = flags(Drive(pki, profile).go(5))
    assert len(said) > 40 and set(map(str, said)) == {"None"}


@pytest.mark.parametrize(
    ("switch", "flag"),
    [
        pytest.param("hazard", "hazard", marks=pytest.mark.clause("hazard-lights", "event-flags")),
        pytest.param("flat", "flat_tire", marks=pytest.mark.clause("flat-tyre", "event-flags")),
        pytest.param("disabled", "disabled", marks=pytest.mark.clause("disabled", "event-flags")),
    ],
)
def test_a_state_is_an_event_as_long_as_it_lasts(pki, profile, switch, flag):
    drive = Drive(pki, profile).go(1.5).go(2.5, **{switch: True}).go(1, **{switch: False})
    assert set(map(str, flags(drive, 1520)[:23])) == {str({flag})}
    assert flags(drive, 4220) and not any(flags(drive, 4220))


@pytest.mark.clause("driving-aids")
@pytest.mark.parametrize("aid", ["abs", "traction", "stability"])
def test_a_driving_aid_must_work_for_more_than_100_ms(pki, profile, aid):
    drive = Drive(pki, profile).go(1.5).go(0.08, **{aid: True}).go(1.02, **{aid: False})
    assert not any(flags(drive))
    drive.go(0.5, **{aid: True})
    begun = next(each for each in drive.sent() if each.bsm["events"])
    assert begun.bsm["events"] == {aid}
    assert 100 < begun.at_ms - 2600 < 250


@pytest.mark.clause("hard-braking")
@pytest.mark.parametrize(
    ("gear", "accel_mps2", "is_told"),
    [("forward", -4.2, True), ("forward", -3.8, False), ("forward", 4.2, False), ("reverse", 4.2, True)],
)
def test_hard_braking_is_more_than_4_mps2(pki, gear, accel_mps2, is_told):
    drive = Drive(pki).go(1.5, gear=gear).go(1, accel_mps2=accel_mps2)
    assert any(flags(drive)) == is_told


@pytest.mark.clause("airbag")
def test_an_airbag_is_told_for_ten_minutes_also_when_the_bus_forgets(pki, profile):
    drive = Drive(pki, profile).go(2).go(2, 0.0, airbag=True).go(601, 0.0, airbag=False)
    told = [each.at_ms for each in drive.sent() if each.bsm["events"] == {"airbag"}]
    assert told[0] - 2000 < 250
    assert 599_900 <= told[-1] - 2000 <= 600_200
    steady = [at_ms for at_ms in told if at_ms > 4200]
    assert {after - before for before, after in itertools.pairwise(steady)} == {100.0}


@pytest.mark.clause("event-period")
def test_all_eight_at_once(pki, profile):
    switches = dict.fromkeys(("hazard", "abs", "traction", "stability", "flat", "disabled", "airbag"), True)
    drive = Drive(pki, profile).go(1).go(1, accel_mps2=-7.0, **switches)
    assert flags(drive)[-1] == {"hazard", "abs", "traction", "stability", "hard_braking", "flat_tire", "disabled",
                                "airbag"}  # fmt: skip
