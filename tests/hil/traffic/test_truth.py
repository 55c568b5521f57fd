"""What counts as dangerous is told by geometry that can be worked out by hand, and the score by counting."""

import dataclasses
import math

import pytest

from hil.traffic import score, truth
from hil.traffic.host import Warned
from hil.traffic.score import Drive
from hil.traffic.trace import Encounter, Kind, Mover, Step, Trace

HOST = "host_taxi.0"
LENGTH_M, WIDTH_M = 4.0, 2.0
SPAN_S = 12.0
UNITS = [(0.0, 50.0)]


def straight(x: float, y: float, heading_deg: float, speed_mps: float) -> "list[Mover]":
    """Twelve seconds at one speed from a place at second 0."""
    east, north = math.sin(math.radians(heading_deg)), math.cos(math.radians(heading_deg))
    return [
        Mover(x + east * speed_mps * n / 10, y + north * speed_mps * n / 10, heading_deg, speed_mps, 0.0, 0)
        for n in range(round(SPAN_S * 10))
    ]


def drive(courses: dict[str, list[Mover]], kinds: dict[str, str], *met: Encounter) -> Trace:
    size = {"pedestrian": (0.4, 0.5)}
    steps = tuple(
        Step(round(n / 10, 1), {name: course[n] for name, course in courses.items()}, {})
        for n in range(round(SPAN_S * 10))
    )
    sizes = {name: Kind(kind, *size.get(kind, (LENGTH_M, WIDTH_M))) for name, kind in kinds.items()}
    return Trace(1, sizes, steps, met)


def encounter(foe: str, **measured: object) -> Encounter:
    nothing: dict[str, object] = dict.fromkeys(("ttc_s", "ttc_at_s", "ttc_type", "pet_s", "pet_at_s", "pet_type"), None)
    return Encounter(ego=HOST, foe=foe, begin_s=2.0, end_s=9.0, **(nothing | measured))  # type: ignore[arg-type]


# Our front passes y = 50 at (50 - 2) / 10 s = 4.8 s, our rear at 5.2 s; 0.3 m around a person are ours too: 4.77, 5.23.
@pytest.mark.parametrize(
    ("walker_y_at", "pet_s"),
    [(4.0, 0.8), (4.5, 0.3), (5.0, 0.0), (5.6, 0.4), (6.5, 1.3)],
)
def test_encroachment_of_somebody_on_foot(walker_y_at: float, pet_s: float) -> None:
    """A walker stands in our way for one instant: beside it before and after, out of our outline's reach."""
    walker = [Mover(0.0 if abs(n / 10 - walker_y_at) < 0.01 else 5.0, 50.0, 90.0, 50.0, 0.0, 0) for n in range(120)]
    trace = drive({HOST: straight(0, 0, 0, 10), "p": walker}, {HOST: "host_taxi", "p": "pedestrian"})
    (found,) = truth.find(trace, UNITS).conflicts
    assert found.app == "VRUCW" and found.is_critical is (pet_s < 0.8)
    assert found.at_s == pytest.approx(max(walker_y_at, 4.8 if walker_y_at < 4.9 else walker_y_at), abs=0.11)


# He stands 50 m before our middle, whose front is 2.3 m before it (0.3 m are his): from 3.3 s on less than 1.5 s.
@pytest.mark.parametrize(("accel_mps2", "is_critical"), [(0.0, True), (-6.0, False)])
def test_time_to_collision_with_somebody_on_foot_before_whom_we_stop(accel_mps2: float, is_critical: bool) -> None:
    """At the end 12.7 m before him; with 6 m/s2, 10 m/s stand within 8.3 m."""
    own = [
        dataclasses.replace(mover, y=min(mover.y, 35.0), speed_mps=10.0, accel_mps2=accel_mps2)
        for mover in straight(0, 0, 0, 10)
    ]
    trace = drive({HOST: own, "p": straight(0, 50, 90, 0)}, {HOST: "host_taxi", "p": "pedestrian"})
    assert bool(truth.critical(truth.find(trace, UNITS).conflicts)) is is_critical


def test_somebody_who_keeps_out_of_our_way_is_no_conflict() -> None:
    trace = drive({HOST: straight(0, 0, 0, 10), "p": straight(2, 0, 0, 1.4)}, {HOST: "host_taxi", "p": "pedestrian"})
    assert truth.find(trace, UNITS).conflicts == ()


