"""The vehicles of the corridor that have a radio: their BSMs, ten a second each at its own moment, signed.

Whoever speaks errs in its place as a receiver does, slowly; sigma_m is of each axis. What is behind a voice
(certificate, BSM id) belongs to one road user at a time and then rests, so that nobody jumps from place to place.
"""

import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hil.traffic.net import Net
from hil.traffic.trace import BRAKING, LEFT, RIGHT, STEP_S, Kind, Mover
from hil.voice import Voice
from hil.wander import Wander
from obu.codec.messages.bsm import Bsm, Emergency
from obu.codec.messages.path import Crumb
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S, sec_mark_ms
from obu.core.vehicle import Event, Gear, Light, SystemState
from obu.stack import aids

PERIOD_NS = 100 * NS_PER_MS
MSG_COUNTS = 128
CORRELATION_S = 60.0  # a receiver's error wanders, it does not jump
CRUMB_M, CRUMBS = 20.0, 12
HARD_BRAKING_MPS2 = -4.0  # GB/T 45315-2025: event flag beyond
SENSED = ("pedestrian", "bicycle")  # who has no radio
ON_DUTY = "emergency"
CLASSES = {"truck": 25, ON_DUTY: 60}  # BasicVehicleClass
HEIGHTS_M = {"truck": 3.2, ON_DUTY: 2.6}
CAR_CLASS, CAR_HEIGHT_M = 10, 1.5


@dataclass(frozen=True, slots=True)
class Said:
    """One packet on the air: from where (SUMO's plane), and by whom."""

    sdu: bytes
    x: float
    y: float
    name: str


class Astray:
    """A place as it is told, with an error that wanders."""

    def __init__(self, dice: random.Random, sigma_m: float) -> None:
        self._wander = Wander(dice, (sigma_m, sigma_m), CORRELATION_S)

    def moved(self, place: LatLon) -> LatLon:
        """The place with the error of this step."""
        east_m, north_m = self._wander.after(STEP_S)
        return move(place, 0.0, north_m, east_m)


@dataclass(slots=True)
class Speaker:
    """A vehicle's radio. due_ns: of its next BSM. driven_m: of its path so far, in which crumbs were dropped."""

    voice: Voice
    id: bytes
    astray: Astray
    due_ns: int
    count: int
    crumbs: deque[tuple[float, LatLon, int]]
    driven_m: float = 0.0


class Vehicles:
    """packets() once a turn. voices: one each for as many vehicles as can be there at a time, and half as many more."""

    def __init__(
        self,
        net: Net,
        kinds: Mapping[str, Kind],
        voices: Sequence[Voice],
        on_duty: Sequence[Voice],
        sigma_m: float,
        seed: int,
    ) -> None:
        """on_duty: the voices of emergency vehicles."""
        self._net, self._kinds, self._sigma_m = net, kinds, sigma_m
        self._dice = random.Random(f"vehicles {seed}")
        self._resting = {False: deque(voices), True: deque(on_duty)}
        self._speakers: dict[str, Speaker] = {}

    def ids(self) -> dict[str, str]:
        """Those that speak now, by their BSM ids in hex."""
        return {speaker.id.hex(): name for name, speaker in self._speakers.items()}

    def packets(self, movers: Mapping[str, Mover], at_ns: int, utc_ns: int) -> Iterator[Said]:
        """The BSMs of this turn. movers: all vehicles with a radio that are there, where they are now."""
        for gone in self._speakers.keys() - movers.keys():
            self._resting[self._is_on_duty(gone)].append(self._speakers.pop(gone).voice)
        for name, mover in movers.items():
            speaker = self._speakers.get(name) or self._arrived(name, at_ns)
            if at_ns < speaker.due_ns:
                continue
            speaker.due_ns += PERIOD_NS
            message = self._message(speaker, self._kinds[name], mover, utc_ns)
            is_event, is_urgent = bool(message.events), message.emergency is not None
            aid = _AIDS[is_urgent, is_event]
            yield Said(speaker.voice.say(message, aid, at_ns, utc_ns, is_event).sdu, mover.x, mover.y, name)

    def _arrived(self, name: str, at_ns: int) -> Speaker:
        dice = self._dice
        due_ns = at_ns + dice.randrange(PERIOD_NS)
        astray = Astray(random.Random(dice.random()), self._sigma_m)
        voice, count = self._resting[self._is_on_duty(name)].popleft(), dice.randrange(MSG_COUNTS)
        self._speakers[name] = Speaker(voice, dice.randbytes(8), astray, due_ns, count, deque(maxlen=CRUMBS))
        return self._speakers[name]

    def _is_on_duty(self, name: str) -> bool:
        return self._kinds[name].name == ON_DUTY

    def _message(self, speaker: Speaker, kind: Kind, mover: Mover, utc_ns: int) -> Bsm:
        place = speaker.astray.moved(self._net.plane.place(mover.x, mover.y))
        crumbs = tuple(Crumb(passed, (utc_ns - when_ns) / NS_PER_S) for _, passed, when_ns in speaker.crumbs)
        speaker.driven_m += mover.speed_mps * STEP_S
        if not speaker.crumbs or speaker.driven_m - speaker.crumbs[0][0] >= CRUMB_M:
            speaker.crumbs.appendleft((speaker.driven_m, place, utc_ns))
        speaker.count = (speaker.count + 1) % MSG_COUNTS
        return _bsm(kind, mover, place, speaker, crumbs, self._sigma_m, sec_mark_ms(utc_ns))


_AIDS = {
    (False, False): aids.BSM, (False, True): aids.BSM_EVENT,
    (True, False): aids.BSM_EMERGENCY, (True, True): aids.BSM_EMERGENCY_EVENT,
}  # fmt: skip


def _bsm(
    kind: Kind, mover: Mover, place: LatLon, speaker: Speaker, path: tuple[Crumb, ...], sigma_m: float, mark_ms: int
) -> Bsm:
    """What the vehicle says of itself; its yaw rate it takes from its path, as its sensor would measure it."""
    lights = {Light.LEFT_TURN: LEFT, Light.RIGHT_TURN: RIGHT}
    return Bsm(
        msg_count=speaker.count,
        id=speaker.id,
        sec_mark_ms=mark_ms,
        place=place,
        semi_major_m=max(sigma_m, 0.05),
        semi_minor_m=max(sigma_m, 0.05),
        orientation_deg=0.0,
        gear=Gear.FORWARD,
        speed_mps=mover.speed_mps,
        heading_deg=mover.heading_deg,
        accel_long_mps2=mover.accel_mps2,
        accel_lat_mps2=0.0,
        yaw_rate_deg_s=mover.yaw_rate_deg_s,
        brake_applied=bool(mover.flags & BRAKING),
        traction_control=SystemState.ON,
        abs=SystemState.ON,
        stability_control=SystemState.ON,
        width_m=kind.width_m,
        length_m=kind.length_m,
        height_m=HEIGHTS_M.get(kind.name, CAR_HEIGHT_M),
        basic_class=CLASSES.get(kind.name, CAR_CLASS),
        events=frozenset({Event.HARD_BRAKING}) if mover.accel_mps2 <= HARD_BRAKING_MPS2 else frozenset(),
        path=path,
        lights=frozenset(light for light, flag in lights.items() if mover.flags & flag),
        emergency=Emergency(response="emergency", is_siren_on=True) if kind.name == ON_DUTY else None,
    )
