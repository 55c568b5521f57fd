"""What came of one run of a scenario: the verdict, and the figures that reports compare."""

from dataclasses import dataclass

from hil.judging import why_not
from hil.scenario import Scenario
from hil.witness import Witness


@dataclass(frozen=True, slots=True)
class Outcome:
    """shown: (application, when) of each warning. refused: packets by reason. sent: BSMs. lasted_s: of the run.

    why: what was not as expected, empty if all was. age_ms: of the BSMs when they went on the air, middle and 99 %.
    heard_ms: of each warning, how long after the last packet of whom it is about.
    """

    shown: tuple[tuple[str, float], ...]
    refused: dict[str, int]
    sent: int
    lasted_s: float
    why: str
    age_ms: tuple[float, float] = (0.0, 0.0)
    heard_ms: tuple[float, ...] = ()


def outcome(scenario: Scenario, witness: Witness, lasted_s: float) -> Outcome:
    """Judged and summed up."""
    witness.end()
    seen = witness.seen
    shown = tuple((each.app, each.at_s) for each in seen.shown)
    ages = sorted(each.age_ms for each in seen.bsms) or [0.0]
    age_ms = (round(ages[len(ages) // 2], 1), round(ages[min(len(ages) - 1, len(ages) * 99 // 100)], 1))
    return Outcome(
        shown, seen.refused(), len(seen.bsms), lasted_s, why_not(scenario, seen), age_ms, tuple(witness.heard_ms)
    )
