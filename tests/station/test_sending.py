"""Own BSMs: regular, signed, and only while every condition holds (GB/T 45315-2025 7.3 and 7.4)."""

import itertools

import pytest

from obu.core.now import NS_PER_MS, NS_PER_S
from obu.stack import dsmp

from .unit import Unit


def sent_between(unit, start_s, end_s):
    begin_ns = 10 * NS_PER_S
    return [at_ns for at_ns, _ in unit.packets() if start_s <= (at_ns - begin_ns) / NS_PER_S < end_s]


def test_ten_a_second_on_the_grid(pki):
    unit = Unit(pki)
    unit.run(10)
    times = [at_ns for at_ns, _ in unit.packets()]
    assert len(times) in (99, 100)
    assert {after - before for before, after in itertools.pairwise(times)} == {100 * NS_PER_MS}


def test_another_unit_verifies_all_of_it_and_counts_each_packet_once(pki):
    sender, hearer = Unit(pki), Unit(pki, random_seed=9)
    sender.run(3)
    hearer.run(0.1)
    air = {round((at_ns - 10 * NS_PER_S) / NS_PER_MS): [packet.sdu] for at_ns, packet in sender.packets()}
    hearer.at_ns = 10 * NS_PER_S
    hearer.run(3, air)
    hearer.run(0.5)
    status = hearer.status()["air"]
    assert status["verified"] == status["received"] == len(sender.packets())
    assert status["dropped"] == {}


def test_an_event_goes_at_once_under_its_own_aid(pki):
    unit = Unit(pki)
    unit.run(1.0)
    before = len(unit.packets())
    unit.can_state["hazard"] = True
    unit.run(0.3)
    fresh = [packet.aid for _, packet in unit.packets()[before:]]
    assert fresh[:1] == [112] or fresh[:2] == [111, 112]
    assert set(fresh[1:]) == {112}


@pytest.mark.parametrize(
    ("source", "why"), [("gnss", "定位已过期"), ("can", "横摆角速度"), ("utc", "时间")]
)
def test_what_is_missing_stops_it_and_is_said_and_its_return_resumes_it(pki, source, why):
    unit = Unit(pki)
    unit.run(3)
    setattr(unit.feedings, source, False)
    unit.run(3)
    assert not sent_between(unit, 3.8, 6)
    bsm = unit.status()["bsm"]
    assert bsm["state"] == "stopped"
    assert any(why in reason["zh"] for reason in bsm["why"])
    setattr(unit.feedings, source, True)
    unit.run(14)  # a bus that was silent is switched on again: FMS gives it 10 s to settle
    assert len(sent_between(unit, 18, 20)) >= 19
    assert unit.status()["bsm"] | {"sent": 0, "first_utc_s": 0, "period_ms": 0} == {
        "state": "sending", "why": [], "sent": 0, "first_utc_s": 0, "period_ms": 0
    }  # fmt: skip


def test_a_receive_only_unit_sends_nothing(pki):
    unit = Unit(pki, transmit=False)
    unit.run(2)
    assert not unit.packets()
    assert unit.status()["bsm"]["state"] == "stopped"


def test_a_slow_key_store_costs_bsms_but_never_two_at_once(pki):
    unit = Unit(pki, job_ms=150)
    unit.run(5)
    assert not unit.packets()  # each would be older than the next one is due
    assert unit.station.step(unit.now(), unit.inboxes[-1][1]) is not None


def test_every_packet_is_dsmp_and_under_its_limit(pki):
    unit = Unit(pki)
    unit.run(60)
    sizes = [len(packet.sdu) for _, packet in unit.packets()]
    assert max(sizes) <= 1400
    assert {dsmp.decode(packet.sdu).aid for _, packet in unit.packets()} == {111}
