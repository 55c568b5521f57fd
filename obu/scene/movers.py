"""Every road user that was heard, once, predicted to now: vehicles by their BSMs, others by what roadside units see.

A vehicle that speaks for itself is believed before a camera that sees it. Places are on the plane of the lanes.
"""

import dataclasses
import math
from collections.abc import Iterable, Iterator

from obu.codec.messages.bsm import Bsm
from obu.codec.messages.rsm import Kind as Seen
from obu.codec.messages.rsm import Participant, Rsm
from obu.core.driving import ARTICULATED_M
from obu.core.geo import LatLon, LocalFrame, wrap_deg
from obu.core.now import NS_PER_S
from obu.core.quick import quick
from obu.core.vehicle import Body, Event, Light
from obu.core.world import Kind
from obu.scene import bodies
from obu.scene.bodies import Posture
from obu.scene.facts import Fact, Facts

UNKNOWN_SIGMA_M = 1.5  # T/CSAE 53 table of required performance: what a sender that tells nothing is taken to have
SAME_M, SAME_DEG, SAME_MPS = 3.0, 25.0, 3.0  # a vehicle seen so near one that was heard is that one
BUSES = frozenset((*range(50, 60), *range(70, 80)))  # BasicVehicleClass of YD/T 3709, and of GB/T 45315-2025 annex D
REAR = ":rear"  # what the rear body of a bent bus adds to its name
SAME_PERSON_M = 1.0  # seen by two roadside units

_KINDS = {Seen.PEDESTRIAN: Kind.PEDESTRIAN, Seen.NON_MOTOR: Kind.CYCLIST, Seen.MOTOR: Kind.VEHICLE}


@quick
class Mover:
    """One road user on the plane. As Neighbour; yaw_rate_deg_s None where nobody tells it. posture: of an articulated
    bus whose path tells it."""

    id: bytes
    subject: str
    kind: Kind
    x: float
    y: float
    heading_deg: float
    speed_mps: float
    accel_mps2: float | None
    yaw_rate_deg_s: float | None
    length_m: float
    width_m: float
    basic_class: int
    events: frozenset[Event]
    lights: frozenset[Light]
    sigma_m: float
    age_s: float
    is_on_duty: bool
    posture: Posture | None = None


