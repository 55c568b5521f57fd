"""DNPW speaks when somebody oncoming would be there before we have passed; the pass is driven in steps to know."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.apps import dnpw
from obu.core.vehicle import Light
from obu.core.world import Course, Lamp, Signal, Zone
from tests.apps.seen import other, view

LEAD = other(subject="lead", along_m=25.0, gap_m=18.0, speed_mps=8.0)
COMES = other(
    subject="comes", course=Course.ONCOMING, zone=Zone.ADJACENT_LEFT, along_m=150.0, gap_m=142.0, speed_mps=13.0
)
P = dnpw.Parameters()


def look(*others, own_mps=11.0, lights=frozenset({Light.LEFT_TURN}), **around):
    seen = view(*others, speed_mps=own_mps, kind="taxi", **around)
    return dnpw.look(dataclasses.replace(seen, own=dataclasses.replace(seen.own, lights=lights)), P)


def test_an_oncoming_car_forbids_it():
    for lanes in (None, 1):
        assert [alert.subject for alert in look(LEAD, COMES, lanes=lanes)] == ["comes"]


@pytest.mark.parametrize(
    ("others", "seen"),
    [
        ((LEAD,), {}),
        ((COMES,), {}),  # nobody to be passed
        ((LEAD, dataclasses.replace(COMES, gap_m=299.0)), {"own_mps": 20.0}),
        ((LEAD, dataclasses.replace(COMES, zone=Zone.FAR)), {}),  # behind a central reserve
        ((LEAD, dataclasses.replace(COMES, along_m=-20.0)), {}),  # gone
        ((LEAD, COMES), {"lights": frozenset()}),
        ((LEAD, COMES), {"own_mps": 3.0}),
        ((LEAD, COMES), {"signal": Signal(Lamp.RED, 50.0, 9.0, None)}),  # a turn
        ((LEAD, COMES), {"lanes": 2}),  # he changes lanes
    ],
)
def test_when_it_is_silent(others, seen):
    assert look(*others, **seen) == []


@given(st.floats(5, 20), st.floats(0, 12), st.floats(2, 50))
def test_the_pass_takes_as_long_as_it_is_driven(own_mps, lead_mps, gap_m):
    lead = dataclasses.replace(LEAD, gap_m=gap_m, speed_mps=lead_mps)
    pass_s, pass_m = dnpw.passing(view(speed_mps=own_mps, kind="taxi"), lead, own_mps, P)
    ours_m, theirs_m, speed_mps, at_s = 0.0, gap_m + lead.length_m + 4.7 + P.reserve_m, own_mps, 0.0
    while ours_m < theirs_m and at_s < 60.0:
        speed_mps += P.accel_mps2.taxi * 0.01
        ours_m, theirs_m, at_s = ours_m + speed_mps * 0.01, theirs_m + lead_mps * 0.01, at_s + 0.01
    assert (pass_s, pass_m) == (pytest.approx(at_s, abs=0.1), pytest.approx(ours_m, rel=0.03))
