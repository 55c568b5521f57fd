"""The others on our road: how each drives, and the BSMs that each of them signs ten times a second."""

import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from hil.drive import Act, Drive, Motion, Style, limits_of
from hil.route import Route
from hil.script import Script
from hil.voice import Voice
from obu.codec.messages.bsm import Bsm, Emergency
from obu.codec.messages.path import Crumb
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, NS_PER_S, sec_mark_ms
from obu.core.vehicle import Event, Gear, Light, PathPrediction, SystemState
from obu.drivers.radio_udp import Datagram
from obu.stack import aids

PERIOD_NS = 100 * NS_PER_MS
MSG_COUNTS = 128
CRUMB_M = 20.0  # a crumb each so far: chords of our bends stay within 1.8 m
CRUMBS = 12
HARD_BRAKING_MPS2 = -4.0  # GB/T 45315-2025: event flag beyond
STRAIGHT_PER_M = 1 / 2500.0  # GB/T 45315-2025 annex E
LANE_M = 3.5
AID = {
    (False, False): aids.BSM, (False, True): aids.BSM_EVENT,
    (True, False): aids.BSM_EMERGENCY, (True, True): aids.BSM_EMERGENCY_EVENT,
}  # fmt: skip
ON_DUTY = Emergency(response="emergency", is_siren_on=True, lightbar="inUse")

CALM = Style(delay_s=1.2, accel_mps2=1.5, brake_mps2=1.2, cruise_mps=12.2, lateral_mps2=1.8)
BRISK = Style(delay_s=0.8, accel_mps2=2.0, brake_mps2=1.4, cruise_mps=13.0, lateral_mps2=2.0)
HEAVY = Style(delay_s=1.6, accel_mps2=1.0, brake_mps2=1.0, cruise_mps=11.0, lateral_mps2=1.3)


TIMID = Style(delay_s=2.5, accel_mps2=1.1, brake_mps2=0.95, cruise_mps=11.0, lateral_mps2=1.2)


