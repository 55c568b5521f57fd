"""What was heard is kept by its own time, within bounds, and forgotten."""

import pytest

from obu.codec.messages.bsm import Bsm
from obu.codec.messages.rsi import Rsi
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.scene.facts import LIFE_S, MOST, Facts, is_active

UTC_NS = 1_800_000_000 * NS_PER_S  # on a full minute: secMark 0
SIGNER = bytes(8)


def bsm(number, sec_mark_ms=0, speed_mps=1.0):
    return Bsm(
        msg_count=0, id=number.to_bytes(8, "big"), sec_mark_ms=sec_mark_ms, place=LatLon(30, 120 + number / 1e4),
        gear=None, speed_mps=speed_mps, heading_deg=0.0, yaw_rate_deg_s=0.0, width_m=1.8, length_m=4.8, basic_class=10,
    )  # fmt: skip


def test_the_content_is_of_its_sec_mark_also_across_the_minute():
    facts = Facts()
    facts.heard(bsm(1, sec_mark_ms=59_950), 111, UTC_NS + 30 * NS_PER_MS, SIGNER)
    assert facts.of_kind(Bsm)[0].content_utc_ns == UTC_NS - 50 * NS_PER_MS


def test_an_overtaken_message_changes_nothing():
    facts = Facts()
    facts.heard(bsm(1, 200, speed_mps=2.0), 111, UTC_NS + 200 * NS_PER_MS, SIGNER)
    facts.heard(bsm(1, 100, speed_mps=1.0), 111, UTC_NS + 100 * NS_PER_MS, SIGNER)
    assert [fact.message.speed_mps for fact in facts.of_kind(Bsm)] == [2.0]


def test_old_is_forgotten_and_without_time_everything():
    facts = Facts()
    facts.heard(bsm(1), 111, UTC_NS, SIGNER)
    life_ns = int(LIFE_S[Bsm] * NS_PER_S)
    facts.expire(Now(0, UTC_NS + life_ns))
    assert len(facts.of_kind(Bsm)) == 1
    facts.expire(Now(0, UTC_NS + life_ns + 1))
    assert not facts.of_kind(Bsm)
    facts.heard(bsm(1), 111, UTC_NS, SIGNER)
    facts.expire(Now(0, None))
    assert not facts.of_kind(Bsm)


def test_a_crowd_is_bounded_and_the_stalest_goes():
    facts = Facts()
    for number in range(MOST[Bsm] + 10):
        facts.heard(bsm(number, sec_mark_ms=number), 111, UTC_NS + number * NS_PER_MS, SIGNER)
    kept = [int.from_bytes(fact.message.id, "big") for fact in facts.of_kind(Bsm)]
    assert kept == list(range(10, MOST[Bsm] + 10))
    assert facts.state.forgotten == 10


def test_time_details_also_across_new_year():
    minute = UTC_NS // (60 * NS_PER_S)  # 2027-01-15T08:00Z
    of_year = (14 * 24 + 8) * 60
    assert minute % 60 == 0
    assert is_active(None, None, UTC_NS)
    assert is_active(of_year, of_year, UTC_NS)
    assert not is_active(of_year + 1, None, UTC_NS)
    assert not is_active(None, of_year - 1, UTC_NS)
    assert is_active(500_000, of_year + 5, UTC_NS)
    assert not is_active(500_000, of_year - 5, UTC_NS)


def test_the_classes_of_one_rsus_rsi_live_side_by_side():
    facts = Facts()
    for aid in (3620, 3621, 3621):
        facts.heard(Rsi(msg_count=1, id=b"rsu-0001", place=LatLon(30, 120)), aid, UTC_NS, SIGNER)
    assert len(facts.of_kind(Rsi)) == 2


def heading_north(name, at_ms, along_m, **change):
    fields = {
        "msg_count": 0, "id": name, "sec_mark_ms": at_ms, "place": move(LatLon(30, 120), 0.0, along_m), "gear": None,
        "speed_mps": 10.0, "heading_deg": 0.0, "yaw_rate_deg_s": 0.0, "width_m": 1.8, "length_m": 4.8,
        "basic_class": 10,
    }  # fmt: skip
    return Bsm(**(fields | change))


@pytest.mark.parametrize(
    ("at_ms", "along_m", "change", "is_he"),
    [
        (200, 2.0, {}, True),
        (200, 9.0, {}, False),  # ahead of where he can be
        (200, 2.0, {"heading_deg": 90.0}, False),
        (200, 2.0, {"length_m": 12.0}, False),
        (50, 0.5, {}, False),  # the old name has not missed its turn yet
        (500, 4.5, {"speed_mps": 8.0}, True),  # it brakes with 4 m/s2
        (500, 4.5, {"speed_mps": 10.5}, False),  # and nobody who brakes is faster then
    ],
)
def test_a_vehicle_that_changes_its_pseudonym_stays_the_one_it_was(at_ms, along_m, change, is_he):
    facts = Facts()
    brakes = {"accel_long_mps2": -4.0} if "speed_mps" in change else {}
    facts.heard(heading_north(b"old-name", 0, 0.0, **brakes), 111, UTC_NS, SIGNER)
    facts.heard(heading_north(b"new-name", at_ms, along_m, **change), 111, UTC_NS + at_ms * NS_PER_MS, SIGNER)
    assert len(facts.of_kind(Bsm)) == (1 if is_he else 2)
    assert facts.subject(b"new-name") == (b"old-name" if is_he else b"new-name").hex()


def hear(facts, name, at_ms, along_m):
    facts.heard(heading_north(name, at_ms, along_m), 111, UTC_NS + at_ms * NS_PER_MS, SIGNER)


def test_what_was_said_under_the_old_name_and_comes_late_brings_nobody_back():
    facts = Facts()
    hear(facts, b"old-name", 0, 0.0)
    hear(facts, b"new-name", 200, 2.0)
    hear(facts, b"old-name", 100, 1.0)
    assert [fact.message.id for fact in facts.of_kind(Bsm)] == [b"new-name"]
    assert facts.subject(b"new-name") == b"old-name".hex()


def test_an_old_name_that_goes_on_was_somebody_elses():
    facts = Facts()
    hear(facts, b"old-name", 0, 0.0)
    hear(facts, b"new-name", 200, 2.0)
    hear(facts, b"old-name", 250, 2.5)
    assert [fact.message.id for fact in facts.of_kind(Bsm)] == [b"new-name", b"old-name"]
    assert [facts.subject(name) for name in (b"new-name", b"old-name")] == [b"new-name".hex(), b"old-name".hex()]


def test_of_two_who_are_silent_it_is_the_one_who_would_be_there():
    for near, far in ((b"name-a", b"name-b"), (b"name-b", b"name-a")):
        facts = Facts()
        hear(facts, near, 0, 0.0)
        hear(facts, far, 0, 1.5)
        hear(facts, b"new-name", 200, 2.1)
        assert facts.subject(b"new-name") == near.hex()
        assert len(facts.of_kind(Bsm)) == 2


def test_whoever_changes_his_name_again_and_again_stays_one_and_fills_no_memory():
    facts = Facts()
    for turn in range(50):
        hear(facts, f"name-{turn:03}".encode(), turn * 200, turn * 2.0)
    assert len(facts.of_kind(Bsm)) == len(facts.state.renamed) == 1
    assert facts.subject(b"name-049") == b"name-000".hex()
    facts.expire(Now(0, UTC_NS + 60_000 * NS_PER_MS))
    assert not facts.state.renamed
