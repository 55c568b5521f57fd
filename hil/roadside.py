"""The roadside unit of a scenario: signed MAP, SPAT, RSI and RSM of its lights, notices and participants."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Protocol

from hil import crossroads, junction, scenario
from hil.neighbour import State
from hil.nmea import EPOCH_NS
from hil.people import Kin
from hil.route import Route
from hil.scenario import Notice, Scenario
from hil.voice import Voice
from hil.ways import map_of
from obu.codec import json_form
from obu.codec.messages import Message, unpack
from obu.codec.messages.map import MapData, Node
from obu.codec.messages.references import ReferencePath
from obu.codec.messages.rsi import RoadEvent, RoadSign, Rsi
from obu.codec.messages.rsm import Participant, Rsm, Source
from obu.codec.messages.spat import Spat
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, minute_of_year, sec_mark_ms
from obu.core.vehicle import Gear
from obu.drivers.radio_udp import Datagram
from obu.stack import aids

MSG_COUNTS = 128
MS = NS_PER_MS
# T/CSAE 159-2020: MAP and signs at most 1 s apart, SPAT 500 ms, events 500 ms, RSM 100 ms.
PERIOD_NS = {"map": 1000 * MS, "spat": 200 * MS, "events": 500 * MS, "signs": 1000 * MS, "rsm": 100 * MS}
PHASE_NS = {"map": 20 * MS, "spat": 70 * MS, "events": 130 * MS, "signs": 330 * MS, "rsm": 40 * MS}
AID = {"map": aids.MAP, "spat": aids.SPAT, "events": aids.RSI_SEMI_STATIC, "signs": aids.RSI_STATIC, "rsm": aids.RSM}
GOVERNMENT = 2  # EventSource
APART_NS = 40 * MS  # between two messages of the scenario's own
MOST_PARTICIPANTS = 16


class Seen(Protocol):
    """A road user before the unit's cameras; number: from 0."""

    kin: Kin
    number: int

    def state(self, at_s: float) -> State: ...


class Said:
    """A message of the scenario's own, and when it goes next."""

    def __init__(self, told: scenario.Message, first_ns: int) -> None:
        self.message = unpack(json_form.frame_of(json_form.loads(told.json.encode())))
        self.aid, self.period_ns, self.due_ns = told.aid, told.period_ms * MS, first_ns