def around(facts: Facts, utc_ns: int, frame: LocalFrame) -> list[Mover]:
    """All of them, in a stable order."""
    found = [mover for fact in facts.of_kind(Bsm) if (mover := _heard(fact, facts, utc_ns, frame)) is not None]
    spoken = {mover.id for mover in found}
    cells: dict[tuple[int, int], list[Mover]] = {}
    for mover in found:
        cells.setdefault((int(mover.x // 10.0), int(mover.y // 10.0)), []).append(mover)
    for mover in _seen(facts.of_kind(Rsm), spoken, utc_ns, frame):
        if not _is_known(mover, cells):
            found.append(mover)
            cells.setdefault((int(mover.x // 10.0), int(mover.y // 10.0)), []).append(mover)
    return found


def _heard(fact: Fact, facts: Facts, utc_ns: int, frame: LocalFrame) -> Mover | None:
    """A vehicle by its BSM; None where its heading or speed is not known."""
    bsm = fact.message
    assert isinstance(bsm, Bsm)
    if bsm.heading_deg is None or bsm.speed_mps is None:
        return None
    age_s = (utc_ns - fact.content_utc_ns) / NS_PER_S
    x, y = _moved(frame, bsm.place, bsm.heading_deg, bsm.speed_mps, age_s)
    return Mover(
        bsm.id, facts.subject(bsm.id), Kind.VEHICLE, x, y, bsm.heading_deg, bsm.speed_mps, bsm.accel_long_mps2,
        bsm.yaw_rate_deg_s, bsm.length_m, bsm.width_m, bsm.basic_class, bsm.events, bsm.lights,
        UNKNOWN_SIGMA_M if bsm.semi_major_m is None else bsm.semi_major_m, age_s, bsm.emergency is not None,
        _posture(bsm, frame) if bsm.length_m >= ARTICULATED_M else None,
    )  # fmt: skip


def split(mover: Mover, posture: Posture) -> tuple[Mover, Mover]:
    """The front and the rear body of an articulated bus; the rear one goes by a name of its own."""
    body = Body(width_m=mover.width_m, length_m=mover.length_m)
    build = bodies.build_of(body)
    course = math.radians(posture.course_deg)
    found = []
    for name, section in zip(("", REAR), bodies.sections(posture, build, body), strict=True):
        found.append(
            dataclasses.replace(
                mover,
                subject=mover.subject + name,
                x=mover.x + section.ahead_m * math.sin(course) + section.right_m * math.cos(course),
                y=mover.y + section.ahead_m * math.cos(course) - section.right_m * math.sin(course),
                heading_deg=(posture.course_deg + section.turn_deg) % 360.0,
                length_m=section.length_m,
                posture=None,
            )
        )
    return found[0], found[1]


def _posture(bsm: Bsm, frame: LocalFrame) -> Posture | None:
    if bsm.basic_class not in BUSES or bsm.heading_deg is None:
        return None
    points = [frame.to_plane(each.place) for each in reversed(bsm.path)]
    build = bodies.build_of(Body(width_m=bsm.width_m, length_m=bsm.length_m))
    return bodies.of_path((*points, frame.to_plane(bsm.place)), bsm.heading_deg, build)


def _seen(facts: Iterable[Fact], spoken: set[bytes], utc_ns: int, frame: LocalFrame) -> Iterator[Mover]:
    for fact in facts:
        rsm = fact.message
        assert isinstance(rsm, Rsm)
        age_s = (utc_ns - fact.content_utc_ns) / NS_PER_S
        for one in rsm.participants:
            kind = _KINDS.get(one.kind)
            if kind is not None and (one.id is None or one.id not in spoken):
                yield _participant(rsm.id, one, kind, age_s, frame)


def _participant(rsu: bytes, one: Participant, kind: Kind, age_s: float, frame: LocalFrame) -> Mover:
    heading_deg, speed_mps = one.heading_deg or 0.0, one.speed_mps or 0.0
    if one.heading_deg is None:
        speed_mps = 0.0  # somebody who goes nobody knows where is where he is
    x, y = _moved(frame, one.place, heading_deg, speed_mps, age_s)
    return Mover(
        rsu, f"{rsu.hex()}:{one.number}", kind, x, y, heading_deg, speed_mps, one.accel_long_mps2, one.yaw_rate_deg_s,
        one.length_m, one.width_m, one.basic_class or 0, frozenset(), frozenset(),
        UNKNOWN_SIGMA_M if one.accuracy_m is None else one.accuracy_m, age_s, False,
    )  # fmt: skip


def _moved(frame: LocalFrame, place: LatLon, heading_deg: float, speed_mps: float, age_s: float) -> tuple[float, float]:
    """Where it is now if it kept speed and heading since its message's instant."""
    x, y = frame.to_plane(place)
    heading = math.radians(heading_deg)
    return x + speed_mps * age_s * math.sin(heading), y + speed_mps * age_s * math.cos(heading)


def _is_known(mover: Mover, cells: dict[tuple[int, int], list[Mover]]) -> bool:
    column, row = int(mover.x // 10.0), int(mover.y // 10.0)
    near = (one for dx in (-1, 0, 1) for dy in (-1, 0, 1) for one in cells.get((column + dx, row + dy), ()))
    return any(_is_same(mover, one) for one in near)


def _is_same(mover: Mover, one: Mover) -> bool:
    if mover.kind is not one.kind or mover.id == one.id:
        return False
    away_m = math.hypot(mover.x - one.x, mover.y - one.y)
    if mover.kind is not Kind.VEHICLE:
        return away_m <= SAME_PERSON_M
    is_along = abs(wrap_deg(mover.heading_deg - one.heading_deg)) <= SAME_DEG or mover.speed_mps < 1.0
    return away_m <= SAME_M and is_along and abs(mover.speed_mps - one.speed_mps) <= SAME_MPS
