"""Windows are those of a hand's reckoning, and no file has its own where a law gives it; noise is what a file says."""

import math
import re

import pytest

from hil import scenario_file, windows
from hil.nmea import ORIENTATION_DEG, SEMI_MAJOR, SEMI_MINOR
from hil.people import KIN
from hil.scenario import Scenario
from obu.core.geo import wrap_deg

# Windows that no law gives, and why: all others must have one.
OWN = {
    "bsw_car_in_the_blind_spot": "he is beside us when the unit begins",
    "noise_bsw_car_in_the_blind_spot": "as that",
    "ebw_on_a_bad_channel": "a third of the packets is lost",
    "packets_lost": "half of them are",
    "hlw_at_the_stop": "it is announced as we stand",
}
CALL = re.compile(r"\b(ahead_m|before_m|stop_before_s|oncoming_m)(\(\"[^)]*\))")
NOISY = [name for name in scenario_file.paths() if name.startswith("noise_") and not name.startswith("noise_above_")]
EVERY = scenario_file.every()
PASSING = {name: each for name, each in EVERY.items() if each.app == "DNPW" and len(each.actor) == 2}
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
        (windows.stop_before_s("taxi", 5.0, 7.95), (3.95, 6.4)),
        (windows.stop_before_s("bus12", 4.0, 9.31), (4.91, 7.26)),
    ],
)
def test_a_window_is_the_one_that_a_hand_reckons(found: tuple[float, float], wanted: tuple[float, float]) -> None:
    assert found == wanted


# By hand; an hour of 3.6 s makes metres a second. Our front is at 6 m, our rear at -6 m (a taxi's 2.32 m and -2.32 m).
@pytest.mark.parametrize(
    ("name", "from_s", "to_s"),
    [
        ("avw_stands_with_hazard_lights@bus12_50kmh", 12.80 - 8.2, 12.80 - 6.0),  # its rear is 177.83 m before us
        ("bsw_passes_a_standing_bus", 6.0 - 0.3, 6.0 + 0.5),  # from -23 m with 4 m/s to 3 m behind a rear at 4 m
        ("bsw_creeps_past_a_standing_queue", 6.825 - 0.3, 6.825 + 0.5),  # from 4 m, the eye, with 2 m/s to 17.65 m
        ("dnpw_oncoming_car@bus18_50kmh", 2.0, 2.5),
        ("dnpw_oncoming_car_bus18", 2.0, 2.5),
        ("fcw_bent_bus_still_in_our_lane", (194.6 - 56.65) / 11.0, (194.6 - 25.85) / 11.0),
        ("noise_icw_crossing_car_taxi", (96.68 - 44.4) / 11.1, (96.68 - 18.12) / 11.1),
        ("icw_crossing_car_without_a_map", (96.68 - 44.4) / 11.1, (96.68 - 18.12) / 11.1),
        ("noise_icw_crossing_car_bus18", (90.0 - 37.14) / 8.3, (90.0 - 17.26) / 8.3),
        ("vrucw_steps_out_at_the_stop_bus12", 6.8, (89.7 - 6.0 - 17.26) / 8.3),  # his near side; our front at the begin
        ("vrucw_steps_before_a_leaving_bus18", 9.1, 9.0 + (3.2 / 0.6) ** 0.5 - 1.25),  # t^2 / 2 + t^2 / 10 is 3.2 m
        ("vrucw_before_the_front_of_a_leaving_bus12", (11.7 - 1.575) / 1.2 - 4.0, 9.0 - 1.25),  # sides, his and ours
        # As drawn by the rope, touched at 9.31 s and 13.57 s.
        ("vrucw_cyclist_beside_a_turning_bus12", 9.31 - 2.4 - 2.0, 9.31 - 1.25 - 0.8),
        ("vrucw_pedestrian_at_the_corner_bus18", 13.57 - 4.0, 13.57 - 1.25 - 0.6),
        # 154 m and 192.7 m before it, 20 s before green; as 20 s at 5 m/s and the rest at ours, less how long it takes.
        ("glosa_light_falls_silent", -1.0 / 11.1, 54.0 / 6.1 - 2.4 - 6.1 / 4.0),
        ("glosa_advice@taxi_50kmh", -1.0 / 11.1, 92.7 / 8.89 - 2.0 - 8.89 / 6.0),
        ("clw_car_skids@taxi_30kmh", 3.0, 3.5),
        ("evw_ambulance_behind@bus12_30kmh", 33.46 - 30.0, 33.46 - 25.0),  # 281.05 m behind us, 8.4 m/s faster
        ("hlw_works_ahead", 194.0 / 12.0 - 10.0, 194.0 / 12.0 - 8.0),
        ("hlw_taxi", 177.68 / 14.0 - 10.0, 177.68 / 14.0 - 8.0),
        ("ivs_tunnel_sign@bus18_50kmh", 154.0 / 11.1 - 11.0, 154.0 / 11.1 - 7.5),  # as far in seconds at each speed
        ("noise_lcw_fast_car_comes_up", 6.149 - 4.0, 6.149 - 2.5 + 0.5),  # 51.65 m behind us, 8.4 m/s faster
        ("lcw_signals_with_a_car_beside", 3.0, 3.5),
        ("lcw_moves_over_with_a_car_beside", 4.0, 4.0 + 1.7 - 0.8),  # 1.225 m of 3.5 m, which take 4 s
        ("slw_a_bus_with_standees@bus12", 3.27, 3.27 + 1.5),  # 73.5 km/h, from 18.6 m/s at 1 s with 0.8 m/s2
        ("slw_too_fast@taxi_40kmh", 77.68 / 13.9, 77.68 / 13.9 + 1.5),
        ("tjw_jam_ahead@taxi_50kmh", 364.0 / 13.9 - 25.0, 364.0 / 13.9 - 8.0),
    ],
)
def test_a_law_gives_what_a_hand_reckons(name: str, from_s: float, to_s: float) -> None:
    (warning,) = EVERY[name].warning
    assert (warning.from_s, warning.to_s) == pytest.approx((from_s, to_s), abs=0.03)


def test_every_window_is_a_laws_or_says_why_not() -> None:
    by_hand = {name.split("@")[0] for name, found in EVERY.items() for each in found.warning if each.law is None}
    assert by_hand == set(OWN)


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
