"""A drive through the corridor with our units in the buses and taxis: who hears whom, and what each was warned of.

Its one rule: the traffic does not heed our warnings, so that equal traffic is scored with any unit.
"""

import itertools
import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hil import seeded_keys
from hil.remembering import Memory
from hil.traffic.courses import Courses
from hil.traffic.host import Host, Warned
from hil.traffic.knowing import Knower
from hil.traffic.limits import Again, Known
from hil.traffic.net import Net
from hil.traffic.pairs import Looked, Pairs
from hil.traffic.roadside import SENSED, Roadside
from hil.traffic.speakers import ON_DUTY, Said, Vehicles
from hil.traffic.trace import HOST, STEP_S, Mover, Step, Trace, between
from hil.voice import Voice
from obu.codec.messages import claim
from obu.core.frames import AirPacket
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.runtime import bench_pki
from obu.security import envelope
from obu.security.issuing import Lifetime
from obu.stack import aids, dsmp

UTC_NS = 1_790_000_000 * NS_PER_S  # 2026-09-21
BEGIN_NS = 10 * NS_PER_S
TICK_NS = 20 * NS_PER_MS  # half as often as `sim`: five times as many units ride
RANGE_M = 300.0
LATENCY_NS = 20 * NS_PER_MS  # from a signature to the receiver's station, of LTE-V2X without congestion
STATIONS, ON_DUTY_STATIONS = 160, 6  # certificates
DUTY_AIDS = (aids.BSM, aids.BSM_EVENT, aids.BSM_EMERGENCY, aids.BSM_EMERGENCY_EVENT)
DAY_NS, LIFE_S = 86_400 * NS_PER_S, 30 * 86_400


@dataclass(slots=True)
class Ridden:
    """warned: in the order of time. ids: names by BSM id, and by roadside id/number, in hex.

    hosts_s: how long each of our units rode. air: what each of them counted of the packets it heard.
    known: what each would have warned of, had it known more, and pairs: what they saw, where that was asked for.
    """

    warned: list[Warned] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    hosts_s: dict[str, float] = field(default_factory=dict)
    air: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: dict[Known, list[Warned]] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=Pairs)


def ride(
    net: Net, trace: Trace, sigma_m: float, folder: Path, progress: Callable[[float], None], kinds: Sequence[Known] = ()
) -> Ridden:
    """The whole trace. sigma_m: relative lateral error of two road users, one sigma. folder: of the certificates.

    progress: told the traffic's time of each step. kinds: of knowledge, the outcome of which is kept in `known`, and
    what they saw in `pairs`.
    """
    return _Ride(net, trace, sigma_m, folder, kinds).run(progress)


