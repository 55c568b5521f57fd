"""The display's watch: late, silent, gone and absent are told apart, and no clock but ours is believed."""

import pytest

from obu.core.alert import Alert, Direction, Level, Shown, Text
from obu.core.frames import DisplayAck, DisplayBeat, DisplayGone
from obu.core.now import NS_PER_MS, Now
from obu.hmi import display
from obu.hmi.display import Condition, DisplayWatch

UTC_S = 1_800_000_000.0
ALERT = Alert(
    app="EBW",
    subject="a",
    level=Level.IMMINENT,
    priority=2,
    text=Text("前车急刹车", "Hard braking ahead"),
    symbol="brake_ahead",
    direction=Direction.AHEAD,
)


class Day:
    """A watch on a time line of milliseconds; UTC runs with it."""

    def __init__(self) -> None:
        self.watch = DisplayWatch()
        self.shown: Shown | None = None

    def now(self, at_ms: int) -> Now:
        return Now(at_ms * NS_PER_MS, round(UTC_S * 1e9) + at_ms * NS_PER_MS)

    def warn(self, at_ms: int, number: int | None) -> None:
        """Warning `number` is on the screen from now on, or none."""
        self.shown = None if number is None else Shown(number=number, since_ns=at_ms * NS_PER_MS, alert=ALERT)
        self.turn(at_ms)

    def turn(
        self,
        at_ms: int,
        *,
        ack: tuple[int, float] | None = None,
        pages: int | None = None,
        client: int = 1,
        gone: bool = False,
    ) -> Condition:
        """One turn with what a display said in it."""
        now = self.now(at_ms)
        self.watch.show(now, self.shown)
        self.watch.take(
            now,
            () if ack is None else (DisplayAck(client, ack[0], ack[1], now.at_ns),),
            () if pages is None else (DisplayBeat(client, pages, now.at_ns),),
            (DisplayGone(client, now.at_ns),) if gone else (),
        )
        return self.watch.health(now.at_ns).condition

    def why(self, at_ms: int) -> str:
        """The reason's English text."""
        text = self.watch.health(at_ms * NS_PER_MS).why
        return "" if text is None else text.en


def test_absent_until_a_page_is_live_even_with_a_server_that_beats_for_none() -> None:
    day = Day()
    assert day.turn(0) is Condition.ABSENT
    assert day.turn(100, pages=0) is Condition.ABSENT
    day.warn(200, 1)
    assert day.turn(1000) is Condition.ABSENT, "a warning without a display is no fault of the display"
    assert day.turn(1100, pages=1) is Condition.OK


def test_a_page_that_falls_silent_is_a_fault_after_2_s_and_well_when_it_beats_again() -> None:
    day = Day()
    day.turn(0, pages=1)
    assert day.turn(1999) is Condition.OK
    assert day.turn(2000) is Condition.FAULT
    assert day.why(2000) == display.SILENT.en
    assert day.turn(2100, pages=2) is Condition.OK


def test_a_server_that_beats_without_pages_is_silent_too() -> None:
    day = Day()
    day.turn(0, pages=1)
    for at_ms in range(500, 2000, 500):
        assert day.turn(at_ms, pages=0) is Condition.OK
    assert day.turn(2000, pages=0) is Condition.FAULT


def test_a_process_that_went_is_named_as_such_unless_another_display_lives() -> None:
    day = Day()
    day.turn(0, pages=1, client=1)
    day.turn(100, gone=True, client=1)
    assert day.turn(2000) is Condition.FAULT
    assert day.why(2000) == display.GONE.en
    day.turn(2100, pages=1, client=2)
    day.turn(2200, pages=1, client=3)
    day.turn(2300, gone=True, client=3)
    assert day.turn(2500, pages=1, client=2) is Condition.OK


def test_a_warning_acknowledged_in_time_is_well() -> None:
    day = Day()
    day.turn(0, pages=1)
    day.warn(100, 1)
    assert day.turn(399, ack=(1, UTC_S + 0.35)) is Condition.OK
    assert day.turn(1000, pages=1) is Condition.OK


