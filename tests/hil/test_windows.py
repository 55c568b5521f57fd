"""Windows are those of a hand's reckoning, and no file has its own where a law gives it; noise is what a file says."""

import math
import re

import pytest

from hil import scenario_file, windows
from hil.nmea import ORIENTATION_DEG, SEMI_MAJOR, SEMI_MINOR
from hil.people import KIN
from hil.scenario import Scenario
from obu.core.geo import wrap_deg

CALL = re.compile(r"\b(ahead_m|between_s)(\(\"[^)]*\))")
NOISY = [name for name in scenario_file.paths() if name.startswith("noise_") and not name.startswith("noise_above_")]
PASSING = {name: each for name, each in scenario_file.every().items() if each.app == "DNPW" and len(each.actor) == 2}
# Relative lateral error, one sigma, that each application has to bear; where two things side by side are to be told
# apart, less.
RELATIVE_M = {"FCW": 0.3, "EBW": 0.3, "LCW": 0.3, "ICW": 0.5, "LTA": 0.5, "VRUCW": 0.5, "BSW": 0.1}
APART_M = {"noise_fcw_parked_beside": 0.1, "noise_vrucw_waits_at_the_kerb": 0.1}


def test_the_pattern_finds_them() -> None:
    assert len(NOISY) > 10 and len(PASSING) > 8


# By hand, v being what is closed: latest t1 v + v^2 / 2 a1; earliest t2 v + v^2 / 2 a2, or 4 s where that is more.
@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (windows.ahead_m("taxi", 13.9), (25.6, 60.0)),
        (windows.ahead_m("taxi", 13.9, 5.6), (11.8, 33.2)),
        (windows.ahead_m("bus12", 8.0), (16.4, 35.2)),
        (windows.ahead_m("bus12", 11.1), (26.2, 57.4)),
        (windows.ahead_m("bus12", 13.9), (36.7, 81.7)),
        (windows.ahead_m("bus18", 13.9, 5.6), (17.3, 37.1)),
        (windows.between_s("taxi", 8.0, 86.68), (6.84, 9.44)),
        (windows.between_s("taxi", 11.1, 96.68), (4.71, 7.08)),
        (windows.between_s("bus12", 9.7, 93.0), (4.76, 7.37)),
        (windows.between_s("bus12", 11.0, 194.6), (12.55, 15.34)),
        (windows.between_s("bus18", 8.3, 90.0), (6.37, 8.76)),
    ],
)
def test_a_window_is_the_one_that_a_hand_reckons(found: tuple[float, float], wanted: tuple[float, float]) -> None:
    assert found == wanted


@pytest.mark.parametrize("name", scenario_file.paths())
def test_no_file_reckons_by_hand_what_a_law_gives(name: str) -> None:
    """`law` says it, and hil/variants.py reckons it: nothing to be kept the same by hand."""
    assert not CALL.search(scenario_file.paths()[name].read_text())


@pytest.mark.parametrize("name", PASSING)
def test_who_comes_is_too_near_to_begin_to_pass_or_far_enough_for_the_calmest(name: str) -> None:
    found = PASSING[name]
    own, (lead, other), at_s = found.own, found.actor, found.own.act[0].from_s
    front_m = own.at_m + KIN[own.kind].length_m / 2 + own.speed_mps * at_s
    behind_m = lead.at_m + lead.speed_mps * at_s - KIN[lead.kind].length_m / 2 - front_m
    away_m = other.at_m - other.speed_mps * at_s - KIN[other.kind].length_m / 2 - front_m
    led = (KIN[lead.kind].length_m, lead.speed_mps)
    least_m, most_m = windows.oncoming_m(own.kind, own.speed_mps, behind_m, led, other.speed_mps)
    assert away_m < least_m if found.kind == "warn" else away_m > most_m


@pytest.mark.parametrize("name", NOISY)
def test_the_error_across_the_road_is_the_one_that_is_named(name: str) -> None:
    found = scenario_file.read(scenario_file.paths()[name])
    relative_m = APART_M.get(name, RELATIVE_M[found.app or ""])
    assert _across_m(found) == pytest.approx(relative_m, rel=0.02)
    assert f"With {relative_m} m of relative error" in found.title
    assert found.variation.latency_ms == (100.0, 100.0) and found.least_rate >= 0.95


def _across_m(found: Scenario) -> float:
    """Of us and another, one sigma: our receiver's ellipse seen along the road, and his circle."""
    (own_m, _), (other_m, _) = found.variation.sigma_m, found.variation.others_sigma_m
    turn = math.radians(wrap_deg(ORIENTATION_DEG - found.road.heading_deg))
    return math.hypot(own_m * SEMI_MAJOR * math.sin(turn), own_m * SEMI_MINOR * math.cos(turn), other_m)
