"""The road users of a scenario: what each class is, how each moves, what is on of lights, doors and events, by time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hil.course import Course, Pose
from hil.drive import Motion
from hil.neighbour import CALM, Cast, State
from hil.plant import Truth, truth_of
from hil.route import Route
from hil.scenario import Act, Actor, Own, Says
from hil.ways import through
from obu.codec.messages.rsm import Kind
from obu.core.vehicle import Event, Light

LIGHT_OF = {"left": Light.LEFT_TURN, "right": Light.RIGHT_TURN, "hazard": Light.HAZARD}


@dataclass(frozen=True, slots=True)
class Kin:
    """A class of road users: outline, BasicVehicleClass of YD/T 3709, ParticipantType, how it is known by itself."""

    length_m: float
    width_m: float
    height_m: float
    basic_class: int
    seen_as: Kind
    says: Says = "bsm"


KIN = {
    "bus12": Kin(12.0, 3.0, 3.2, 50, Kind.MOTOR),
    "bus18": Kin(18.0, 3.05, 3.2, 50, Kind.MOTOR),
    "taxi": Kin(4.64, 2.05, 1.46, 10, Kind.MOTOR),
    "car": Kin(4.7, 2.0, 1.5, 10, Kind.MOTOR),
    "truck": Kin(9.0, 2.9, 3.4, 25, Kind.MOTOR),
    "motorcycle": Kin(2.1, 0.9, 1.4, 40, Kind.MOTOR),
    "ambulance": Kin(5.9, 2.3, 2.6, 60, Kind.MOTOR),
    "bicycle": Kin(1.8, 0.7, 1.7, 0, Kind.NON_MOTOR, "rsm"),
    "pedestrian": Kin(0.5, 0.6, 1.7, 0, Kind.PEDESTRIAN, "rsm"),
}


def on(acts: tuple[Act, ...], do: str, at_s: float) -> Iterator[Act]:
    """What of this kind is going on."""
    return (act for act in acts if act.do == do and act.from_s <= at_s < (1e9 if act.to_s is None else act.to_s))


class Person:
    """One road user but ourselves: role and state() are what a Talker needs of a neighbour."""

    def __init__(self, actor: Actor, number: int, road: Route, lasts_s: float) -> None:
        self.name, self.number = actor.name, number
        self.kin = KIN[actor.kind]
        self.says: Says = actor.says or self.kin.says
        self.changes_id_s = actor.changes_id_s
        self._acts, self._frame = actor.act, road.frame
        is_against = actor.heading_deg == 180.0 and not actor.way
        at_m, right_m, way = actor.at_m, actor.right_m, road
        if actor.way or actor.heading_deg not in (0.0, 180.0):
            spot = road.at(actor.at_m, actor.right_m)
            turned = replace(spot, heading_deg=spot.heading_deg + actor.heading_deg)
            way, at_m, right_m = through(road.frame, turned, actor.way), 0.0, 0.0
        self._course = Course(way, at_m, right_m, actor.speed_mps, actor.act, lasts_s, is_against=is_against)
        self._sign = 0.0 if way is not road else -1.0 if is_against else 1.0
        self._begin_m = at_m - self._sign * self._course.at(0.0).driven_m
        self.role = Cast(
            from_m=actor.at_m, right_m=actor.right_m, style=CALM, length_m=self.kin.length_m, width_m=self.kin.width_m,
            height_m=self.kin.height_m, basic_class=self.kin.basic_class,
        )  # fmt: skip

    def along_m(self, at_s: float) -> float | None:
        """Where on the scenario's road; None for who leaves it."""
        return self._begin_m + self._sign * self.pose(at_s).driven_m if self._sign else None

    def state(self, at_s: float) -> State:
        """Where it is, how it moves and what is on of it."""
        pose = self.pose(at_s)
        return State(
            place=self._frame.to_place(pose.east_m, pose.north_m),
            heading_deg=pose.heading_deg,
            motion=Motion(pose.driven_m, pose.speed_mps, pose.accel_mps2),
            driven_m=pose.driven_m,
            curvature_per_m=pose.curvature_per_m,
            events=frozenset(Event(act.event) for act in on(self._acts, "event", at_s)),
            lights=frozenset(LIGHT_OF[act.side or "hazard"] for act in on(self._acts, "signal", at_s)),
            is_siren_on=any(on(self._acts, "siren", at_s)),
        )

    def pose(self, at_s: float) -> Pose:
        """On the road's plane."""
        return self._course.at(at_s)


class Ourselves:
    """The own vehicle: truth() for the bench's sensors, pose() for who judges."""

    def __init__(self, own: Own, road: Route, lasts_s: float) -> None:
        self.kin = KIN[own.kind]
        self._acts, self._road = own.act, road
        self._course = Course(road, own.at_m, own.right_m, own.speed_mps, own.act, lasts_s)
        self._begin_m = own.at_m - self._course.at(0.0).driven_m

    def along_m(self, at_s: float) -> float:
        """Where on the road."""
        return self._begin_m + self.pose(at_s).driven_m

    def pose(self, at_s: float) -> Pose:
        """On the road's plane."""
        return self._course.at(at_s)

    def truth(self, at_s: float) -> Truth:
        """What a perfect sensor of each kind would say."""
        pose = self.pose(at_s)
        sides = {act.side for act in on(self._acts, "signal", at_s)}
        return truth_of(
            at_s=at_s,
            along_m=pose.driven_m,
            place=self._road.frame.to_place(pose.east_m, pose.north_m),
            heading_deg=pose.heading_deg,
            motion=Motion(pose.driven_m, pose.speed_mps, pose.accel_mps2),
            curvature_per_m=pose.curvature_per_m,
            open_doors=any(on(self._acts, "doors", at_s)),
            turning=("left" in sides, "right" in sides),
            hazard="hazard" in sides,
            engaged=frozenset(act.event or "" for act in on(self._acts, "event", at_s)),
        )
