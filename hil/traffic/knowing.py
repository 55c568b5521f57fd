"""A look of one of our units with one thing known as it was: the places, the ways, what who will do; pure.

Its one rule: what is not named stays as the unit had it.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

from hil.traffic.courses import Courses, Met
from hil.traffic.trace import LEFT, RIGHT, Mover
from obu.codec.messages.bsm import Bsm
from obu.codec.messages.rsm import Participant, Rsm
from obu.core.geo import LatLon, wrap_deg
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Light, Own
from obu.core.world import Conflict, Neighbour, View
from obu.scene import conflict, relation, ways
from obu.scene.conflict import Body
from obu.scene.facts import Fact, Facts, FactsState
from obu.scene.legs import Leg, legs_of
from obu.scene.movers import REAR

SURE_M = 0.05  # one sigma of who is known exactly
NEAR_M = 150.0
BEHIND_M = 24.0
SOON_S = 2.0  # what the foot of each will do, in the applications that reckon with the acceleration of now


@dataclass(frozen=True, slots=True)
class Knower:
    """What was driven, seen from one of ours. ids: names by subject."""

    host: str
    courses: Courses
    ids: Mapping[str, str]

    def name(self, subject: str) -> str | None:
        """Of whom a warning speaks."""
        return self.ids.get(subject.removesuffix(REAR))

    def mover(self, subject: str, at_s: float) -> Mover | None:
        """Whoever is called so, where he is there."""
        name = self.name(subject)
        return None if name is None else self.courses.mover(name, at_s)

    def place(self, subject: str, at_s: float) -> LatLon:
        """Of whoever is called so."""
        return self.courses.place(self.ids[subject.removesuffix(REAR)], at_s)


def exact_own(knower: Knower, now: Now, at_s: float, own: Own) -> Own:
    """Ourselves where we are, now."""
    mover = knower.courses.mover(knower.host, at_s)
    if mover is None or own.fix is None or now.utc_ns is None:
        return own
    place = knower.courses.place(knower.host, at_s)
    return dataclasses.replace(
        own,
        lat_deg=place.lat_deg, lon_deg=place.lon_deg, heading_deg=mover.heading_deg, speed_mps=mover.speed_mps,
        fix=dataclasses.replace(own.fix, utc_ns=now.utc_ns, semi_major_m=SURE_M),
        vehicle=dataclasses.replace(own.vehicle, accel_long_mps2=mover.accel_mps2),
    )  # fmt: skip


def exact_facts(knower: Knower, now: Now, at_s: float, state: FactsState) -> Facts:
    """All who were heard, where they are now."""
    found = Facts()
    by_kind = {
        kind: {sender: _exact(knower, now, at_s, fact) for sender, fact in known.items()}
        for kind, known in state.by_kind.items()
    }
    found.state = dataclasses.replace(state, by_kind=by_kind)
    return found


def _exact(knower: Knower, now: Now, at_s: float, fact: Fact) -> Fact:
    message = fact.message
    if isinstance(message, Rsm):
        seen = (_seen(knower, at_s, f"{message.id.hex()}:{one.number}", one) for one in message.participants)
        told: Bsm | Rsm = dataclasses.replace(message, participants=tuple(seen))
    elif isinstance(message, Bsm) and (mover := knower.mover(message.id.hex(), at_s)) is not None:
        told = dataclasses.replace(
            message, place=knower.place(message.id.hex(), at_s), heading_deg=mover.heading_deg,
            speed_mps=mover.speed_mps, accel_long_mps2=mover.accel_mps2, semi_major_m=SURE_M, lights=_lights(mover),
        )  # fmt: skip
    else:
        return fact
    assert now.utc_ns is not None
    return dataclasses.replace(fact, message=told, content_utc_ns=now.utc_ns)


def _lights(mover: Mover) -> frozenset[Light]:
    lights = {Light.LEFT_TURN: LEFT, Light.RIGHT_TURN: RIGHT}
    return frozenset(light for light, flag in lights.items() if mover.flags & flag)


def _seen(knower: Knower, at_s: float, subject: str, one: Participant) -> Participant:
    mover = knower.mover(subject, at_s)
    if mover is None:
        return one
    place = knower.place(subject, at_s)
    return dataclasses.replace(
        one, place=place, heading_deg=mover.heading_deg, speed_mps=mover.speed_mps, accuracy_m=SURE_M
    )


def with_ways(knower: Knower, at_s: float, view: View, others: bool, ours: bool) -> View:
    """The ways that all drive from where they are taken to be.

    others, ours: also what these drivers will do, when they come where the ways meet, and how they brake.
    """
    own = view.own
    if own.lat_deg is None or own.heading_deg is None or view.utc_ns is None:
        return view
    look = _Look(knower, at_s, view, others, ours)
    turn = knower.courses.turn(knower.host, at_s, look.reach_m) or view.turn
    if ours:
        own = dataclasses.replace(
            own, vehicle=dataclasses.replace(own.vehicle, accel_long_mps2=look.soon_mps2(knower.host))
        )
    return dataclasses.replace(view, own=own, turn=turn, neighbours=tuple(map(look.neighbour, view.neighbours)))


class _Look:
    def __init__(self, knower: Knower, at_s: float, view: View, others: bool, ours: bool) -> None:
        self._knower, self._courses, self._at_s, self._others, self._ours = knower, knower.courses, at_s, others, ours
        own = view.own
        speed_mps = own.speed_mps or 0.0
        self._body = Body(own.body.length_m, own.body.width_m, speed_mps, own.vehicle.accel_long_mps2 or 0.0)
        self.reach_m = ways.reach_m(speed_mps)
        self._line = self._laid(own, view.utc_ns or 0, speed_mps)

    def _laid(self, own: Own, utc_ns: int, speed_mps: float) -> tuple[Leg, ...]:
        """Our course, shifted to where we take ourselves to be."""
        assert own.lat_deg is not None and own.lon_deg is not None and own.heading_deg is not None
        age_s = (utc_ns - own.fix.utc_ns) / NS_PER_S if own.fix else 0.0
        x, y = self._courses.frame.to_plane(LatLon(own.lat_deg, own.lon_deg))
        heading = math.radians(own.heading_deg)
        x, y = x + speed_mps * age_s * math.sin(heading), y + speed_mps * age_s * math.cos(heading)
        course = self._courses.of(self._knower.host)
        real_x, real_y, _ = course.at(course.gone_m(self._at_s))
        line = self._courses.line(self._knower.host, self._at_s, BEHIND_M, self.reach_m)
        return legs_of([(px + x - real_x, py + y - real_y) for px, py in line])

    def neighbour(self, other: Neighbour) -> Neighbour:
        """Somebody as he stands to our real way, and where his meets it."""
        if math.hypot(other.offset.ahead_m, other.offset.right_m) > NEAR_M:
            return other
        along_m, right_m, way_deg = relation.beside(self._line, *self._courses.frame.to_plane(other.place))
        along_m -= BEHIND_M
        askew_deg = wrap_deg(other.heading_deg - way_deg)
        found = dataclasses.replace(
            other, along_m=along_m, right_m=right_m, zone=relation.zone(right_m), askew_deg=askew_deg,
            gap_m=max(0.0, abs(along_m) - (self._body.length_m + other.length_m) / 2.0),
            course=relation.course(askew_deg),
        )  # fmt: skip
        name = self._knower.name(other.subject)
        if name is None or self._courses.mover(name, self._at_s) is None or other.subject.endswith(REAR):
            return found
        reach_m = ways.reach_m(other.speed_mps)
        turn = self._courses.turn(name, self._at_s, reach_m) or other.turn
        met = self._courses.meeting(self._knower.host, name, self._at_s, (self.reach_m, reach_m))
        accel_mps2 = self.soon_mps2(name) if self._others else other.accel_long_mps2
        return dataclasses.replace(
            found,
            conflict=None if met is None else self._conflict(other, name, met),
            turn=turn,
            accel_long_mps2=accel_mps2,
        )

    def soon_mps2(self, name: str) -> float:
        """How somebody will change his speed."""
        course = self._courses.of(name)
        return (course.speed_mps(self._at_s + SOON_S) - course.speed_mps(self._at_s)) / SOON_S

    def _conflict(self, other: Neighbour, name: str, met: Met) -> Conflict:
        body = Body(other.length_m, other.width_m, other.speed_mps, other.accel_long_mps2 or 0.0)
        own_m = conflict.span_m(met.own_m, self._body, body, met.sin)
        other_m = conflict.span_m(met.other_m, body, self._body, met.sin)
        # The corridor has no bridge: whoever really meets us is on our level.
        found = conflict.timed(own_m, self._body, other_m, body, met.sin, is_on_map=True)
        if self._ours:
            in_s, out_s = self._within_s(self._knower.host, own_m)
            found = dataclasses.replace(found, own_in_s=in_s, own_out_s=out_s)
        if self._others:
            in_s, out_s = self._within_s(name, other_m)
            found = dataclasses.replace(found, other_in_s=in_s, other_out_s=out_s)
        return found

    def _within_s(self, name: str, span_m: tuple[float, float]) -> tuple[float, float]:
        course = self._courses.of(name)
        gone_m = course.gone_m(self._at_s)
        in_s, out_s = (max(0.0, course.when_s(gone_m + at_m) - self._at_s) for at_m in span_m)
        return (in_s, out_s) if in_s <= ways.LOOK_AHEAD_S else (math.inf, math.inf)
