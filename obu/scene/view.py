"""The View of one step: facts joined with the own vehicle, predicted to now, ordered by distance.

Its one rule: everything is on one plane, ours and theirs, lanes and lights; what cannot be placed is not there.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence

from obu.codec.messages.lanes import Maneuver
from obu.codec.messages.map import MapData
from obu.codec.messages.references import NodeRef
from obu.codec.messages.spat import Spat
from obu.core.driving import class_of
from obu.core.geo import LatLon, turn_to_view, wrap_deg
from obu.core.now import NS_PER_S, Now
from obu.core.stop import Stop
from obu.core.vehicle import Gear, Light, Own
from obu.core.world import Conflict, Course, Kind, Neighbour, Turn, View
from obu.scene import boarding, bodies, conflict, relevance, ways
from obu.scene.boarding import Boarding, stop_ahead_m
from obu.scene.bodies import Posture
from obu.scene.conflict import Body
from obu.scene.facts import Facts, Message
from obu.scene.lanes import VEHICLE, RoadRef, Roads, Signs
from obu.scene.movers import Mover, around, split
from obu.scene.relation import ONCOMING_COURSE_DEG, beside, course, zone
from obu.scene.signals import Signals
from obu.scene.sweep import Motion, Sweep
from obu.scene.ways import Way

OLDEST_FIX_S = 1.0
CONFLICT_M = 150.0  # T/CSAE 53: range of ICW, LTA and VRUCW
MOVING_MPS = 0.5
OURS = ""  # no subject is called so
LEAST_BEND_DEG = 5.0  # of an articulated bus: less is one rectangle
TURNS = {
    Maneuver.STRAIGHT: Turn.STRAIGHT, Maneuver.LEFT: Turn.LEFT, Maneuver.RIGHT: Turn.RIGHT, Maneuver.U_TURN: Turn.BACK,
}  # fmt: skip


@dataclasses.dataclass(slots=True)
class SceneState:
    """Of the look before: whether people get in or out, how our body bends, which road each came on."""

    boarding: Boarding | None = None
    posture: Posture | None = None
    came: dict[str, RoadRef] = dataclasses.field(default_factory=dict)


class Scene:
    """build() once a look. The lanes are kept from look to look while the MAPs say the same; all else is in `state`."""

    def __init__(self, stops: Sequence[Stop] = ()) -> None:
        """stops: of the line."""
        self.state = SceneState()
        self._stops = tuple(stops)
        self._maps: tuple[MapData, ...] = ()
        self.roads: Roads | None = None

    def build(self, now: Now, own: Own, facts: Facts, apart: frozenset[NodeRef] = frozenset()) -> View:
        """What the applications see. Without own position, heading or UTC nobody is around us to speak of.

        apart: MAPs, by their first node, that are not of our datum (obu/scene/datum.py): their lanes are not used.
        """
        vehicle = class_of(own.body)
        if own.lat_deg is None or own.lon_deg is None or own.heading_deg is None or now.utc_ns is None:
            return View(at_ns=now.at_ns, utc_ns=now.utc_ns, own=own, vehicle=vehicle)
        place = LatLon(own.lat_deg, own.lon_deg)
        is_reverse = own.vehicle.gear is Gear.REVERSE  # pushed, a joint folds as it likes: nobody knows how far
        before = None if is_reverse else self.state.posture
        posture = bodies.kept(before, bodies.build_of(own.body), now.at_ns, own.heading_deg, own.speed_mps)
        self.state.posture = None if is_reverse else posture
        look = Look(now.utc_ns, own, place, self._known(facts, place, apart), facts, posture, self.state.came)
        neighbours = look.neighbours()
        here = {OURS, *(one.subject for one in neighbours)}
        self.state.came = {subject: road for subject, road in look.came.items() if subject in here}
        half_m = own.body.length_m / 2.0
        stop_m = stop_ahead_m(self._stops, look.frame, look.way.legs, half_m)
        people = self.state.boarding = boarding.kept(self.state.boarding, now.at_ns, own, stop_m)
        return View(
            at_ns=now.at_ns,
            utc_ns=now.utc_ns,
            own=own,
            vehicle=vehicle,
            sigma_m=own.fix.semi_major_m if own.fix else None,
            is_boarding=people.is_boarding,
            is_departing=people.is_departing,
            stop_m=stop_m,
            is_on_map=look.way.lane is not None,
            turn=_turn(look.way),
            signal=look.signals.of(look.way, half_m),
            limit_mps=look.limit_mps(),
            lanes=look.lanes(),
            kerb_m=look.kerb_m(),
            drift_mps=look.drift_mps(),
            sections=bodies.sections(posture, bodies.build_of(own.body), own.body),
            neighbours=neighbours,
            hazards=relevance.hazards(now.utc_ns, look.place, own.heading_deg, half_m, facts),
            signs=relevance.signs(now.utc_ns, look.place, own.heading_deg, half_m, facts),
        )

    def _known(self, facts: Facts, place: LatLon, apart: frozenset[NodeRef]) -> Roads:
        """The lanes of the MAPs that hold now."""
        heard = [fact for fact in facts.of_kind(MapData) if _is_usable(fact.message, apart)]
        maps = tuple(fact.message for fact in heard if isinstance(fact.message, MapData))
        is_same = len(maps) == len(self._maps) and all(map(_says_the_same, maps, self._maps))
        if self.roads is None or not is_same:
            in_time = sorted(heard, key=lambda fact: fact.content_utc_ns)
            newest_last = [fact.message for fact in in_time if isinstance(fact.message, MapData)]
            self.roads = Roads(newest_last, maps[0].nodes[0].place if maps else place)
        elif not maps:
            self.roads = Roads((), place)
        self._maps = maps
        return self.roads


def _is_usable(message: Message, apart: frozenset[NodeRef]) -> bool:
    return isinstance(message, MapData) and bool(message.nodes) and message.nodes[0].ref not in apart


def _says_the_same(one: MapData, other: MapData) -> bool:
    return one is other or one.nodes == other.nodes


class Look:
    """One look: our own way first, then everybody's relation to it.

    before: on which road each came, by subject, ourselves as OURS; came: the same after this look. place: our middle,
    predicted to now.
    """

    def __init__(
        self,
        utc_ns: int,
        own: Own,
        place: LatLon,
        roads: Roads,
        facts: Facts,
        posture: Posture,
        before: Mapping[str, RoadRef],
    ) -> None:
        assert own.heading_deg is not None
        self._own, self._roads, self._utc_ns, self._facts = own, roads, utc_ns, facts
        self.came = dict(before)
        self.frame = roads.frame
        self._speed_mps = own.speed_mps or 0.0
        self._heading_deg = own.heading_deg
        age_s = min(max(0.0, (utc_ns - own.fix.utc_ns) / NS_PER_S), OLDEST_FIX_S) if own.fix else 0.0
        heading = math.radians(self._heading_deg)
        x, y = roads.frame.to_plane(place)
        self._x = x + self._speed_mps * age_s * math.sin(heading)
        self._y = y + self._speed_mps * age_s * math.cos(heading)
        self.place = roads.frame.to_place(self._x, self._y)
        left = Light.LEFT_TURN in own.lights
        right = Light.RIGHT_TURN in own.lights
        yaw = own.vehicle.yaw_rate_deg_s
        self.way = self._way(OURS, (self._x, self._y, self._heading_deg, self._speed_mps), yaw, left, right)
        self._approach_deg = self._heading_deg if self.way.approach_deg is None else self.way.approach_deg
        self.signals = Signals(facts.of_kind(Spat), utc_ns)
        accel_mps2 = own.vehicle.accel_long_mps2
        self._body = Body(own.body.length_m, own.body.width_m, self._speed_mps, accel_mps2 or 0.0)
        self._sigma_m = own.fix.semi_major_m if own.fix and own.fix.semi_major_m is not None else 1.5
        build = bodies.build_of(own.body)
        motion = Motion(
            x=self._x, y=self._y, speed_mps=self._speed_mps, accel_mps2=accel_mps2 or 0.0, yaw_deg_s=yaw,
            signalled=right - left,
        )  # fmt: skip
        turning_off = self.way.legs if _turn(self.way) not in (None, Turn.STRAIGHT) else ()
        self._sweep = Sweep(motion, posture, build, own.body, turning_off)
        # Whoever is behind the joint is beside the rear body, not beside where the front one looks.
        self._line = (*bodies.behind(posture, build, own.body, self._x, self._y), *self.way.legs)

    def lanes(self) -> int | None:
        """Of our road in our direction, None where no MAP tells; where it tells of the other one alone, as many."""
        back_deg = (self._heading_deg + 180.0) % 360.0
        match = self.way.lane or self._roads.match(self._x, self._y, back_deg, self._speed_mps)
        if match is None:
            return None
        road = match.lane.ref[:4]
        return sum(lane.kind == VEHICLE and lane.ref[:4] == road for lane in self._roads.lanes.values())

    def limit_mps(self) -> float | None:
        """Of the lane of our front, with which the driver passes the sign; off every lane, of that of our middle."""
        heading, half_m, lights = math.radians(self._heading_deg), self._own.body.length_m / 2.0, self._own.lights
        x, y = self._x + half_m * math.sin(heading), self._y + half_m * math.cos(heading)
        signs = Signs(Light.LEFT_TURN in lights, Light.RIGHT_TURN in lights, self.came.get(OURS))
        match = self._roads.match(x, y, self._heading_deg, self._speed_mps, signs) or self.way.lane
        return match.lane.limit_mps if match else None

    def kerb_m(self) -> float | None:
        """From our way to the right edge of our road, as it is before the crossing."""
        match = self.way.lane
        if match is None:
            return None
        *road, number = match.lane.ref
        right = (each for each in self._roads.lanes.values() if [*each.ref[:4]] == road and each.ref[4] > number)
        return match.lane.width_m / 2.0 + sum(each.width_m for each in right) - match.right_m

    def drift_mps(self) -> float | None:
        """Across our lane, right positive."""
        if self.way.lane is None:
            return None
        return self._speed_mps * math.sin(math.radians(self._heading_deg - self.way.legs[0].heading_deg))

    def neighbours(self) -> tuple[Neighbour, ...]:
        """Everybody, the nearest first."""
        movers = around(self._facts, self._utc_ns, self._roads.frame)
        found = [one for mover in movers for one in self._bodies_of(mover)]
        return tuple(sorted(found, key=lambda other: (abs(other.offset.ahead_m), other.subject)))

    def _bodies_of(self, mover: Mover) -> Iterator[Neighbour]:
        """Somebody, and where he is bent his rear body as one more, that meets nobody on its own."""
        found = self._neighbour(mover)
        if mover.posture is None or abs(mover.posture.bend_deg) < LEAST_BEND_DEG:
            yield found
            return
        front, rear = split(mover, mover.posture)
        yield dataclasses.replace(self._neighbour(front), conflict=found.conflict, turn=found.turn, signal=found.signal)
        yield dataclasses.replace(self._neighbour(rear), conflict=None, turn=None, signal=None)

    def _neighbour(self, mover: Mover) -> Neighbour:
        dx, dy = mover.x - self._x, mover.y - self._y
        along_m, right_m, way_deg = beside(self._line, mover.x, mover.y)
        heading_diff_deg = wrap_deg(mover.heading_deg - self._heading_deg)
        askew_deg = wrap_deg(mover.heading_deg - way_deg)
        its_course = course(askew_deg)
        way, meets = self._meeting(mover, math.hypot(dx, dy), right_m, its_course)
        came_deg = mover.heading_deg if way is None or way.approach_deg is None else way.approach_deg
        return Neighbour(
            id=mover.id,
            subject=mover.subject,
            kind=mover.kind,
            place=self._roads.frame.to_place(mover.x, mover.y),
            offset=turn_to_view(dx, dy, self._heading_deg),
            along_m=along_m,
            right_m=right_m,
            gap_m=max(0.0, abs(along_m) - (self._own.body.length_m + mover.length_m) / 2),
            zone=zone(right_m),
            course=its_course,
            heading_deg=mover.heading_deg,
            heading_diff_deg=heading_diff_deg,
            speed_mps=mover.speed_mps,
            accel_long_mps2=mover.accel_mps2,
            events=mover.events,
            lights=mover.lights,
            length_m=mover.length_m,
            width_m=mover.width_m,
            basic_class=mover.basic_class,
            age_s=mover.age_s,
            sigma_m=math.hypot(mover.sigma_m, self._sigma_m),
            is_on_duty=mover.is_on_duty,
            conflict=meets,
            turn=_turn(way) if way else None,
            signal=self.signals.of(way, mover.length_m / 2.0) if way and meets else None,
            is_opposite=abs(wrap_deg(came_deg - self._approach_deg)) >= ONCOMING_COURSE_DEG,
            is_beside=self._is_one_road(mover.subject, way),
            askew_deg=askew_deg,
            swept_s=None if mover.kind is Kind.VEHICLE else self._sweep.reached_s(mover),
        )

    def _meeting(
        self, mover: Mover, away_m: float, right_m: float, its_course: Course
    ) -> tuple[Way | None, Conflict | None]:
        """Its way and where it meets ours, for those who can meet us within the time that is looked ahead."""
        reach_m = self.way.length_m + ways.reach_m(mover.speed_mps) + mover.length_m
        if away_m > CONFLICT_M or away_m > reach_m or mover.speed_mps < MOVING_MPS:
            return None, None
        if mover.kind is Kind.PEDESTRIAN:
            way = ways.on_curve(mover.x, mover.y, mover.heading_deg, mover.speed_mps, None)
        else:
            left, right = Light.LEFT_TURN in mover.lights, Light.RIGHT_TURN in mover.lights
            motion = mover.x, mover.y, mover.heading_deg, mover.speed_mps
            way = self._way(mover.subject, motion, mover.yaw_rate_deg_s, left, right)
        accel_mps2 = mover.accel_mps2 or 0.0
        body = Body(mover.length_m, mover.width_m, mover.speed_mps, accel_mps2)
        return way, conflict.between(self.way, self._body, way, body)

    def _way(
        self, subject: str, motion: tuple[float, float, float, float], yaw_deg_s: float | None, left: bool, right: bool
    ) -> Way:
        """motion: x, y, heading, speed. Nobody changes the road within a crossing: the last one before it counts."""
        x, y, heading_deg, speed_mps = motion
        signs = Signs(left, right, self.came.get(subject))
        match = self._roads.match(x, y, heading_deg, speed_mps, signs)
        if match is not None:
            if match.lane.maneuver is None:
                self.came[subject] = match.lane.ref[:4]
            way = ways.on_lane(self._roads, match, speed_mps, signs)
            if way.legs:
                return way
        return ways.on_curve(x, y, heading_deg, speed_mps, yaw_deg_s)

    def _is_one_road(self, subject: str, way: Way | None) -> bool:
        """Whether somebody came on the road on which we came, wherever in the crossing the two are now."""
        if way is None or way.lane is None or self.way.lane is None:
            return False
        his, ours = (self.came.get(who, at.lane.ref[:4]) for who, at in ((subject, way.lane), (OURS, self.way.lane)))
        return his == ours


def _turn(way: Way) -> Turn | None:
    return TURNS.get(way.crossing.maneuver) if way.crossing and way.crossing.maneuver else None