@pytest.mark.parametrize(
    ("foe", "kind", "measured", "app"),
    [
        (straight(0, 30, 0, 5), "car", {"ttc_s": 1.0, "ttc_at_s": 5.0, "ttc_type": 2}, "FCW"),
        (straight(-50, 50, 90, 10), "car", {"pet_s": 0.5, "pet_at_s": 5.0, "pet_type": 17}, "ICW"),
        (straight(-50, 50, 90, 4), "bicycle", {"pet_s": 0.5, "pet_at_s": 5.0, "pet_type": 17}, "VRUCW"),
        (straight(3, -5, 0, 10), "bicycle", {"ttc_s": 1.0, "ttc_at_s": 5.0, "ttc_type": 11}, "VRUCW"),  # we turn
        (straight(3, 10, 0, 9), "car", {"ttc_s": 1.0, "ttc_at_s": 5.0, "ttc_type": 6}, "LCW"),
        (straight(-3, -20, 0, 13), "car", {"ttc_s": 1.0, "ttc_at_s": 5.0, "ttc_type": 10}, "LCW"),  # beside, behind
        (straight(-3, -20, 0, 13), "car", {"ttc_s": 0.0, "ttc_at_s": 5.0, "ttc_type": 111}, "LCW"),  # we move over
    ],
)
def test_a_conflict_belongs_to_the_application_of_its_ways(
    foe: list[Mover], kind: str, measured: dict[str, object], app: str
) -> None:
    trace = drive(
        {HOST: straight(0, 0, 0, 10), "foe": foe}, {HOST: "host_taxi", "foe": kind}, encounter("foe", **measured)
    )
    (found,) = truth.find(trace, UNITS).conflicts
    assert (found.app, found.is_critical, found.at_s) == (app, True, 5.0)


def test_a_left_turn_before_somebody_who_comes_towards_us_is_lta() -> None:
    own = [
        dataclasses.replace(mover, heading_deg=0.0 if n < 40 else max(270.0, 360.0 - (n - 40) * 3) % 360)
        for n, mover in enumerate(straight(0, 0, 0, 6))
    ]
    trace = drive(
        {HOST: own, "foe": straight(-3, 80, 180, 10)},
        {HOST: "host_taxi", "foe": "car"},
        encounter("foe", pet_s=0.5, pet_at_s=5.0, pet_type=17),
    )
    (found,) = truth.find(trace, UNITS).conflicts
    assert found.app == "LTA"


@pytest.mark.parametrize(
    ("foe", "kind", "measured", "reason"),
    [
        (straight(0, -20, 0, 12), "car", {"ttc_s": 1.0, "ttc_at_s": 5.0, "ttc_type": 3}, "behind_us"),
        (straight(0, -14, 0, 12), "car", {"ttc_s": 0.0, "ttc_at_s": 5.0, "ttc_type": 111}, "behind_us"),
        (straight(1, 20, 0, 6), "bicycle", {"ttc_s": 0.0, "ttc_at_s": 5.0, "ttc_type": 111}, "bicycle_in_lane"),
    ],
)
def test_what_no_driver_can_be_warned_of_is_left_out_and_counted(
    foe: list[Mover], kind: str, measured: dict[str, object], reason: str
) -> None:
    trace = drive(
        {HOST: straight(0, 0, 0, 10), "foe": foe}, {HOST: "host_taxi", "foe": kind}, encounter("foe", **measured)
    )
    found = truth.find(trace, UNITS)
    assert truth.critical(found.conflicts) == [] and found.left_out == {reason: 1}
    assert [each.foe for each in found.conflicts] == ["foe"]  # a ground all the same


def test_what_came_to_its_height_before_the_drive_is_a_ground_while_it_lasts() -> None:
    """SUMO's device goes on for 5 s after the end, a warning may come 1 s after it: until 5 s."""
    met = dataclasses.replace(encounter("foe", ttc_s=1.0, ttc_at_s=-3.0, ttc_type=2), begin_s=-10.0)
    courses = {HOST: straight(0, 0, 0, 10), "foe": straight(0, 30, 0, 10)}
    found = truth.find(drive(courses, {HOST: "host_taxi", "foe": "car"}, met), UNITS)
    assert truth.critical(found.conflicts) == [] and found.left_out == {"not_there": 1}
    ridden = Drive(found, [], {HOST: "host_taxi"}, {HOST: 12.0})
    assert [score.has_ground(ridden, warned(at_s), "foe") for at_s in (1.0, 4.9, 5.1)] == [True, True, False]


@pytest.mark.parametrize(
    ("beside_m", "speed_mps", "reason"), [(5.2, 0.0, "bicycle_waits"), (4.8, 0.0, ""), (5.2, 0.6, "")]
)
def test_a_bicycle_that_stands_waiting_and_is_passed_by_a_metre_is_met_by_nobody(
    beside_m: float, speed_mps: float, reason: str
) -> None:
    """Half of our width is 1 m, of its length, across our way, 2 m, of its width 1 m: between are 1.2 m, or 0.8 m."""
    foe = [dataclasses.replace(mover, speed_mps=speed_mps) for mover in straight(beside_m, 0, 90, 0)]
    trace = drive(
        {HOST: straight(0, -50, 0, 10), "foe": foe},
        {HOST: "host_taxi", "foe": "bicycle"},
        encounter("foe", ttc_s=0.05, ttc_at_s=5.0, ttc_type=13),
    )
    found = truth.find(trace, UNITS)
    assert found.left_out == ({reason: 1} if reason else {})
    assert bool(truth.critical(found.conflicts)) is not bool(reason)


