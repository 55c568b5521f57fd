"""Own BSMs: regular, signed, and only while every condition holds (GB/T 45315-2025 7.3 and 7.4)."""

import dataclasses
import itertools

import pytest

from obu.codec.messages.references import NodeRef
from obu.core.frames import ChannelLoad, DriverState, JobOutcome, RadioCounts
from obu.core.geo import LatLon, distance_m, move
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.positioning import gcj02
from obu.runtime.config import Clock
from obu.stack import dsmp
from tests.scene.test_datum import crossing

from .crowd import Crowd, lanes
from .unit import Unit, own_bsms


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


@pytest.mark.parametrize(("source", "why"), [("gnss", "定位已过期"), ("can", "横摆角速度"), ("utc", "时间")])
def test_what_is_missing_stops_it_and_is_said_and_its_return_resumes_it(pki, source, why):
    unit = Unit(pki, max_sigma_m=0.0)  # wheels and yaw rate do not carry on
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
    assert (unit.status()["bsm"]["state"], unit.status()["bsm"]["why"]) == ("sending", [])


@pytest.mark.parametrize(("allowed_ms", "goes"), [(0.999, False), (1.0, True)])
def test_none_goes_while_the_clock_may_be_off_by_more_than_allowed(pki, allowed_ms, goes):
    """The unit's clock in these tests is good to 1 ms."""
    unit = Unit(pki, sections={"clock": Clock(error_ms=0.1, max_error_ms=allowed_ms)})
    unit.run(2)
    assert bool(unit.packets()) is goes
    assert any("max_error_ms" in reason["en"] for reason in unit.status()["bsm"]["why"]) is not goes


def test_a_receive_only_unit_sends_nothing_and_says_so(pki):
    receive_only = {"radio": {"type": "udp", "modem": "127.0.0.1:1", "receive_only": True}}
    for unit in (Unit(pki, transmit=False), Unit(pki, sections=receive_only)):
        unit.run(2)
        assert not any(outbox.sign_jobs for _, outbox in unit.outboxes)
        bsm = unit.status()["bsm"]
        assert bsm["state"] == "stopped"
        assert "switched off" in bsm["why"][0]["en"]


@pytest.mark.parametrize("then", ["tell", "stop"])
def test_a_receiver_in_gcj02_is_told_and_stops_the_bsms_where_that_is_asked_for(pki, then):
    unit = Unit(pki, if_gcj02=then)
    centre = move(unit.place, unit.heading_deg, 120.0)
    for number in (1, 2):
        message = crossing(centre, unit.heading_deg, lambda place: place, NodeRef(1, number))
        unit.station._stages.warn.facts.heard(message, 3618, unit.utc_of(unit.at_ns), bytes(8))
    unit.place = gcj02.shifted(unit.place)
    unit.run(11)
    assert unit.status()["maps"]["own_gcj02"] == 0
    unit.heading_deg += 90.0
    unit.run(11)
    assert unit.status()["maps"] == {"agrees": 0, "map_gcj02": 0, "own_gcj02": 2}
    assert any("GCJ-02" in reason["en"] for reason in unit.status()["bsm"]["why"]) is (then == "stop")
    assert bool(sent_between(unit, 21.5, 22)) is (then == "tell")


def test_a_slow_key_store_costs_bsms_but_never_two_at_once(pki):
    unit = Unit(pki, job_ms=150)
    unit.run(5)
    assert not unit.packets()  # each would be older than the next one is due
    assert unit.station.step(unit.now(), unit.inboxes[-1][1]) is not None


def test_a_key_store_that_is_away_is_told_and_tried_again(pki):
    unit = Unit(pki)
    unit.run(3)
    unit.step(drivers=(DriverState("keys", False, "the chip is away", unit.at_ns, "芯片不在"),))
    asked = len([1 for _, outbox in unit.outboxes if outbox.sign_jobs])
    unit.run(2)
    status = unit.status()
    assert (status["bsm"]["state"], status["security"]["state"]) == ("stopped", "key_failed")
    assert status["bsm"]["why"] == [{"zh": "密钥库：芯片不在", "en": "key store: the chip is away"}]
    assert len([1 for _, outbox in unit.outboxes if outbox.sign_jobs]) >= asked + 19  # or it would never be tried
    unit.step(drivers=(DriverState("keys", True, "file, 3 keys", unit.at_ns),))
    unit.run(2)
    assert (unit.status()["bsm"]["state"], unit.status()["security"]["state"]) == ("sending", "ok")


