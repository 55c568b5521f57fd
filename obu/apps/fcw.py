"""FCW, forward collision warning: we drive into the rear of somebody on our way if nobody brakes (T/CSAE 53-2020).

Two levels by the brakes that are still needed: caution at a comfortable deceleration, imminent at a firm one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from obu.apps.base import Need, as_sure, reasons
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, above, at_least, at_most, below, concerned, is_same
from obu.core.driving import BRAKE_MPS2, DELAY_S, REACTION_S, ByClass, warning_m
from obu.core.on_our_way import half_across_m
from obu.core.world import Course, Kind, Neighbour, View

NAME = "FCW"
TITLE = Text("前向碰撞", "Forward collision")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 1  # imminent collision
ABOUT = "neighbours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. Sources: delays and decelerations by class as obu/core/driving.py has them.

    delay_s, imminent_mps2: until the brakes bite, and what they then give. caution_mps2: what a driver brakes with
    unasked. braking_mps2: who brakes with so much, more than a motor does, has reacted, and needs the delay of his
    brakes alone; braking_share: with so much of what is needed it is not imminent. closest_s: he is told where braking
    on, calmly at the least, brings him nearer in time (FHWA SSAM's bound of a conflict). pull_mps2: with so much at the
    most somebody ahead speeds up, during the delay. longest_s: no caution at a longer time to collision (ISO 15623:
    4 s; most drivers brake unasked in the second after that). longest_imminent_s: nothing at a longer one: of one who
    follows a second or two behind, it takes half a second of hard braking until it is so short, and a touch of the
    brakes is over by then; EBW tells of hard braking at once. min_speed_mps: in a queue everybody comes close (10 km/h,
    UN R152). beside_m: so far from touching is passing, and by one sigma more, most_unsure_m at most: of the simulated
    city's warnings of whom we would touch by less, two of three were groundless. drift_mps, over_s: who steers away
    from him across the lane of a MAP goes on with it so long, half of a change of lanes. max_sigma_m: above this
    relative lateral error a car in the next lane looks like one in ours in a quarter of cases: the warning is then
    visual only. off_sigma_m: none at all.
    """

    delay_s: ByClass = DELAY_S
    imminent_mps2: ByClass = BRAKE_MPS2
    caution_mps2: ByClass = ByClass(taxi=3.0, bus12=2.4, bus18=2.2)
    longest_s: float = 3.0
    longest_imminent_s: float = 6.0
    min_speed_mps: float = 2.8
    beside_m: float = 0.2
    most_unsure_m: float = 0.4
    max_sigma_m: float = 0.8
    off_sigma_m: float = 2.5
    braking_mps2: float = 1.0
    braking_share: float = 0.9
    closest_s: float = 1.5
    pull_mps2: float = 1.5
    drift_mps: float = 0.5
    over_s: float = 2.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """An alert of the nearest on our way whom we would hit: who is behind him is not reached."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    return [_alert(view, other, parameters) for other in sorted(found, key=lambda one: one.gap_m)[:1]]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)
    yield is_same("is_boarding", view.is_boarding, False)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of somebody on our way into whom we drive."""
    unsure_m = parameters.beside_m + min(other.sigma_m, parameters.most_unsure_m)
    touching_m = view.own.body.width_m / 2.0 + half_across_m(other) - unsure_m
    yield below("beside_m", _beside_m(view, other, parameters), touching_m)
    yield above("along_m", other.along_m, 0.0)
    yield is_same("course", other.course, Course.SAME)
    yield is_same("kind", other.kind, Kind.VEHICLE)
    yield above("gap_m", other.gap_m, 0.0)
    yield at_most("age_s", other.age_s, parameters.max_age_s)
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    closing_mps = view.own_mps - other.speed_mps
    yield above("closing_mps", closing_mps, 0.5)
    imminent_m, caution_m = _reaches_m(view, other, parameters)
    yield at_most("gap_m", other.gap_m, max(caution_m, imminent_m))
    longest_s = parameters.longest_imminent_s if other.gap_m <= imminent_m else parameters.longest_s
    yield at_most("ttc_s", other.gap_m / max(closing_mps, 0.01), longest_s)


def _beside_m(view: View, other: Neighbour, parameters: Parameters) -> float:
    """From his middle to ours, now or when we are there, while we steer away from him."""
    drift_mps, closing_mps = view.drift_mps or 0.0, view.own_mps - other.speed_mps
    if abs(drift_mps) < parameters.drift_mps or drift_mps * other.right_m > 0.0 or closing_mps <= 0.0:
        return abs(other.right_m)
    return abs(other.right_m) + abs(drift_mps) * min(other.gap_m / closing_mps, parameters.over_s)


def _reaches_m(view: View, other: Neighbour, parameters: Parameters) -> tuple[float, float]:
    """(imminent, caution): the gaps at which braking as each of them wants just avoids the collision."""
    lead_mps2 = min(parameters.pull_mps2, other.accel_long_mps2 or 0.0)
    reach_m = partial(warning_m, view.own_mps, other.speed_mps, lead_mps2)
    delay_s, firm_mps2 = parameters.delay_s.of(view.vehicle), parameters.imminent_mps2.of(view.vehicle)
    calm_mps2 = parameters.caution_mps2.of(view.vehicle)
    if not is_braking(view, parameters):
        return reach_m(delay_s, firm_mps2), reach_m(delay_s, calm_mps2)
    braking_mps2, brakes_s = -(view.own.vehicle.accel_long_mps2 or 0.0), max(0.0, delay_s - REACTION_S)
    firm_m = min(reach_m(brakes_s, firm_mps2), reach_m(0.0, braking_mps2 / parameters.braking_share))
    most_mps2 = max(braking_mps2, calm_mps2)
    return firm_m, max(firm_m, reach_m(brakes_s, most_mps2) + most_mps2 * parameters.closest_s**2 / 2.0)


def is_braking(view: View, parameters: Parameters) -> bool:
    """Whether the driver has reacted."""
    return (view.own.vehicle.accel_long_mps2 or 0.0) <= -parameters.braking_mps2


def _alert(view: View, other: Neighbour, parameters: Parameters) -> Alert:
    imminent_m, caution_m = _reaches_m(view, other, parameters)
    ttc_s = other.gap_m / (view.own_mps - other.speed_mps)
    return Alert(
        app=NAME,
        subject=other.subject,
        level=as_sure(Level.IMMINENT if other.gap_m <= imminent_m else Level.CAUTION, other, parameters.max_sigma_m),
        priority=PRIORITY,
        text=Text("前方碰撞危险", "Collision ahead"),
        symbol="collision_ahead",
        direction=Direction.AHEAD,
        distance_m=other.gap_m,
        time_s=ttc_s,
        why=reasons(
            other,
            ("ttc_s", round(ttc_s, 2)),
            ("gap_m", round(other.gap_m, 1)),
            ("imminent_m", round(imminent_m, 1)),
            ("caution_m", round(caution_m, 1)),
            ("right_m", round(other.right_m, 2)),
        ),
    )
