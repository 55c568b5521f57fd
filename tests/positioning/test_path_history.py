"""GB/T 45315-2025, path history: 1 to 15 points, 200 to 400 m, chord error below 1 m, newest first."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from obu.core.vehicle import PathPoint
from obu.positioning import path_history
from obu.positioning.path_history import PathHistory
from tests.positioning import roads


def remember(moments):
    history = PathHistory()
    for moment in moments:
        path_history.extend(history, point(moment))
    return history


def point(moment):
    return PathPoint(lat_deg=moment.lat_deg, lon_deg=moment.lon_deg, at_ns=moment.utc_ns)


def line_from(moment, history):
    crumbs = path_history.points(history)
    return [(moment.east_m, moment.north_m), *(roads.plane(p.lat_deg, p.lon_deg) for p in crumbs)]


def check(moments, upto, *, is_long=True):
    """The laws at moment `upto`, seen from the vehicle 0.2 s later: a message is always younger than the last fix."""
    history = remember(moments[: upto + 1])
    crumbs = path_history.points(history)
    assert 1 <= len(crumbs) <= 15
    assert [p.at_ns for p in crumbs] == sorted((p.at_ns for p in crumbs), reverse=True)
    now = moments[min(upto + 2, len(moments) - 1)]
    line = line_from(now, history)
    oldest_ns = crumbs[-1].at_ns
    covered = [m for m in moments if oldest_ns <= m.utc_ns <= now.utc_ns]
    worst_m = max(roads.off_line_m((m.east_m, m.north_m), line) for m in covered)
    assert worst_m < 1.0
    driven_m = roads.length_m([(m.east_m, m.north_m) for m in moments[: upto + 1]])
    assert roads.length_m(line) <= 400.0
    if is_long and driven_m > 215.0:
        assert roads.length_m(line) >= 199.5
    return crumbs


legs = st.lists(
    st.tuples(
        st.floats(2.0, 15.0),
        st.floats(3.0, 25.0),
        st.one_of(st.none(), st.floats(30.0, 2000.0), st.floats(-2000.0, -30.0)),
    ),
    min_size=1,
    max_size=5,
)


@given(legs, st.floats(0.0, 359.0), st.floats(0.1, 1.0))
def test_any_road_of_arcs_and_straights(road, heading_deg, share):
    moments = roads.drive(road, heading_deg=heading_deg)
    is_wide = all(radius is None or abs(radius) >= 50.0 for _, _, radius in road)
    check(moments, int(share * (len(moments) - 1)), is_long=is_wide)


@example([(13.0, 17.0, 30.0)], 0.0, 1.0)  # 190 m in 15 points: fixes 3.4 m apart fill no chord
@given(legs, st.floats(0.0, 359.0), st.floats(0.1, 1.0))
def test_where_it_is_shorter_every_point_is_used(road, heading_deg, share):
    moments = roads.drive(road, heading_deg=heading_deg)
    upto = int(share * (len(moments) - 1))
    crumbs = check(moments, upto, is_long=False)
    driven_m = roads.length_m([(m.east_m, m.north_m) for m in moments[: upto + 1]])
    if driven_m > 215.0 and roads.length_m(line_from(moments[upto], remember(moments[: upto + 1]))) < 195.0:
        assert len(crumbs) >= 14


bends = st.lists(
    st.tuples(st.floats(15.0, 150.0), st.one_of(st.just(0.0), st.floats(-1 / 30, 1 / 30))), min_size=2, max_size=8
)


@given(bends, st.floats(4.0, 20.0), st.floats(0.1, 1.0))
def test_any_road_of_clothoids(pieces, speed_mps, share):
    """S-curves among them: the curvature goes evenly through zero."""
    moments = roads.clothoids(speed_mps, pieces)
    check(moments, int(share * (len(moments) - 1)), is_long=False)


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=600))
def test_a_standstill_however_long_changes_no_path(wander_m):
    """A place that is told again and again is one place, also where it wanders by less than a sample's distance."""
    moments = roads.drive([(20.0, 10.0, 60.0)])
    history = remember(moments)
    before = path_history.points(history)
    last = moments[-1]
    for number, off_m in enumerate(wander_m, 1):
        still = roads.Moment(last.t_s + number * 0.1, last.east_m + off_m, last.north_m, 0.0, 0.0, 0.0)
        path_history.extend(history, point(still))
    assert path_history.points(history) == before


def test_an_s_curve_all_the_way():
    moments = roads.drive([(9.0, 10.0, 40.0), (9.0, 10.0, -40.0)] * 3)
    for upto in range(10, len(moments), 37):
        check(moments, upto)


def test_a_straight_road_needs_few_points():
    crumbs = check(roads.drive([(60.0, 15.0, None)]), 599)
    assert len(crumbs) <= 5


def test_in_a_circle_too_tight_for_both_the_error_is_kept():
    crumbs = check(roads.drive([(60.0, 6.0, 12.0)]), 599, is_long=False)
    assert len(crumbs) == 15


def test_at_the_start_one_point_is_enough():
    assert len(path_history.points(remember(roads.drive([(0.1, 10.0, None)])))) == 1


@pytest.mark.parametrize("jump_m", [50.0, 5000.0])
def test_a_jump_of_the_position_begins_a_new_path(jump_m):
    moments = roads.drive([(30.0, 10.0, None)])
    history = remember(moments)
    far = roads.Moment(moments[-1].t_s + 0.1, 0.0, moments[-1].north_m + jump_m, 0.0, 10.0, 0.0)
    path_history.extend(history, point(far))
    assert path_history.points(history) == (point(far),)


def test_a_gap_or_a_clock_set_back_begins_a_new_path():
    moments = roads.drive([(30.0, 10.0, None)])
    for other in (moments[-1].t_s + 3.0, moments[-1].t_s - 1.0):
        history = remember(moments)
        path_history.extend(history, point(roads.Moment(other, 0.0, moments[-1].north_m, 0.0, 10.0, 0.0)))
        assert len(path_history.points(history)) == 1


def test_clearing_leaves_nothing_and_begins_where_the_vehicle_is():
    moments = roads.drive([(30.0, 10.0, None)])
    history = remember(moments[:200])
    path_history.clear(history)
    assert path_history.points(history) == ()
    for moment in moments[200:]:
        path_history.extend(history, point(moment))
    assert min(p.at_ns for p in path_history.points(history)) == moments[200].utc_ns


def test_memory_is_bounded_however_long_the_drive():
    history = remember(roads.drive([(600.0, 3.0, 500.0), (300.0, 20.0, None)]))
    assert len(history.kept) <= 14
    assert len(history.samples) <= 60
