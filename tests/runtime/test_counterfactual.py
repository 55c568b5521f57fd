"""What stood between an application and its warning: single changes, each of which the application itself confirms.

The application and the view are of this file's own make: what asks knows of neither.
"""

import math
from dataclasses import dataclass

import pytest

from obu.apps import fcw
from obu.apps.base import Installed
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.vehicle import Event
from obu.core.world import Course, Zone
from obu.runtime.counterfactual import nearly
from tests.apps.seen import other, view


@dataclass(frozen=True, kw_only=True)
class Light:
    """A value inside a view."""

    is_green: bool = False


@dataclass(frozen=True, kw_only=True)
class Car:
    """Somebody to warn of."""

    name: str = "car-1"
    course: Course = Course.SAME
    zone: Zone = Zone.SAME
    events: frozenset[Event] = frozenset({Event.HARD_BRAKING})
    gap_m: float = 30.0
    ahead_m: float = 40.0
    age_s: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A view: two kinds of things, and what is true of ourselves."""

    cars: tuple[Car, ...] = ()
    walkers: tuple[Car, ...] = ()
    light: Light = Light()
    is_boarding: bool = False
    speed_mps: float = 12.0


@dataclass(frozen=True, kw_only=True)
class ByClass:
    """A parameter for each class."""

    taxi: float
    bus: float


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A limit from above, one from below, one by class, and one that no factor moves."""

    range_m: float = 150.0
    min_speed_mps: float = 2.0
    ahead_m: ByClass = ByClass(taxi=10.0, bus=20.0)
    oldest_s: float = 1.0
    least_m: float = 0.0


def look(seen: Seen, limits: Limits) -> list[Alert]:
    """Hard braking ahead on our way, unless there is green, we stand or people board."""
    if seen.is_boarding or seen.light.is_green or seen.speed_mps < limits.min_speed_mps:
        return []
    return [
        Alert(app="X", subject=car.name, level=Level.CAUTION, priority=1, text=Text("", ""), symbol="",
              direction=Direction.AHEAD)
        for car in (*seen.cars, *seen.walkers)
        if car.course is Course.SAME and car.zone is not Zone.FAR and Event.HARD_BRAKING in car.events
        and limits.least_m < car.gap_m <= limits.range_m and car.ahead_m >= limits.ahead_m.bus
        and car.age_s <= limits.oldest_s
    ]  # fmt: skip


APP = Installed("X", look, Limits(), Text("", ""), frozenset())


def changes(seen: Seen) -> list[tuple[str, str, str]]:
    return [(each.what, each.was, each.needed) for near in nearly(APP, seen) for each in near.changes]


def test_who_is_warned_of_is_no_near_miss():
    assert look(Seen(cars=(Car(),)), Limits())
    assert nearly(APP, Seen(cars=(Car(),))) == []


@pytest.mark.parametrize(("car", "seen", "needed"), [
    ({"course": Course.CROSSING}, {}, [("course", "crossing", "same")]),
    ({"zone": Zone.FAR}, {}, [("zone", "far", one) for one in ("same", "adjacent_left", "adjacent_right")]),
    ({"events": frozenset()}, {}, [("events", "-", "hard_braking")]),
    ({"events": frozenset({Event.ABS_ACTIVATED})}, {},
     [("events", "abs_activated", "abs_activated hard_braking")]),
    ({}, {"is_boarding": True}, [("is_boarding", "yes", "no")]),
    ({}, {"light": Light(is_green=True)}, [("light.is_green", "yes", "no")]),
])  # fmt: skip
def test_the_one_value_in_the_way_is_named_with_what_it_would_have_to_be(car, seen, needed):
    assert changes(Seen(cars=(Car(**car),), **seen)) == needed


@pytest.mark.parametrize(("car", "seen", "what", "was", "needed"), [
    ({"gap_m": 151.0}, {}, "range_m", "150", [151.0]),
    ({"gap_m": 290.0}, {}, "range_m", "150", [290.0]),
    ({}, {"speed_mps": 0.7}, "min_speed_mps", "2", [0.7]),
    ({"ahead_m": 15.0}, {}, "ahead_m", "10/20", [7.5, 15.0]),
])  # fmt: skip
def test_a_limit_is_told_as_what_it_would_have_to_be(car, seen, what, was, needed):
    ((told, before, after),) = changes(Seen(cars=(Car(**car),), **seen))
    assert (told, before) == (f"parameters.{what}", was)
    assert [float(one) for one in after.split("/")] == pytest.approx(needed, rel=0.002)


def test_how_near_a_limit_was_is_told_upwards_and_downwards_alike():
    for seen in (Seen(cars=(Car(gap_m=300.0),)), Seen(cars=(Car(),), speed_mps=1.0)):
        ((near,),) = [each.changes for each in nearly(APP, seen)]
        assert near.times == pytest.approx(2.0, rel=0.002)
    ((near,),) = [each.changes for each in nearly(APP, Seen(cars=(Car(course=Course.CROSSING),)))]
    assert near.times == math.inf


def test_a_message_that_is_too_old_lacks_freshness_or_patience():
    (fresh, patient) = changes(Seen(cars=(Car(age_s=1.5),)))
    assert fresh == ("age_s", "1.5", "0")
    assert patient[:2] == ("parameters.oldest_s", "1") and float(patient[2]) == pytest.approx(1.5, rel=0.002)


@pytest.mark.parametrize("car", [
    {"zone": Zone.FAR, "course": Course.ONCOMING},
    {"gap_m": 200.0, "events": frozenset()},
    {"gap_m": 150.0 * 17},  # another kind of warning altogether
    {"gap_m": 0.0},  # no factor makes another limit of zero
])  # fmt: skip
def test_what_no_single_change_brings_is_not_near(car):
    assert nearly(APP, Seen(cars=(Car(**car),))) == []


def test_one_who_is_warned_of_hides_no_other():
    other, walker = Car(name="car-2", course=Course.ONCOMING), Car(name="walker", zone=Zone.FAR)
    found = nearly(APP, Seen(cars=(Car(), other), walkers=(walker,)))
    assert [(near.app, near.about) for near in found] == [("X", "car-2"), ("X", "walker")]


@pytest.mark.parametrize("kind", ["taxi", "bus12", "bus18"])
def test_of_a_limit_by_class_that_of_our_vehicle_is_told(kind):
    app = Installed("FCW", fcw.look, fcw.Parameters(), fcw.TITLE, fcw.NEEDS)
    (near,) = nearly(app, view(other(gap_m=70.0, speed_mps=0.0), kind=kind))
    (delay,) = [each for each in near.changes if each.what == "parameters.delay_s"]
    assert delay.was == f"{getattr(fcw.Parameters().delay_s, kind):g}" and float(delay.needed) > float(delay.was)
