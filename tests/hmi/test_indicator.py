"""The warning on lamps, buzzer and small display: told once, by level, in one language; it sounds as the sounds do."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.alert import Alert, Direction, Level, Shown, Text
from obu.core.now import NS_PER_MS
from obu.hmi.indicator import CAUTION, DANGER, WORKS, Indicator
from obu.hmi.sounds import Sounds

ALERT = Alert(
    app="HLW", subject="x", level=Level.INFORMATION, priority=4, text=Text("前方施工", "road works"),
    symbol="hazard_ahead", direction=Direction.AHEAD, distance_m=123.0,
)  # fmt: skip
SHOWN = Shown(number=4, since_ns=1, alert=ALERT)


def at(level, distance_m=123.0, number=4):
    alert = dataclasses.replace(ALERT, level=level, distance_m=distance_m)
    return dataclasses.replace(SHOWN, number=number, alert=alert)


class Cab:
    """The sounds and the indicator, a look each 100 ms, as the station asks them."""

    def __init__(self, language="zh"):
        self.sounds, self.indicator, self.at_ns = Sounds("zh", frozenset()), Indicator(language), 0

    def look(self, shown, is_heard=False):
        self.at_ns += 100 * NS_PER_MS
        self.sounds.look(self.at_ns, shown)
        return self.indicator.look(shown, self.sounds.told(), is_heard)


@pytest.mark.parametrize(
    ("level", "masks", "sound"),
    [
        (Level.INFORMATION, (WORKS | CAUTION, 0, 0), 0),  # T/CSAE 53's information is silent, on whatever hardware
        (Level.CAUTION, (WORKS, CAUTION, 0), 2),
        (Level.IMMINENT, (WORKS, 0, DANGER), 3),
    ],
)
def test_each_level_has_its_lamps_and_its_sound(level, masks, sound):
    told = Cab().look(at(level))
    assert (told.steady, told.slow, told.fast) == masks
    assert told.sound == sound and told.lines == ("前方施工", "120 m")
    assert Cab("en").look(at(level)).lines == ("road works", "120 m")


def test_it_is_told_when_it_changes_and_sounds_for_a_new_warning_or_a_higher_level_only():
    cab = Cab()
    assert cab.look(None).steady == WORKS
    assert cab.look(None) is None
    first = cab.look(at(Level.CAUTION))
    assert cab.look(at(Level.CAUTION, 122.0)) is None
    nearer = cab.look(at(Level.CAUTION, 80.0))
    assert nearer.number == first.number and nearer.lines[1] == "80 m"
    worse = cab.look(at(Level.IMMINENT))
    assert worse.number != first.number
    fallen = cab.look(at(Level.CAUTION))
    assert (fallen.slow, fallen.sound, fallen.number) == (CAUTION, worse.sound, worse.number), "a fall is no news"
    assert cab.look(at(Level.IMMINENT, number=5)).number not in (first.number, worse.number)
    assert cab.look(at(Level.IMMINENT, None, 5)).lines[1] == ""
    assert cab.look(None).sound == 0


def test_the_buzzer_keeps_still_while_the_driver_hears_the_loudspeaker():
    cab = Cab()
    quiet = cab.look(at(Level.IMMINENT), is_heard=True)
    assert quiet.sound == 0 and quiet.fast == DANGER
    assert cab.look(at(Level.IMMINENT)).sound == Level.IMMINENT, "it failed: the buzzer takes over"


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(Level)) | st.none(), max_size=40))
def test_the_buzzer_begins_exactly_when_a_loudspeaker_would(course):
    cab, loudspeaker, before = Cab(), Sounds("zh", frozenset()), (0, 0)
    for one in course:
        shown = None if one is None else at(one[1], number=one[0])
        told = cab.look(shown)
        heard = loudspeaker.look(cab.at_ns, shown)
        now = before if told is None else (told.sound, told.number)
        assert (now[0] > 0 and now != before) == bool(heard and heard.clips)
        before = now
