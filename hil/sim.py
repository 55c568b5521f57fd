"""The bench `sim`: the demonstration's world and the real station in one process on virtual time; no clock is read.

Equal scenario and seed give equal journals. A defect breaks the unit on purpose, to test the scenario.
"""

import dataclasses
import logging
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hil import defects, pki, staging
from hil.attack import Attacker
from hil.encode import BusTraffic, Frame
from hil.encode import load as groups
from hil.judging import Seen, Sent, why_not
from hil.neighbour import ROLES, Neighbour, Talker
from hil.nmea import EPOCH_NS, Mount, Receiver
from hil.plant import Plant, Truth
from hil.remembering import Keys, Memory
from hil.route import bus_line
from hil.rsu import RoadsideUnit
from hil.scenario import Scenario
from hil.voice import Voice
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import unpack
from obu.codec.messages.bsm import Bsm
from obu.core.frames import AirPacket, CanFrame, GnssBytes, Inbox, JobResult, Outbox, TxPacket
from obu.core.geo import distance_m, move
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.drivers import key_file
from obu.drivers.radio_udp import Datagram
from obu.runtime import config, made_from, wiring
from obu.runtime.keeper import Keeper
from obu.security import envelope
from obu.stack import aids, dsmp

UTC_NS = 1_790_000_000 * NS_PER_S  # 2026-09-21
BEGIN_NS = 10 * NS_PER_S
TICK_NS = 10 * NS_PER_MS
SETTLED_S = 20.0  # a unit that has not sent a BSM by then never will
ATTACK_NS = NS_PER_S
UNSURE_NS = 5 * NS_PER_MS
YAW_GROUP = "VDC2"
JUMP_M = 300.0
LOG = logging.getLogger("hil.sim")


@dataclass(frozen=True, slots=True)
class Outcome:
    """shown: (application, seconds after green) of each warning. refused: packets by reason. sent: BSMs. lasted_s:
    virtual seconds. why: what was not as expected, empty if all was.
    """

    shown: tuple[tuple[str, float], ...]
    refused: dict[str, int]
    sent: int
    lasted_s: float
    why: str


