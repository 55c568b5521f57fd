"""A scenario that names its window's derivation holds that window; one with noise holds the error it names."""

import ast
import math
import re

import pytest

from hil import scenario_file, windows
from hil.expected import Warning
from hil.nmea import ORIENTATION_DEG, SEMI_MAJOR, SEMI_MINOR
from hil.people import KIN
from hil.scenario import Scenario
from obu.core.geo import wrap_deg

CALL = re.compile(r"\b(ahead_m|between_s)(\(\"[^)]*\))")
SLACK = re.compile(r"and (\d\.\d) s for the place on the bent way")
DERIVED = {name: path for name, path in scenario_file.paths().items() if CALL.search(path.read_text())}
NOISY = [name for name in scenario_file.paths() if name.startswith("noise_") and not name.startswith("noise_above_")]
PASSING = {name: each for name, each in scenario_file.every().items() if each.app == "DNPW" and len(each.actor) == 2}
# Relative lateral error, one sigma, that each application has to bear; where two things side by side are to be told
# apart, less.
RELATIVE_M = {"FCW": 0.3, "EBW": 0.3, "LCW": 0.3, "ICW": 0.5, "LTA": 0.5, "VRUCW": 0.5, "BSW": 0.1}
APART_M = {"noise_fcw_parked_beside": 0.1, "noise_vrucw_waits_at_the_kerb": 0.1}


def test_the_pattern_finds_them() -> None:
    assert len(DERIVED) > 10 and len(NOISY) > 10 and len(PASSING) > 8


@pytest.mark.parametrize("name", DERIVED)
def test_the_window_is_the_one_that_is_named(name: str) -> None:
    text = DERIVED[name].read_text()
    found, slack_s = scenario_file.read(DERIVED[name]), float((SLACK.findall(text) or ["0"])[0])
    (which, arguments), *_ = CALL.findall(text)
    low, high = getattr(windows, which)(*ast.literal_eval(arguments))
    assert _bounds(found.warning[0], which) == pytest.approx((low - slack_s, high + slack_s), abs=0.011)


def _bounds(warning: Warning, which: str) -> tuple[float | None, float | None]:
    return (warning.least_m, warning.most_m) if which == "ahead_m" else (warning.from_s, warning.to_s)


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