@pytest.mark.parametrize("ack_ms", [400, 700])
def test_a_warning_acknowledged_late_is_a_fault_for_5_s(ack_ms: int) -> None:
    day = Day()
    day.turn(0, pages=1)
    day.warn(100, 1)
    day.turn(399, pages=1)
    assert day.turn(ack_ms, ack=(1, UTC_S)) is Condition.FAULT
    assert day.why(ack_ms) == display.LATE.en
    for at_ms in range(1000, 5400, 500):
        assert day.turn(at_ms, pages=1) is Condition.FAULT
    for at_ms in range(5400, 9000, 500):
        assert day.turn(at_ms, pages=1) is Condition.OK


def test_a_warning_never_acknowledged_is_a_fault_until_another_one_is() -> None:
    day = Day()
    day.turn(0, pages=1)
    day.warn(100, 1)
    assert day.turn(400, pages=1) is Condition.FAULT
    day.warn(3000, None)
    assert day.turn(9000, pages=1) is Condition.FAULT
    day.warn(9100, 2)
    assert day.turn(9200, ack=(2, UTC_S + 9.15)) is Condition.OK


def test_a_warning_taken_from_the_screen_before_its_time_is_not_waited_for() -> None:
    day = Day()
    day.turn(0, pages=1)
    day.warn(100, 1)
    day.warn(200, 2)
    day.turn(350, ack=(2, UTC_S + 0.3))
    assert day.turn(900, pages=1) is Condition.OK


@pytest.mark.parametrize(
    ("title", "page_s", "expected_s"),
    [
        ("the page's own time, when it lies between issue and arrival", 0.180, 0.180),
        ("a clock 40 ms behind is still believed", 0.060, 0.060),
        ("a clock 40 ms ahead is still believed", 0.290, 0.290),
        ("a clock an hour behind is not", -3600.0, 0.250),
        ("a clock 60 ms ahead is not", 0.311, 0.250),
    ],
)
def test_the_time_shown_is(title: str, page_s: float, expected_s: float) -> None:
    day = Day()
    day.turn(0, pages=1)
    day.warn(100, 1)
    day.turn(250, ack=(1, UTC_S + page_s))
    (record,) = day.watch.records()
    assert record.issued_utc_s == pytest.approx(UTC_S + 0.1, abs=1e-6)
    assert record.shown_utc_s == pytest.approx(UTC_S + expected_s, abs=1e-6), title


def test_only_the_first_acknowledgement_counts_and_only_for_what_was_issued() -> None:
    day = Day()
    day.turn(0, pages=1)
    day.warn(100, 1)
    day.turn(200, ack=(1, UTC_S + 0.18))
    day.turn(250, ack=(1, UTC_S + 0.24))
    day.turn(260, ack=(77, UTC_S + 0.24))
    (record,) = day.watch.records()
    assert record.shown_utc_s == pytest.approx(UTC_S + 0.18, abs=1e-6)
    assert day.watch.state.unknown_acks == 1


def test_without_utc_the_time_shown_is_unknown_but_the_acknowledgement_counts() -> None:
    watch = DisplayWatch()
    shown = Shown(number=1, since_ns=0, alert=ALERT)
    watch.show(Now(0, None), shown)
    now = Now(100 * NS_PER_MS, None)
    watch.take(now, (DisplayAck(1, 1, UTC_S, now.at_ns),), (DisplayBeat(1, 1, now.at_ns),), ())
    watch.show(now, shown)
    assert watch.health(500 * NS_PER_MS).condition is Condition.OK
    assert watch.records()[0].shown_utc_s is None


def test_only_the_last_32_warnings_are_kept() -> None:
    day = Day()
    for number in range(1, 100):
        day.warn(number * 100, number)
    assert [record.number for record in day.watch.records()] == list(range(68, 100))