def test_while_the_modem_is_away_nothing_is_signed_and_it_is_told(pki):
    unit = Unit(pki)
    unit.run(3)
    assert unit.status()["radio"] == {"state": "unknown", "counts": {}}
    unit.step(drivers=(DriverState("radio", False, "no answer", unit.at_ns, "没有应答"),))
    asked, sent = len([1 for _, outbox in unit.outboxes if outbox.sign_jobs]), len(unit.packets())
    unit.run(2)
    status = unit.status()
    assert (status["bsm"]["state"], status["radio"]["state"]) == ("stopped", "down")
    assert status["bsm"]["why"] == [{"zh": "电台：没有应答", "en": "radio: no answer"}]
    assert len([1 for _, outbox in unit.outboxes if outbox.sign_jobs]) == asked
    assert len(unit.packets()) <= sent + 1  # the one that was being signed
    counts = RadioCounts((("not_sent", 3),), unit.at_ns)
    unit.step(drivers=(DriverState("radio", True, "192.0.2.1:5905", unit.at_ns),), radios=(counts,))
    unit.run(2)
    status = unit.status()
    assert (status["bsm"]["state"], status["radio"]) == ("sending", {"state": "up", "counts": {"not_sent": 3}})
    assert len(unit.packets()) >= sent + 19


def test_every_packet_is_dsmp_and_under_its_limit(pki):
    unit = Unit(pki)
    unit.run(60)
    sizes = [len(packet.sdu) for _, packet in unit.packets()]
    assert max(sizes) <= 1400
    assert {dsmp.decode(packet.sdu).aid for _, packet in unit.packets()} == {111}


# GB/T 45315-2025 7.3.2: what a BSM must have, and what it may have beside; nothing else may be sent.
MANDATORY = {"msgCnt", "id", "secMark", "pos", "posAccuracy", "transmission", "speed", "heading", "angle",
             "accelSet", "brakes", "size", "vehicleClass", "safetyExt"}  # fmt: skip
OPTIONAL = {"timeConfidence", "posConfidence", "motionCfd"}


def test_the_fields_are_those_of_the_standard_and_nothing_else(pki):
    unit = Unit(pki)
    unit.run(30)
    for aid, spdu, bsm in own_bsms(unit):
        assert bsm.keys() >= MANDATORY
        assert bsm.keys() <= MANDATORY | OPTIONAL
        assert bsm["pos"].keys() == {"lat", "long"}  # elevation must not be sent
        assert bsm["brakes"].keys() >= {"brakePadel", "wheelBrakes", "traction"}
        assert bsm["safetyExt"].keys() >= {"pathPrediction"}
        assert spdu.aid == aid == 111


def test_the_path_goes_each_500_ms_and_at_once_when_an_event_has_moved_the_grid(pki):
    unit = Unit(pki)
    unit.run(3.43)
    unit.can_state["hazard"] = True
    unit.run(3)
    with_path = [at_ns for (at_ns, _), (_, _, bsm) in zip(unit.packets(), own_bsms(unit), strict=True)
                 if "pathHistory" in bsm["safetyExt"]]  # fmt: skip
    gaps = [(after - before) / NS_PER_MS for before, after in itertools.pairwise(with_path)]
    assert set(gaps[1:]) <= {500.0, 450.0, 460.0, 470.0, 480.0, 490.0, 510.0, 520.0, 530.0, 540.0}
    assert gaps[1:].count(500.0) >= len(gaps) - 2


def test_the_count_has_no_gap_also_where_a_signature_failed(pki):
    unit = Unit(pki)
    unit.run(1)
    unit._results.clear()  # one that is under way is lost
    unit.run(0.05)
    unit._results = [(at_ns, dataclasses.replace(result, outcome=JobOutcome.BACKEND_FAILED))
                     for at_ns, result in unit._results]  # fmt: skip
    unit.run(20)
    counts = [bsm["msgCnt"] for _, _, bsm in own_bsms(unit)]
    assert all(after == (before + 1) % 128 for before, after in itertools.pairwise(counts))
    assert len(counts) > 128


def test_on_a_crowded_channel_regular_ones_go_rarer_and_events_do_not(pki):
    unit = Unit(pki)
    unit.speed_mps = 2.0  # 7.2 km/h
    for second in range(16):
        unit.step(loads=(ChannelLoad(0.7 if second < 12 else 0.2, unit.at_ns),))
        unit.can_state["hazard"] = second == 8
        unit.run(1)
    assert len(sent_between(unit, 3, 8)) == 10
    assert len(sent_between(unit, 8.1, 9)) == 9
    assert len(sent_between(unit, 9.6, 12)) in (4, 5)
    assert len(sent_between(unit, 14, 16)) == 20
    assert unit.status()["bsm"]["congestion"] == {"by": "channel", "busy_percent": 20, "period_ms": 100}


