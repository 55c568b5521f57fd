"""LCW, lane change warning: we are about to move over where somebody is, or soon will be (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps import bsw
from obu.apps.base import Need, as_sure, reasons
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import (
    Condition,
    above,
    all_hold,
    at_least,
    at_most,
    concerned,
    is_other,
    is_same,
    is_there,
)
from obu.core.driving import ByClass
from obu.core.turn_over import Turning, turned_over
from obu.core.vehicle import Light
from obu.core.world import Course, Kind, Neighbour, View, Zone

NAME = "LCW"
TITLE = Text("变道", "Lane change")
NEEDS = frozenset({Need.SPEED, Need.TURN_SIGNAL})
PRIORITY = 2
ABOUT = "neighbours"
SIDES = {
    Light.LEFT_TURN: (-1, Zone.ADJACENT_LEFT, Direction.BEHIND_LEFT),
    Light.RIGHT_TURN: (1, Zone.ADJACENT_RIGHT, Direction.BEHIND_RIGHT),
}
NO_SIDE = (0, Zone.FAR, Direction.BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak: the turn signal is on, and somebody is in the zone of BSW or closes in on the next lane.

    Who waits for his gap signals, too; BSW's mark is enough for him. drift_mps: so fast across our lane he has begun, a
    change of lanes taking 3 to 6 s for 3.5 m; where no MAP tells of the lane the signal alone must do, and at a stop.
    A turn over the lanes beside us is a change of lanes, too.

    closing_s: time to collision by closing speed up to 10, 15 and 20 m/s. pull_out_s: from a stop, where a bus needs 5
    to 6 s to reach 20 km/h (1.0 to 1.2 m/s2), an articulated one a little longer, a taxi half of it, below
    pull_out_mps. behind_m: rear zone. crossing_m: a signal so near before a crossing means a turn.
    max_sigma_m, off_sigma_m: as FCW's, who is on the next lane.
    """

    closing_s: tuple[float, float, float] = (2.5, 3.0, 3.5)
    pull_out_s: ByClass = ByClass(taxi=3.0, bus12=4.5, bus18=5.0)
    pull_out_mps: float = 2.0
    behind_m: float = 100.0
    crossing_m: float = 60.0
    drift_mps: float = 0.3
    max_sigma_m: float = 0.8
    off_sigma_m: float = 2.5
    turning: Turning = Turning()
    zone: bsw.Parameters = bsw.Parameters(max_sigma_m=2.5)


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per vehicle on the lane that the turn signal points to, the nearest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    sign, _, direction = _side(view) or NO_SIDE
    over = [other for other in found if all_hold(turned_over(view, other, sign, parameters.turning))]
    told = over or sorted(found, key=lambda one: abs(one.along_m))
    return [_alert(view, other, direction, as_sure(Level.IMMINENT, other, parameters.max_sigma_m)) for other in told]


def _side(view: View) -> tuple[int, Zone, Direction] | None:
    """To which the turn signal points; None without one, and with hazard lights."""
    sides = [SIDES[light] for light in SIDES if light in view.own.lights]
    return sides[0] if len(sides) == 1 and Light.HAZARD not in view.own.lights else None


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us: about to move over."""
    side, speed_mps = _side(view), view.own.speed_mps
    yield is_there("own_lights", side and side[2])
    yield is_there("own_speed_mps", speed_mps)
    yield is_same("is_boarding", view.is_boarding, False)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of somebody over whose lane we turn, or who is beside us there or comes up as we move over."""
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    sign, zone, _ = _side(view) or NO_SIDE
    if _turns(view, parameters) or all_hold(turned_over(view, other, sign, parameters.turning)):
        yield from turned_over(view, other, sign, parameters.turning)
        return
    if view.drift_mps is not None and not pulls_out(view, parameters):
        yield at_least("drift_mps", view.drift_mps * sign, parameters.drift_mps)
    yield above("right_m", other.right_m * sign, 0.0)
    yield is_same("course", other.course, Course.SAME)
    yield is_other("kind", other.kind, Kind.PEDESTRIAN)
    if all_hold(bsw.beside(view, other, parameters.zone)):
        return
    gap_m, own_mps = _behind_m(view, other), view.own_mps
    closing_mps = other.speed_mps - own_mps
    yield is_same("zone", other.zone, zone)
    yield above("gap_m", gap_m, 0.0)
    yield at_most("gap_m", gap_m, parameters.behind_m)
    yield above("closing_mps", closing_mps, 0.5)
    slow, middle, fast = parameters.closing_s
    limit_s = slow if closing_mps <= 10.0 else middle if closing_mps <= 15.0 else fast
    if pulls_out(view, parameters):
        limit_s = max(limit_s, parameters.pull_out_s.of(view.vehicle))
    yield at_most("ttc_s", gap_m / max(closing_mps, 0.01), limit_s)


def _turns(view: View, parameters: Parameters) -> bool:
    """Whether what we signal so near before a crossing, and behind its line, is a turn."""
    return view.signal is not None and view.signal.stop_m < parameters.crossing_m and not pulls_out(view, parameters)


def pulls_out(view: View, parameters: Parameters) -> bool:
    """Whether we leave a stop; a vehicle that tells nothing of its doors does so whenever it is slow enough."""
    is_slow = view.own_mps <= parameters.pull_out_mps
    return is_slow and (view.is_departing or view.own.vehicle.door_open is None)


def _behind_m(view: View, other: Neighbour) -> float:
    """From our rear to its front; negative beside us."""
    return -other.along_m - (view.own.body.length_m + other.length_m) / 2.0


def _alert(view: View, other: Neighbour, direction: Direction, level: Level) -> Alert:
    gap_m, closing_mps = _behind_m(view, other), other.speed_mps - view.own_mps
    return Alert(
        app=NAME,
        subject=other.subject,
        level=level,
        priority=PRIORITY,
        text=Text("变道危险", "Do not change lane"),
        symbol="lane_change",
        direction=direction,
        distance_m=max(0.0, gap_m),
        time_s=gap_m / closing_mps if gap_m > 0.0 and closing_mps > 0.5 else None,
        why=reasons(
            other,
            ("right_m", round(other.right_m, 1)),
            ("along_m", round(other.along_m, 1)),
            ("speed_mps", round(other.speed_mps, 1)),
        ),
    )
