"""What was driven is known as it was, nothing else changes, and what is not settled counts for nobody."""

import dataclasses
import math
from pathlib import Path

import pytest

from hil.traffic import costs, knowing, limits, net, ride, settled, trace
from hil.traffic.courses import Courses
from hil.traffic.host import Warned
from hil.traffic.knowing import Knower
from hil.traffic.limits import Known
from hil.traffic.score import COLLISION, Drive, has_ground
from hil.traffic.trace import Mover
from hil.traffic.truth import Conflict as Encounter
from hil.traffic.truth import Steps, Truth, critical
from obu.apps import base
from obu.core.geo import turn_to_view
from obu.core.vehicle import Body, Own, VehicleState
from obu.core.world import Conflict, Course, Kind, Neighbour, Turn, View, Zone
from obu.scene.movers import REAR
from tests.apps.seen import other, view
from tests.hil.traffic.test_report import CROSSES, GIVES_WAY, OURS
from tests.hil.traffic.test_truth import HOST, LENGTH_M, WIDTH_M, drive, straight

NET = net.load()
FIRST = NET.nodes["first"]
AHEAD_IN_LANE = straight(0, 30, 0, 8)
BEHIND_IN_LANE = straight(0, -30, 0, 12)
ONCOMING_BESIDE = straight(-4, 100, 180, 10)
WAITS = [Mover(max(12.0, 60.0 - n) - max(0, n - 80), 50.0, 270.0, 10.0, 0.0, 0) for n in range(120)]
BEYOND = (150.0, 150.0)


def turning(turned_deg: float) -> list[Mover]:
    """From the south at 10 m/s, in the middle of the first crossing at 4 s, and on another course from then on."""
    heading = math.radians(turned_deg)
    x, y = FIRST
    on_m = [max(0, n - 40) for n in range(120)]
    return [
        Mover(
            x + far * math.sin(heading),
            y - 40 + min(n, 40) + far * math.cos(heading),
            turned_deg % 360 if far else 0.0,
            10.0,
            0.0,
            0,
        )
        for n, far in enumerate(on_m)
    ]


def courses(foe: list[Mover], ours: list[Mover] = OURS) -> Courses:
    return Courses(NET, drive({HOST: ours, "foe": foe}, {HOST: "host_taxi", "foe": "car"}))


@pytest.mark.parametrize("at_s", [0.0, 2.0, 3.5])
def test_two_that_really_cross_meet_where_they_do(at_s: float) -> None:
    met = courses(CROSSES).meeting(HOST, "foe", at_s, BEYOND)
    assert met is not None
    left_m = 50.0 - 10.0 * at_s
    assert (met.own_m, met.other_m) == (pytest.approx(left_m, abs=1.1), pytest.approx(left_m, abs=1.1))
    assert met.sin == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("foe", [AHEAD_IN_LANE, BEHIND_IN_LANE, ONCOMING_BESIDE])
def test_who_follows_or_passes_by_does_not_cross(foe: list[Mover]) -> None:
    assert courses(foe).meeting(HOST, "foe", 1.0, BEYOND) is None


def test_two_that_were_past_the_place_meet_no_more() -> None:
    assert courses(CROSSES).meeting(HOST, "foe", 6.0, BEYOND) is None


def test_when_somebody_comes_where_is_as_he_drove() -> None:
    course = courses(GIVES_WAY).of("foe")
    assert course.when_s(course.gone_m(3.0)) == pytest.approx(3.0, abs=0.01)
    assert course.gone_m(9.0) == pytest.approx(48.0, abs=0.1) and math.isinf(course.when_s(48.5))


@pytest.mark.parametrize(
    ("turned_deg", "turn"), [(0.0, Turn.STRAIGHT), (-90.0, Turn.LEFT), (90.0, Turn.RIGHT), (20.0, Turn.STRAIGHT)]
)
def test_the_turn_is_the_one_that_was_driven(turned_deg: float, turn: Turn) -> None:
    known = courses(turning(turned_deg))
    assert known.turn("foe", 1.0, 60.0) is turn and known.turn("foe", 4.5, 60.0) is turn
    assert known.turn("foe", 0.0, 5.0) is None and known.turn("foe", 8.0, 60.0) is None  # far before it, and beyond


