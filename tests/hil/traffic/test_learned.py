"""A learned rule finds what the numbers tell, and nothing that they do not; it is asked about drives it never saw."""

import random

import pytest

from hil.traffic import learned
from hil.traffic.pairs import Pairs
from hil.traffic.score import Drive
from hil.traffic.truth import Conflict, Truth

HOST, DRIVES, FOES, END_S = "host_taxi_1", 4, 12, 17.0


def driven(number: int, is_told: bool) -> tuple[Drive, Pairs]:
    """Every second road user is met at 15 s, critically; a number says so from 8 s before on, or is noise."""
    dice = random.Random(number)
    conflicts = tuple(Conflict(HOST, f"foe{each}", "ICW", 15.0, 15.0, 16.0, True) for each in range(0, FOES, 2))
    pairs = Pairs()
    for each in range(FOES):
        for look in range(round(END_S * 5)):
            at_s = look / 5
            is_so = each % 2 == 0 and at_s >= 7.0
            pairs.who.append((HOST, f"foe{each}", "ICW", at_s))
            pairs.numbers.extend((float(is_so) if is_told else dice.random(), dice.random()))
    return Drive(Truth(conflicts, {}), [], {HOST: "host_taxi"}, {HOST: END_S}), pairs


def test_what_the_numbers_tell_is_found_early_and_without_a_groundless_warning():
    found = learned.reached([driven(number, is_told=True) for number in range(DRIVES)])
    assert set(found) == {"ICW", "ICW host_taxi"} and found["ICW"] == found["ICW host_taxi"]
    most = found["ICW"]
    assert (most["critical"], most["recall"], most["groundless"]) == (DRIVES * FOES // 2, 1.0, 0.0)
    assert most["lead_s"] == pytest.approx(7.8, abs=0.3), "eight seconds, less the second look"


def test_what_the_numbers_do_not_tell_is_not_found():
    found = learned.reached([driven(number, is_told=False) for number in range(DRIVES)])["ICW"]
    assert (found["recall"] or 0.0) < learned.WANTED_RECALL
    assert found["groundless"] is None or found["groundless"] > 2.0 * learned.MOST_GROUNDLESS


def test_one_drive_has_no_other_to_learn_from():
    assert learned.reached([driven(0, is_told=True)]) == {}