class Acts(Enum):
    """A neighbour's part in the script."""

    NOTHING = "nothing"
    BRAKES = "brakes"
    FOLLOWS = "follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One role: where it stands at green (its centre, past the stop line), in which lane, and what it is.

    right_m: beside the middle of our lane. is_forward: it drives as we do. acts: its part in the script.
    """

    from_m: float
    right_m: float
    style: Style
    length_m: float = 4.7
    width_m: float = 2.0
    height_m: float = 1.5
    basic_class: int = 10  # passenger car, in YD/T 3709 and GB/T 45315 alike
    is_forward: bool = True
    acts: Acts = Acts.NOTHING


ROLES = (
    Cast(from_m=-3.0, right_m=0.0, style=BRISK, acts=Acts.BRAKES),
    Cast(from_m=-38.0, right_m=0.0, style=TIMID, acts=Acts.FOLLOWS),
    Cast(from_m=-6.0, right_m=-LANE_M, style=BRISK),
    Cast(from_m=-18.0, right_m=-LANE_M, style=CALM, length_m=5.9, width_m=2.2, height_m=2.6),
    Cast(from_m=34.0, right_m=-2.5 * LANE_M, style=CALM, is_forward=False),
    Cast(from_m=46.0, right_m=-2.5 * LANE_M, style=HEAVY, length_m=12.0, width_m=3.0, height_m=3.2, is_forward=False),
)


@dataclass(frozen=True, slots=True)
class State:
    """A neighbour at one instant; driven_m grows for ever, right turns are positive. sigma_m: of his place, as told."""

    place: LatLon
    heading_deg: float
    motion: Motion
    driven_m: float
    curvature_per_m: float
    events: frozenset[Event] = frozenset()
    lights: frozenset[Light] = frozenset()
    is_siren_on: bool = False
    sigma_m: float = 0.5


class Neighbour:
    """One vehicle: state() at any instant of the script, packets() when its BSM is due."""

    def __init__(self, route: Route, script: Script, role: Cast) -> None:
        self.role = role
        self._route = route
        self._period_s = script.period_s
        limits = limits_of(route, role.from_m, role.style.lateral_mps2, role.is_forward)
        self.drive = Drive(route.length_m, role.style, limits, _acts(role, script))
        if self.drive.moving_s > script.period_s:
            raise ValueError(f"a lap takes {self.drive.moving_s:.0f} s, more than {script.period_s:.0f} s")

    def state(self, script_s: float) -> State:
        """Where it is and how it moves; before 0 it stands at the light."""
        lap, lap_s = divmod(max(0.0, script_s), self._period_s)
        motion, sign = self.drive.at(lap_s), 1.0 if self.role.is_forward else -1.0
        spot = self._route.at(self.role.from_m + sign * motion.along_m, self.role.right_m)
        # Beside the middle of our lane the way through a bend is longer or shorter, and so is the speed.
        stretch = 1.0 - spot.curvature_per_m * self.role.right_m
        return State(
            place=self._route.frame.to_place(spot.east_m, spot.north_m),
            heading_deg=spot.heading_deg if self.role.is_forward else (spot.heading_deg + 180.0) % 360.0,
            motion=Motion(motion.along_m, motion.speed_mps * stretch, motion.accel_mps2),
            driven_m=int(lap) * self.drive.lap_m + motion.along_m,
            curvature_per_m=sign * spot.curvature_per_m / stretch,
        )


def _acts(role: Cast, script: Script) -> tuple[Act, ...]:
    return {Acts.NOTHING: (), Acts.BRAKES: script.car_acts(), Acts.FOLLOWS: script.bus_acts()}[role.acts]


class Driven(Protocol):
    """Whoever sends BSMs: what he is, and where and how he is at each instant of the script."""

    role: Cast

    def state(self, script_s: float) -> State: ...


class Talker:
    """A neighbour's BSMs. due_ns: of the next one, monotonic."""

    def __init__(
        self, neighbour: Driven, voices: Sequence[Voice], dice: random.Random, first_ns: int,
        changes_s: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """changes_s: from each on he has the next voice, and all that identifies him is new (GB/T 45315-2025 7.4)."""
        self._neighbour, self._dice = neighbour, dice
        self._voices, self._changes_s = deque(voices), deque(changes_s)
        self._crumbs: deque[tuple[float, LatLon, int]] = deque(maxlen=CRUMBS)
        self._take_name()
        self.due_ns = first_ns

    def packets(self, at_ns: int, utc_ns: int, script_s: float) -> Iterator[Datagram]:
        """The BSM of this instant, if it is due; a late turn sends once, not once for each missed one."""
        if at_ns < self.due_ns:
            return
        self.due_ns += ((at_ns - self.due_ns) // PERIOD_NS + 1) * PERIOD_NS
        state = self._neighbour.state(script_s)
        if self._changes_s and script_s >= self._changes_s[0] and not _events(state):
            self._changes_s.popleft()
            self._take_name()
        message = bsm(self._neighbour.role, state, self._id, self._msg_count, utc_ns, self._path(state, utc_ns))
        self._msg_count = (self._msg_count + 1) % MSG_COUNTS
        is_event, is_on_duty = bool(message.events), message.emergency is not None
        yield self._voice.say(message, AID[is_on_duty, is_event], at_ns, utc_ns, is_event)

    def _take_name(self) -> None:
        self._voice = self._voices.popleft()
        self._id = self._dice.randbytes(8)
        self._msg_count = self._dice.randrange(MSG_COUNTS)
        self._crumbs.clear()

    def _path(self, state: State, utc_ns: int) -> tuple[Crumb, ...]:
        crumbs = tuple(Crumb(place, (utc_ns - at_ns) / NS_PER_S) for _, place, at_ns in self._crumbs)
        if not self._crumbs or state.driven_m - self._crumbs[0][0] >= CRUMB_M:
            self._crumbs.appendleft((state.driven_m, state.place, utc_ns))
        return crumbs


def bsm(role: Cast, state: State, own_id: bytes, msg_count: int, utc_ns: int, path: tuple[Crumb, ...]) -> Bsm:
    """What the vehicle says of this state."""
    speed_mps, accel_mps2, curvature = state.motion.speed_mps, state.motion.accel_mps2, state.curvature_per_m
    is_braking = accel_mps2 < -0.2 or speed_mps == 0.0
    return Bsm(
        msg_count=msg_count,
        id=own_id,
        sec_mark_ms=sec_mark_ms(utc_ns),
        place=state.place,
        semi_major_m=state.sigma_m,
        semi_minor_m=0.8 * state.sigma_m,
        orientation_deg=0.0,
        gear=Gear.FORWARD,
        speed_mps=speed_mps,
        heading_deg=state.heading_deg,
        steering_wheel_deg=math.degrees(math.atan(0.6 * role.length_m * curvature)) * 16.0,
        accel_long_mps2=accel_mps2,
        accel_lat_mps2=speed_mps * speed_mps * curvature,
        yaw_rate_deg_s=math.degrees(speed_mps * curvature),
        brake_applied=is_braking,
        traction_control=SystemState.ON,
        abs=SystemState.ON,
        stability_control=SystemState.ON,
        width_m=role.width_m,
        length_m=role.length_m,
        height_m=role.height_m,
        basic_class=role.basic_class,
        events=_events(state),
        path=path,
        prediction=_prediction(curvature, speed_mps),
        lights=state.lights | {Light.LOW_BEAM},
        emergency=ON_DUTY if state.is_siren_on else None,
    )


def _events(state: State) -> frozenset[Event]:
    is_hard = state.motion.accel_mps2 <= HARD_BRAKING_MPS2
    return state.events | (frozenset({Event.HARD_BRAKING}) if is_hard else frozenset())


def _prediction(curvature: float, speed_mps: float) -> PathPrediction:
    if abs(curvature) < STRAIGHT_PER_M or speed_mps < 1.0:
        return PathPrediction(radius_m=None, confidence_percent=100.0)
    radius_m = 1.0 / curvature
    return PathPrediction(radius_m=radius_m, confidence_percent=0.0 if abs(radius_m) < 100.0 else 80.0)
