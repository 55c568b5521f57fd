"""The warning on lamps, buzzer and small display: told once, by level, in one language."""

import dataclasses

import pytest

from obu.core.alert import Alert, Direction, Level, Shown, Text
from obu.hmi.indicator import CAUTION, DANGER, WORKS, Indicator

ALERT = Alert(
    app="HLW", subject="x", level=Level.INFORMATION, priority=4, text=Text("前方施工", "road works"),
    symbol="hazard_ahead", direction=Direction.AHEAD, distance_m=123.0,
)  # fmt: skip
SHOWN = Shown(number=4, since_ns=1, alert=ALERT)


def at(level, distance_m=123.0, number=4):
    alert = dataclasses.replace(ALERT, level=level, distance_m=distance_m)
    return dataclasses.replace(SHOWN, number=number, alert=alert)


@pytest.mark.parametrize(
    ("level", "masks"),
    [
        (Level.INFORMATION, (WORKS | CAUTION, 0, 0)),
        (Level.CAUTION, (WORKS, CAUTION, 0)),
        (Level.IMMINENT, (WORKS, 0, DANGER)),
    ],
)
def test_each_level_has_its_lamps_and_its_sound(level, masks):
    told = Indicator("zh").look(at(level))
    assert (told.steady, told.slow, told.fast) == masks
    assert told.sound == level and told.lines == ("前方施工", "120 m")
    assert Indicator("en").look(at(level)).lines == ("road works", "120 m")


def test_it_is_told_when_it_changes_and_sounds_for_a_new_warning_or_a_higher_level_only():
    indicator = Indicator("zh")
    assert indicator.look(None).steady == WORKS
    assert indicator.look(None) is None
    first = indicator.look(at(Level.CAUTION))
    assert indicator.look(at(Level.CAUTION, 122.0)) is None
    nearer = indicator.look(at(Level.CAUTION, 80.0))
    assert nearer.number == first.number and nearer.lines[1] == "80 m"
    assert indicator.look(at(Level.IMMINENT)).number != first.number
    assert indicator.look(at(Level.IMMINENT, number=5)).number not in (first.number, nearer.number)
    assert indicator.look(at(Level.IMMINENT, None, 5)).lines[1] == ""
    assert indicator.look(None).sound == 0


def test_the_buzzer_keeps_still_while_the_driver_hears_the_loudspeaker():
    indicator = Indicator("zh")
    quiet = indicator.look(at(Level.IMMINENT), is_heard=True)
    assert quiet.sound == 0 and quiet.fast == DANGER
    assert indicator.look(at(Level.IMMINENT)).sound == Level.IMMINENT, "it failed: the buzzer takes over"