def test_among_many_vehicles_regular_ones_go_rarer(tmp_path):
    crowd = Crowd(tmp_path / "crowd", lanes(40, 3.5, 40.0))
    unit = Unit(crowd.folder, congestion="density")
    for _ in range(10):
        utc_ns = unit.utc_of(unit.at_ns)
        said = [crowd.sdu(member, unit.place, unit.heading_deg, utc_ns, True) for member in crowd.members]
        unit.run(0.5, {20: said})
    assert unit.status()["bsm"]["congestion"] == {"by": "density", "vehicles": 40.0, "period_ms": 160}
    assert len(sent_between(unit, 3, 5)) in (12, 13)  # 160 ms, none sooner: it drives straight on


def test_values_are_those_of_bus_and_receiver(pki):
    unit = Unit(pki)
    unit.run(10)
    *_, (_, spdu, bsm) = own_bsms(unit)
    assert bsm["speed"] == 550  # 11 m/s in steps of 0.02
    assert bsm["heading"] == 2400  # 30 degrees in steps of 0.0125
    assert bsm["accelSet"]["vert"] == -127  # no such sensor
    assert bsm["posAccuracy"] == {"semiMajor": 8, "semiMinor": 6, "orientation": 5461}  # GST: 0.4 m, 0.3 m, 30 degrees
    generation_ms = spdu.generation_us // 1000 % 60_000
    assert abs(generation_ms - bsm["secMark"]) < 150
    place = LatLon(bsm["pos"]["lat"] / 1e7, bsm["pos"]["long"] / 1e7)
    age_s = (unit.at_ns - unit.packets()[-1][0]) / NS_PER_S
    assert distance_m(place, unit.place) < 11 * (0.1 + age_s) + 0.05


def test_the_certificate_goes_in_full_first_and_each_450_ms(pki):
    unit = Unit(pki)
    unit.run(5)
    full = [spdu.signer is None for _, spdu, _ in own_bsms(unit)]
    assert full[0]
    gaps = [after - before for before, after in itertools.pairwise(at for at, is_full in enumerate(full) if is_full)]
    assert set(gaps) == {5}  # at 10 Hz the first BSM that is at least 450 ms later is the fifth


def test_everything_that_identifies_changes_together(pki):
    unit = Unit(pki)
    unit.run(320)  # 11 m/s: 3.5 km, beyond 300 s and 2,100 m (GB/T 45315-2025 7.4)
    rows = [(packet.l2_source, bsm["id"], len(bsm["safetyExt"].get("pathHistory", {}).get("crumbData", [])))
            for (_, packet), (_, _, bsm) in zip(unit.packets(), own_bsms(unit), strict=True)]  # fmt: skip
    identities = [row[:2] for row in rows]
    changes = [at for at, (before, after) in enumerate(itertools.pairwise(identities), 1) if before != after]
    (change,) = changes
    assert abs(change - 3000) <= 2
    assert identities[change][0] != identities[0][0] and identities[change][1] != identities[0][1]
    assert max(points for *_, points in rows[change - 5 : change]) > 1
    assert rows[change][2] <= 1  # at most the place where it changed
    assert list(own_bsms(unit))[change][1].signer is None  # the new certificate in full


def test_a_packet_over_the_limit_is_refused_with_a_notice_and_stops_nothing(pki):
    unit = Unit(pki)
    unit.run(1)
    pseudonyms = unit.station.checkpoint()["pseudonyms"]
    small = pseudonyms.identity
    large = dataclasses.replace(small.certificate, raw=small.certificate.raw + bytes(1400))
    pseudonyms.identity = dataclasses.replace(small, certificate=large)
    unit.run(2)
    status = unit.status()["bsm"]
    assert status["refused"] > 1  # those with the whole certificate; a digest goes on
    assert status["state"] == "stopped"
    assert "1400" in status["why"][-1]["en"] and "1400" in status["why"][-1]["zh"]
    assert all(len(packet.sdu) <= 1400 for _, packet in unit.packets())
    pseudonyms.identity = dataclasses.replace(small, epoch=small.epoch + 1)
    unit.run(1.2)
    assert (unit.status()["bsm"]["state"], unit.status()["bsm"]["why"]) == ("sending", [])
