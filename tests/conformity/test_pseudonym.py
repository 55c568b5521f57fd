"""GB/T 45315-2025 7.4 and its laboratory test 9.3.4: when the identity changes, and that it changes whole."""

import itertools

import pytest

from tests.conformity.drive import Drive


def changes(sent):
    """Where another certificate begins, as (the last before, the first after)."""
    return [(before, after) for before, after in itertools.pairwise(sent) if before.bsm["id"] != after.bsm["id"]]


@pytest.mark.clause("change-40", "change-together", "path-clear", "full-certificate", "id", "msg-count")
def test_600_s_at_40_kph_change_once_at_300_s_and_all_together(pki):
    sent = Drive(pki).go(599, 40.0).sent()
    ((before, after),) = changes(sent)
    assert after.at_ms == pytest.approx(300_000, abs=300)
    assert after.l2_source != before.l2_source
    assert after.bsm["msgCnt"] != (before.bsm["msgCnt"] + 1) % 128  # by this seed; at random it may
    assert after.outer.certificate is not None
    assert after.outer.certificate != next(each for each in sent if each.outer.certificate).outer.certificate
    assert len(after.bsm["path"] or ()) <= 1  # at most where it changed
    assert all(one.l2_source == other.l2_source for one, other in itertools.pairwise(sent) if other is not after)


@pytest.mark.clause("change-20", "road-test")
def test_600_s_at_20_kph_do_not_change_and_lose_nothing(pki):
    sent = Drive(pki).go(600, 20.0).sent()
    assert len(sent) >= round(600 * 10 * 0.95)
    assert len({(each.bsm["id"], each.l2_source) for each in sent}) == 1


@pytest.mark.clause("change-event")
def test_an_event_of_400_s_holds_it_and_its_end_lets_it_go(pki):
    drive = Drive(pki).go(100, 40.0).go(400, 40.0, hazard=True)
    assert changes(drive.sent()) == []
    drive.go(10, 40.0, hazard=False)
    ((_, after),) = changes(drive.sent())
    assert after.at_ms == pytest.approx(500_000, abs=300)
