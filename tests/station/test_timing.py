"""The receiver's time: a pulse stands above the sentences while one is fresh, and the line's delay is in no pulse."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import PulseEdge
from obu.core.now import MARK_LIFE_NS, NS_PER_MS, NS_PER_S, ClockMark, Now
from obu.core.vehicle import Fix, FixKind
from obu.station.timing import FRESH_NS, PAIR_NS, Options, Timing

UTC_NS = 1_800_000_000 * NS_PER_S  # at the monotonic instant 0
SENTENCE_ERROR_NS = 20 * NS_PER_MS
PULSE_ERROR_NS = 500_000
EPOCH_NS = 100 * NS_PER_MS
LAGS_MS = st.sampled_from([0, 50, 300])


def fix(at_ns: int, utc_ns: int) -> Fix:
    return Fix(at_ns=at_ns, utc_ns=utc_ns, lat_deg=28.0, lon_deg=113.0, kind=FixKind.SINGLE, satellites=9)


@dataclass
class Line:
    """A receiver at 10 Hz whose sentences are here lag_ms after their instant, and whose pulses may stay away."""

    timing: Timing
    lag_ms: int
    held: ClockMark | None = None

    def epoch(self, index: int, has_pulse: bool, edge_off_ns: int = 0) -> ClockMark | None:
        """The next one's sentences; where it begins a second, its pulse was there before."""
        true_ns = index * EPOCH_NS
        if index % 10 == 0 and has_pulse:
            self.timing.take((PulseEdge(true_ns + edge_off_ns, PULSE_ERROR_NS),))
        mark = self.timing.mark(fix(true_ns + self.lag_ms * NS_PER_MS, UTC_NS + true_ns))
        self.held = mark or self.held
        return mark


def receiver(lag_ms: int, told_ms: int) -> Line:
    told = Options(
        source="gnss", latency_ns=told_ms * NS_PER_MS, error_ns=SENTENCE_ERROR_NS, max_error_ns=50 * NS_PER_MS
    )
    return Line(Timing(told), lag_ms)


def off_ns(now: Now) -> int:
    """How far the clock is from the truth, fast is positive."""
    assert now.utc_ns is not None
    return now.utc_ns - (UTC_NS + now.at_ns)


