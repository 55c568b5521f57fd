"""Each application's warning out of messages, and what the screen is told then: for looking at the page, and its tests.

The rule: the unit's own code makes everything that is told, from verified messages at one instant on the
demonstration's road; nothing here is a warning by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hil import rsu
from hil.route import bus_line
from hil.scenario import Own as OwnVehicle
from hil.unit import settings as settings_of
from obu.apps import base
from obu.codec.messages import Message
from obu.codec.messages.bsm import Bsm, Emergency
from obu.codec.messages.lanes import Maneuver
from obu.codec.messages.map import Connection, MapData
from obu.codec.messages.references import NodeRef, ReferencePath
from obu.codec.messages.rsi import RoadEvent, RoadSign, Rsi
from obu.codec.messages.rsm import Kind, Participant, Rsm, Source
from obu.core.frames import FeedEvent
from obu.core.geo import move
from obu.core.now import NS_PER_S, Now, sec_mark_ms
from obu.core.vehicle import Body, Event, Fix, FixKind, Gear, Light, Own, VehicleState
from obu.hmi.arbiter import Arbiter, ArbiterOptions
from obu.runtime import wiring
from obu.scene.facts import Facts
from obu.stack import aids
from obu.stack.receiver import Heard
from obu.station import content, unavailable
from obu.station.health import Health
from obu.station.road import RoadPicture
from obu.station.warn import LOOK_AGAIN_NS, Warn

UTC_NS = 1_790_000_000 * NS_PER_S
NOW = Now(100 * NS_PER_S, UTC_NS)
ROAD = bus_line()
BODY = Body(width_m=2.55, length_m=12.0)
PERIOD_S = 90.0  # of the light: 40 s green, 3 s yellow, red
RED_S = 60.0  # an instant in its red, 30 s before green
SIGMA_M = 0.3
ACROSS = NodeRef(rsu.REGION, 14)
WELL = unavailable.Health(down=frozenset(), roots=1, is_map_apart=False)
UNIT, SIGNER = b"roadside", bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Somebody by where he is from us along the road and beside it, and how he is turned from us. more: of his BSM."""

    ahead_m: float
    right_m: float = 0.0
    turn_deg: float = 0.0
    speed_mps: float = 0.0
    kind: Kind = Kind.MOTOR
    more: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One instant. at_m: our middle from the stop line on. light_s: of the light's plan, None for no MAP and no SPAT.

    event, sign: of an RSI 80 m ahead.
    """

    at_m: float = -60.0
    speed_mps: float = 11.0
    lights: frozenset[Light] = frozenset()
    light_s: float | None = 10.0
    cast: tuple[Part, ...] = ()
    event: int | None = None
    sign: int | None = None


LEFT = frozenset({Light.LEFT_TURN})
HAZARD = MappingProxyType({"lights": frozenset({Light.HAZARD}), "events": frozenset({Event.HAZARD_LIGHTS})})
SIREN = MappingProxyType(
    {"emergency": Emergency(response="emergency", is_siren_on=True), "basic_class": 60, "length_m": 5.9}
)
SKIDS = MappingProxyType({"events": frozenset({Event.ABS_ACTIVATED})})
BRAKES = MappingProxyType({"events": frozenset({Event.HARD_BRAKING}), "accel_long_mps2": -5.0})
PLAYS: Mapping[str, Play] = MappingProxyType(
    {
        "AVW": Play(cast=(Part(ahead_m=60.0, more=HAZARD),)),
        "BSW": Play(cast=(Part(ahead_m=-4.0, right_m=-3.6, speed_mps=11.0),)),
        "CLW": Play(cast=(Part(ahead_m=45.0, speed_mps=9.0, more=SKIDS),)),
        "DNPW": Play(at_m=-200.0, lights=LEFT, light_s=None, cast=(
            Part(ahead_m=25.0, speed_mps=6.0), Part(ahead_m=110.0, right_m=-3.5, turn_deg=180.0, speed_mps=12.0),
        )),
        "EBW": Play(cast=(Part(ahead_m=60.0, speed_mps=10.5, more=BRAKES),)),
        "EVW": Play(speed_mps=8.0, cast=(Part(ahead_m=-60.0, speed_mps=16.0, more=SIREN),)),
        "FCW": Play(cast=(Part(ahead_m=36.0, speed_mps=2.0),)),
        "GLOSA": Play(at_m=-39.0, speed_mps=9.0, light_s=PERIOD_S - 3.5),
        "HLW": Play(event=501),
        "ICW": Play(at_m=-20.0, cast=(Part(ahead_m=36.0, right_m=-32.0, turn_deg=90.0, speed_mps=10.0),)),
        "IVS": Play(sign=21),
        "LCW": Play(speed_mps=8.0, lights=LEFT, cast=(Part(ahead_m=-26.0, right_m=-3.5, speed_mps=16.0),)),
        "LTA": Play(at_m=0.0, speed_mps=5.0, lights=LEFT, cast=(
            Part(ahead_m=50.0, right_m=-10.5, turn_deg=180.0, speed_mps=11.0),
        )),
        "RLVW": Play(at_m=-32.0, light_s=RED_S),
        "SLW": Play(at_m=-30.0, speed_mps=16.0),
        "TJW": Play(event=707),
        "VRUCW": Play(cast=(Part(ahead_m=32.0, right_m=4.0, turn_deg=-90.0, speed_mps=1.4, kind=Kind.PEDESTRIAN),)),
    }
)  # fmt: skip
# Who is there besides, in nobody's way.
AROUND = (
    Part(ahead_m=-28.0, speed_mps=11.0),
    Part(ahead_m=14.0, right_m=-10.5, turn_deg=180.0, speed_mps=8.0, more=MappingProxyType({"length_m": 12.0})),
    Part(ahead_m=58.0, right_m=-10.5, turn_deg=180.0, speed_mps=8.0),
)


def _road_map() -> MapData:
    """The demonstration's, and a road to the left that our lane leads to as well, and from which others cross ours."""
    said = rsu.road_map(ROAD, 0, UTC_NS)
    (link,) = said.nodes[0].links
    left = Connection(node=ACROSS, lane=1, maneuvers=frozenset({Maneuver.LEFT}), phase=rsu.OURS)
    lanes = tuple(replace(lane, connections=(*lane.connections, left)) for lane in link.lanes)
    onward = Connection(node=NodeRef(rsu.REGION, 15), lane=1, maneuvers=frozenset({Maneuver.STRAIGHT}))
    arm = tuple(ROAD.place(rsu.CROSSING_M, right_m) for right_m in (-120.0, -12.0))
    come = replace(link.lanes[0], id=1, connections=(onward,), points=arm)
    side = replace(link, upstream=ACROSS, lanes=(come,), points=arm, movements=())
    crossing = replace(said.nodes[0], links=(replace(link, lanes=lanes), side))
    points = tuple(ROAD.place(rsu.CROSSING_M, right_m) for right_m in (-20.0, -120.0))
    beyond = replace(link.lanes[0], id=1, connections=(), points=points)
    road = replace(link, upstream=rsu.CROSSING, lanes=(beyond,), points=points, movements=())
    across = replace(said.nodes[1], ref=ACROSS, place=points[-1], links=(road,))
    return replace(said, nodes=(crossing, *said.nodes[1:], across))


