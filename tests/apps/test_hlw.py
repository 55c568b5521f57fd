"""HLW: told in time, not too early, not when passed."""

import pytest

from obu.apps import hlw
from obu.core.alert import Level
from obu.core.vehicle import Body, Own, VehicleState
from obu.core.world import Hazard, View


def view(ahead_m, speed_mps=12.0, event_type=501):
    own = Own(body=Body(width_m=2.55, length_m=12), vehicle=VehicleState(), fix=None, speed_mps=speed_mps)
    hazard = Hazard(
        id=(b"rsu-0001", 3), event_type=event_type, description=None, priority=3, ahead_m=ahead_m, age_s=0.1
    )
    return View(at_ns=0, utc_ns=0, own=own, hazards=(hazard,))


@pytest.mark.parametrize(
    ("ahead_m", "speed_mps", "warns"),
    [
        (113, 12.0, True),  # 9.4 s away: in time
        (115, 12.0, False),  # 9.6 s away: too early
        (-4, 12.0, True),  # as far as our place may err it is ahead still
        (-6, 12.0, False),  # the driver has passed it, the rear of his bus may not have
        (29, 0.0, True),  # crawling: from 30 m on
        (31, 0.0, False),
        (299, 33.0, True),
        (301, 33.0, False),  # T/CSAE 53 range, however fast
    ],
)
def test_when_it_speaks(ahead_m, speed_mps, warns):
    assert bool(hlw.look(view(ahead_m, speed_mps), hlw.Parameters())) is warns


def test_the_lead_time_is_at_least_eight_seconds():
    # The least that lets a bus slow down calmly; checked by driving there in steps of a BSM period.
    ahead_m, speed_mps = 400.0, 16.7
    while not hlw.look(view(ahead_m, speed_mps), hlw.Parameters()):
        ahead_m -= speed_mps * 0.1
    assert ahead_m / speed_mps >= 8.0


def test_without_a_speed_it_is_silent():
    assert hlw.look(view(50, None), hlw.Parameters()) == []


@pytest.mark.parametrize(
    ("event_type", "zh", "symbol"),
    [(501, "前方道路施工", "roadworks"), (409, "前方路面结冰", "hazard_ahead"), (102, "前方事故", "hazard_ahead"),
     (9902, "前方注意", "road_event"), (65_535, "前方注意", "road_event"), (0, "前方注意", "road_event")],
)  # fmt: skip
def test_what_it_says(event_type, zh, symbol):
    (alert,) = hlw.look(view(50, event_type=event_type), hlw.Parameters())
    assert (alert.text.zh, alert.symbol, alert.level) == (zh, symbol, Level.CAUTION)
    assert alert.subject == "7273752d30303031/3"


def test_every_event_is_told_in_words_that_fit_the_line_of_a_danger():
    """docs/screen.md: at 40 minutes of arc the line holds 8 Chinese characters, or 18 letters."""
    for event_type in range(100, 1000):
        for alert in hlw.look(view(50, event_type=event_type), hlw.Parameters()):
            assert len(alert.text.zh) <= 8 and len(alert.text.en) <= 18, alert.text