@given(
    LAGS_MS,
    LAGS_MS,
    st.lists(st.booleans(), min_size=1, max_size=40),
    st.integers(-PULSE_ERROR_NS, PULSE_ERROR_NS),
)
def test_whatever_pulses_are_lost_the_clock_is_as_good_as_it_says_or_as_the_latency_it_was_told(
    lag_ms: int, told_ms: int, seconds: list[bool], edge_off_ns: int
) -> None:
    """Ten epochs each second; each second's pulse comes or is lost."""
    line = receiver(lag_ms, told_ms)
    pulsed_ns: int | None = None  # the last pulse that counts, and
    seen_ns: int | None = None  # the last that came
    for index in range(len(seconds) * 10):
        has_pulse = seconds[index // 10]
        line.epoch(index, has_pulse, edge_off_ns)
        if has_pulse and index % 10 == 0:
            at_ns = index * EPOCH_NS
            is_followed = pulsed_ns is not None and at_ns + lag_ms * NS_PER_MS - pulsed_ns - edge_off_ns < FRESH_NS
            if is_followed or (seen_ns is not None and at_ns - seen_ns < PAIR_NS):
                pulsed_ns = at_ns
            seen_ns = at_ns
        here_ns = index * EPOCH_NS + lag_ms * NS_PER_MS
        assert line.held is not None
        now = line.held.carried(here_ns)
        is_fresh = pulsed_ns is not None and here_ns - pulsed_ns - edge_off_ns < FRESH_NS
        assert line.held.is_pulse is is_fresh
        if is_fresh:  # whatever the latency is, and whatever was said of it
            assert off_ns(now) == -edge_off_ns
            assert now.utc_error_ns >= abs(edge_off_ns)
            assert now.utc_error_ns < SENTENCE_ERROR_NS
        else:
            assert off_ns(now) == (told_ms - lag_ms) * NS_PER_MS
            assert now.utc_error_ns >= SENTENCE_ERROR_NS
        assert line.timing.status(now)["state"] == ("ok" if is_fresh else "degraded")


@given(LAGS_MS, st.integers(1, 9))
def test_a_sentence_of_no_whole_second_has_no_pulse(lag_ms: int, first: int) -> None:
    line = receiver(lag_ms, 0)
    line.timing.take((PulseEdge(0, PULSE_ERROR_NS),))
    mark = line.epoch(first, False)
    assert mark is not None and not mark.is_pulse


@given(LAGS_MS)
def test_pulses_that_came_back_are_followed_at_their_second(lag_ms: int) -> None:
    line = receiver(lag_ms, 0)
    for index in range(300):
        line.epoch(index, index < 50 or index >= 200)
        assert line.held is not None
        here_ns = index * EPOCH_NS + lag_ms * NS_PER_MS
        is_lost = 40 * EPOCH_NS + FRESH_NS <= here_ns < 210 * EPOCH_NS + lag_ms * NS_PER_MS
        assert line.held.is_pulse is not (is_lost or index < 10)


SPARKS = st.lists(st.lists(st.integers(1, 999), max_size=3), min_size=2, max_size=25)  # ms after each second's begin


@given(LAGS_MS, SPARKS, st.lists(st.booleans(), min_size=25, max_size=25))
def test_sparks_on_the_wire_never_set_the_clock(lag_ms: int, sparks: list[list[int]], has_pulse: list[bool]) -> None:
    """They are no two of them whole seconds apart here; where they are, nobody can tell them from pulses."""
    line, known = receiver(lag_ms, lag_ms), set[int]()
    for second, offsets_ms in enumerate(sparks):
        begin_ns = second * NS_PER_S
        fresh = [each for each in offsets_ms if 5 < each < 995 and not any(abs(each - old) < 5 for old in known)]
        known.update(fresh)
        edges = [begin_ns + offset * NS_PER_MS for offset in fresh if offset <= lag_ms]
        late = [begin_ns + offset * NS_PER_MS for offset in fresh if offset > lag_ms]
        if has_pulse[second]:
            edges.insert(0, begin_ns)
        line.timing.take(tuple(PulseEdge(edge_ns, PULSE_ERROR_NS) for edge_ns in edges))
        line.epoch(second * 10, False)
        line.timing.take(tuple(PulseEdge(edge_ns, PULSE_ERROR_NS) for edge_ns in late))
        assert line.held is not None
        assert off_ns(line.held.carried(begin_ns + lag_ms * NS_PER_MS)) == 0


def test_an_edge_that_wandered_is_followed_again_when_the_old_one_is_no_longer_fresh() -> None:
    """As of a receiver that had no fix when it began to pulse."""
    line = receiver(50, 50)
    for second in range(30):
        early_ns = 0 if second < 5 else 200 * NS_PER_MS
        line.timing.take((PulseEdge(second * NS_PER_S - early_ns, PULSE_ERROR_NS),))
        line.epoch(second * 10, False)
        assert line.held is not None
        if 1 <= second < 5 or second >= 4 + FRESH_NS // NS_PER_S:
            assert line.held.is_pulse and line.held.at_ns == second * NS_PER_S - early_ns
        elif second >= 5:
            assert line.held.at_ns == 4 * NS_PER_S  # it goes on by what was sure


def test_the_pulse_of_another_second_is_none() -> None:
    timing = receiver(0, 0).timing
    timing.take((PulseEdge(-NS_PER_S, PULSE_ERROR_NS), PulseEdge(0, PULSE_ERROR_NS)))
    mark = timing.mark(fix(NS_PER_S, UTC_NS + NS_PER_S))
    assert mark is not None and not mark.is_pulse
    timing.take((PulseEdge(3 * NS_PER_S, PULSE_ERROR_NS),))  # after the sentence: of a second yet to be told
    mark = timing.mark(fix(2 * NS_PER_S, UTC_NS + 2 * NS_PER_S))
    assert mark is not None and not mark.is_pulse


def test_a_fix_marks_once_and_a_clock_that_others_lead_is_left_alone() -> None:
    timing = receiver(0, 0).timing
    assert timing.mark(fix(0, UTC_NS)) is not None
    assert timing.mark(fix(EPOCH_NS, UTC_NS)) is None
    assert timing.mark(None) is None
    timing.take(
        (PulseEdge(5 - NS_PER_S, PULSE_ERROR_NS), PulseEdge(5, PULSE_ERROR_NS))
    )  # the board's line was slower than the receiver's
    mark = timing.mark(fix(EPOCH_NS, UTC_NS))
    assert mark == ClockMark(5, UTC_NS, PULSE_ERROR_NS, is_pulse=True)
    assert timing.mark(fix(EPOCH_NS, UTC_NS)) is None
    assert Timing(Options(source="system")).mark(fix(0, UTC_NS)) is None


def test_what_the_time_comes_from_and_how_good_it_is_are_told() -> None:
    timing = receiver(0, 0).timing
    assert timing.status(Now(0, None)) == {"source": "gnss", "state": "no_time", "error_ms": None}
    assert timing.mark(fix(0, UTC_NS)) is not None
    assert timing.status(Now(0, UTC_NS, 20 * NS_PER_MS)) == {"source": "sentences", "state": "degraded", "error_ms": 20}
    assert timing.status(Now(0, UTC_NS, 50 * NS_PER_MS + 1))["state"] == "unsure"
    assert Timing(Options()).status(Now(0, UTC_NS, 400_000)) == {"source": "system", "state": "ok", "error_ms": 0.4}


@given(st.integers(0, 2 * MARK_LIFE_NS), st.integers(0, NS_PER_S))
def test_a_mark_is_carried_on_with_a_growing_error_until_it_is_none(passed_ns: int, error_ns: int) -> None:
    now = ClockMark(5, UTC_NS, error_ns).carried(5 + passed_ns)
    if passed_ns > MARK_LIFE_NS:
        assert now == Now(5 + passed_ns, None)
    else:
        assert (now.at_ns, now.utc_ns) == (5 + passed_ns, UTC_NS + passed_ns)
        assert now.utc_error_ns - error_ns == passed_ns // 10_000  # 0.1 ms a second
