"""Time on the air: rollovers of minute, day and week, a leap second, and the two scales side by side."""

import dataclasses
import itertools
from datetime import UTC, datetime

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.core.now import NS_PER_MS, NS_PER_S, sec_mark_ms, v2x_time_us
from obu.security import envelope
from obu.stack import dsmp

from .unit import Unit

BEGIN_NS = 10 * NS_PER_S  # of every unit


def unix_ns(*instant: int) -> int:
    return int(datetime(*instant, tzinfo=UTC).timestamp()) * NS_PER_S


# Within the PKI's life, from 2026-09-21 15:33 for 30 days. GNSS weeks begin at the midnight before a Sunday.
MINUTE = unix_ns(2026, 9, 23, 12, 34)
WEEK = unix_ns(2026, 9, 27)
MONTH = unix_ns(2026, 10, 1)


def unit_at(pki, utc_ns: int, time_scale: str = "utc", seed: int = 1) -> Unit:
    """A unit whose clock says utc_ns two seconds after its begin."""
    made = Unit(pki, random_seed=seed)
    if time_scale != "utc":
        security = dataclasses.replace(made.config.security, time_scale=time_scale)
        made = Unit(pki, random_seed=seed, sections={"security": security})
    made.utc_of = lambda at_ns: utc_ns - 2 * NS_PER_S + at_ns - BEGIN_NS
    return made


def relay(sender: Unit, hearer: Unit, seconds: float) -> dict:
    """Both live through the same seconds; everything sent is heard 10 ms later."""
    sender.run(seconds)
    air = {round((at_ns - BEGIN_NS) / NS_PER_MS): [packet.sdu] for at_ns, packet in sender.packets()}
    hearer.run(seconds, air)
    hearer.run(1.1)  # to the next status
    return hearer.status()["air"]


@pytest.mark.parametrize("midnight_ns", [MINUTE, WEEK, MONTH], ids=["minute", "week", "month"])
@pytest.mark.parametrize("time_scale", ["utc", "tai"])
def test_a_rollover_costs_nothing(pki, midnight_ns: int, time_scale: str) -> None:
    sender, hearer = (unit_at(pki, midnight_ns, time_scale, seed) for seed in (1, 9))
    status = relay(sender, hearer, 4)
    times = [at_ns for at_ns, _ in sender.packets()]
    assert {after - before for before, after in itertools.pairwise(times)} == {100 * NS_PER_MS}
    assert (status["dropped"], status["clocks_off"]) == ({}, None)
    assert status["verified"] == status["received"] == len(times)
    marks = [marks_of(packet.sdu)[0] for _, packet in sender.packets()]
    assert sum(after < before for before, after in itertools.pairwise(marks)) == 1  # the minute turned once


def marks_of(sdu: bytes) -> tuple[int, int]:
    """(secMark, Time64 as sent) of a BSM."""
    spdu = envelope.parse(dsmp.decode(sdu).payload)
    return uper.decode(spdu.payload, Edition.YDT3709).value["secMark"], spdu.generation_us


@pytest.mark.parametrize(("time_scale", "ahead_s"), [("utc", 0), ("tai", 5)])
def test_the_header_counts_in_the_scale_of_the_configuration(pki, time_scale: str, ahead_s: int) -> None:
    unit = unit_at(pki, MINUTE, time_scale)
    unit.run(1)
    for at_ns, packet in unit.packets():
        mark_ms, wire_us = marks_of(packet.sdu)
        utc_ns = unit.utc_of(at_ns)
        assert 0 <= v2x_time_us(utc_ns) + ahead_s * 1_000_000 - wire_us <= 10_000  # signed at the last step
        assert (sec_mark_ms(utc_ns) - mark_ms) % 60_000 <= 10  # secMark is of the UTC minute in both


@pytest.mark.parametrize(("ours", "theirs", "off_s"), [("utc", "tai", 5.0), ("tai", "utc", -5.0)])
def test_a_sender_of_the_other_scale_is_refused_and_told_of(pki, ours: str, theirs: str, off_s: float) -> None:
    sender, hearer = unit_at(pki, MINUTE, theirs), unit_at(pki, MINUTE, ours, 9)
    status = relay(sender, hearer, 3)
    assert status["verified"] == 0
    assert set(status["dropped"]) == {"generation_in_future" if off_s > 0 else "generation_too_old"}
    assert status["clocks_off"]["senders"] == 1
    assert status["clocks_off"]["off_s"] == pytest.approx(off_s, abs=0.1)


@pytest.mark.parametrize("time_scale", ["utc", "tai"])
def test_a_second_that_the_clock_counts_twice_passes(pki, time_scale: str) -> None:
    # A leap second as the kernel makes one: 23:59:59 comes twice. Nothing raises, nothing old is believed.
    sender, hearer = (unit_at(pki, WEEK, time_scale, seed) for seed in (1, 9))
    for unit in (sender, hearer):
        plain = unit.utc_of
        unit.utc_of = lambda at_ns, plain=plain: plain(at_ns) - (NS_PER_S if at_ns >= BEGIN_NS + 2 * NS_PER_S else 0)
    status = relay(sender, hearer, 6)
    times = [at_ns for at_ns, _ in sender.packets()]
    assert {after - before for before, after in itertools.pairwise(times)} == {100 * NS_PER_MS}
    # For a second its messages are older than what was heard of it already, but for the reorder window.
    assert set(status["dropped"]) <= {"out_of_order", "replayed", "generation_in_future"}
    assert 0 < sum(status["dropped"].values()) <= 11
    assert status["verified"] + sum(status["dropped"].values()) + status["pending"] == status["received"]


def test_without_a_time_nothing_is_signed_and_nothing_is_verified(pki) -> None:
    sender, hearer = unit_at(pki, MINUTE), unit_at(pki, MINUTE, seed=9)
    hearer.feedings.utc = False
    status = relay(sender, hearer, 2)
    assert sender.packets() and not hearer.packets()
    assert set(status["dropped"]) == {"clock_unsynchronised"}
    assert status["verified"] == 0
