"""What others send: verified, joined, shown; and what is forged never reaches the screen."""

import dataclasses

import pytest

from obu.codec import coer, uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.core.errors import ConfigError
from obu.core.geo import move
from obu.core.now import NS_PER_S, v2x_time_us
from obu.core.vehicle import Event
from obu.runtime import bench_pki
from obu.runtime.config import Receive
from obu.stack import aids, dsmp

from .others import BSM, RSI, Other, car, works
from .unit import START_UTC_NS, Unit


@pytest.fixture
def unit(pki):
    made = Unit(pki)
    made.run(2)
    return made


def hear(unit, *sdus, seconds=1.2):
    """The packets arrive at once; then time for verdicts and the applications."""
    unit.run(seconds, {10: sdus})
    return unit.status()["air"]


def utc_ns(unit):
    return START_UTC_NS + unit.at_ns


@pytest.fixture
def platoon(tmp_path):
    """A unit that hears day 2 under AID 3616, and somebody who may speak under it."""
    pki = bench_pki.make_test(tmp_path / "pki", START_UTC_NS, 30, 2, 1)
    lifetime = bench_pki.Lifetime(START_UTC_NS - 3600 * NS_PER_S, 86_400)
    pki.write_station(tmp_path / "truck", 1, lifetime, (bench_pki.DAY2_AID,))
    unit = Unit(tmp_path / "pki", sections={"receive": Receive(day2_aids=(3616,))})
    unit.run(2)
    return unit, Other(tmp_path / "truck")


def test_a_message_of_day_2_is_heard_under_the_aid_that_is_named_for_it_and_under_no_other(platoon):
    unit, truck = platoon
    clpmm = {"messageId": 16, "value": {"msgCnt": 5, "id": bytes(8), "secMark": 1, "pid": bytes(17), "role": "leader",
                                        "status": "navigating"}}  # fmt: skip
    payload = uper.encode("msgFrameExt", clpmm, Edition.YDT3709)
    status = hear(unit, *(truck.signed(payload, aid, utc_ns(unit)) for aid in (3616, 3617)))
    assert (status["verified"], status["dropped"]) == (1, {"unregistered_aid": 1})
    status = hear(unit, truck.sdu(car(unit.place, 0.0, utc_ns(unit)), 3616, utc_ns(unit)))
    assert status["dropped"]["aid_message_mismatch"] == 1


@pytest.mark.parametrize("aid", [111, 3628, -1, 70_000])
def test_an_aid_that_has_another_meaning_is_refused_at_start(pki, aid):
    with pytest.raises(ConfigError, match=rf"receive\.day2_aids: {aid} has another meaning"):
        Unit(pki, sections={"receive": Receive(day2_aids=(aid,))})


def test_works_ahead_reach_the_screen(unit, pki):
    rsu = Other(pki / "rsu")
    hear(unit, rsu.sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit)))
    (alert, *_) = unit.events("alert")
    assert (alert["app"], alert["text"]["zh"]) == ("HLW", "前方道路施工")
    assert 70 <= alert["distance_m"] <= 95
    assert alert["number"] == 1


def test_hard_braking_ahead_reaches_the_screen_within_a_tenth_of_a_second(unit, pki):
    place = move(unit.place, unit.heading_deg, 60)
    braking = car(place, unit.heading_deg, utc_ns(unit), events=frozenset({Event.HARD_BRAKING}),
                  accel_long_mps2=-6.0)  # fmt: skip
    start_ns = unit.at_ns
    hear(unit, Other(pki / "neighbours/00").sdu(braking, 112, utc_ns(unit)))
    shown = [(at_ns, event) for at_ns, outbox in unit.outboxes for event in outbox.events if event.kind == "alert"]
    assert shown[0][1].body["app"] == "EBW"
    assert shown[0][0] - start_ns <= 100_000_000


def test_a_neighbour_by_digest_alone_is_held_and_learned(unit, pki):
    other = Other(pki / "neighbours/00")
    by_digest = other.sdu(car(unit.place, 0.0, utc_ns(unit)), BSM, utc_ns(unit), full=False)
    full = other.sdu(car(unit.place, 0.0, utc_ns(unit) + 100), BSM, utc_ns(unit) + 100_000)
    status = hear(unit, by_digest, full)
    assert status["verified"] == 2


def test_an_unknown_root_never_reaches_the_screen(unit, foreign_pki):
    rsu = Other(foreign_pki / "rsu")
    status = hear(unit, rsu.sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit)))
    assert status["dropped"] == {"certificate_issuer_unknown": 1}
    assert unit.events("alert") == []


def test_a_header_with_an_unknown_addition_is_refused(unit, pki):
    other = Other(pki / "neighbours/00")
    payload = uper.encode(*pack(car(unit.place, 0.0, utc_ns(unit))), Edition.YDT3709)
    sdus = []
    for change in ({}, {"...": (b"\x01",)}):
        header = {"aid": BSM, "generationTime": v2x_time_us(utc_ns(unit)), **change}
        data = {"protocolVersion": 3, "content": ("unsecuredData", payload)}
        tbs = coer.encode("ToBeSignedData", {"payload": {"data": data}, "headerInfo": header})
        sdus.append(other.signed_tbs(tbs, BSM))
    status = hear(unit, *sdus)
    assert (status["verified"], status["dropped"]) == (1, {"unknown_extension": 1})


