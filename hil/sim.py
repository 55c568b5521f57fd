"""The bench `sim`: a scenario's world and the real station in one process on virtual time; no clock is read.

Equal scenario and seed give equal journals. A defect breaks the unit on purpose, to test the scenario.
"""

import math
from pathlib import Path

from hil import defects, pki
from hil.board_line import BoardLine
from hil.outcome import Outcome, outcome
from hil.recording import Recorder
from hil.remembering import Answering, Memory, Remembering
from hil.scenario import LEAD_S, VOICES, Scenario
from hil.unit import CHANNEL, Unit
from hil.witness import Witness
from hil.world import TICK_NS, World
from obu.core.now import NS_PER_S
from obu.drivers import key_file

UTC_NS = 1_790_000_000 * NS_PER_S  # 2026-09-21
START_NS = 10 * NS_PER_S


class Sim:
    """run() once. folder: of this run; pki_folder: everybody's certificates, made there if it is empty."""

    def __init__(
        self, scenario: Scenario, seed: int, pki_folder: Path, folder: Path, *, is_broken: bool = False,
        answering: Answering | None = None,
    ) -> None:  # fmt: skip
        """answering: signs and verifies for the unit, with all others' signatures real; None is the bench's memory."""
        self._scenario = scenario
        self._defect = scenario.defect if is_broken else ""
        ensure_pki(pki_folder, sum(each.count for each in scenario.actor))
        memory = None if answering else Memory()
        self._at_ns = START_NS
        self._world = World(scenario, seed, pki_folder, memory, START_NS)
        if memory is not None:
            answering = Remembering(key_file.open_folder(pki_folder / "unit/keys"), memory)
        assert answering is not None
        with defects.planted(self._defect):
            self._unit = Unit(scenario.own, self._defect, pki_folder, folder / "journal", answering)
        self._line = BoardLine(CHANNEL) if scenario.own.has_board else None
        self._recorder = Recorder(folder)
        self.witness = Witness(scenario, self._world.stage, self._recorder)
        self.drawn = self._world.drawn
        self._is_cut = False

    def run(self) -> Outcome:
        """To the end of the scenario."""
        count = math.ceil((self._scenario.lasts_s + LEAD_S) * NS_PER_S / TICK_NS)
        try:
            with defects.planted(self._defect):
                for _ in range(count):
                    self._turn()
        finally:
            self._unit.end()
            self._recorder.close()
        return outcome(self._scenario, self.witness, (self._at_ns - START_NS) / NS_PER_S)

    def _turn(self) -> None:
        self._at_ns += TICK_NS
        at_s, utc_ns = (self._at_ns - START_NS) / NS_PER_S - LEAD_S, UTC_NS + self._at_ns
        given = self._world.given(self._at_ns, utc_ns, at_s, self._unit.results)
        self._recorder.frames(given.frames, utc_ns)
        self._recorder.sentences(given.sentences or b"")
        self.witness.look(at_s)
        self.witness.heard(given.packets, at_s, utc_ns)
        if self._line is not None:
            self._line.carry(given)
        if given.is_cut and not self._is_cut:
            self._unit.lose_power()
        self._is_cut = given.is_cut
        if given.is_cut:
            return
        outbox = self._unit.step(given)
        for packet in outbox.packets:
            self.witness.said(packet, at_s, utc_ns)
        for event in outbox.events:
            self.witness.told(event, at_s)


def ensure_pki(folder: Path, speaking: int = VOICES) -> None:
    """Everybody's certificates, the same in any folder. speaking: so many of the others."""
    pki.ensure_seeded(folder, UTC_NS, max(VOICES, speaking), "sim")
