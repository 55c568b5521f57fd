"""Which road events are ours: by path, side, heading and distance."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.apps import hlw, ivs, tjw
from obu.codec.messages.references import ReferencePath
from obu.codec.messages.rsi import RoadEvent, RoadSign, Rsi
from obu.core.geo import LatLon, move
from obu.core.vehicle import Body
from obu.scene.relevance import ahead_m
from tests.scene.around import HERE, own, view

START = LatLon(28.2, 112.9)
CORNER = move(START, 0.0, 200)
END = move(CORNER, 90.0, 150)
PATH = ReferencePath((START, CORNER, END), 10.0)


def works(place=END, paths=(PATH,), radius_m=None):
    return RoadEvent(number=1, event_type=501, source=1, place=place, radius_m=radius_m, paths=paths)


@given(st.floats(-100, 199))
def test_distance_is_measured_along_the_path_round_the_corner(from_start_m):
    place = move(START, 0.0, from_start_m)
    assert ahead_m(works(), place, 0.0) == pytest.approx(350 - from_start_m, abs=0.1)


def test_after_the_corner_the_direction_is_the_new_ones():
    there = move(CORNER, 90.0, 50)
    assert ahead_m(works(), there, 90.0) == pytest.approx(100, abs=0.1)
    assert ahead_m(works(), there, 0.0) is None


def test_past_the_event_is_behind():
    assert ahead_m(works(place=CORNER), move(CORNER, 90.0, 50), 90.0) == pytest.approx(-50, abs=0.1)


@pytest.mark.parametrize("heading_deg", [45, 180, 270, 315])
def test_another_heading_is_not_on_this_path(heading_deg):
    assert ahead_m(works(), move(START, 0.0, 50), heading_deg) is None


def test_the_radius_of_the_path_decides_beside_it():
    assert ahead_m(works(), move(START, 0.0, 50, 9.5), 0.0) is not None
    assert ahead_m(works(), move(START, 0.0, 50, 10.5), 0.0) is None


def test_far_before_the_path_it_is_not_ours_yet():
    assert ahead_m(works(), move(START, 0.0, -160), 0.0) is None


def test_without_a_place_the_event_is_at_the_paths_end():
    assert ahead_m(works(place=None), START, 0.0) == pytest.approx(350, abs=0.1)


def test_without_a_path_radius_and_direction_decide():
    event = works(place=CORNER, paths=(), radius_m=250.0)
    assert ahead_m(event, START, 10.0) == pytest.approx(200, abs=0.1)
    assert ahead_m(event, START, 180.0) is None
    assert ahead_m(works(place=CORNER, paths=(), radius_m=150.0), START, 10.0) is None
    assert ahead_m(works(place=None, paths=()), START, 0.0) is None


def test_points_that_coincide_are_no_trouble():
    path = ReferencePath((START, START, CORNER, CORNER), 10.0)
    assert ahead_m(works(place=CORNER, paths=(path,)), START, 0.0) == pytest.approx(200, abs=0.1)
    dot = ReferencePath((START, START), 10.0)
    assert ahead_m(works(place=CORNER, paths=(dot,)), START, 0.0) is None


@pytest.mark.parametrize("length_m", [4.6, 12.0, 18.0])
def test_the_driver_is_told_how_far_it_is_from_his_bumper(length_m):
    """What a sign or an event is ahead of: the front of the vehicle, however long it is."""
    path = ReferencePath((move(HERE, 0.0, -50), move(HERE, 0.0, 100)), 8.0)
    sign = RoadSign(number=2, sign_type=12, place=path.points[-1], paths=(path,))
    event = works(path.points[-1], (path,))
    ours = dataclasses.replace(own(), body=Body(width_m=2.55, length_m=length_m))
    seen = view(ours, Rsi(msg_count=1, id=b"rsu-0001", place=HERE, events=(event,), signs=(sign,)))
    for each in (*seen.hazards, *seen.signs):
        assert each.ahead_m == pytest.approx(100.0 - length_m / 2.0, abs=0.1)
    assert seen.hazards and seen.signs


@pytest.mark.parametrize("length_m", [4.6, 12.0, 18.0])
@pytest.mark.parametrize("speed_mps", [0.0, 8.3, 13.9])
def test_an_event_is_as_far_as_it_is_now_and_not_as_it_was_at_the_last_fix(length_m, speed_mps):
    path = ReferencePath((move(HERE, 0.0, -50), move(HERE, 0.0, 100)), 8.0)
    ours = dataclasses.replace(own(speed_mps), body=Body(width_m=2.55, length_m=length_m))
    rsi = Rsi(msg_count=1, id=b"rsu-0001", place=HERE, events=(works(path.points[-1], (path,)),))
    (hazard,) = view(ours, rsi, after_s=0.6).hazards
    assert hazard.ahead_m == pytest.approx(100.0 - length_m / 2.0 - 0.6 * speed_mps, abs=0.1)


@pytest.mark.parametrize("length_m", [4.6, 12.0, 18.0])
@pytest.mark.parametrize("app", [hlw, ivs, tjw])
def test_the_driver_is_told_when_his_front_is_so_far_away_however_long_his_vehicle_is(app, length_m):
    """At 13 m/s towards an event 300 m away: the lead time of each application, or its range, from the front."""
    path = ReferencePath((move(HERE, 0.0, -50), move(HERE, 0.0, 300)), 8.0)
    event = dataclasses.replace(works(path.points[-1], (path,)), event_type=707 if app is tjw else 501)
    sign = RoadSign(number=2, sign_type=12, place=path.points[-1], paths=(path,))
    rsi = Rsi(msg_count=1, id=b"rsu-0001", place=HERE, events=(event,), signs=(sign,))
    parameters = app.Parameters()
    first_m = min(parameters.lead_s * 13.0, parameters.range_m)
    for front_m in (first_m + 0.5, first_m - 0.5):
        at = move(HERE, 0.0, 300.0 - front_m - length_m / 2.0)
        ours = dataclasses.replace(own(13.0, place=at), body=Body(width_m=2.55, length_m=length_m))
        told = app.look(view(ours, rsi), parameters)
        assert bool(told) is (front_m < first_m)
    assert told[0].distance_m == pytest.approx(first_m - 0.5, abs=0.1)
    assert told[0].time_s == pytest.approx((first_m - 0.5) / 13.0, abs=0.1)
