"""The keeper of the trust store, its real thread and folder: it brings what is whole, and counts what it refuses."""

import select

import pytest

from obu.core.credentials import ListHeard, ListsRefused, TrustUpdate
from obu.core.frames import DriverState
from obu.core.now import NS_PER_S, V2X_EPOCH_UNIX_S
from obu.core.time_scale import TimeScale
from obu.runtime import bench_pki, trust_keeper, trust_store
from obu.security import certificate as certificates
from obu.security.book import Kind
from obu.security.issuing_lists import Dates

UTC_NS = 1_790_000_000 * NS_PER_S
NOW_S = UTC_NS // NS_PER_S - V2X_EPOCH_UNIX_S
DAY_S = 86_400
TOOLS = trust_store.tools(7, TimeScale.UTC)


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "pki"
    return folder, bench_pki.make_test(folder, UTC_NS, 30, 1, 1)


@pytest.fixture
def keeper(made, monkeypatch):
    monkeypatch.setattr(trust_keeper, "LOOK_S", 0.05)
    folder = made[0] / "trust"
    book, left_out = trust_store.load(folder, TOOLS)
    assert left_out == []
    kept = trust_keeper.TrustKeeper(folder, book, TOOLS)
    yield kept
    kept.close()


def next_of(keeper, kind):
    """The next arrival of a kind; the bell must have rung for it."""
    for _ in range(200):
        assert select.select([keeper.fileno()], [], [], 20)[0], "the bell did not ring"
        found = [each for each in keeper.poll(0) if isinstance(each, kind)]
        if found:
            return found[0]
    raise AssertionError(kind)


def revocation(made, issued_s=NOW_S - 60):
    folder, pki = made
    victim = certificates.parse(next((folder / "neighbours/00/certs").iterdir()).read_bytes())
    return pki.revoke([victim], Dates(issued_s, NOW_S + DAY_S), UTC_NS)


def test_a_list_from_the_air_becomes_a_trust_and_lasts(made, keeper):
    keeper.offer([ListHeard(revocation(made), UTC_NS)])
    update = next_of(keeper, TrustUpdate)
    assert (update.version, len(update.revoked)) == (2, 1)
    book, left_out = trust_store.load(made[0] / "trust", TOOLS)
    assert (len(book.crls), left_out) == (1, [])


def test_what_is_forged_is_counted_by_reason_and_changes_nothing(made, keeper):
    before = trust_store.stamp(made[0] / "trust")
    raw = bytearray(revocation(made))
    raw[-1] ^= 1
    keeper.offer([ListHeard(bytes(raw), UTC_NS), ListHeard(b"\x03\x81", UTC_NS)])
    counts: dict[str, int] = {}
    while len(counts) < 2:
        assert select.select([keeper.fileno()], [], [], 20)[0], "the bell did not ring"
        counts |= dict(pair for refused in keeper.poll(0) for pair in refused.counts)
    assert counts == {"list_signature": 1, "truncated": 1}
    assert trust_store.stamp(made[0] / "trust") == before


def test_a_flood_of_lists_is_shed_and_counted(made, keeper):
    keeper.offer([ListHeard(bytes([number]), UTC_NS) for number in range(100)])
    assert dict(next_of(keeper, ListsRefused).counts)["list_queue_full"] >= 100 - 2 * trust_keeper.MAX_WAITING


def test_what_obu_trust_changes_is_seen_and_an_older_list_from_the_air_does_not_undo_it(made, keeper):
    folder = made[0] / "trust"
    trust_store.adopt(folder, Kind.CRL, revocation(made), UTC_NS, TOOLS)
    assert len(next_of(keeper, TrustUpdate).revoked) == 1
    keeper.offer([ListHeard(revocation(made, NOW_S - 100), UTC_NS)])
    assert next_of(keeper, ListsRefused).counts == (("list_rolled_back", 1),)


def test_a_store_that_is_spoilt_is_told_of_and_the_trust_stays(made, keeper):
    root = made[0] / "trust" / "root.cert"
    whole = root.read_bytes()
    root.write_bytes(whole[:-1])
    down = next_of(keeper, DriverState)
    assert (down.is_up, "root.cert" in down.why) == (False, True)
    root.write_bytes(whole)
    assert next_of(keeper, DriverState).is_up


def test_a_file_of_lists_that_was_tampered_with_is_left_out(made):
    folder = made[0] / "trust"
    book = trust_store.adopt(folder, Kind.CRL, revocation(made), UTC_NS, TOOLS)
    packed = bytearray(trust_store.packed(book))
    packed[-1] ^= 1
    again, left_out = trust_store.book_of(trust_store.anchors(folder), bytes(packed), TOOLS)
    assert (again.crls, left_out) == ({}, ["crl: list_signature"])
    assert list(trust_store.unpacked(bytes(packed[:-1]))) == []