@pytest.mark.parametrize(("speed_mps", "is_critical"), [(1.0, False), (2.0, True)])
def test_one_of_ours_without_a_course_is_heard_by_nobody(speed_mps: float, is_critical: bool) -> None:
    trace = drive(
        {HOST: straight(0, 0, 0, 10), "host_bus12.1": straight(0, 40, 0, speed_mps)},
        {HOST: "host_taxi", "host_bus12.1": "host_bus12"},
        encounter("host_bus12.1", ttc_s=1.0, ttc_at_s=5.0, ttc_type=2),
    )
    found = truth.find(trace, UNITS)
    assert bool(truth.critical(found.conflicts)) is is_critical
    assert found.left_out == ({} if is_critical else {"unheard": 1})


@pytest.mark.parametrize(("away_m", "is_heard"), [(119.0, True), (121.0, False)])
def test_somebody_whom_no_roadside_unit_sees_is_heard_by_nobody(away_m: float, is_heard: bool) -> None:
    courses = {HOST: straight(0, 0, 0, 10), "p": straight(0, 50, 90, 0)}
    found = truth.find(drive(courses, {HOST: "host_taxi", "p": "pedestrian"}), [(-away_m, 50.0)])
    assert bool(truth.critical(found.conflicts)) is is_heard
    assert found.left_out == ({} if is_heard else {"unheard": 1})
    assert [each.foe for each in found.conflicts] == ["p"]  # a ground all the same


def test_a_crawling_vehicle_has_no_critical_conflict() -> None:
    trace = drive(
        {HOST: straight(0, 0, 0, 4), "foe": straight(0, 15, 0, 1)},
        {HOST: "host_taxi", "foe": "car"},
        encounter("foe", ttc_s=1.0, ttc_at_s=5.0, ttc_type=2),
    )
    (found,) = truth.find(trace, UNITS).conflicts
    assert not found.is_critical


def warned(at_s: float, app: str = "FCW", subject: str = "aa", level: int = 3) -> Warned:
    return Warned(HOST, at_s, app, level, subject, (("age_s", 0.1),))


def scored(*warnings: Warned, ids: dict[str, str] | None = None) -> dict[str, object]:
    met = encounter("foe", ttc_s=1.0, ttc_at_s=5.0, ttc_type=2)
    courses = {HOST: straight(0, 0, 0, 10), "foe": straight(0, 30, 0, 5)}
    found = truth.find(drive(courses, {HOST: "host_taxi", "foe": "car"}, met), UNITS)
    names = score.named(warnings, {"aa": "foe", "bb": "other"} if ids is None else ids)
    return score.summary([Drive(found, names, {HOST: "host_taxi"}, {HOST: 3600.0})])["applications"]["FCW"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("warnings", "expected"),
    [
        ((), {"critical": 1, "found": 0, "recall": 0.0, "warnings": 0}),
        ((warned(3.0),), {"found": 1, "lead_p50_s": 2.0, "groundless": 0, "warnings_per_hour": 1.0}),
        ((warned(3.0), warned(4.0)), {"found": 1, "lead_p50_s": 2.0, "flicker": 1}),
        ((warned(5.1),), {"found": 0, "groundless": 0}),  # too late for the driver
        ((warned(3.0, subject="bb"),), {"found": 0, "groundless": 1, "precision": 0.0}),  # of somebody else
        ((warned(3.0, subject="cc"),), {"found": 0, "groundless": 1}),  # of nobody
        ((warned(6.1),), {"found": 0, "groundless": 1}),  # more than 1 s after it was over: SUMO logs 5 s more
    ],
)
def test_warnings_are_held_against_the_conflict(warnings: tuple[Warned, ...], expected: dict[str, object]) -> None:
    row = scored(*warnings)
    assert {name: row[name] for name in expected} == expected


def test_the_interval_is_wilsons() -> None:
    """44 of 61 have 60 to 82 %; 10 of 61 have 9 to 28 % (E. B. Wilson, JASA 22, 1927, worked out by hand)."""
    assert [round(bound, 2) for bound in score.wilson(44, 61)] == [0.60, 0.82]
    assert [round(bound, 2) for bound in score.wilson(10, 61)] == [0.09, 0.28]
