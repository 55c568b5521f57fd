"""The panel at the rear: only by configuration, only a light that is near, known and not over."""

from typing import Any

import pytest

from obu.core.now import NS_PER_MS, Now
from obu.core.world import Lamp, Signal, Turn, View
from obu.station.rear import RearPanel
from tests.apps.seen import view

NOTHING = {"lamp": None, "turn": None, "left_s": None, "valid_ms": 1000}


def red(stop_m: float = 80.0, left_s: float | None = 11.44, lamp: Lamp = Lamp.RED) -> View:
    return view(signal=Signal(lamp, stop_m, left_s, None), turn=Turn.LEFT)


def at(ms: int) -> Now:
    return Now(ms * NS_PER_MS, None)


def told(seen: View | None) -> dict[str, Any]:
    (event,) = RearPanel(True).look(at(0), seen)
    assert event.kind == "rear"
    return event.body


def test_without_the_setting_nothing_is_told() -> None:
    assert RearPanel(False).look(at(0), red()) == []


@pytest.mark.parametrize("seen", [None, view(), red(stop_m=150.1), red(stop_m=-0.1), red(left_s=None)])
def test_what_is_unknown_far_or_passed_is_blank(seen: View | None) -> None:
    assert told(seen) == NOTHING


def test_the_lamp_and_what_is_left_of_it_again_and_again_and_at_once_when_it_changes() -> None:
    assert told(red()) == {"lamp": "red", "turn": "left", "left_s": 11.4, "valid_ms": 1000}
    panel = RearPanel(True)
    count = sum(len(panel.look(at(ms), red())) for ms in range(0, 1000, 10))
    assert count == 4, "well within what it is valid for"
    assert panel.look(at(1000), red()) != []
    assert panel.look(at(1010), red()) == []
    (event,) = panel.look(at(1020), red(lamp=Lamp.PROTECTED_GREEN))
    assert event.body["lamp"] == "green"
    assert panel.look(at(1030), None)[0].body == NOTHING
