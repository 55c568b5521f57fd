"""Reports: only of what is proven, once a sender and reason, bounded, and there again after a restart."""

import json

from hypothesis import given
from hypothesis import strategies as st

from obu.core.now import Now
from obu.security.misbehaviour import MOST_A_MINUTE, MOST_KEPT, Reports, Suspicion
from obu.security.priority import Standing
from obu.security.verdict import Verdict
from tests.security.forge import HERE, NOW, Workshop, bsm, later

HERE_NOW = Standing(HERE, 11.0, 30.0)


def suspicion(number: int = 0, reason: str = "position_jump") -> Suspicion:
    return Suspicion(reason, number.to_bytes(8), (b"first", b"second"), (("jump_m", 300.0),), b"certificate")


def test_a_report_holds_what_an_authority_needs() -> None:
    reports = Reports()
    reports.take(NOW, HERE_NOW, [suspicion(7)])
    saved = reports.to_save()
    assert saved is not None
    assert json.loads(saved) == [
        {
            "number": 1,
            "utc_s": 1_795_000_000.0,
            "reason": "position_jump",
            "signer": "0000000000000007",
            "certificate": b"certificate".hex(),
            "spdus": [b"first".hex(), b"second".hex()],
            "measured": {"jump_m": 300.0},
            "own": {"lat_deg": HERE.lat_deg, "lon_deg": HERE.lon_deg, "speed_mps": 11.0, "heading_deg": 30.0},
        }
    ]
    assert reports.to_save() is None


def test_once_a_minute_for_each_sender_and_reason() -> None:
    reports = Reports()
    for ms in range(0, 120_000, 100):
        reports.take(later(NOW, ms), HERE_NOW, [suspicion(1), suspicion(1, "name_taken"), suspicion(2)])
    assert len(reports.state.kept) == 6
    assert reports.state.unreported == 3 * 1200 - 6


def test_many_senders_are_bounded_by_the_minute_and_in_all() -> None:
    reports, saves = Reports(), 0
    for minute in range(20):
        for number in range(50):
            now = later(NOW, minute * 60_000 + number)
            reports.take(now, HERE_NOW, [suspicion(minute * 50 + number)])
            saves += reports.to_save() is not None
        assert len(reports.state.kept) == min(MOST_KEPT, MOST_A_MINUTE * (minute + 1))
    assert saves <= 20 + 1
    assert [report["number"] for report in reports.state.kept] == list(range(200 - MOST_KEPT + 1, 201))
    assert len(reports.state.again_ns) <= 256


def test_what_came_after_a_save_is_saved_a_minute_later() -> None:
    reports = Reports()
    reports.take(NOW, HERE_NOW, [suspicion(1)])
    assert reports.to_save() is not None
    reports.take(later(NOW, 1), HERE_NOW, [suspicion(2)])
    assert reports.to_save() is None
    reports.take(later(NOW, 60_000), HERE_NOW, [])
    saved = reports.to_save()
    assert saved is not None
    assert len(json.loads(saved)) == 2


def test_after_a_restart_they_are_there_and_the_numbers_go_on() -> None:
    reports, again = Reports(), Reports()
    reports.take(NOW, HERE_NOW, [suspicion(1), suspicion(2)])
    saved = reports.to_save()
    assert saved is not None
    again.recall(saved)
    assert again.state.kept == reports.state.kept
    again.take(NOW, HERE_NOW, [suspicion(3)])
    assert [report["number"] for report in again.state.kept] == [1, 2, 3]


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["number", "reason"]), inner),
        max_leaves=8,
    ).map(lambda tree: json.dumps(tree).encode())
)
def test_what_is_not_understood_is_as_if_nothing_was_kept(data: bytes) -> None:
    reports = Reports()
    reports.recall(data)
    assert reports.state.kept == []


def test_without_a_time_nothing_is_reported() -> None:
    reports = Reports()
    reports.take(Now(NOW.at_ns, None), HERE_NOW, [suspicion()])
    assert (reports.state.kept, reports.state.unreported) == ([], 1)


def test_only_the_verified_are_suspected(shop: Workshop) -> None:
    verifier, there = shop.verifier(), bsm(HERE, b"car-0002")
    assert shop.judge(verifier, shop.spdu(payload=bsm(HERE), at=later(NOW, -100))).verdict is Verdict.VALID
    other = shop.station()
    assert shop.judge(verifier, shop.spdu(payload=there, station=other, at=later(NOW, -90))).verdict is Verdict.VALID
    # Forged under the first one's digest, at the other end of the town and with the other one's name: no report.
    forged = shop.spdu(payload=bsm(HERE, b"car-0002"), full=False, key=other.key)
    assert shop.judge(verifier, forged).verdict is Verdict.BAD_SIGNATURE
    assert verifier.take_suspicions() == []
    # The same, signed: a report with the certificate.
    assert shop.judge(verifier, shop.spdu(payload=there, full=False)).verdict is Verdict.NAME_TAKEN
    (found,) = verifier.take_suspicions()
    assert (found.signer, found.certificate) == (shop.vehicle.certificate.digest8, shop.vehicle.certificate.raw)
    assert len(found.spdus) == 2
    assert verifier.take_suspicions() == []


def test_a_verified_flood_is_reported_once(shop: Workshop) -> None:
    verifier = shop.verifier(max_per_s=5)
    verdicts = [
        shop.judge(verifier, shop.spdu(full=number == 0, at=later(NOW, -number))).verdict for number in range(9)
    ]
    assert verdicts == [Verdict.VALID] * 5 + [Verdict.RATE_EXCEEDED] * 4
    (found,) = verifier.take_suspicions()
    assert (found.reason, dict(found.measured)) == ("rate_exceeded", {"in_a_second": 5})
