"""The bench `sim`: a scenario's world and the real station in one process on virtual time; no clock is read.

Equal scenario and seed give equal journals. A defect breaks the unit on purpose, to test the scenario.
"""

import math
import random
from dataclasses import dataclass, replace
from pathlib import Path

from hil import defects, faults, pki, sent
from hil.board_line import BoardLine
from hil.given import Given
from hil.judging import LEVELS, Seen, Showing, why_not
from hil.nmea import EPOCH_NS
from hil.remembering import Memory
from hil.scenario import LEAD_S, Scenario
from hil.scenario_file import VOICES
from hil.staging import Stage
from hil.unit import CHANNEL, Unit
from obu.core.frames import FeedEvent, Outbox
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers.radio_udp import Datagram

UTC_NS = 1_790_000_000 * NS_PER_S  # 2026-09-21
START_NS = 10 * NS_PER_S
TICK_NS = 10 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class Outcome:
    """shown: (application, when) of each warning. refused: packets by reason. sent: BSMs. lasted_s: virtual seconds.

    why: what was not as expected, empty if all was.
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
        self._defect = scenario.defect if is_broken else ""
        ensure_pki(pki_folder, sum(each.count for each in scenario.actor))
        memory = Memory()
        self._at_ns = START_NS
        self._stage = Stage(scenario, seed, pki_folder, memory, START_NS)
        self._dice = random.Random(f"unit {seed}")
        self._chance = random.Random(f"faults {seed}")
        self._faults = [(each, faults.make(each)) for each in scenario.fault]
        with defects.planted(self._defect):
            self._unit = Unit(scenario.own, self._defect, pki_folder, folder / "journal", memory)
        self._line = BoardLine(CHANNEL) if scenario.own.has_board else None
        self.seen = Seen()
        self._numbers: dict[int, int] = {}  # of a warning: its place in seen.shown
        self._is_cut = False
        self._last: Datagram | None = None

    def run(self) -> Outcome:
        """To the end of the scenario."""
        count = math.ceil((self._scenario.lasts_s + LEAD_S) * NS_PER_S / TICK_NS)
        try:
            with defects.planted(self._defect):
                for _ in range(count):
                    self._turn()
        finally:
            self._unit.end()
        seen, lasted_s = self.seen, (self._at_ns - START_NS) / NS_PER_S
        shown = tuple((each.app, each.at_s) for each in seen.shown)
        return Outcome(shown, seen.refused(), len(seen.bsms), lasted_s, why_not(self._scenario, seen))

    def _turn(self) -> None:
        self._at_ns += TICK_NS
        given = self._given()
        for fault, acting in self._faults:
            acting.act(given, fault.from_s <= given.at_s < fault.to_s)
        if given.is_epoch and given.sentences is None:
            given.sentences = self._stage.receiver.epoch(given.utc_ns, given.truth)
        if self._line is not None:
            self._line.carry(given)
        if given.is_cut and not self._is_cut:
            self._unit.lose_power()
        self._is_cut = given.is_cut
        for packet in given.packets:
            self.seen.heard_s.setdefault(packet.of, []).append(given.at_s)
        if not given.is_cut:
            self._take(self._unit.step(given), given)

    def _given(self) -> Given:
        at_s, utc_ns = self._at_s(), UTC_NS + self._at_ns
        truth = self._stage.ourselves.truth(at_s)
        packets = self._stage.packets(self._at_ns, utc_ns, at_s)
        self._last = next((each.datagram for each in packets if each.of == pki.ROADSIDE), self._last)
        return Given(
            at_s=at_s,
            at_ns=self._at_ns,
            utc_ns=utc_ns,
            truth=truth,
            dice=self._dice,
            chance=self._chance,
            attacker=self._stage.attacker,
            frames=self._stage.traffic.due(self._at_ns, truth),
            is_epoch=utc_ns % EPOCH_NS == 0,
            packets=packets,
            results=self._unit.results,
            last=self._last,
        )

    def _take(self, outbox: Outbox, given: Given) -> None:
        at_s = given.at_s
        for packet in outbox.packets:
            self.seen.bsms.append(sent.heard(packet, at_s, given.utc_ns, self._stage.ourselves.truth(at_s)))
        for event in outbox.events:
            if event.kind == "status":
                self.seen.status.append((at_s, event.body))
            elif event.kind in ("alert", "clear"):
                self._show(event, at_s)

    def _show(self, event: FeedEvent, at_s: float) -> None:
        """A warning that comes and goes and comes back under its number is one."""
        number = int(event.body["number"])  # type: ignore[call-overload]
        shown = self.seen.shown
        if event.kind == "clear":
            if number in self._numbers:
                index = self._numbers[number]
                shown[index] = replace(shown[index], gone_s=round(at_s, 2))
            return
        if number not in self._numbers:
            self._numbers[number] = len(shown)
            level = LEVELS[int(event.body["level"])]  # type: ignore[call-overload]
            shown.append(Showing(str(event.body["app"]), round(at_s, 2), level, self._stage.gaps_m(at_s)))

    def _at_s(self) -> float:
        return (self._at_ns - START_NS) / NS_PER_S - LEAD_S


def ensure_pki(folder: Path, speaking: int = VOICES) -> None:
    """Everybody's certificates, the same in any folder. speaking: so many of the others."""
    pki.ensure_seeded(folder, UTC_NS, max(VOICES, speaking), "sim")