def test_a_replayed_packet_counts_once(unit, pki):
    sdu = Other(pki / "rsu").sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit))
    status = hear(unit, sdu, sdu, sdu)
    assert (status["verified"], status["dropped"]) == (1, {"replayed": 2})


def test_a_late_replay_is_too_old_and_shows_nothing(unit, pki):
    sdu = Other(pki / "rsu").sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit))
    unit.run(2)
    assert hear(unit, sdu, seconds=1.5)["dropped"] == {"generation_too_old": 1}
    assert unit.events("alert") == []


def test_a_message_under_a_strange_aid_is_refused(unit, pki):
    neighbour = Other(pki / "neighbours/00")
    status = hear(unit, neighbour.sdu(works(unit.place, 0.0, 90), BSM, utc_ns(unit)), seconds=1.2)
    assert status["dropped"] == {"aid_message_mismatch": 1}
    status = hear(unit, neighbour.sdu(works(unit.place, 0.0, 90), RSI, utc_ns(unit)), seconds=1.2)
    assert status["dropped"]["aid_not_permitted"] == 1
    assert unit.events("alert") == []


def test_a_bsm_whose_content_is_of_another_time_is_refused(unit, pki):
    old = dataclasses.replace(car(unit.place, 0.0, utc_ns(unit) - NS_PER_S // 5))
    status = hear(unit, Other(pki / "neighbours/00").sdu(old, BSM, utc_ns(unit)), seconds=1.2)
    assert status["dropped"] == {"sec_mark_apart": 1}


def test_a_sender_who_cannot_be_right_is_reported_and_kept_across_a_restart(unit, pki):
    neighbour = Other(pki / "neighbours/00")
    hear(unit, neighbour.sdu(works(unit.place, 0.0, 90), BSM, utc_ns(unit)))
    last = unit.status()["misbehaviour"]["last"]
    assert (last["reason"], last["signer"]) == ("aid_message_mismatch", neighbour.certificate.digest8.hex())
    (save,) = [save for _, outbox in unit.outboxes for save in outbox.saves if save.name == "misbehaviour"]
    again = Unit(pki)
    again.step(saved=(save,))
    again.run(1.2)
    assert again.status()["misbehaviour"] == {"reports": 1, "unreported": 0, "last": last}


def test_without_a_time_nothing_is_called_verified(unit, pki):
    unit.feedings.utc = False
    sdu = Other(pki / "rsu").sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit))
    assert hear(unit, sdu, seconds=1.2)["dropped"] == {"clock_unsynchronised": 1}
    assert unit.events("alert") == []


def test_a_habit_is_tolerated_and_counted_only_when_it_was_signed(unit, pki):
    name, value = pack(works(unit.place, unit.heading_deg, 90))
    value["rtes"][0] |= {"eventType": 9902, "priority": b"\x5f"}
    sdu = Other(pki / "rsu").signed(uper.encode(name, value, Edition.CSAE53), RSI, utc_ns(unit))
    status = hear(unit, sdu[:-1] + bytes((sdu[-1] ^ 1,)), sdu)
    assert (status["verified"], status["dropped"]) == (1, {"bad_signature": 1})
    assert status["habits"] == {"rsi_priority_reserved_bits": 1, "vendor_event_type": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda spdu: dsmp.encode(3616, spdu), "unregistered_aid"),  # a real CLPMM came under it
        (lambda spdu: dsmp.encode(127, spdu), "unregistered_aid"),
        (lambda spdu: dsmp.encode(aids.MISBEHAVIOUR, spdu), "unregistered_aid"),  # no message goes under it
        (lambda spdu: dsmp.encode(dsmp.AID_MAX, spdu), "unregistered_aid"),
        (lambda spdu: dsmp.encode(RSI, spdu + bytes(1400), max_bytes=65_535), dsmp.TOO_LONG),
        (lambda spdu: b"\x04\x20" + dsmp.encode(RSI, spdu)[2:], dsmp.BAD_VERSION),
        (lambda spdu: b"\x04\x08" + dsmp.encode(RSI, spdu)[2:], dsmp.BAD_RESERVED),
        (lambda spdu: b"\x00" + dsmp.encode(RSI, spdu)[1:], dsmp.NOT_DSMP),
        (lambda spdu: dsmp.encode(RSI, spdu) + b"\0", dsmp.BAD_LENGTH),
    ],
)
def test_what_the_network_layer_refuses_is_counted_and_not_delivered(unit, pki, change, reason):
    # The cases of YD/T 3708-2020, around a packet that is good in itself.
    good = Other(pki / "rsu").sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit))
    status = hear(unit, change(dsmp.decode(good).payload))
    assert (status["verified"], status["dropped"]) == (0, {reason: 1})
    assert unit.events("alert") == []


def test_header_extensions_do_not_hinder_a_message(unit, pki):
    good = Other(pki / "rsu").sdu(works(unit.place, unit.heading_deg, 90), RSI, utc_ns(unit))
    extended = dsmp.encode(RSI, dsmp.decode(good).payload, (dsmp.Extension(4, b"\x01\x02"), dsmp.Extension(200, b"")))
    assert hear(unit, extended)["verified"] == 1
    assert unit.events("alert")
