"""A flood of forged packets around genuine neighbours: the unit goes on sending, hears them all, and stays small.

20,000 forged packets a second in virtual time, each verification one core's 500 us: `make fuzz` floods for ten
seconds, `make test` for two. Relevant is what comes of the 49 vehicles within 120 m: 490 messages a second. Ten of them
are copied, one also in events; how far a forger must go to silence the unit stands in docs/security-load.md.
"""

import logging
import random
from itertools import pairwise

import pytest

from obu.core.geo import move
from obu.core.now import NS_PER_MS, NS_PER_S, v2x_time_us
from obu.runtime.freeze import freeze
from obu.runtime.narrator import Narrator
from obu.security.verifier import Options
from obu.stack import aids, dsmp
from tests.conftest import LONG_FUZZ

from .crowd import FULL_EVERY, Crowd, lanes
from .unit import START_UTC_NS, Unit

SECONDS = 10 if LONG_FUZZ else 2
FORGED_PER_TICK = 200  # of 10 ms: 20,000 a second
NEIGHBOURS = 49
COPIED = 10
VERIFY_US = 500  # of SM2 on a desktop's core
AGE_MS = 5  # of a message when it is heard


class Forger:
    """Has no key that anybody trusts: what it sends is cut together from what it hears of COPIED vehicles."""

    def __init__(self):
        self._rng = random.Random(20261126)
        self._heard = {}  # the last packet of each, and when it was made

    def hear(self, number, sdu, utc_ns):
        if number < COPIED:
            self._heard[number] = sdu, v2x_time_us(utc_ns).to_bytes(8)

    def packet(self, utc_ns):
        """One forged packet; most name a genuine vehicle, its place, and this very moment."""
        rng = self._rng
        if not self._heard:
            return rng.randbytes(200)
        number = rng.choice(list(self._heard))
        sdu, made = self._heard[number]
        new = v2x_time_us(utc_ns).to_bytes(8)
        fresh = sdu.replace(made, new)
        match rng.randrange(20):
            case 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7:  # digest or certificate, place and a fresh time; no signature
                return fresh[:-8] + rng.randbytes(8)
            case 8 | 9 if number == 0:  # the same as an event
                spdu = dsmp.decode(fresh).payload.replace(b"\x01\x6f" + new, b"\x01\x70" + new)
                return dsmp.encode(aids.BSM_EVENT, spdu[:-8] + rng.randbytes(8))
            case 8 | 9 | 10 | 11 | 12:  # nobody's digest, or a certificate with other octets in it
                at = len(fresh) - 74 if len(fresh) < 220 else rng.randrange(140, len(fresh) - 74)
                return fresh[:at] + rng.randbytes(8) + fresh[at + 8 :]
            case 13 | 14 | 15 | 16:  # what was heard, again
                return sdu
            case 17:  # long ago
                return sdu.replace(made, v2x_time_us(utc_ns - 60 * NS_PER_S).to_bytes(8))
            case 18:
                return sdu[: rng.randrange(len(sdu))]
            case _:
                return rng.randbytes(rng.randrange(300))


class Flood:
    """The unit, its neighbours, each at 10 Hz, and the forger between them; what the log says, and how big all is."""

    def __init__(self, folder):
        self.crowd = Crowd(folder, lanes(NEIGHBOURS, 3.5, 56.0))
        self.unit = Unit(folder, verify_us=VERIFY_US)
        self.forger = Forger()
        self.genuine = 0
        self._rng = random.Random(1)
        self._turn = 0
        self._narrator = Narrator(logging.getLogger("obu.flood"))

    def second(self, forged_per_tick):
        for _ in range(10):
            own = move(self.unit.place, self.unit.heading_deg, self.unit.speed_mps * 0.1)
            air_at = {tick * 10: self._tick(own, tick, forged_per_tick) for tick in range(10)}
            self.unit.inboxes.clear()
            told = len(self.unit.outboxes)
            self.unit.run(0.1, air_at)
            self._turn += 1
            for (now, inbox), (_, outbox) in zip(self.unit.inboxes, self.unit.outboxes[told:], strict=True):
                self._narrator.observe(now, inbox, outbox)

    @property
    def bytes(self):
        """Of all that the station keeps from turn to turn, written out."""
        return len(repr(freeze(self.unit.station.checkpoint())))

    def _tick(self, own, tick, forged):
        utc_ns = START_UTC_NS + self.unit.at_ns + ((tick + 1) * 10 - AGE_MS) * NS_PER_MS
        sdus = []
        for number, member in enumerate(self.crowd.members):
            if number % 10 == tick:
                full = (self._turn + number) % FULL_EVERY == 0
                sdus.append(self.crowd.sdu(member, own, self.unit.heading_deg, utc_ns, full))
                self.forger.hear(number, sdus[-1], utc_ns)
        self.genuine += len(sdus)
        sdus += [self.forger.packet(utc_ns) for _ in range(forged)]
        self._rng.shuffle(sdus)
        return sdus


def bounded(state):
    """The verifier's collections, each beside its bound."""
    limits, newcomers = Options(), state.newcomers
    return [
        (state.backlog.count, limits.max_backlog),
        (sum(map(len, state.backlog.lines)), limits.max_backlog),
        (len(newcomers.held), limits.max_held),
        (len(newcomers.candidates), limits.max_candidates),
        (len(newcomers.checking), limits.max_certificate_jobs),
        (len(newcomers.refused), limits.max_refused),
        (len(state.waiting), limits.max_jobs),
        (len(state.learned), NEIGHBOURS),
        (len(state.replay.senders), NEIGHBOURS),
        (len(state.plausibility.said), NEIGHBOURS),
    ]


@pytest.mark.fuzz
def test_under_a_flood_the_unit_sends_hears_its_neighbours_and_stays_small(tmp_path, caplog):
    caplog.set_level(logging.INFO, "obu.flood")
    flood = Flood(tmp_path / "pki")
    unit = flood.unit
    unit.run(1)
    for _ in range(3):
        flood.second(0)
    unit.run(0.2)
    before, calm_bytes, began_ns = unit.status()["air"], flood.bytes, unit.at_ns
    flood.genuine, sizes, unit.outboxes[:] = 0, [], []
    for _ in range(SECONDS):
        caplog.clear()
        flood.second(FORGED_PER_TICK)
        sizes.append(flood.bytes)
        assert [line[:4] for line in caplog.messages] == ["air:"]
        for count, bound in bounded(unit.station.checkpoint()["verifier"]):
            assert count <= bound
    ended_ns = unit.at_ns
    unit.run(2)
    air = unit.status()["air"]
    sent_ns = [at_ns for at_ns, _ in unit.packets() if began_ns < at_ns <= ended_ns]
    gaps_ms = [(after - first) / NS_PER_MS for first, after in pairwise(sent_ns)]
    heard = air["verified"] - before["verified"]
    print(f"flood of {SECONDS} s: {heard} of {flood.genuine} genuine heard, {len(sent_ns)} own sent, "
          f"state {calm_bytes} B calm, {sizes} B flooded")  # fmt: skip
    assert 0.96 * flood.genuine <= heard <= flood.genuine
    assert abs(len(sent_ns) - 10 * SECONDS) <= 1
    assert 90 <= min(gaps_ms) <= max(gaps_ms) <= 110
    assert air["pending"] == 0
    assert air["received"] == air["verified"] + sum(air["dropped"].values())
    assert max(sizes[1:]) < 1.25 * sizes[0], "the state grows while the flood lasts"
