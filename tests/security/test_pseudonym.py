"""GB/T 45315-2025 7.4 and its test 9.3.4 in simulated time: when the identity changes, and that it changes whole."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.credentials import PoolUpdate
from obu.core.errors import LocalError
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_S, Now
from obu.runtime.freeze import freeze, thaw
from obu.security.certificate import Certificate
from obu.security.coverage import Coverage
from obu.security.issuing import Lifetime
from obu.security.pseudonym import (
    L2_SOURCE_MAX,
    L2_SOURCE_MIN,
    Credential,
    Lack,
    Options,
    Outlook,
    Pseudonyms,
    pair,
)
from tests.security.forge import HOUR_NS, NOW, UTC_NS, Workshop, later

HOME = LatLon(39.9, 116.3)
DAY_NS = 24 * HOUR_NS


@pytest.fixture(scope="module")
def pool(shop: Workshop) -> tuple[Credential, ...]:
    return tuple(Credential(shop.station().certificate, f"{number:02d}") for number in range(6))


def randoms(seed: int) -> bytes:
    return hashlib.sha256(seed.to_bytes(8, "big")).digest()


def dated(shop: Workshop, start_day: int, days: int) -> Certificate:
    """A genuine certificate that is valid from a day on, for some days."""
    return shop.station(lifetime=Lifetime(UTC_NS + start_day * DAY_NS, days * 86_400)).certificate


def update_of(credentials: tuple[Credential, ...]) -> PoolUpdate:
    return PoolUpdate(tuple((one.certificate.raw, one.key) for one in credentials))


class Drive:
    """A unit that drives straight north, stepped ten times a second; random bytes come a step after they are wanted."""

    def __init__(self, pseudonyms: Pseudonyms, speed_kph: float, seed: int = 0) -> None:
        self.pseudonyms = pseudonyms
        self.speed_mps = speed_kph / 3.6
        self.seed = seed
        self.changes: list[float] = []
        self.step = 0

    def run(self, until_s: float, event: tuple[float, float] = (0.0, 0.0)) -> list[float]:
        """The seconds at which the identity changed, the first one left out; event: active from .. until."""
        wanted = self.pseudonyms.state.want_random
        while self.step < until_s * 10:
            t_s = self.step / 10
            place = move(HOME, 0.0, self.speed_mps * t_s)
            self.seed += 1
            random = randoms(self.seed) if wanted else b""
            is_active = event[0] <= t_s < event[1]
            if self.pseudonyms.update(later(NOW, t_s * 1000), place, is_active, random):
                self.changes.append(t_s)
            wanted = self.pseudonyms.state.want_random
            self.step += 1
        return self.changes[1:]


def test_at_40_kph_it_changes_once_in_600_s_at_300_s(pool: tuple[Credential, ...]) -> None:
    (changed_s,) = Drive(Pseudonyms(pool), 40).run(600)
    assert changed_s == pytest.approx(300, abs=0.2)


def test_at_20_kph_it_does_not_change_in_600_s(pool: tuple[Credential, ...]) -> None:
    assert Drive(Pseudonyms(pool), 20).run(600) == []


def test_standing_it_never_changes(pool: tuple[Credential, ...]) -> None:
    assert Drive(Pseudonyms(pool), 0).run(3000) == []


def test_an_event_of_400_s_holds_it_and_it_changes_when_that_ends(pool: tuple[Credential, ...]) -> None:
    (changed_s,) = Drive(Pseudonyms(pool), 60).run(600, event=(50, 450))
    assert changed_s == pytest.approx(450, abs=0.2)


def test_the_distance_counts_from_the_last_change(pool: tuple[Credential, ...]) -> None:
    drive = Drive(Pseudonyms(pool), 60)
    assert len(drive.run(310)) == 1  # 5 km from the start; from there it crawls on
    for t_s in range(310, 2000):
        place = move(HOME, 0.0, 5000 + t_s)
        assert not drive.pseudonyms.update(later(NOW, t_s * 1000), place, False, randoms(t_s))


def test_an_event_that_ends_before_the_period_holds_nothing(pool: tuple[Credential, ...]) -> None:
    (changed_s,) = Drive(Pseudonyms(pool), 60).run(600, event=(50, 200))
    assert changed_s == pytest.approx(300, abs=0.2)


def test_everything_that_identifies_changes_together(pool: tuple[Credential, ...]) -> None:
    drive = Drive(Pseudonyms(pool), 60)
    drive.run(10)
    seen = [drive.pseudonyms.state.identity]
    for until_s in range(310, 1600, 300):
        before = drive.pseudonyms.state.identity
        drive.run(until_s)
        after = drive.pseudonyms.state.identity
        assert before is not None and after is not None
        seen.append(after)
        assert after.epoch == before.epoch + 1
        assert after.certificate.digest != before.certificate.digest
        assert after.key != before.key
        assert after.bsm_id != before.bsm_id
        assert after.l2_source != before.l2_source
    # No certificate twice before all have been used.
    assert len({one.certificate.digest for one in seen if one}) == len(pool)


def test_the_first_certificate_is_drawn_from_the_whole_pool(pool: tuple[Credential, ...]) -> None:
    first = set()
    for seed in range(200):
        machine = Pseudonyms(pool)
        machine.update(NOW, HOME, False, randoms(seed))
        identity = machine.state.identity
        assert identity is not None
        first.add(identity.key)
        assert L2_SOURCE_MIN <= identity.l2_source <= L2_SOURCE_MAX
        assert 0 <= identity.msg_count <= 127
        assert len(identity.bsm_id) == 8
    assert first == {credential.key for credential in pool}


def test_no_identity_without_time_randomness_or_certificate(shop: Workshop, pool: tuple[Credential, ...]) -> None:
    machine = Pseudonyms(pool)
    machine.update(Now(0, None), HOME, False, randoms(1))
    assert (machine.state.identity, machine.state.lack) == (None, Lack.NO_TIME)
    machine.update(NOW, HOME, False, b"")
    assert (machine.state.identity, machine.state.lack, machine.state.want_random) == (None, Lack.NO_RANDOM, 32)
    machine.update(NOW, HOME, False, bytes(32))
    assert (machine.state.identity, machine.state.lack) == (None, Lack.BAD_RANDOM)
    assert machine.update(NOW, HOME, False, randoms(1))
    assert machine.state.lack is None
    machine.update(later(NOW, 30 * 86_400_000), HOME, False, randoms(2))
    assert (machine.state.identity, machine.state.lack) == (None, Lack.NO_CERTIFICATE)
    assert Pseudonyms(()).update(NOW, HOME, False, randoms(1)) is False


def test_time_that_comes_back_brings_the_same_identity(pool: tuple[Credential, ...]) -> None:
    machine = Pseudonyms(pool)
    machine.update(NOW, HOME, False, randoms(1))
    before = machine.state.identity
    assert not machine.update(Now(NOW.at_ns + NS_PER_S, None), HOME, False, b"")
    assert machine.state.lack is Lack.NO_TIME
    assert not machine.update(later(NOW, 2000), HOME, False, b"")
    assert (machine.state.identity, machine.state.lack) == (before, None)


def test_an_expired_certificate_is_left_at_once_even_in_an_event(shop: Workshop) -> None:
    short = Credential(shop.station(lifetime=Lifetime(UTC_NS - HOUR_NS, 3600 + 60)).certificate, "short")
    machine = Pseudonyms((short,))
    machine.update(NOW, HOME, True, randoms(1))
    assert machine.state.identity is not None
    machine.update(later(NOW, 60_000), HOME, True, randoms(2))
    assert (machine.state.identity, machine.state.lack) == (None, Lack.NO_CERTIFICATE)
    longer = Credential(shop.station().certificate, "longer")
    machine = Pseudonyms((short, longer))
    machine.state.uses[longer.certificate.digest8] = 1
    machine.update(NOW, HOME, True, randoms(1))
    assert machine.state.identity is not None and machine.state.identity.key == "short"
    assert machine.outlook(UTC_NS).usable == 2
    assert machine.update(later(NOW, 60_000), HOME, True, randoms(2))
    assert machine.state.identity.key == "longer"


def test_a_pool_of_one_keeps_its_only_identity_whole(pool: tuple[Credential, ...]) -> None:
    assert Drive(Pseudonyms(pool[:1]), 80).run(1000) == []


def test_its_state_survives_a_journal(pool: tuple[Credential, ...]) -> None:
    drive = Drive(Pseudonyms(pool), 60)
    drive.run(299)
    twin = Drive(Pseudonyms(pool), 60, drive.seed)
    twin.pseudonyms.state = thaw(freeze(drive.pseudonyms.state))
    twin.step = drive.step
    drive.run(700)
    twin.run(700)
    assert twin.pseudonyms.state == drive.pseudonyms.state


def started(pool: tuple[Credential, ...], saved: bytes | None, seed: int, options: Options | None = None) -> Pseudonyms:
    """A unit that has just been switched on, with what the last run saved."""
    machine = Pseudonyms(pool, options)
    if saved is not None:
        machine.recall(saved)
    machine.update(NOW, HOME, False, randoms(seed))
    return machine


def test_restarts_use_no_certificate_again_before_all_have_been_used(pool: tuple[Credential, ...]) -> None:
    saved, taken = None, []
    for seed in range(2 * len(pool)):
        machine = started(pool, saved, seed)
        assert machine.state.identity is not None
        taken.append(machine.state.identity.key)
        saved = machine.to_save()
        assert saved is not None and machine.to_save() is None
    assert sorted(taken[: len(pool)]) == sorted(taken[len(pool) :]) == [credential.key for credential in pool]


def test_a_bound_on_uses_holds_over_restarts_and_is_told(pool: tuple[Credential, ...]) -> None:
    saved, options = None, Options(max_uses=2)
    for seed in range(2 * len(pool)):
        machine = started(pool, saved, seed, options)
        saved = machine.to_save()
    machine = started(pool, saved, 99, options)
    assert (machine.state.identity, machine.state.lack) == (None, Lack.USED_UP)


def test_a_unit_that_runs_keeps_its_last_certificate_when_all_are_used_up(pool: tuple[Credential, ...]) -> None:
    drive = Drive(Pseudonyms(pool, Options(max_uses=1)), 60)
    assert len(drive.run(300 * (len(pool) + 3))) == len(pool) - 1
    assert drive.pseudonyms.state.identity is not None and drive.pseudonyms.state.lack is None


@given(saved=st.binary(max_size=100))
def test_what_was_saved_by_something_else_changes_nothing(pool: tuple[Credential, ...], saved: bytes) -> None:
    machine = started(pool, saved, 1)
    assert machine.state.identity is not None
    assert machine.state.uses.keys() <= {credential.certificate.digest8 for credential in pool}


@given(
    lives=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), max_size=8),
    count=st.integers(0, 4),
    day=st.integers(-1, 80),
)
def test_the_pool_is_told_of_before_it_is_low(
    shop: Workshop, lives: list[tuple[int, int]], count: int, day: int
) -> None:
    certificates = [dated(shop, start, days) for start, days in lives]
    coverage, at_ns = Coverage(certificates), UTC_NS + day * DAY_NS

    def valid(utc_ns: int) -> int:
        return sum(certificate.is_valid_at(utc_ns) for certificate in certificates)

    assert coverage.at(at_ns) == valid(at_ns)
    low_ns = coverage.below_from_ns(count, at_ns)
    days = [at_ns, *(UTC_NS + later * DAY_NS for later in range(day + 1, 100))]
    assert low_ns == next((utc_ns for utc_ns in days if valid(utc_ns) < count), None)


def test_the_warning_comes_days_ahead_and_not_sooner(shop: Workshop) -> None:
    pool = tuple(Credential(dated(shop, 0, days), str(days)) for days in (10, 20, 30))
    machine = Pseudonyms(pool, Options(low_count=2, warn_days=7), duty=(Credential(dated(shop, 0, 25), "duty"),))
    assert machine.outlook(UTC_NS + 12 * DAY_NS) == Outlook(2, None, None)
    assert machine.outlook(UTC_NS + 13 * DAY_NS) == Outlook(2, UTC_NS + 20 * DAY_NS, None)
    assert machine.outlook(UTC_NS + 19 * DAY_NS) == Outlook(2, UTC_NS + 20 * DAY_NS, UTC_NS + 25 * DAY_NS)
    assert machine.outlook(UTC_NS + 26 * DAY_NS) == Outlook(1, UTC_NS + 26 * DAY_NS, 0)


class Duty:
    """A unit with one identity certificate, stepped by hand at 80 km/h: (seconds, on duty, event) -> its key."""

    def __init__(self, pool: tuple[Credential, ...], duty: Credential) -> None:
        self.pseudonyms = Pseudonyms(pool, duty=(duty,))

    def key(self, t_s: float, is_on_duty: bool, event: bool = False) -> str | None:
        place = move(HOME, 0.0, 80 / 3.6 * t_s)
        for _ in range(2):  # randomness comes a turn after it is wanted
            self.pseudonyms.update(later(NOW, t_s * 1000), place, event, randoms(round(t_s * 10)), is_on_duty)
        identity = self.pseudonyms.state.identity
        return identity.key if identity else None


def test_on_duty_the_identity_certificate_signs_and_never_changes(shop: Workshop, pool: tuple[Credential, ...]) -> None:
    unit = Duty(pool, Credential(dated(shop, 0, 30), "duty"))
    before = unit.key(0, False)
    assert before != "duty"
    old = unit.pseudonyms.state.identity
    assert [unit.key(t_s, True) for t_s in (10, 400, 900, 2000)] == ["duty"] * 4
    new = unit.pseudonyms.state.identity
    assert old is not None and new is not None
    assert new.is_on_duty and new.epoch == old.epoch + 1
    assert new.bsm_id != old.bsm_id and new.l2_source != old.l2_source
    after = unit.key(2010, False)
    assert after not in ("duty", before)


def test_duty_begins_in_an_event_but_does_not_end_in_one(shop: Workshop, pool: tuple[Credential, ...]) -> None:
    unit = Duty(pool, Credential(dated(shop, 0, 30), "duty"))
    unit.key(0, False, event=True)
    assert unit.key(1, True, event=True) == "duty"
    assert unit.key(2, False, event=True) == "duty"
    assert unit.key(3, False) != "duty"


def test_an_identity_certificate_that_ended_leaves_an_ordinary_vehicle(
    shop: Workshop, pool: tuple[Credential, ...]
) -> None:
    unit = Duty(pool, Credential(dated(shop, -10, 10), "duty"))
    assert unit.key(0, True) != "duty"
    assert unit.pseudonyms.state.lack is None


def test_off_duty_with_an_empty_pool_it_is_silent(shop: Workshop) -> None:
    unit = Duty((), Credential(dated(shop, 0, 30), "duty"))
    assert unit.key(0, True) == "duty"
    assert unit.key(1, False) is None
    assert unit.pseudonyms.state.lack is Lack.NO_CERTIFICATE


def test_certificates_find_their_keys_by_the_point(shop: Workshop) -> None:
    one, two = shop.station(), shop.station()
    points = {"a": ("sm2", two.certificate.point), "b": ("sm2", one.certificate.point)}
    files = {"1.cert": one.certificate.raw, "2.cert": two.certificate.raw}
    assert [credential.key for credential in pair(files, points)] == ["b", "a"]
    with pytest.raises(LocalError, match=r"2\.cert: its private key"):
        pair(files, {"b": ("sm2", one.certificate.point)})
    with pytest.raises(LocalError, match=r"x\.cert: not a usable certificate: truncated"):
        pair({"x.cert": one.certificate.raw[:-1]}, points)
    with pytest.raises(LocalError, match="not a certificate to sign messages with"):
        pair({"x.cert": shop.pki.pca.certificate.raw}, points)


def test_a_refilled_pool_is_drawn_from_at_the_next_change_and_not_before(pool: tuple[Credential, ...]) -> None:
    pseudonyms = Pseudonyms(pool[:2])
    pseudonyms.update(NOW, HOME, False, randoms(1))
    before = pseudonyms.state.identity
    pseudonyms.take((update_of(pool),))
    pseudonyms.update(later(NOW, 1000), HOME, False, randoms(2))
    assert pseudonyms.state.identity == before
    far = move(HOME, 0.0, 2200.0)
    for number in range(1, len(pool)):
        now = later(NOW, number * 301_000)
        far = move(far, 0.0, 2200.0)
        assert pseudonyms.update(now, far, False, b"") is False
        assert pseudonyms.update(now, far, False, randoms(number))
        identity = pseudonyms.state.identity
        assert identity is not None and before is not None
        assert identity.certificate.digest != before.certificate.digest
    assert set(pseudonyms.state.uses.values()) == {1}, "those never used come first"
    assert len(pseudonyms.state.uses) == len(pool)


def test_a_refill_outlives_a_checkpoint(pool: tuple[Credential, ...]) -> None:
    pseudonyms = Pseudonyms(pool[:1])
    pseudonyms.take((update_of(pool),))
    again = Pseudonyms(pool[:1])
    again.state = thaw(freeze(pseudonyms.state))
    again.apply()
    assert again.outlook(UTC_NS) == pseudonyms.outlook(UTC_NS)
    assert again.outlook(UTC_NS).usable == len(pool)
