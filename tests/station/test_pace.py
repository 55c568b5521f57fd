"""Congestion control, GB/T 45315-2025 annex C: by the channel's busy ratio, and by the vehicles near."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import ChannelLoad
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.vehicle import Event
from obu.runtime.freeze import freeze, thaw
from obu.scene.facts import Facts
from obu.station.pace import Motion
from obu.station.pace_channel import ByChannel
from obu.station.pace_density import ByDensity
from obu.station.schedule import BsmSchedule, Due

from .others import car

UTC_NS = 1_800_000_000 * NS_PER_S
HOME = LatLon(28.2282, 112.9388)
EMPTY = Facts()


def now(ms):
    return Now(ms * NS_PER_MS, UTC_NS + ms * NS_PER_MS)


def motion(ms=0, speed_kph=40.0, place=HOME, heading_deg=0.0):
    return Motion(utc_ns=now(ms).utc_ns, place=place, speed_mps=speed_kph / 3.6, heading_deg=heading_deg)


# GB/T 45315-2025 annex C, written out: busy percent, km/h, ms.
@pytest.mark.parametrize(
    ("busy", "speed_kph", "period_ms"),
    [
        (0, 0, 100), (60, 0, 100), (60, 100, 100),
        (61, 0, 1000), (61, 5, 1000), (61, 6, 500), (61, 10, 500), (61, 11, 200), (61, 25, 200), (61, 26, 100),
        (80, 3, 1000), (80, 24, 200), (80, 60, 100),
        (81, 0, 1000), (81, 7, 500), (81, 12, 400), (81, 25, 400), (81, 26, 100), (100, 20, 400), (100, 80, 100),
    ],
)  # fmt: skip
def test_the_table_of_busy_ratios_and_speeds(busy, speed_kph, period_ms):
    pace = ByChannel()
    for _ in range(10):
        pace.sent(motion(), False)
    pace.hear(now(0), (ChannelLoad(busy / 100, 0),), EMPTY, HOME)
    assert pace.regular_ns(now(0), motion(speed_kph=speed_kph), 0) == period_ms * NS_PER_MS
    assert pace.status() == {"by": "channel", "busy_percent": busy, "period_ms": period_ms}


def sent_by(pace, until_ms, busy_at, speed_at=lambda ms: 3.0, events_at=lambda ms: frozenset()):
    """(ms, Due) of all that is sent; busy_at: ms -> percent or None, reported each 100 ms."""
    schedule, sent = BsmSchedule(), []
    for ms in range(0, until_ms, 10):
        busy = busy_at(ms) if ms % 100 == 0 else None
        loads = () if busy is None else (ChannelLoad(busy / 100, ms * NS_PER_MS),)
        pace.hear(now(ms), loads, EMPTY, HOME)
        here = motion(ms, speed_at(ms))
        due = schedule.due(ms * NS_PER_MS, events_at(ms), pace.regular_ns(now(ms), here, schedule.state.base_ns))
        if due is not Due.NOTHING:
            pace.sent(here, due is Due.EVENT)
            sent.append((ms, due))
    return sent


def test_a_pace_is_kept_for_ten_messages():
    sent = [ms for ms, _ in sent_by(ByChannel(), 16_000, lambda ms: 70 if ms < 3000 else 10)]
    assert sent == [*range(0, 1000, 100), *range(1900, 10_901, 1000), *range(11_000, 16_000, 100)]


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0, 80)), min_size=1, max_size=40))
def test_whatever_the_channel_does_a_pace_is_kept_for_ten_messages(seconds):
    going = sent_by(
        ByChannel(), len(seconds) * 1000, lambda ms: seconds[ms // 1000][0], lambda ms: seconds[ms // 1000][1]
    )
    sent = [ms for ms, _ in going]
    runs, last = [], None
    for before, after in itertools.pairwise(sent):
        if after - before == last:
            runs[-1] += 1
        else:
            runs.append(1)
            last = after - before
    assert all(run >= 9 for run in runs[:-1])  # ten messages, nine gaps between them or one more at a side


def test_a_modem_that_falls_silent_counts_as_a_free_channel():
    sent = [ms for ms, _ in sent_by(ByChannel(), 30_000, lambda ms: 90 if ms < 8000 else None)]
    assert sent[-1] - sent[-2] == 100
    assert ByChannel().status() == {"by": "channel", "busy_percent": None, "period_ms": 100}


def test_events_wait_for_nothing():
    braking = frozenset({Event.HARD_BRAKING})
    sent = sent_by(ByChannel(), 6000, lambda ms: 95, events_at=lambda ms: braking if 3010 <= ms < 3500 else frozenset())
    assert [ms for ms, due in sent if due is Due.EVENT] == [3010, 3110, 3210, 3310, 3410]


def started():
    pace = ByDensity()
    pace.hear(now(0), (), EMPTY, HOME)
    return pace


def crowd(count, distance_m=50.0, ms=0, signers=None):
    facts = Facts()
    for number in range(count):
        place = move(HOME, number * 360.0 / count, distance_m)
        signer = b"%08d" % (number if signers is None else number % signers)
        facts.heard(car(place, 0.0, now(ms).utc_ns, id=b"%08d" % number), 111, now(ms).utc_ns, signer)
    return facts


@pytest.mark.parametrize(
    ("facts", "near"),
    [
        (crowd(40), 40), (crowd(40, 99.0), 40), (crowd(40, 101.0), 0),
        (crowd(40, ms=-1), 0),  # 1001 ms ago
        (crowd(40, signers=4), 4),  # one sender under many names is one
    ],
)  # fmt: skip
def test_who_counts_as_near(facts, near):
    pace = started()
    pace.hear(now(1000), (), facts, HOME)
    assert pace.status()["vehicles"] == near


def test_the_count_follows_slowly():
    pace = started()
    for second in range(1, 31):
        pace.hear(now(second * 1000), (), crowd(100, ms=second * 1000) if second > 1 else EMPTY, HOME)
    assert pace.status()["vehicles"] == pytest.approx(100 * (1 - 0.95**29), abs=0.06)


@pytest.mark.parametrize(
    ("near", "period_ms"), [(0, 100), (25, 100), (30, 120), (50, 200), (149, 596), (150, 600), (400, 600)]
)
def test_more_vehicles_near_make_it_rarer_down_to_600_ms(near, period_ms):
    pace = started()
    pace.hear(now(1000), (), crowd(near, ms=1000), HOME)
    pace.sent(motion(1000), False)
    for ms in range(1000, 1000 + period_ms, 10):  # nobody is surprised by where we are
        here = motion(ms, place=move(HOME, 0.0, 40 / 3.6 * (ms - 1000) / 1000))
        assert pace.regular_ns(now(ms), here, now(1000).at_ns) == period_ms * NS_PER_MS


def called_for(error_m, draws):
    """Whether a BSM goes 100 ms after the last when the others would see us error_m beside our place."""
    pace = started()
    pace.hear(now(1000), (), crowd(100, ms=1000), HOME)
    pace.draw(draws)
    pace.sent(motion(1000, 0.0), False)
    return pace.regular_ns(now(1100), motion(1100, 0.0, move(HOME, 90.0, error_m)), now(1000).at_ns) == 100 * NS_PER_MS


def test_below_02_m_never_above_05_m_always_between_by_lot():
    least, most = bytes(32), b"\xff" * 32
    assert not called_for(0.19, least)
    assert called_for(0.51, most)
    assert called_for(0.51, b"")  # surely needs no lot
    for error_m in (0.25, 0.3, 0.4, 0.45):
        chance = 1 - math.exp(-75 * (error_m - 0.2) ** 2)  # GB/T 45315-2025 annex C
        above = min(65_535, math.ceil(chance * 65_536) + 5)
        below = math.floor(chance * 65_536) - 5
        assert called_for(error_m, below.to_bytes(2, "big") * 16)
        assert not called_for(error_m, above.to_bytes(2, "big") * 16) or above == 65_535
        assert not called_for(error_m, b"")


def test_each_place_of_the_grid_has_one_lot_and_none_is_used_twice():
    pace = started()
    pace.hear(now(1000), (), crowd(100, ms=1000), HOME)
    pace.sent(motion(1000, 0.0), False)
    assert pace.want_random == 32
    pace.draw(b"\xff" * 32)
    assert pace.want_random == 0
    aside = move(HOME, 90.0, 0.21)
    for ms in range(1000, 1400, 10):
        pace.regular_ns(now(ms), motion(ms, 0.0, aside), now(1000).at_ns)
    assert len(pace.state.draws) == 32 - 3 * 2
    twin = ByDensity()
    twin.state = thaw(freeze(pace.state))
    assert freeze(twin.state) == freeze(pace.state)
