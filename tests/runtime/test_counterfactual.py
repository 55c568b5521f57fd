"""What stood between an application and its warning: single changes, each of which the application itself confirms."""

import dataclasses
from dataclasses import dataclass

import pytest

from obu.apps import ebw, hlw
from obu.apps.base import Installed
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.geo import LatLon, Offset
from obu.core.vehicle import Body, Event, Own, VehicleState
from obu.core.world import Course, Hazard, Neighbour, View, Zone
from obu.runtime.counterfactual import nearly

BRAKING = Neighbour(
    id=b"ahead-01", place=LatLon(30, 120), offset=Offset(40.0, 0.0), right_m=0.0, gap_m=31.6, zone=Zone.SAME,
    course=Course.SAME, heading_deg=0.0, heading_diff_deg=0.0, speed_mps=8.0, accel_long_mps2=-5.0,
    events=frozenset({Event.HARD_BRAKING}), lights=frozenset(), length_m=4.8, width_m=1.8, basic_class=10, age_s=0.1,
)  # fmt: skip
EBW = Installed("EBW", ebw.look, ebw.Parameters())


def view(*others, hazards=(), speed_mps=12.0):
    own = Own(body=Body(width_m=2.55, length_m=12), vehicle=VehicleState(), fix=None, speed_mps=speed_mps)
    return View(at_ns=0, utc_ns=0, own=own, neighbours=others, hazards=hazards)


def changes(app, seen):
    return {change.what: (change.was, change.needed) for near in nearly(app, seen) for change in near.changes}


def braking(**change):
    return dataclasses.replace(BRAKING, **change)


def test_who_is_warned_of_is_no_near_miss():
    assert ebw.look(view(BRAKING), EBW.parameters)
    assert nearly(EBW, view(BRAKING)) == []


def test_the_one_value_in_the_way_is_named_with_what_it_would_have_to_be():
    (near,) = nearly(EBW, view(braking(course=Course.CROSSING)))
    assert (near.app, near.about) == ("EBW", BRAKING.id.hex())
    assert [(change.what, change.was, change.needed) for change in near.changes] == [("course", "crossing", "same")]
    assert changes(EBW, view(braking(events=frozenset(), accel_long_mps2=None))) == {"events": ("-", "hard_braking")}
    needed = [change.needed for near in nearly(EBW, view(braking(zone=Zone.FAR))) for change in near.changes]
    assert sorted(needed) == ["adjacent_left", "adjacent_right", "same"]


@pytest.mark.parametrize("gap_m", [151.0, 163.0, 290.0])
def test_a_limit_is_told_as_what_it_would_have_to_be(gap_m):
    (what, (was, needed)), *others = changes(EBW, view(braking(gap_m=gap_m))).items()
    assert (what, was, others) == ("parameters.range_m", "150", [])
    assert gap_m <= float(needed) * 1.0005 and float(needed) == pytest.approx(gap_m, rel=0.002)


def test_a_limit_from_below_too():
    found = changes(EBW, view(braking(events=frozenset(), accel_long_mps2=-3.5)))
    assert float(found["parameters.hard_braking_mps2"][1]) == pytest.approx(3.5, rel=0.002)
    assert found["events"] == ("-", "hard_braking")


@pytest.mark.parametrize("change", [
    {"zone": Zone.FAR, "course": Course.ONCOMING},
    {"gap_m": 200.0, "events": frozenset({Event.ABS_ACTIVATED}), "accel_long_mps2": None},
    {"offset": Offset(-40.0, 0.0)},  # no value of the scene's that is yes, no or one of a few
])  # fmt: skip
def test_two_conditions_away_is_not_near(change):
    assert nearly(EBW, view(braking(**change))) == []


def test_one_car_that_is_warned_of_hides_no_other():
    other = braking(id=b"car-0002", course=Course.ONCOMING)
    (near,) = nearly(EBW, view(BRAKING, other))
    assert near.about == other.id.hex()


def test_hazards_and_own_speed_are_asked_as_well():
    hazard = Hazard(id=(b"rsu", 1), event_type=501, description=None, priority=0, ahead_m=170.0, age_s=1.0)
    app = Installed("HLW", hlw.look, hlw.Parameters())
    seen = view(hazards=(hazard,), speed_mps=12.0)  # 14.2 s away
    assert hlw.look(seen, app.parameters) == []
    assert float(changes(app, seen)["parameters.lead_s"][1]) == pytest.approx(170.0 / 12.0, rel=0.1)
    assert changes(EBW, view(BRAKING, speed_mps=1.5)).keys() == {"parameters.min_speed_mps"}


@dataclass(frozen=True)
class Light:
    """A value inside a view."""

    is_green: bool


@dataclass(frozen=True)
class Seen:
    """A view of another make."""

    light: Light
    is_boarding: bool


@dataclass(frozen=True)
class ByClass:
    """A parameter for each class."""

    taxi: float
    bus: float


@dataclass(frozen=True)
class Limits:
    """Parameters of another make."""

    reach_m: ByClass = ByClass(10.0, 20.0)


def test_a_value_within_a_value_and_a_parameter_by_class():
    def look(seen, parameters):
        is_due = not seen.light.is_green and not seen.is_boarding and parameters.reach_m.bus >= 30.0
        return [Alert(app="X", subject="light", level=Level.CAUTION, priority=1, text=Text("", ""), symbol="",
                      direction=Direction.AHEAD)] if is_due else []  # fmt: skip

    near_limit = Installed("X", look, Limits())
    ((what, (was, needed)),) = changes(near_limit, Seen(Light(False), False)).items()
    assert (what, was) == ("parameters.reach_m", "10/20")
    assert [float(one) for one in needed.split("/")] == pytest.approx([15.0, 30.0], rel=0.002)
    wide = Installed("X", look, Limits(ByClass(20.0, 40.0)))
    assert changes(wide, Seen(Light(True), False)) == {"light.is_green": ("yes", "no")}
    assert changes(wide, Seen(Light(False), True)) == {"is_boarding": ("yes", "no")}
    assert nearly(wide, Seen(Light(True), True)) == []
