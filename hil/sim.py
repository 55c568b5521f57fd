"""The bench `sim`: the demonstration's world and the real station in one process on virtual time; no clock is read.

Equal scenario and seed give equal journals. A defect breaks the unit on purpose, to test the scenario.
"""

import dataclasses
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hil import pki
from hil.attack import REASONS, Attacker
from hil.encode import BusTraffic
from hil.neighbour import ROLES, Neighbour, Talker
from hil.nmea import EPOCH_NS, Mount, Receiver
from hil.plant import Plant
from hil.remembering import Keys, Memory
from hil.route import bus_line
from hil.rsu import RoadsideUnit
from hil.scenario import Scenario
from hil.script import TRIGGERS, script_for
from hil.voice import Voice
from obu.core.frames import AirPacket, CanFrame, GnssBytes, Inbox, JobResult, Outbox
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.drivers import key_file
from obu.drivers.radio_udp import Datagram
from obu.runtime import config, made_from, wiring
from obu.runtime.keeper import Keeper

UTC_NS = 1_790_000_000 * NS_PER_S  # 2026-09-21
BEGIN_NS = 10 * NS_PER_S
TICK_NS = 10 * NS_PER_MS
SETTLED_S = 20.0  # a unit that has not sent a BSM by then never will
ATTACK_NS = NS_PER_S
PATIENT_MS = 10_000
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
        self._is_deaf = is_broken and scenario.defect == "deaf"
        defect = scenario.defect if is_broken else ""
        settings = _settings(pki_folder, defect)
        self._keys = Keys(key_file.open_folder(pki_folder / "unit/keys"), self._memory)
        material = made_from.gather(settings, self._keys.points())
        self._station = wiring.station(settings, material)
        kept = _settings(Path(pki_folder.name), defect)  # equal wherever it is run
        self._keeper = Keeper(folder / "journal", kept, material, self._station, LOG, self._now())
        self._results: tuple[JobResult, ...] = ()
        self._wanted = 0
        self._shown: dict[int, tuple[str, float]] = {}
        self._refused: dict[str, int] = {}
        self._sent = 0
        self._people(seed, pki_folder)

    def _people(self, seed: int, folder: Path) -> None:
        route = bus_line()
        script = script_for(route, frozenset(TRIGGERS) - {self._scenario.trigger or ""})
        self._plant = Plant(route, script.period_s, script.bus_acts())
        self._receiver, self._traffic = Receiver(Mount(), seed), BusTraffic()
        self._talkers = []
        for index, role in enumerate(ROLES):
            dice = random.Random(f"neighbour {index} {seed}")
            voice = Voice(folder / "neighbours" / f"{index:02d}", dice, self._memory)
            phase_ns = dice.randrange(EPOCH_NS)
            self._talkers.append(Talker(Neighbour(route, script, role), voice, dice, BEGIN_NS + phase_ns))
        dice = random.Random(f"rsu {seed}")
        self._rsu = RoadsideUnit(route, script, Voice(folder / "rsu", dice, self._memory), dice, BEGIN_NS)
        self._attacker = Attacker(route, folder, random.Random(f"attacker {seed}"), self._memory)

    def run(self) -> Outcome:
        """To the end of the scenario's window and two seconds more."""
        try:
            while not self._is_over():
                self._turn()
        finally:
            self._keeper.close()
        shown = tuple(self._shown.values())
        return Outcome(shown, self._refused, self._sent, (self._at_ns - BEGIN_NS) / NS_PER_S, self._judge(shown))

    def _is_over(self) -> bool:
        if not self._green_ns:
            return self._at_ns - BEGIN_NS > SETTLED_S * NS_PER_S
        return self._script_s() > self._scenario.window.to_s + 2.0

    def _turn(self) -> None:
        self._at_ns += TICK_NS
        truth = self._plant.at(self._script_s())
        frames = self._traffic.due(self._at_ns, truth)
        is_epoch = self._now_utc_ns() % EPOCH_NS == 0
        air = () if self._is_deaf else tuple(AirPacket(each.sdu, self._at_ns) for each in self._said())
        inbox = Inbox(
            can=tuple(CanFrame("main", each.can_id, True, each.data, self._at_ns) for each in frames),
            gnss=(GnssBytes(self._receiver.epoch(self._now_utc_ns(), truth), self._at_ns),) if is_epoch else (),
            air=air,
            results=self._results,
            random=self._dice.randbytes(self._wanted),
        )
        outbox = self._station.step(self._now(), inbox)
        self._keeper.observe(self._now(), inbox, outbox)
        self._take(outbox)

    def _said(self) -> Iterator[Datagram]:
        at_ns, utc_ns, script_s = self._at_ns, self._now_utc_ns(), self._script_s()
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
        self._sent += len(outbox.packets)
        if outbox.packets and not self._green_ns:
            self._green_ns = self._at_ns
        for event in outbox.events:
            if event.kind == "alert":
                self._shown.setdefault(event.body["number"], (event.body["app"], round(self._script_s(), 2)))
            elif event.kind == "status":
                self._refused = dict(event.body["air"]["dropped"])

    def _judge(self, shown: tuple[tuple[str, float], ...]) -> str:
        expected, window = self._scenario, self._scenario.window
        if not self._green_ns:
            return "the unit sent no BSM"
        if expected.attack:
            reason = REASONS[expected.attack]
            if shown:
                return f"{shown[0][0]} was shown at {shown[0][1]} s, nothing should be"
            return "" if self._refused.get(reason) else f"nothing was refused as {reason}"
        first_s = next((at_s for app, at_s in shown if app == expected.app), None)
        if first_s is None:
            return f"{expected.app} was never shown"
        is_within = window.from_s <= first_s <= window.to_s
        return "" if is_within else f"{expected.app} at {first_s} s, not within {window.from_s}..{window.to_s} s"

    def _script_s(self) -> float:
        return (self._at_ns - self._green_ns) / NS_PER_S if self._green_ns else 0.0

    def _now_utc_ns(self) -> int:
        return UTC_NS + self._at_ns

    def _now(self) -> Now:
        return Now(self._at_ns, self._now_utc_ns(), NS_PER_MS)


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
    if defect != "patient":
        return usual
    # Past the configuration's own check, which allows no unit as patient as this one.
    return dataclasses.replace(usual, security=dataclasses.replace(usual.security, max_message_age_ms=PATIENT_MS))
