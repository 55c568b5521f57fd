"""A trust that changes while the unit runs: taken over whole, and nothing judged by the old one outlives it."""

import pytest

from obu.core.credentials import ListsRefused
from obu.core.now import NS_PER_S, V2X_EPOCH_UNIX_S
from obu.runtime import bench_pki, freeze, wiring
from obu.security import believed
from obu.security import book as books
from obu.security.book import Kind
from obu.security.issuing_lists import Dates
from obu.stack import dsmp

from .others import BSM, Other, car
from .unit import START_UTC_NS, Unit

DAY_S = 86_400
NOW_S = START_UTC_NS // NS_PER_S - V2X_EPOCH_UNIX_S


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(folder, PKI) of a domain of its own."""
    folder = tmp_path_factory.mktemp("trust") / "pki"
    return folder, bench_pki.make_test(folder, START_UTC_NS, 30, 3, 2)


def revoking(pki, other, next_s=NOW_S + DAY_S):
    return pki.revoke([other.certificate], Dates(NOW_S - 60, next_s), START_UTC_NS)


def update_of(unit, raw, version=2):
    """What the keeper would bring after it has taken this list over."""
    tools = wiring.tools(unit.config)
    book = books.adopt(wiring.book_of(unit.config, unit.material), Kind.CRL, raw, START_UTC_NS, tools)
    return believed.to_update(books.snapshot_of(book, tools, version))


def said(unit, other, full=True):
    utc_ns = START_UTC_NS + unit.at_ns
    return other.sdu(car(unit.place, 0.0, utc_ns, id=other.certificate.digest8), BSM, utc_ns, full)


def test_a_revocation_list_from_the_air_goes_to_the_keeper_and_into_no_other_counter(made):
    folder, pki = made
    unit = Unit(folder)
    raw = revoking(pki, Other(folder / "neighbours/00"))
    unit.run(1.2, {10: [dsmp.encode(books.CRL_AID, raw)] * 6})
    heard = [each for _, outbox in unit.outboxes for each in outbox.lists]
    assert [each.raw for each in heard] == [raw] * 4  # a turn's bound
    air = unit.status()["air"]
    assert (air["received"], air["lists"], air["dropped"], air["pending"]) == (6, 4, {"list_queue_full": 2}, 0)


def test_without_time_no_list_is_handed_over(made):
    folder, pki = made
    unit = Unit(folder)
    unit.feedings.utc = False
    unit.run(1.2, {10: [dsmp.encode(books.CRL_AID, revoking(pki, Other(folder / "neighbours/00")))]})
    assert unit.status()["air"]["dropped"] == {"clock_unsynchronised": 1}
    assert not [each for _, outbox in unit.outboxes for each in outbox.lists]


@pytest.mark.parametrize("full", [True, False])
def test_a_neighbour_that_is_revoked_is_heard_no_more_and_the_others_are(made, full):
    folder, pki = made
    unit = Unit(folder)
    good, bad = Other(folder / "neighbours/00"), Other(folder / "neighbours/01")
    unit.run(0.5, {10: [said(unit, good), said(unit, bad)]})
    unit.step(trust=(update_of(unit, revoking(pki, bad)),))
    unit.run(0.6, {10: [said(unit, good, full), said(unit, bad, full)]})
    air = unit.status()["air"]
    assert (air["verified"], air["dropped"]) == (3, {"certificate_revoked": 1})
    trust = unit.status()["trust"]
    assert (trust["version"], trust["revocations"]) == (2, 1)


def test_a_signature_under_way_when_the_trust_changes_does_not_count_by_the_old_one(made):
    folder, pki = made
    unit = Unit(folder, job_ms=50)
    bad = Other(folder / "neighbours/01")
    unit.run(0.3, {10: [said(unit, bad)]})
    unit.step(air=(said(unit, bad),))
    unit.step(trust=(update_of(unit, revoking(pki, bad)),))
    unit.run(1.2)
    air = unit.status()["air"]
    assert (air["verified"], air["dropped"]) == (1, {"certificate_revoked": 1})


def test_a_certificate_under_way_when_its_authority_goes_is_not_learned(made, foreign_pki):
    folder, _ = made
    unit = Unit(folder, job_ms=50)
    unit.run(0.3)
    unit.step(air=(said(unit, Other(folder / "neighbours/00")),))
    strange = Unit(foreign_pki)
    book = wiring.book_of(strange.config, strange.material)
    unit.step(trust=(believed.to_update(books.snapshot_of(book, wiring.tools(strange.config), 2)),))
    unit.run(1.2)
    air = unit.status()["air"]
    assert (air["verified"], air["dropped"]) == (0, {"certificate_issuer_unknown": 1})


def test_an_overdue_list_is_said_and_the_own_domain_goes_on(made):
    folder, pki = made
    unit = Unit(folder)
    unit.step(trust=(update_of(unit, revoking(pki, Other(folder / "neighbours/01"), next_s=NOW_S + 12)),))
    unit.run(1.2)
    assert [each["is_stale"] for each in unit.status()["trust"]["lists"]] == [False]
    unit.run(1.2, {10: [said(unit, Other(folder / "neighbours/00"))]})
    status = unit.status()
    assert [(each["kind"], each["is_stale"]) for each in status["trust"]["lists"]] == [("crl", True)]
    assert (status["air"]["verified"], status["bsm"]["state"]) == (1, "sending")


def test_refusals_are_added_up(made):
    unit = Unit(made[0])
    unit.step(refused=(ListsRefused((("list_signature", 2),)),))
    unit.step(refused=(ListsRefused((("list_signature", 1), ("list_expired", 1))),))
    unit.run(1.1)
    assert unit.status()["trust"]["refused"] == {"list_expired": 1, "list_signature": 3}


def test_a_checkpoint_holds_the_trust_of_its_moment(made):
    folder, pki = made
    unit, bad = Unit(folder), Other(folder / "neighbours/01")
    unit.step(trust=(update_of(unit, revoking(pki, bad)),))
    unit.run(1.1)
    again = Unit(folder)
    again.at_ns = unit.at_ns
    again.station.restore(freeze.thaw(freeze.freeze(unit.station.checkpoint())))
    again.run(1.1, {10: [said(again, bad)]})
    assert again.status()["air"]["dropped"] == {"certificate_revoked": 1}
    assert again.status()["trust"]["version"] == 2