def seen(known: Courses, at_s: float) -> View:
    """Our look: we and the other where we are, and nothing known of the ways."""
    ours, theirs = known.mover(HOST, at_s), known.mover("foe", at_s)
    assert ours and theirs
    here, there = known.place(HOST, at_s), known.place("foe", at_s)
    own = Own(
        body=Body(width_m=WIDTH_M, length_m=LENGTH_M), vehicle=VehicleState(), fix=None, lat_deg=here.lat_deg,
        lon_deg=here.lon_deg, speed_mps=ours.speed_mps, heading_deg=ours.heading_deg,
    )  # fmt: skip
    (x0, y0), (x1, y1) = known.frame.to_plane(here), known.frame.to_plane(there)
    other = Neighbour(
        id=bytes(8), subject="s", kind=Kind.VEHICLE, place=there, offset=turn_to_view(x1 - x0, y1 - y0, 0.0),
        along_m=9.0, right_m=9.0, gap_m=9.0, zone=Zone.FAR, course=Course.ONCOMING, heading_deg=theirs.heading_deg,
        heading_diff_deg=0.0, speed_mps=theirs.speed_mps, accel_long_mps2=None, events=frozenset(),
        lights=frozenset(), length_m=LENGTH_M, width_m=WIDTH_M, basic_class=10, age_s=0.0, sigma_m=0.3,
    )  # fmt: skip
    return View(at_ns=0, utc_ns=0, own=own, neighbours=(other,))


@pytest.mark.parametrize(("others", "ours"), [(False, False), (True, False), (True, True)])
def test_who_will_wait_is_known_to_do_so_only_with_what_he_will_do(others: bool, ours: bool) -> None:
    """He waits 12 m before our way until 8 s, at 2 s he is 40 m before it; we go on at 10 m/s."""
    known = courses(WAITS)
    (found,) = knowing.with_ways(Knower(HOST, known, {"s": "foe"}), 2.0, seen(known, 2.0), others, ours).neighbours
    assert found.conflict is not None
    assert found.conflict.own_in_s == pytest.approx(2.7, abs=0.15)  # half of us and of his width before 3 s
    # 37 m at 10 m/s, or 9 m from 8 s on
    assert found.conflict.other_in_s == pytest.approx(6.9 if others else 3.7, abs=0.15)


@pytest.mark.parametrize("ours", [False, True])
def test_what_our_driver_will_do_is_known_apart(ours: bool) -> None:
    """We are the one who waits."""
    known = courses(OURS, WAITS)
    (found,) = knowing.with_ways(Knower(HOST, known, {"s": "foe"}), 2.0, seen(known, 2.0), True, ours).neighbours
    assert found.conflict is not None
    assert found.conflict.own_in_s == pytest.approx(6.9 if ours else 3.7, abs=0.15)
    assert found.conflict.other_in_s == pytest.approx(2.7, abs=0.15)


def test_who_is_ahead_on_our_way_is_so_by_the_way_that_we_drive() -> None:
    """We turn right at 4 s; who stands on the road we turn into is ahead of us along our way."""
    ours, (x, y) = turning(90.0), FIRST
    known = courses(straight(x + 20, y, 90, 0), ours)
    (found,) = knowing.with_ways(Knower(HOST, known, {"s": "foe"}), 2.0, seen(known, 2.0), False, False).neighbours
    assert found.along_m == pytest.approx(40.0, abs=2.5) and abs(found.right_m) < 1.5
    assert found.course is Course.SAME and found.zone is Zone.SAME


