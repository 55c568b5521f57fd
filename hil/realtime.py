"""A scenario in real time around a real unit: the same world and the same judge as on `sim`, instruments between.

Each turn has its place on a grid of 10 ms; a turn that comes late is made up for, never left out.
"""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hil import instruments, pki
from hil.bench_file import Bench
from hil.given import Given
from hil.instruments import Ask, Context, Instrument
from hil.outcome import Outcome, outcome
from hil.processes import Died
from hil.recording import Recorder
from hil.scenario import LEAD_S, VOICES, Scenario
from hil.witness import Witness
from hil.world import TICK_NS, World
from obu.core.now import NS_PER_MS, NS_PER_S

GRID_NS = 100 * NS_PER_MS  # the receiver's epochs are whole tenths of a second of UTC
LATE_NS = 20 * NS_PER_MS  # of a turn, before it is told
# By which a BSM may be seen early or late on a machine that does other work, too; and what it was seen to be late by.
SLACK_MS, MOST_LATE_MS = 30.0, 200.0
AFTER_S = 0.2  # so long may the unit's last words be on their way


class RealTime:
    """run() once. folder: of this run; pki_folder: of all of today's runs.

    The unit's clock is this machine's. That it is off means that the world is: all others, and the receiver, are at
    another time by as much, the other way.
    """

    def __init__(self, scenario: Scenario, seed: int, bench: Bench, pki_folder: Path, folder: Path, ask: Ask) -> None:
        self._scenario, self._seed, self._bench, self._folder, self._ask = scenario, seed, bench, folder, ask
        self._pki = pki_folder
        ensure_pki(pki_folder)
        self._recorder = Recorder(folder)
        self._late_ns = 0
        self._begin()
        self.drawn = self._world.drawn
        self.witness = Witness(scenario, self._world.stage, self._recorder)

    def run(self) -> Outcome:
        """To the end of the scenario. Raises ConfigError for a device that is not there."""
        lasts_s = self._scenario.lasts_s + LEAD_S
        with tempfile.TemporaryDirectory(prefix="obu-", dir="/tmp") as work:
            context = Context(self._scenario, Path(work), self._folder, self._pki, self._ask)
            chosen = [instruments.module(name).make(options, context) for name, options in self._bench.chosen]
            begun: list[Instrument] = []
            why = ""
            try:
                for each in chosen:
                    begun.append(each)
                    each.begin()
                self._begin()
                self._turns(chosen, round(lasts_s * NS_PER_S / TICK_NS))
            except Died as end:
                why = str(end)
            finally:
                for each in reversed(begun):
                    each.close()
                self._recorder.close()
        self.witness.seen.slack_ms = slack_ms(self._late_ns)
        found = outcome(self._scenario, self.witness, lasts_s)
        why = why or found.why
        if why and self._late_ns > LATE_NS:  # so that nobody looks for it in the unit
            why += f" (this machine was itself up to {self._late_ns // NS_PER_MS} ms late)"
        return replace(found, why=why)

    def _begin(self) -> None:
        """Now: made once to know what there will be, and again when the unit is there, however long that took."""
        utc_ns, at_ns = time.time_ns(), time.monotonic_ns()
        self._begin_utc_ns = utc_ns - utc_ns % GRID_NS + GRID_NS
        self._begin_ns = at_ns + self._begin_utc_ns - utc_ns
        self._off_ns = 0
        self._world = World(self._scenario, self._seed, self._pki, None, self._begin_ns)

    def _turns(self, chosen: list[Instrument], count: int) -> None:
        for turn in range(1, count + 1):
            at_ns = self._begin_ns + turn * TICK_NS
            self._wait(chosen, at_ns)
            self._late_ns = max(self._late_ns, time.monotonic_ns() - at_ns)
            given = self._given(turn, at_ns)
            for each in chosen:
                each.carry(given)
        self._wait(chosen, time.monotonic_ns() + round(AFTER_S * NS_PER_S))

    def _given(self, turn: int, at_ns: int) -> Given:
        utc_ns, at_s = self._utc_ns(at_ns), turn * TICK_NS / NS_PER_S - LEAD_S
        given = self._world.given(at_ns, utc_ns, at_s, [])
        self._off_ns = given.clock_off_ns
        self._recorder.frames(given.frames, utc_ns)
        self._recorder.sentences(given.sentences or b"")
        self.witness.look(at_s)
        self.witness.heard(given.packets, at_s, utc_ns)
        return given

    def _utc_ns(self, at_ns: int) -> int:
        """The world's time."""
        return self._begin_utc_ns + at_ns - self._begin_ns - self._off_ns

    def _wait(self, chosen: list[Instrument], until_ns: int) -> None:
        """Until then, and once in any case, looks at what the unit does."""
        while True:
            for each in chosen:
                now_ns = time.monotonic_ns()  # of this look: the ones before it took their time
                at_s = (now_ns - self._begin_ns) / NS_PER_S - LEAD_S
                each.look(self.witness, at_s, self._utc_ns(now_ns))
            left_ns = until_ns - time.monotonic_ns()
            if left_ns <= 0:
                return
            time.sleep(min(left_ns, 2 * NS_PER_MS) / NS_PER_S)


def slack_ms(late_ns: int) -> float:
    """Of what is told of the time between two BSMs, when a turn of the bench itself was so late."""
    return SLACK_MS + min(MOST_LATE_MS, late_ns / NS_PER_MS)


def ensure_pki(folder: Path) -> None:
    """Everybody's certificates of today, before runs side by side need them."""
    pki.ensure(folder, time.time_ns(), VOICES)
