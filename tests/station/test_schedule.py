"""The BSM grid of GB/T 45315-2025 7.3."""

from hypothesis import given
from hypothesis import strategies as st

from obu.core.now import NS_PER_MS
from obu.core.vehicle import Event
from obu.station.schedule import BsmSchedule, Due

QUIET: frozenset[Event] = frozenset()
BRAKING = frozenset({Event.HARD_BRAKING})


def sent_ms(schedule, events_by_ms, end_ms):
    """(ms, Due) of all that is sent when the schedule is asked each millisecond."""
    sent, events = [], QUIET
    for ms in range(end_ms):
        events = events_by_ms.get(ms, events)
        due = schedule.due(ms * NS_PER_MS, events)
        if due is not Due.NOTHING:
            sent.append((ms, due))
    return sent


def test_the_standards_example_an_event_at_70_rebases_the_grid():
    # GB/T 45315-2025 7.3: regular at 30; event at 70, then 170 and 270; the regular one of 130 is not sent.
    schedule = BsmSchedule()
    schedule.due(30 * NS_PER_MS, QUIET)
    sent = [(ms + 31, due) for ms, due in sent_ms(_Shifted(schedule, 31), {39: BRAKING}, 269)]
    assert sent == [(70, Due.EVENT), (170, Due.EVENT), (270, Due.EVENT)]


class _Shifted:
    def __init__(self, schedule, by_ms):
        self._schedule, self._by_ns = schedule, by_ms * NS_PER_MS

    def due(self, at_ns, events):
        return self._schedule.due(at_ns + self._by_ns, events)


def test_regular_ones_are_100_ms_apart():
    assert sent_ms(BsmSchedule(), {}, 1000) == [(ms, Due.REGULAR) for ms in range(0, 1000, 100)]


def test_a_second_event_fires_at_once_and_an_ended_one_keeps_the_pace():
    more = BRAKING | {Event.ABS_ACTIVATED}
    sent = sent_ms(BsmSchedule(), {50: BRAKING, 70: more, 200: QUIET}, 400)
    assert sent == [(0, Due.REGULAR), (50, Due.EVENT), (70, Due.EVENT), (170, Due.EVENT),
                    (270, Due.REGULAR), (370, Due.REGULAR)]  # fmt: skip


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60))
def test_late_turns_never_burst_and_never_lose_the_grid(steps_ms):
    schedule, at_ms, sent = BsmSchedule(), 0, []
    for step_ms in steps_ms:
        if schedule.due(at_ms * NS_PER_MS, QUIET) is not Due.NOTHING:
            sent.append(at_ms)
        at_ms += step_ms
    if all(step_ms < 100 for step_ms in steps_ms):  # asked often enough: one in each slot of the grid
        assert [ms // 100 for ms in sent] == list(range(len(sent)))
    for first in range(len(sent)):
        for last in range(first + 1, len(sent)):  # each in its own slot, wherever in the slot it went
            assert sent[last] - sent[first] > (last - first - 1) * 100


def test_a_slower_pace_is_for_regular_ones_alone_and_its_end_is_felt_at_once():
    schedule, sent = BsmSchedule(), []
    for ms in range(4000):
        events = BRAKING if 1250 <= ms < 1500 else QUIET
        due = schedule.due(ms * NS_PER_MS, events, (500 if ms < 2830 else 100) * NS_PER_MS)
        if due is not Due.NOTHING:
            sent.append((ms, due))
    regular = [ms for ms, due in sent if due is Due.REGULAR]
    assert [ms for ms, due in sent if due is Due.EVENT] == [1250, 1350, 1450]
    assert regular == [0, 500, 1000, 1950, 2450, *range(2830, 4000, 100)]


@given(st.lists(st.tuples(st.integers(1, 250), st.sampled_from([100, 120, 500, 1000])), min_size=1, max_size=60))
def test_it_asks_for_the_next_turn_in_time_and_never_in_the_past(steps):
    schedule, at_ms = BsmSchedule(), 0
    for step_ms, period_ms in steps:
        schedule.due(at_ms * NS_PER_MS, QUIET, period_ms * NS_PER_MS)
        assert at_ms * NS_PER_MS < schedule.state.wake_ns <= (at_ms + 100) * NS_PER_MS
        at_ms += step_ms
    schedule.stop()
    assert schedule.state.wake_ns is None


def test_after_a_stop_the_first_goes_at_once():
    schedule = BsmSchedule()
    schedule.due(0, QUIET)
    schedule.stop()
    assert schedule.due(30 * NS_PER_MS, QUIET) is Due.REGULAR