class Sim:
    """run() once. folder: of this run; pki_folder: everybody's certificates, made there if it is empty."""

    def __init__(
        self, scenario: Scenario, seed: int, pki_folder: Path, folder: Path, *, is_broken: bool = False
    ) -> None:
        self._scenario = scenario
        ensure_pki(pki_folder)
        self._memory = Memory()
        self._at_ns, self._green_ns = BEGIN_NS, 0
        self._dice = random.Random(f"unit {seed}")
        self._defect = scenario.defect if is_broken else ""
        settings = _settings(pki_folder, self._defect)
        self._keys = Keys(key_file.open_folder(pki_folder / "unit/keys"), self._memory)
        material = made_from.gather(settings, self._keys.points())
        self._station = wiring.station(settings, material)
        kept = _settings(Path(pki_folder.name), self._defect)  # equal wherever it is run
        self._keeper = Keeper(folder / "journal", kept, material, self._station, LOG, self._now())
        self._results: tuple[JobResult, ...] = ()
        self._wanted = 0
        self._shown: dict[int, tuple[str, float]] = {}
        self._seen = Seen()
        self._waiting: deque[tuple[float, TxPacket]] = deque()
        self._yaw_id = groups()[YAW_GROUP].can_id
        self._yaw_data = b""
        self._people(seed, pki_folder)

    def _people(self, seed: int, folder: Path) -> None:
        route = bus_line()
        trigger = self._scenario.trigger
        script = staging.script_of(route, trigger)
        self._plant = Plant(route, script.period_s, staging.bus_acts(script, self._scenario.during))
        self._receiver, self._traffic = Receiver(Mount(), seed), BusTraffic()
        self._talkers = []
        for index, role in enumerate(staging.roles_of(trigger)):
            dice = random.Random(f"neighbour {index} {seed}")
            voice = Voice(folder / "neighbours" / f"{index:02d}", dice, self._memory)
            phase_ns = dice.randrange(EPOCH_NS)
            self._talkers.append(Talker(Neighbour(route, script, role), voice, dice, BEGIN_NS + phase_ns))
        dice = random.Random(f"rsu {seed}")
        voice = Voice(folder / "rsu", dice, self._memory)
        self._rsu = RoadsideUnit(route, script, voice, dice, BEGIN_NS, staging.works_right_m(trigger))
        self._attacker = Attacker(route, folder, random.Random(f"attacker {seed}"), self._memory)

    def run(self) -> Outcome:
        """To the end of the scenario's window and two seconds more."""
        try:
            with defects.planted(self._defect):
                while not self._is_over():
                    self._turn()
        finally:
            self._keeper.close()
        seen, lasted_s = self._seen, (self._at_ns - BEGIN_NS) / NS_PER_S
        seen.shown = list(self._shown.values())
        why = why_not(self._scenario, seen)
        return Outcome(tuple(seen.shown), seen.refused(), len(seen.bsms), lasted_s, why)

    def _is_over(self) -> bool:
        if not self._green_ns:
            return self._at_ns - BEGIN_NS > SETTLED_S * NS_PER_S
        return self._script_s() > self._scenario.window.to_s + 2.0

    def _turn(self) -> None:
        self._at_ns += TICK_NS
        truth = self._plant.at(self._script_s())
        frames = self._carried(self._traffic.due(self._at_ns, truth))
        is_epoch = self._now_utc_ns() % EPOCH_NS == 0
        epoch = self._receiver.epoch(self._now_utc_ns(), self._as_received(truth)) if is_epoch else b""
        is_located = is_epoch and not self._is_on("no_gnss")
        air = () if self._defect == "deaf" else tuple(AirPacket(each.sdu, self._at_ns) for each in self._said())
        inbox = Inbox(
            can=tuple(CanFrame("main", each.can_id, True, each.data, self._at_ns) for each in frames),
            gnss=(GnssBytes(epoch, self._at_ns),) if is_located else (),
            air=air,
            results=self._results,
            random=self._dice.randbytes(self._wanted),
        )
        outbox = self._station.step(self._now(), inbox)
        self._keeper.observe(self._now(), inbox, outbox)
        self._take(outbox)

    def _said(self) -> Iterator[Datagram]:
        at_ns, utc_ns, script_s = self._at_ns, self._now_utc_ns(), self._script_s()
        if self._scenario.alone:
            return
        for talker in self._talkers:
            yield from talker.packets(at_ns, utc_ns, script_s)
        yield from self._rsu.packets(at_ns, utc_ns, script_s if self._green_ns else None)
        if self._scenario.attack and at_ns % ATTACK_NS == 0:
            packet = self._attacker.packet(self._scenario.attack, at_ns, utc_ns, self._rsu.last)
            if packet:
                yield packet

    def _take(self, outbox: Outbox) -> None:
        signed = tuple(self._keys.result(job) for job in outbox.sign_jobs)
        self._results = signed + tuple(self._memory.verify(job) for job in outbox.verify_jobs)
        self._wanted = outbox.want_random
        if outbox.packets and not self._green_ns:
            self._green_ns = self._at_ns
        slow_s = defects.SLOW_S if self._defect == "slow" else 0.0
        self._waiting.extend((self._script_s() + slow_s, packet) for packet in outbox.packets)
        while self._waiting and self._waiting[0][0] <= self._script_s():
            self._seen.bsms.append(self._sent(self._waiting.popleft()[1]))
        for event in outbox.events:
            if event.kind == "alert":
                self._shown.setdefault(event.body["number"], (event.body["app"], round(self._script_s(), 2)))
            elif event.kind == "status":
                self._seen.status = event.body

    def _carried(self, frames: list[Frame]) -> list[Frame]:
        """What of the bus reaches the unit."""
        if not self._is_on("no_yaw_rate"):
            self._yaw_data = next((each.data for each in frames if each.can_id == self._yaw_id), self._yaw_data)
            return frames
        others = [each for each in frames if each.can_id != self._yaw_id]
        is_held = self._defect == "holding" and len(others) < len(frames)
        return [*others, Frame(self._yaw_id, self._yaw_data)] if is_held else others

    def _as_received(self, truth: Truth) -> Truth:
        is_off = self._is_on("gnss_jump")
        return dataclasses.replace(truth, place=move(truth.place, 0.0, JUMP_M)) if is_off else truth

    def _sent(self, packet: TxPacket) -> Sent:
        frame = uper.decode(envelope.parse(dsmp.decode(packet.sdu).payload).payload, Edition.YDT3709)
        message, at_s = unpack(frame), self._script_s()
        assert isinstance(message, Bsm)
        has_event = packet.aid == aids.BSM_EVENT and bool(message.events)
        return Sent(at_s, has_event, distance_m(message.place, self._plant.at(at_s).place))

    def _is_on(self, what: str) -> bool:
        at_s = self._script_s()
        return any(each.what == what and each.from_s <= at_s < each.to_s for each in self._scenario.during)

    def _script_s(self) -> float:
        return (self._at_ns - self._green_ns) / NS_PER_S if self._green_ns else 0.0

    def _now_utc_ns(self) -> int:
        return UTC_NS + self._at_ns

    def _now(self) -> Now:
        error_ns = UNSURE_NS if self._is_on("unsure_clock") else NS_PER_MS
        return Now(self._at_ns, self._now_utc_ns(), error_ns)


def ensure_pki(folder: Path) -> None:
    """Everybody's certificates, the same in any folder."""
    pki.ensure_seeded(folder, UTC_NS, len(ROLES), "sim")


def _settings(folder: Path, defect: str) -> config.Config:
    trust = folder / "attackers" / pki.GULLIBLE if defect == "gullible" else folder / "trust"
    usual = config.Config(
        vehicle=config.Vehicle(profile="city_bus_j1939", antenna_ahead_m=Mount().antenna_ahead_m),
        can={"main": {"interface": "virtual", "channel": "sim"}},
        gnss={"type": "udp", "port": 1},
        radio={"type": "udp", "modem": "127.0.0.1:1"},
        security=config.Security(
            trust=str(trust), certificates=str(folder / "unit/certs"), keys=str(folder / "unit/keys")
        ),
        hmi=config.Hmi(socket="unused"),
    )
    return defects.configured(usual, defect)
