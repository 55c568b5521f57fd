"""A slow page misses steps, never the latest; a lost unit's words are not repeated."""

import json
from typing import Any

from obu.screen.mirror import LIVE_S, MAX_PAGES, REAR_SLOTS, Mirror, Page


def told(page: Page) -> list[tuple[str, dict[str, Any]]]:
    """The events that the page would now read."""
    events = [part.split("\ndata: ") for part in page.take().decode().split("\n\n") if part]
    return [(event.removeprefix("event: "), json.loads(data)) for event, data in events]


def opened(mirror: Mirror, may_acknowledge: bool = True) -> Page:
    page = mirror.open(may_acknowledge)
    assert page is not None
    return page


def test_a_new_page_hears_hello_the_link_and_all_that_is_known() -> None:
    mirror = Mirror("1", ["roadworks"])
    mirror.take("status", {"s": 1})
    mirror.take("scene", {"x": 1})
    mirror.take("alert", {"number": 4})
    assert told(opened(mirror, False)) == [
        ("hello", {"page": 1, "reader": True, "version": "1", "symbols": ["roadworks"]}),
        ("link", {"unit": True, "why": None}),
        ("alert", {"number": 4}),
        ("status", {"s": 1}),
        ("scene", {"x": 1}),
    ]


def test_a_page_that_reads_slowly_gets_the_newest_of_each_kind() -> None:
    mirror = Mirror("1", [])
    page = opened(mirror)
    mirror.take("scene", {"x": 0})
    told(page)
    for step in range(1000):
        mirror.take("scene", {"x": step})
    mirror.take("alert", {"number": 1})
    mirror.take("clear", {"number": 1})
    mirror.take("alert", {"number": 2})
    assert told(page) == [("alert", {"number": 2}), ("scene", {"x": 999})]


def test_the_end_of_an_earlier_warning_does_not_hide_the_present_one() -> None:
    mirror = Mirror("1", [])
    page = opened(mirror)
    mirror.take("alert", {"number": 1})
    mirror.take("alert", {"number": 2})
    mirror.take("clear", {"number": 1})
    assert told(page)[-1] == ("alert", {"number": 2})
    mirror.take("clear", {"number": 2})
    assert told(page) == [("clear", {"number": 2})]


def test_when_the_unit_is_lost_nothing_of_it_is_told_any_more() -> None:
    mirror = Mirror("1", [])
    old = opened(mirror)
    mirror.take("alert", {"number": 1})
    mirror.take("scene", {"x": 1})
    mirror.lose("closed")
    assert [event for event, _ in told(old)] == ["hello", "link"]
    assert told(opened(mirror))[1:] == [("link", {"unit": False, "why": "closed"})]
    mirror.take("scene", {"x": 2})
    assert told(old) == [("link", {"unit": True, "why": None}), ("scene", {"x": 2})]


def test_a_unit_that_was_only_silent_still_means_its_warning() -> None:
    mirror = Mirror("1", [])
    page = opened(mirror)
    mirror.take("alert", {"number": 1})
    told(page)
    mirror.lose("silent")
    assert told(opened(mirror))[1:] == [("link", {"unit": False, "why": "silent"})]
    assert told(page) == [("link", {"unit": False, "why": "silent"})]
    mirror.take("scene", {"x": 2})
    assert told(page) == [("link", {"unit": True, "why": None}), ("alert", {"number": 1}), ("scene", {"x": 2})]


def test_kinds_of_a_newer_unit_are_left_alone() -> None:
    mirror = Mirror("1", [])
    page = opened(mirror)
    told(page)
    mirror.take("hologram", {})
    assert told(page) == [("link", {"unit": True, "why": None})]


def test_there_are_at_most_eight_pages_and_a_closed_one_makes_room() -> None:
    mirror = Mirror("1", [])
    pages = [opened(mirror) for _ in range(MAX_PAGES)]
    assert mirror.open(True) is None
    mirror.close(pages[3])
    assert mirror.open(True) is not None


def test_a_page_is_live_for_a_beat_and_a_half_second_thrice() -> None:
    mirror = Mirror("1", [])
    first, second, reader = opened(mirror), opened(mirror), opened(mirror, False)
    assert mirror.live_pages(0.0) == 0
    assert mirror.beat(first.number, 10.0)
    assert mirror.beat(second.number, 10.5)
    assert not mirror.beat(reader.number, 10.5)
    for stranger in (99, True, "1", None, 1.0):
        assert not mirror.beat(stranger, 10.5)
    assert mirror.live_pages(10.6) == 2
    assert mirror.live_pages(10.0 + LIVE_S) == 1
    mirror.close(second)
    assert mirror.live_pages(10.6) == 1


def test_a_panel_at_the_rear_hears_of_its_light_alone_and_no_driver_does() -> None:
    mirror = Mirror("1", [])
    driver, panel = opened(mirror), mirror.open(True, REAR_SLOTS)
    assert panel is not None
    told(driver)
    mirror.take("rear", {"lamp": "red"})
    mirror.take("scene", {"x": 1})
    assert [event for event, _ in told(driver)] == ["link", "scene"]
    assert told(panel) == [("link", {"unit": True, "why": None}), ("rear", {"lamp": "red"})]
    assert not mirror.beat(panel.number, 1.0), "nor is it before the driver's eyes"