class _Ride:
    def __init__(self, net: Net, trace: Trace, sigma_m: float, folder: Path, kinds: Sequence[Known]) -> None:
        stations = deque(_stations(folder))
        own_m, seed = sigma_m / math.sqrt(2.0), trace.seed  # each of the two has its share
        self._net, self._trace, self._own_m, self._trust = net, trace, own_m, folder / "trust"
        self._memory = Memory()
        hosts = max(sum(name.startswith(HOST) for name in step.movers) for step in trace.steps)
        self._resting = deque(stations.popleft() for _ in range(2 * hosts))
        voices = [self._voice(each) for each in stations]
        on_duty = [self._voice(each) for each in sorted((folder / ON_DUTY).iterdir())]
        self._vehicles = Vehicles(net, trace.kinds, voices, on_duty, own_m, seed)
        units = {light: self._voice(folder / "rsu") for light in net.programs}
        self._roadside = Roadside(net, trace.kinds, units, own_m, seed)
        self._hosts: dict[str, tuple[Host, Path]] = {}
        self._kinds, self._courses = kinds, Courses(net, trace)
        self._again: dict[str, tuple[Again, Looked]] = {}
        self._flying: deque[tuple[int, Said]] = deque()
        self._ridden = Ridden()

    def run(self, progress: Callable[[float], None]) -> Ridden:
        for before, after in itertools.pairwise(self._trace.steps):
            progress(before.at_s)
            for tick in range(round(STEP_S * NS_PER_S) // TICK_NS):
                self._turn(before, after, before.at_s + tick * TICK_NS / NS_PER_S)
        self._leave(set(self._hosts))
        for warned in (self._ridden.warned, *self._ridden.known.values()):
            warned.sort(key=lambda one: (one.at_s, one.host))
        return self._ridden

    def _turn(self, before: Step, after: Step, at_s: float) -> None:
        at_ns = BEGIN_NS + round(at_s * NS_PER_S)
        utc_ns = UTC_NS + at_ns
        movers = between(before, after, at_s)
        hosts = {name: mover for name, mover in movers.items() if name.startswith(HOST)}
        self._leave(self._hosts.keys() - hosts.keys())
        others = {name: mover for name, mover in movers.items() if name not in hosts and not self._is_sensed(name)}
        self._fly(at_ns, self._roadside.packets(before, movers, at_ns, utc_ns))
        self._fly(at_ns, self._vehicles.packets(others, at_ns, utc_ns))
        self._ridden.ids |= self._vehicles.ids() | self._roadside.ids()
        landed = list(self._landed(at_ns))
        now = Now(at_ns, utc_ns, NS_PER_MS)
        for name, mover in hosts.items():
            host = self._hosts[name][0] if name in self._hosts else self._arrived(name)
            heard = (AirPacket(said.sdu, at_ns) for said in landed if _hears(name, mover, said))
            sent = host.turn(now, at_s, mover, heard)
            if name in self._again:
                again, looked = self._again[name]
                warn, facts = host.seen()
                again.look(now, at_s, warn, facts)
                looked.look(at_s, warn.view)
            self._ridden.ids |= {_id_of(packet.sdu): name for packet in sent}
            self._fly(at_ns, (Said(packet.sdu, mover.x, mover.y, name) for packet in sent))

    def _is_sensed(self, name: str) -> bool:
        return self._trace.kinds[name].name in SENSED

    def _voice(self, folder: Path) -> Voice:
        return Voice(folder, random.Random(f"voice {folder.name} {self._trace.seed}"), self._memory)

    def _fly(self, at_ns: int, packets: Iterable[Said]) -> None:
        self._flying.extend((at_ns + LATENCY_NS, said) for said in packets)

    def _landed(self, at_ns: int) -> Iterator[Said]:
        while self._flying and self._flying[0][0] <= at_ns:
            yield self._flying.popleft()[1]

    def _arrived(self, name: str) -> Host:
        folder, kind = self._resting.popleft(), self._trace.kinds[name]
        host = Host(name, kind, self._net, folder, self._trust, self._memory, self._own_m, self._trace.seed)
        self._hosts[name] = (host, folder)
        if self._kinds:
            knower = Knower(name, self._courses, self._ridden.ids)
            self._again[name] = Again(knower, host.apps, self._kinds), Looked(knower)
        return host

    def _leave(self, gone: Iterable[str]) -> None:
        for name in sorted(gone):
            host, folder = self._hosts.pop(name)
            self._resting.append(folder)
            self._ridden.warned += host.warned
            self._ridden.hosts_s[host.name] = host.rode_s
            self._ridden.air[host.name] = host.air
            if name in self._again:
                again, looked = self._again.pop(name)
                self._ridden.pairs.extend(looked.pairs)
                for known, warned in again.warned.items():
                    self._ridden.known.setdefault(known, []).extend(warned)


def _id_of(sdu: bytes) -> str:
    """The BSM id under which one of ours speaks, in hex."""
    said = claim.read(envelope.parse(dsmp.decode(sdu).payload).payload)
    return said.id.hex() if said and said.id else ""


def _hears(name: str, mover: Mover, said: Said) -> bool:
    return said.name != name and math.hypot(said.x - mover.x, said.y - mover.y) <= RANGE_M


def _stations(folder: Path) -> list[Path]:
    """The vehicles' certificates, made in the folder unless they are there; the same for the same seed, anywhere."""
    if not (folder / ON_DUTY).is_dir():
        begin_ns = UTC_NS - DAY_NS
        with seeded_keys.used("city"):
            made = bench_pki.make_test(folder, begin_ns, pool=1, neighbours=STATIONS, force=True)
            (folder / ON_DUTY).mkdir(mode=0o700)
            for number in range(ON_DUTY_STATIONS):
                made.write_station(folder / ON_DUTY / f"{number:02d}", 1, Lifetime(begin_ns, LIFE_S), DUTY_AIDS)
    return sorted((folder / "neighbours").iterdir())