def unplayed() -> list[str]:
    """Names of the applications that have no play."""
    return [name for name in (base.load(each).NAME for each in base.names()) if name not in PLAYS]


class Stage:
    """One application's instant: the view, the applications' claims, and the events of the local socket."""

    def __init__(self, app: str) -> None:
        self._play = PLAYS[app]
        self.apps, self.off = wiring.applications(settings_of(OwnVehicle(), Path(), ""))
        facts = Facts()
        self.warn = Warn(self.apps, self.off, facts, Arbiter(ArbiterOptions()))
        self.own = self._own()
        for ago_ns in (LOOK_AGAIN_NS, 0):  # what was reckoned is shown when the next message says so, too
            utc_ns = UTC_NS - ago_ns
            self.warn.take([Heard(message, aid, utc_ns, SIGNER) for message, aid in self._messages(utc_ns)])
            self.warn.look(replace(NOW, at_ns=NOW.at_ns - ago_ns, utc_ns=utc_ns), self.own)

    def events(self) -> Iterator[FeedEvent]:
        """The lanes, the scene and the warning, as the unit tells them."""
        health, road, state = Health(), RoadPicture(), self.warn.state
        place = content.place_now(NOW, self.own)
        yield from road.look(NOW, place, self.warn.roads())
        yield from health.scene(NOW, state, road.at(place))
        yield from health.warning(NOW, state.shown)

    def unavailable(self) -> list[dict[str, Any]]:
        """What cannot be warned of there, as the status tells it."""
        view = self.warn.state.view
        assert view is not None
        return unavailable.told(unavailable.lacks(view, self.apps, self.off, WELL), self.apps)

    def _own(self) -> Own:
        play, place = self._play, ROAD.place(self._play.at_m)
        fix = Fix(at_ns=NOW.at_ns, utc_ns=UTC_NS, lat_deg=place.lat_deg, lon_deg=place.lon_deg,
                  kind=FixKind.RTK_FIXED, satellites=21, semi_major_m=SIGMA_M)  # fmt: skip
        bus = VehicleState(
            speed_mps=play.speed_mps, gear=Gear.FORWARD, yaw_rate_deg_s=0.0, accel_long_mps2=0.0,
            left_turn=Light.LEFT_TURN in play.lights, right_turn=False, door_open=False,
        )  # fmt: skip
        return Own(body=BODY, vehicle=bus, fix=fix, lat_deg=place.lat_deg, lon_deg=place.lon_deg, lights=play.lights,
                   speed_mps=play.speed_mps, heading_deg=ROAD.at(play.at_m).heading_deg)  # fmt: skip

    def _messages(self, utc_ns: int) -> Iterator[tuple[Message, int]]:
        play = self._play
        if play.light_s is not None:
            yield _road_map(), aids.MAP
            yield rsu.lights(0, utc_ns, play.light_s, PERIOD_S), aids.SPAT
        for number, part in enumerate((*play.cast, *AROUND)):
            yield self._said(number, part, utc_ns)
        if play.event is not None or play.sign is not None:
            yield self._notice(), aids.RSI_SEMI_STATIC

    def _said(self, number: int, part: Part, utc_ns: int) -> tuple[Message, int]:
        heading_deg = ROAD.at(self._play.at_m).heading_deg
        place = move(ROAD.place(self._play.at_m), heading_deg, part.ahead_m, part.right_m)
        turned_deg = (heading_deg + part.turn_deg) % 360.0
        if part.kind is not Kind.MOTOR:
            seen = Participant(kind=part.kind, number=number + 1, source=Source.VIDEO, sec_mark_ms=sec_mark_ms(utc_ns),
                               place=place, width_m=0.6, length_m=0.5, accuracy_m=SIGMA_M, speed_mps=part.speed_mps,
                               heading_deg=turned_deg)  # fmt: skip
            return Rsm(msg_count=0, id=UNIT, place=place, participants=(seen,)), aids.RSM
        usual = {"accel_long_mps2": 0.0, "width_m": 1.9, "length_m": 4.8, "basic_class": 10}
        said = Bsm(msg_count=0, id=b"car-%04d" % number, sec_mark_ms=sec_mark_ms(utc_ns), place=place, gear=None,
                   semi_major_m=SIGMA_M, speed_mps=part.speed_mps, heading_deg=turned_deg, yaw_rate_deg_s=0.0,
                   **(usual | dict(part.more)))  # fmt: skip
        return said, aids.BSM

    def _notice(self) -> Rsi:
        play, there = self._play, ROAD.place(self._play.at_m + 80.0)
        paths = (ReferencePath(ROAD.stretch(play.at_m - 40.0, play.at_m + 80.0, 20.0), 6.0),)
        events = [RoadEvent(number=1, event_type=play.event, source=2, place=there, radius_m=None, paths=paths)
                  for _ in (1,) if play.event is not None]  # fmt: skip
        signs = [RoadSign(number=1, sign_type=play.sign, place=there, priority=1, paths=paths)
                 for _ in (1,) if play.sign is not None]  # fmt: skip
        return Rsi(msg_count=0, id=UNIT, place=there, events=tuple(events), signs=tuple(signs))