class Roadside:
    """packets() for each turn. seen: by its cameras."""

    def __init__(
        self, situation: Scenario, road: Route, seen: Sequence[Seen], voice: Voice, dice: Random, first_ns: int
    ) -> None:
        self._scenario, self._road, self._voice = situation, road, voice
        self._people = seen[:MOST_PARTICIPANTS]
        self._id = dice.randbytes(8)
        first_ns += dice.randrange(EPOCH_NS)
        self._mast = road.place(30.0, 12.0)
        self._map = map_of(situation.road) if situation.road.map else None
        makers: dict[str, tuple[bool, Callable[[int, int, float], Message | None]]] = {
            "map": (bool(situation.signal or situation.crossroad) or self._map is not None, self._say_map),
            "spat": (any(signal.phase for signal in situation.signal), self._say_lights),
            "events": (bool(situation.event), self._say_events),
            "signs": (bool(situation.sign), self._say_signs),
            "rsm": (bool(self._people), self._say_participants),
        }
        self._makers = {name: make for name, (is_there, make) in makers.items() if is_there}
        self._said = [Said(each, first_ns + index * APART_NS) for index, each in enumerate(situation.message)]
        self._due_ns = {name: first_ns + PHASE_NS[name] for name in self._makers}
        self._counts = dict.fromkeys(self._makers, 0)

    def packets(self, at_ns: int, utc_ns: int, at_s: float) -> Iterator[Datagram]:
        """What is due now."""
        for name, make in self._makers.items():
            if at_ns < self._due_ns[name]:
                continue
            self._due_ns[name] += PERIOD_NS[name]
            message = make(self._counts[name], utc_ns, at_s)
            if message is None:
                continue
            self._counts[name] = (self._counts[name] + 1) % MSG_COUNTS
            yield self._voice.say(message, AID[name], at_ns, utc_ns)
        for said in self._said:
            if at_ns >= said.due_ns:
                said.due_ns += said.period_ns
                yield self._voice.say(said.message, said.aid, at_ns, utc_ns)

    def _say_map(self, count: int, utc_ns: int, at_s: float) -> MapData:
        return MapData(msg_count=count, minute=minute_of_year(utc_ns), nodes=self._nodes(at_s))

    def _nodes(self, at_s: float) -> tuple[Node, ...]:
        if self._map:
            return self._map.nodes
        across = [crossroads.revised(each, at_s) for each in self._scenario.crossroad]
        signals = [junction.revised(signal, at_s) for signal in self._scenario.signal]
        return junction.nodes(self._road, signals) + crossroads.nodes(self._road, across)

    def _say_lights(self, count: int, utc_ns: int, at_s: float) -> Spat:
        minute, second_ms = minute_of_year(utc_ns), sec_mark_ms(utc_ns)
        shown = junction.lights(self._scenario.signal, at_s, minute, second_ms)
        return Spat(msg_count=count, minute=minute, second_ms=second_ms, intersections=shown)

    def _say_events(self, count: int, utc_ns: int, at_s: float) -> Rsi | None:
        events = tuple(self._event(each, utc_ns) for each in self._scenario.event if each.from_s <= at_s < each.to_s)
        return self._rsi(count, utc_ns, events=events) if events else None

    def _say_signs(self, count: int, utc_ns: int, at_s: float) -> Rsi | None:
        signs = tuple(self._sign(each, utc_ns) for each in self._scenario.sign if each.from_s <= at_s < each.to_s)
        return self._rsi(count, utc_ns, signs=signs) if signs else None

    def _rsi(
        self, count: int, utc_ns: int, events: tuple[RoadEvent, ...] = (), signs: tuple[RoadSign, ...] = ()
    ) -> Rsi:
        minute = minute_of_year(utc_ns)
        return Rsi(msg_count=count, minute=minute, id=self._id, place=self._mast, events=events, signs=signs)

    def _event(self, notice: Notice, utc_ns: int) -> RoadEvent:
        return RoadEvent(
            number=notice.number,
            event_type=notice.type,
            source=GOVERNMENT,
            place=self._road.place(notice.at_m, notice.right_m),
            radius_m=10.0,
            description=notice.description or None,
            start_minute=_minute(utc_ns, notice.starts_min),
            end_minute=_minute(utc_ns, notice.ends_min),
            priority=notice.priority,
            paths=(self._path(notice),),
            confidence_percent=95.0,
        )

    def _sign(self, notice: Notice, utc_ns: int) -> RoadSign:
        return RoadSign(
            number=notice.number,
            sign_type=notice.type,
            place=self._road.place(notice.at_m, notice.right_m),
            description=notice.description or None,
            start_minute=_minute(utc_ns, notice.starts_min),
            end_minute=_minute(utc_ns, notice.ends_min),
            priority=notice.priority,
            paths=(self._path(notice),),
        )

    def _path(self, notice: Notice) -> ReferencePath:
        """Upstream first; of the other side of the road the other way round."""
        points: tuple[LatLon, ...] = self._road.stretch(
            notice.path_from_m, notice.at_m if notice.path_to_m is None else notice.path_to_m, 20.0, notice.path_right_m
        )
        return ReferencePath(points[::-1] if notice.is_against_us else points, notice.path_radius_m)

    def _say_participants(self, count: int, utc_ns: int, at_s: float) -> Rsm:
        seen = tuple(self._participant(each, utc_ns, at_s) for each in self._people)
        return Rsm(msg_count=count, id=self._id, place=self._mast, participants=seen)

    def _participant(self, person: Seen, utc_ns: int, at_s: float) -> Participant:
        state = person.state(at_s)
        return Participant(
            kind=person.kin.seen_as,
            number=person.number + 1,
            source=Source.FUSED,
            sec_mark_ms=sec_mark_ms(utc_ns),
            place=state.place,
            width_m=person.kin.width_m,
            length_m=person.kin.length_m,
            height_m=person.kin.height_m,
            accuracy_m=state.sigma_m,
            gear=Gear.FORWARD,
            speed_mps=state.motion.speed_mps,
            heading_deg=state.heading_deg,
            basic_class=person.kin.basic_class or None,
        )


def _minute(utc_ns: int, in_min: int | None) -> int | None:
    return None if in_min is None else minute_of_year(utc_ns + in_min * 60_000 * MS)
