"""The near misses of a story, of a warning almost given; its one rule: none is left out that was nearer than one told.

A warning that needs another thing than was there was not near: a car that did not brake is no hard braking.
"""

import math
from dataclasses import dataclass

from obu.core.world import View
from obu.runtime.counterfactual import Change
from obu.runtime.explaining import APART_NS, Missed, Span, Story

FURTHEST = 2.0  # a limit at twice or half its value is another warning
THING = frozenset({"events", "kind", "is_on_duty"})  # what somebody is and says of himself: we did not misjudge it


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Of one encounter: the view in which the application was nearest to speaking, and the change it lacked then."""

    missed: Missed
    view: View
    lacked: Change


def near_misses(story: Story) -> list[NearMiss]:
    """The nearest first, one for each encounter in which the application did not speak, nor just before or after it."""
    found = [near for missed in story.missed if not _spoke(story, missed) and (near := _nearest(missed))]
    return sorted(found, key=lambda near: near.lacked.times)


def _nearest(missed: Missed) -> NearMiss | None:
    """A number as near as it came; where none came near, what is yes or no, or one of a few."""
    asked = [(change, view) for change, (_, view) in missed.changes.items() if change.what not in THING]
    numbers = [each for each in asked if each[0].times <= FURTHEST]
    others = [each for each in asked if each[0].times == math.inf]
    found = min(numbers or others, key=lambda each: each[0].times, default=None)
    return None if found is None else NearMiss(missed, found[1], found[0])


def _spoke(story: Story, missed: Missed) -> bool:
    said = [(one.begun, one.span) for one in story.given] + [(one.alert, one.span) for one in story.held]
    return any(
        alert.app == missed.app and missed.about in ("", alert.subject) and _touch(span, missed.span)
        for alert, span in said
    )


def _touch(one: Span, other: Span) -> bool:
    return max(one.first.at_ns, other.first.at_ns) - min(one.last.at_ns, other.last.at_ns) < APART_NS
