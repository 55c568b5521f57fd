"""A unit whose time comes from sentences that are late: what its BSMs say, whether they go, what it tells of itself."""

import logging

import pytest

from obu.core.frames import GnssBytes, PulseEdge
from obu.core.geo import LatLon, distance_m, move
from obu.core.now import MS_PER_MIN, NS_PER_MS, NS_PER_S, Now, sec_mark_ms, utc_ns_of_v2x_us
from obu.runtime.config import Clock
from obu.runtime.narrator import Narrator

from .frames import driving
from .unit import START, START_UTC_NS, Unit, nmea, own_bsms

BEGIN_NS = 10 * NS_PER_S
STEP_NS = 10 * NS_PER_MS
SIGNED_MS = 20.0  # a BSM is made one step of 10 ms before it is on the air


class LateUnit(Unit):
    """Its clock follows its receiver, whose sentences are here lag_ms after their instant. pulses: of the board."""

    def __init__(self, pki, lag_ms: int, clock: Clock) -> None:
        super().__init__(pki, sections={"clock": clock})
        self.lag_ns = lag_ms * NS_PER_MS
        self.pulses = False
        self.narrator = Narrator(logging.getLogger("test_clock_lag"))

    def now(self) -> Now:
        marks = [outbox.clock_mark for _, outbox in self.outboxes if outbox.clock_mark]
        return marks[-1].carried(self.at_ns) if marks else Now(self.at_ns, None)

    def place_at(self, at_ns: int) -> LatLon:
        return move(START, self.heading_deg, self.speed_mps * (at_ns - BEGIN_NS) / NS_PER_S)

    def drive(self, seconds: float) -> None:
        for _ in range(round(seconds * 100)):
            self.at_ns += STEP_NS
            gone_ns, then_ns = self.at_ns - BEGIN_NS, self.at_ns - self.lag_ns
            can = driving(self.at_ns, speed_kph=self.speed_mps * 3.6) if gone_ns % (100 * NS_PER_MS) == 0 else ()
            gnss: tuple[GnssBytes, ...] = ()
            if (then_ns - BEGIN_NS) % (100 * NS_PER_MS) == 0:
                data = nmea(START_UTC_NS + then_ns, self.place_at(then_ns), self.speed_mps, self.heading_deg)
                gnss = (GnssBytes(data, self.at_ns),)
            is_edge = self.pulses and self.at_ns % NS_PER_S == 0
            edges = (PulseEdge(self.at_ns, 300_000),) if is_edge else ()
            now = self.now()
            outbox = self.step(can=can, gnss=gnss, pulses=edges)
            self.narrator.observe(now, self.inboxes[-1][1], outbox)

    def slow_ms(self) -> set[float]:
        """By how much secMark and generationTime are behind the true UTC, over all BSMs, in steps of SIGNED_MS."""
        found = set()
        for (at_ns, _), (_, spdu, bsm) in zip(self.packets(), own_bsms(self), strict=True):
            true_ns = START_UTC_NS + at_ns
            mark = (sec_mark_ms(true_ns) - bsm["secMark"] + MS_PER_MIN // 2) % MS_PER_MIN - MS_PER_MIN // 2
            header = (true_ns - utc_ns_of_v2x_us(spdu.generation_us)) / NS_PER_MS
            found |= {round(mark / SIGNED_MS), round(header / SIGNED_MS)}
        return {steps * SIGNED_MS for steps in found}

    def astray_m(self) -> float:
        """How far a BSM's place is from where the bus was at the UTC that the BSM says, at most."""
        worst = 0.0
        for (at_ns, _), (_, _, bsm) in zip(self.packets(), own_bsms(self), strict=True):
            true_ns = START_UTC_NS + at_ns
            behind = (sec_mark_ms(true_ns) - bsm["secMark"] + MS_PER_MIN // 2) % MS_PER_MIN - MS_PER_MIN // 2
            said = LatLon(bsm["pos"]["lat"] / 1e7, bsm["pos"]["long"] / 1e7)
            antenna = move(said, self.heading_deg, self.station._stages.body.antenna_ahead_m)
            worst = max(worst, distance_m(antenna, self.place_at(at_ns - behind * NS_PER_MS)))
        return worst


def by_sentences(told_ms: float, max_error_ms: float = 50.0) -> Clock:
    return Clock(source="gnss", error_ms=20.0, latency_ms=told_ms, max_error_ms=max_error_ms)


@pytest.mark.parametrize("lag_ms", [0, 50, 300])
@pytest.mark.parametrize("is_told", [True, False])
def test_bsms_are_late_by_the_lag_that_the_unit_was_not_told_of(pki, caplog, lag_ms, is_told):
    caplog.set_level(logging.INFO, "test_clock_lag")
    unit = LateUnit(pki, lag_ms, by_sentences(lag_ms if is_told else 0))
    unit.drive(4)
    assert len(unit.packets()) >= 30
    behind_ms = 0 if is_told else lag_ms
    assert {abs(slow - behind_ms) <= SIGNED_MS for slow in unit.slow_ms()} == {True}
    assert unit.astray_m() < 0.3  # place and secMark are of one instant all the same
    clock = unit.status()["clock"]
    assert (clock["source"], clock["state"]) == ("sentences", "degraded")
    assert 20.0 <= clock["error_ms"] < 20.1
    assert [record.levelname for record in caplog.records if "degraded" in record.message] == ["WARNING"]


@pytest.mark.parametrize("lag_ms", [0, 50, 300])
def test_sentences_alone_never_sign_within_the_bound_of_the_standard(pki, lag_ms):
    unit = LateUnit(pki, lag_ms, by_sentences(lag_ms, max_error_ms=1.0))
    unit.drive(3)
    assert not unit.packets()
    assert unit.status()["clock"]["state"] == "unsure"
    assert any("max_error_ms" in reason["en"] for reason in unit.status()["bsm"]["why"])


@pytest.mark.parametrize(("lag_ms", "told_ms"), [(0, 0), (50, 0), (300, 0), (0, 300)])
def test_with_the_pulse_bsms_are_in_time_whatever_the_lag_and_whatever_was_told(pki, lag_ms, told_ms):
    unit = LateUnit(pki, lag_ms, by_sentences(told_ms, max_error_ms=1.0))
    unit.pulses = True
    unit.drive(6)
    assert len(unit.packets()) >= 35
    assert max(unit.slow_ms()) <= SIGNED_MS
    clock = unit.status()["clock"]
    assert (clock["source"], clock["state"]) == ("pulse", "ok") and clock["error_ms"] < 0.5
    unit.pulses = False
    unit.drive(12)  # a crystal may be 0.7 ms off after 7 s: then it is too unsure, and later there are sentences alone
    assert unit.status()["clock"]["state"] == "unsure"
    sent = len(unit.packets())
    unit.drive(2)
    assert len(unit.packets()) == sent
    unit.pulses = True
    unit.drive(4)
    assert (unit.status()["clock"]["source"], unit.status()["bsm"]["state"]) == ("pulse", "sending")
    assert max(unit.slow_ms()) <= SIGNED_MS
