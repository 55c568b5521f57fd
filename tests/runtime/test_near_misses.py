"""Near misses of a story: one for each encounter, as near as it came, the nearest first; none nearer is left out."""

import dataclasses
import math

import pytest

from obu.core.alert import Alert, Direction, Level, Text
from obu.core.now import NS_PER_S
from obu.runtime.counterfactual import Change
from obu.runtime.explaining import Given, Held, Missed, Span, Story
from obu.runtime.near_misses import near_misses
from tests.apps.seen import view

COURSE = Change("course", "crossing", "same")
ON_DUTY = Change("is_on_duty", "no", "yes")
BRAKING = Change("events", "-", "hard_braking")


def at(at_s: float):
    return dataclasses.replace(view(), at_ns=round(at_s * NS_PER_S))


def lead(times: float) -> Change:
    return Change("parameters.lead_s", "10", f"{10 * times:g}", times)


def missed(app: str, about: str, *looks: tuple[float, Change]) -> Missed:
    """Each look: when, and what was lacking."""
    one = Missed(app, about, Span(at(looks[0][0]), at(looks[-1][0])))
    for at_s, change in looks:
        one.take(at(at_s), [change])
    return one


def alert(app: str, subject: str) -> Alert:
    return Alert(app=app, subject=subject, level=Level.CAUTION, priority=1, text=Text("", ""), symbol="",
                 direction=Direction.AHEAD)  # fmt: skip


def told(*all_missed: Missed, **spoken: list) -> list[tuple[str, str, float, Change]]:
    story = Story(("HLW", "EBW", "EVW"), missed=list(all_missed), **spoken)
    return [(near.missed.app, near.missed.about, near.view.at_ns / NS_PER_S, near.lacked)
            for near in near_misses(story)]  # fmt: skip


def test_of_an_encounter_the_look_in_which_it_was_nearest_is_told_alone():
    assert told(missed("HLW", "a", (1, lead(1.9)), (2, lead(1.2)), (3, lead(1.5)))) == [("HLW", "a", 2, lead(1.2))]


def test_the_same_thing_met_again_is_told_again_and_the_nearest_first():
    found = told(
        missed("HLW", "a", (1, lead(1.9))), missed("HLW", "a", (60, lead(1.1))), missed("EBW", "b", (9, COURSE))
    )
    assert [each[2] for each in found] == [60, 1, 9]


def test_none_that_was_nearer_than_one_told_is_left_out():
    all_missed = [missed("HLW", str(number), (number, lead(1.05 + number / 10))) for number in range(40)]
    furthest = max(each[3].times for each in told(*all_missed))
    within = [one for one in all_missed if min(change.times for change in one.changes) <= furthest]
    assert len(told(*all_missed)) == len(within) and furthest == pytest.approx(2.0, abs=0.1)


def test_a_number_that_was_near_is_told_before_what_is_one_of_a_few():
    assert told(missed("HLW", "a", (1, COURSE), (2, lead(1.5))))[0][3] == lead(1.5)
    assert told(missed("HLW", "a", (1, COURSE), (2, lead(9.0))))[0][3] == COURSE


@pytest.mark.parametrize("change", [ON_DUTY, BRAKING, Change("kind", "vehicle", "pedestrian")])
def test_another_thing_than_was_there_is_no_near_miss(change):
    assert change.times == math.inf and told(missed("EVW", "a", (1, change))) == []


@pytest.mark.parametrize(("begun_s", "is_near"), [(4, False), (10.5, False), (17, True)])
def test_who_was_warned_of_in_the_encounter_was_not_missed(begun_s, is_near):
    one = missed("HLW", "a", (10, lead(1.2)), (11, lead(1.1)))
    said, span = alert("HLW", "a"), Span(at(begun_s), at(begun_s + 2))
    given = Given(1, said, said, Level.CAUTION, span)
    for spoken in ({"given": [given]}, {"held": [Held(said, None, False, span)]}):
        assert bool(told(one, **spoken)) is is_near
        assert told(missed("HLW", "b", (10, COURSE)), missed("EBW", "a", (10, COURSE)), **spoken), "others were"


def test_what_an_application_said_of_ourselves_stands_for_all_of_its_subjects():
    said, span = alert("SLW", "50"), Span(at(9), at(12))
    given = Given(1, said, said, Level.CAUTION, span)
    assert told(missed("SLW", "", (10, lead(1.5))), given=[given]) == []