def test_knowing_nothing_more_is_what_the_drivers_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look, as it is: each warning of the ride, at its instant; and the ride is as without."""
    monkeypatch.setattr(limits, "LOOK_APART_NS", 0)
    traffic = trace.read(Path("hil/traffic/corridor/recorded.json.gz"))
    short = dataclasses.replace(traffic, steps=traffic.steps[180:240])
    ridden = ride.ride(NET, short, 0.3, tmp_path, lambda _: None, (Known.AS_IS, Known.SCREEN))
    assert ridden.warned and ridden.known[Known.AS_IS] == ridden.warned
    first = {(one.host, one.app, one.subject): one.at_s for one in reversed(ridden.known[Known.SCREEN])}
    assert all(first[one.host, one.app, one.subject] <= one.at_s for one in ridden.warned)


def test_every_kind_of_knowledge_rides_along_and_knows_no_age(tmp_path: Path) -> None:
    """EXACT warns as the unit does or would, of the same road users, by what is of this very instant."""
    traffic = trace.read(Path("hil/traffic/corridor/recorded.json.gz"))
    short = dataclasses.replace(traffic, steps=traffic.steps[200:250])
    ridden = ride.ride(NET, short, 0.3, tmp_path, lambda _: None, tuple(Known))
    assert ridden.known.keys() == set(Known)
    exact = [one for one in ridden.known[Known.EXACT] if one.app in COLLISION]
    assert exact and all(one.subject.removesuffix(REAR) in ridden.ids for one in exact)
    assert {dict(one.why)["age_s"] for one in exact} == {0.0}


@pytest.mark.parametrize("name", sorted(limits.OF_OTHERS | limits.OF_US))
def test_what_is_known_in_place_of_a_guess_is_a_condition_by_that_name(name: str) -> None:
    met = Conflict(14.0, 2.0, 1.3, 1.9, 1.2, 2.6, 90.0)
    look = view(other(conflict=met), other(conflict=met, kind=Kind.PEDESTRIAN, right_m=3.0))
    asked = set()
    for module in (base.load(app.lower()) for app in limits.MEETING):
        limit = module.Parameters()
        asked |= {condition[0] for condition in module.ours(look, limit)}
        asked |= {condition[0] for one in look.neighbours for condition in module.theirs(look, one, limit)}
    assert name in asked


def judged(foe: list[Mover], at_s: float, *warned: tuple[Warned, str | None]) -> Drive:
    traffic = drive({HOST: OURS, "foe": foe}, {HOST: "host_taxi", "foe": "car"})
    conflict = Encounter(HOST, "foe", "ICW", at_s, at_s, at_s, is_critical=True)
    truth = Truth((conflict,) if not warned else (), {})
    return settled.of(Drive(truth, warned, {HOST: "host_taxi"}, {HOST: 12.0}), Steps(traffic.steps), traffic.kinds)


@pytest.mark.parametrize(
    ("foe", "counts"),
    [
        (CROSSES, True),
        (GIVES_WAY, True),  # had he not braked, he would have been where we were at 5 s
        (straight(8, 50, 270, 0), False),  # stood beside our way all the time
    ],
)
def test_a_conflict_counts_where_the_two_met_or_would_have(foe: list[Mover], counts: bool) -> None:
    assert bool(critical(judged(foe, 5.0).truth.conflicts)) is counts


@pytest.mark.parametrize(("foe", "is_met"), [(CROSSES, True), (straight(95, 50, 270, 10), False)])
def test_a_warning_has_a_ground_where_the_two_did_meet(foe: list[Mover], is_met: bool) -> None:
    warned = Warned(HOST, 2.0, "ICW", "imminent", "s", ())
    assert has_ground(judged(foe, 5.0, (warned, "foe")), warned, "foe") is is_met


def test_a_gain_does_not_hide_a_loss() -> None:
    """Of two conflicts the other one would have been found; the groundless warning would have come 6 s later."""
    met = tuple(Encounter(HOST, foe, "ICW", 20.0, 18.0, 21.0, is_critical=True) for foe in ("first", "second"))
    before = [(warned("first", 18.0), "first"), (warned("third", 18.0), "third")]
    then = [(warned("second", 18.0), "second"), (warned("third", 24.0), "third")]
    was, would = (Drive(Truth(met, {}), each, {HOST: "host_taxi"}, {HOST: 12.0}) for each in (before, then))
    found = costs.of([(was, would)])
    assert found["ICW"] == {
        "missed": 1, "missed_no_more": 1, "lost": 1, "groundless": 1, "groundless_no_more": 1, "new": 1,
    }  # fmt: skip
    assert costs.of([(was, was)])["ICW"] == {
        "missed": 1, "missed_no_more": 0, "lost": 0, "groundless": 1, "groundless_no_more": 0, "new": 0,
    }  # fmt: skip


def warned(subject: str, at_s: float) -> Warned:
    return Warned(HOST, at_s, "ICW", 3, subject, ())
