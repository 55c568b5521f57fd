"""All that is around the unit of a scenario, turn by turn, on any bench: stage, faults, and what a seed varies."""

import random
from pathlib import Path

from hil import faults, pki, variation
from hil.given import Given
from hil.nmea import EPOCH_NS
from hil.remembering import Memory
from hil.scenario import Scenario
from hil.staging import Stage
from obu.core.frames import JobResult
from obu.core.now import NS_PER_MS
from obu.drivers.radio_udp import Datagram

TICK_NS = 10 * NS_PER_MS  # of a turn, on any bench


class World:
    """given() each turn. memory: where the bench's signatures are made without a nonce; None signs as others do."""

    def __init__(self, scenario: Scenario, seed: int, pki_folder: Path, memory: Memory | None, begin_ns: int) -> None:
        self.drawn = variation.drawn(scenario.variation, seed)
        errors = variation.Errors(self.drawn, scenario.variation.correlation_s, seed)
        self.stage = Stage(scenario, seed, pki_folder, memory, begin_ns, errors)
        self._path = variation.Path(self.drawn, seed)
        self._dice = random.Random(f"unit {seed}")
        self._chance = random.Random(f"faults {seed}")
        self._faults = [(each, faults.make(each)) for each in scenario.fault]
        self._last: Datagram | None = None

    def given(self, at_ns: int, utc_ns: int, at_s: float, results: list[JobResult]) -> Given:
        """What the unit is given at this instant, as the faults have left it."""
        stage = self.stage
        truth = stage.ourselves.truth(at_s)
        packets = stage.packets(at_ns, utc_ns, at_s)
        self._last = next((each.datagram for each in packets if each.of == pki.ROADSIDE), self._last)
        given = Given(
            at_s=at_s,
            at_ns=at_ns,
            utc_ns=utc_ns,
            truth=truth,
            dice=self._dice,
            chance=self._chance,
            attacker=stage.attacker,
            frames=stage.traffic.due(at_ns, truth),
            is_epoch=utc_ns % EPOCH_NS < TICK_NS,  # a whole tenth of a second has come
            packets=self._path.carry(packets, at_ns),
            results=results,
            clock_off_ns=round(self.drawn.clock_off_ms * NS_PER_MS),
            last=self._last,
        )
        for fault, acting in self._faults:
            acting.act(given, fault.from_s <= at_s < fault.to_s)
        if given.is_epoch and given.sentences is None:
            given.sentences = stage.receiver.epoch(given.utc_ns - given.utc_ns % EPOCH_NS, given.truth)
        return given
