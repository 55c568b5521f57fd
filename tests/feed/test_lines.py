"""The local socket's lines: what a client may say is taken exactly, everything else is refused by a reason of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu import feed
from obu.core.errors import LocalError, RemoteError
from obu.core.frames import DisplayAck, DisplayBeat, FeedEvent
from obu.feed import lines

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.text(min_size=1), st.dictionaries(st.text().filter(lambda name: name != "kind"), JSON_VALUES))
def test_an_event_comes_back_as_it_went_or_is_refused_as_our_fault(kind: str, body: dict[str, object]) -> None:
    try:
        line = feed.encode_event(FeedEvent(kind, body))
    except LocalError:
        json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert feed.decode_event(line) == (kind, body)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}, "\ud800"])
def test_what_json_cannot_say_is_our_own_fault(value: object) -> None:
    with pytest.raises(LocalError, match="scene"):
        feed.encode_event(FeedEvent("scene", {"x": value}))


def test_chinese_text_is_written_as_it_is_read() -> None:
    line = feed.encode_event(FeedEvent("alert", {"text": {"zh": "前方施工"}}))
    assert "前方施工".encode() in line


def test_the_three_things_a_client_may_say() -> None:
    assert feed.decode_client_line(feed.ack_line(7, 1_800_000_000.25), 3, 99) == DisplayAck(3, 7, 1_800_000_000.25, 99)
    assert feed.decode_client_line(feed.beat_line(2), 3, 99) == DisplayBeat(3, 2, 99)
    assert feed.decode_client_line(feed.STATUS_ASK_LINE, 3, 99) == feed.StatusAsk(3, 99)


REFUSED = [
    (b"", "feed_json"),
    (b"\xff\xfe", "feed_json"),
    (b"[]", "feed_json"),
    (b"7", "feed_json"),
    (b'"ack"', "feed_json"),
    (b'{"kind":"ack","number":1,"shown_utc_s":NaN}', "feed_json"),
    (b'{"kind":"ack","number":1,"shown_utc_s":-Infinity}', "feed_json"),
    (b'{"kind":"beat","pages":1,"pages":2}', "feed_json"),
    (b'{"kind":"beat","pages":1} x', "feed_json"),
    (b"[" * 500, "feed_json"),
    (b"{}", "feed_kind"),
    (b'{"kind":null}', "feed_kind"),
    (b'{"kind":["ack"]}', "feed_kind"),
    (b'{"kind":"alert","number":1}', "feed_kind"),
    (b'{"kind":"stop"}', "feed_kind"),
    (b'{"kind":"ack","number":1}', "feed_fields"),
    (b'{"kind":"beat","pages":1,"more":0}', "feed_fields"),
    (b'{"kind":"status","x":1}', "feed_fields"),
    (b'{"kind":"ack","number":0,"shown_utc_s":1}', "feed_range"),
    (b'{"kind":"ack","number":true,"shown_utc_s":1}', "feed_range"),
    (b'{"kind":"ack","number":1.0,"shown_utc_s":1}', "feed_range"),
    (b'{"kind":"ack","number":"1","shown_utc_s":1}', "feed_range"),
    (b'{"kind":"ack","number":2147483648,"shown_utc_s":1}', "feed_range"),
    (b'{"kind":"ack","number":1,"shown_utc_s":true}', "feed_range"),
    (b'{"kind":"ack","number":1,"shown_utc_s":-1}', "feed_range"),
    (b'{"kind":"ack","number":1,"shown_utc_s":1e999}', "feed_range"),
    (b'{"kind":"ack","number":1,"shown_utc_s":1' + b"0" * 400 + b"}", "feed_range"),
    (b'{"kind":"beat","pages":-1}', "feed_range"),
    (b'{"kind":"beat","pages":65}', "feed_range"),
    (b'{"kind":"beat","pages":null}', "feed_range"),
    (b'{"kind":"beat","pages":1}' + b" " * 500, "feed_long"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED)
def test_everything_else_is_refused(line: bytes, reason: str) -> None:
    with pytest.raises(RemoteError) as refused:
        feed.decode_client_line(line, 1, 0)
    assert refused.value.reason == reason


@given(st.binary(max_size=600) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_of_a_client_raise_anything_else(line: bytes) -> None:
    try:
        feed.decode_client_line(line, 1, 0)
    except RemoteError as error:
        assert error.reason.startswith("feed_")


def test_an_event_line_has_a_bound_and_a_kind() -> None:
    with pytest.raises(RemoteError, match="feed_long"):
        feed.decode_event(b'{"kind":"scene","x":"' + b"x" * lines.MAX_EVENT_LINE + b'"}')
    with pytest.raises(RemoteError, match="feed_kind"):
        feed.decode_event(b'{"kind":3}')


def told(greeting: feed.Greeting, kind: str, **body: object) -> None:
    """One event published, its line being its kind and number."""
    greeting.take(FeedEvent(kind, dict(body)), f"{kind}{body.get('number', '')}".encode())


def test_a_newcomer_hears_the_last_status_the_road_and_the_warning_that_is_showing() -> None:
    greeting = feed.Greeting()
    assert greeting.lines() == ()
    told(greeting, "alert", number=4)
    told(greeting, "scene")
    told(greeting, "status")
    assert greeting.lines() == (b"status", b"alert4")
    told(greeting, "road", number=1)
    assert greeting.lines() == (b"status", b"road1", b"alert4")
    told(greeting, "alert", number=5)
    told(greeting, "clear", number=4)
    assert greeting.lines() == (b"status", b"road1", b"alert5")
    told(greeting, "clear", number=5)
    assert greeting.lines() == (b"status", b"road1")
