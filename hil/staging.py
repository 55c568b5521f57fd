"""Who and what a scenario puts around the unit, made of its file and a seed."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hil import recorded, ways
from hil.attack import Attacker
from hil.encode import BusTraffic
from hil.given import Packet
from hil.neighbour import Talker
from hil.nmea import EPOCH_NS, Receiver
from hil.people import KIN, Ourselves, Person
from hil.pki import ON_DUTY, ROADSIDE
from hil.recorded import Driven, LogReceiver, LogTraffic
from hil.remembering import Memory
from hil.roadside import Roadside
from hil.route import Route
from hil.scenario import Actor, Scenario
from hil.taxi_bus import TaxiTraffic
from hil.variation import Errors
from hil.vehicle_bus import traffic_of
from hil.voice import Voice
from obu.core.geo import turn_to_view


@dataclass(frozen=True, slots=True)
class Speaker:
    """One who sends BSMs, under the name of his kind in the scenario."""

    name: str
    talker: Talker


class Stage:
    """Everything of the world but time. packets() is what is said on the air in one turn."""

    def __init__(
        self, scenario: Scenario, seed: int, pki: Path, memory: Memory | None, begin_ns: int, errors: Errors
    ) -> None:
        drive = recorded.load(scenario.own.recording) if scenario.own.recording else None
        self.road: Route = recorded.road_of(drive) if drive else ways.road_of(scenario.road)
        self.ourselves: Ourselves | Driven
        self.receiver: Receiver | LogReceiver
        self.traffic: BusTraffic | TaxiTraffic | LogTraffic
        if drive:
            self.ourselves = Driven(scenario.own, drive, self.road)
            self.receiver, self.traffic = LogReceiver(drive.sentences), LogTraffic(drive.frames, begin_ns)
        else:
            self.ourselves = Ourselves(scenario.own, self.road, scenario.lasts_s)
            self.receiver, self.traffic = errors.receiver(), traffic_of(scenario.own.kind)
        self.people = [
            Person(each, number, self.road, scenario.lasts_s) for number, each in enumerate(_each(scenario.actor))
        ]
        self._speakers = list(self._speaking(seed, pki, memory, begin_ns, errors))
        dice = random.Random(f"rsu {seed}")
        voice = Voice(pki / ROADSIDE, dice, memory)
        seen = [errors.told(each, "rsm") for each in self.people if each.says in ("rsm", "both")]
        self._roadside = Roadside(scenario, self.road, seen, voice, dice, begin_ns)
        self.attacker = Attacker(self.road, pki, random.Random(f"attacker {seed}"), memory)

    def _speaking(
        self, seed: int, pki: Path, memory: Memory | None, begin_ns: int, errors: Errors
    ) -> Iterator[Speaker]:
        speaking = [each for each in self.people if each.says in ("bsm", "both")]
        more = itertools.count(len(speaking))  # stations of those who change their names
        for index, person in enumerate(speaking):
            dice = random.Random(f"neighbour {index} {seed}")
            numbers = (index, *(next(more) for _ in person.changes_id_s))
            voices = [Voice(_station(person, pki, number), dice, memory) for number in numbers]
            first_ns = begin_ns + dice.randrange(EPOCH_NS)
            talker = Talker(errors.told(person, "bsm"), voices, dice, first_ns, person.changes_id_s)
            yield Speaker(person.name, talker)

    def packets(self, at_ns: int, utc_ns: int, at_s: float) -> list[Packet]:
        """Of the others and the roadside unit, at this instant."""
        found = [
            Packet(each.name, datagram)
            for each in self._speakers
            if at_ns >= each.talker.due_ns
            for datagram in each.talker.packets(at_ns, utc_ns, at_s)
        ]
        return found + [Packet(ROADSIDE, datagram) for datagram in self._roadside.packets(at_ns, utc_ns, at_s)]

    def gaps_m(self, at_s: float) -> dict[str, float]:
        """From our front to the nearest edge of each of the others, along our heading; behind us it is negative."""
        own, found = self.ourselves.pose(at_s), {}
        for person in self.people:
            pose = person.pose(at_s)
            offset = turn_to_view(pose.east_m - own.east_m, pose.north_m - own.north_m, own.heading_deg)
            half_m = (self.ourselves.kin.length_m + person.kin.length_m) / 2
            found.setdefault(person.name, round(offset.ahead_m - half_m, 2))
        return found


def _each(actors: tuple[Actor, ...]) -> Iterator[Actor]:
    """Each of a row by himself, one behind the other."""
    for actor in actors:
        for number in range(actor.count):
            yield replace(actor, at_m=actor.at_m - number * actor.apart_m)


def _station(person: Person, pki: Path, index: int) -> Path:
    """Its certificate: an ambulance's permits what is said on duty; there is one at most in a scenario."""
    return pki / ON_DUTY if person.kin is KIN["ambulance"] else pki / "neighbours" / f"{index:02d}"
