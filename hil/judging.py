"""Whether what was seen of the unit is what a scenario expects; pure, and the only place that decides it."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from hil.attack import REASONS
from hil.scenario import Bsms, Scenario

GRACE_S = 0.02  # from a signature to the air: two turns


@dataclass(frozen=True, slots=True)
class Sent:
    """One BSM. at_s: after green. has_event: a critical one, under the AID of such. off_m: from the true place."""

    at_s: float
    has_event: bool = False
    off_m: float = 0.0


@dataclass(slots=True)
class Seen:
    """shown: (application, seconds after green) of each warning. bsms: in the order they went.

    status: the last that the unit said of itself.
    """

    shown: list[tuple[str, float]] = field(default_factory=list)
    bsms: list[Sent] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=dict)

    def refused(self) -> dict[str, int]:
        """Packets by the reason of their refusal."""
        return dict(self.status["air"]["dropped"]) if self.status else {}


def why_not(expected: Scenario, seen: Seen) -> str:
    """What was not as expected, empty if all was."""
    if not seen.bsms:
        return "the unit sent no BSM"
    found = [_shown(expected, seen), *(_bsms(each, seen) for each in expected.bsm)]
    found += [_count(path, least, seen.status) for path, least in expected.least.items()]
    return "; ".join(why for why in found if why)


def _shown(expected: Scenario, seen: Seen) -> str:
    window = expected.window
    if expected.kind == "rule":
        return ""
    if expected.kind == "warn":
        first_s = next((at_s for app, at_s in seen.shown if app == expected.app), None)
        if first_s is None:
            return f"{expected.app} was never shown"
        is_within = window.from_s <= first_s <= window.to_s
        return "" if is_within else f"{expected.app} at {first_s} s, not within {window.from_s}..{window.to_s} s"
    if seen.shown:
        return f"{seen.shown[0][0]} was shown at {seen.shown[0][1]} s, nothing should be"
    reason = REASONS[expected.attack] if expected.attack else None
    return f"nothing was refused as {reason}" if reason and not seen.refused().get(reason) else ""


def _bsms(expected: Bsms, seen: Seen) -> str:
    span = f"between {expected.from_s} and {expected.to_s} s"
    within = [each for each in seen.bsms if expected.from_s <= each.at_s <= expected.to_s]
    if expected.most_gap_ms is None:
        stray = [each.at_s for each in within if each.at_s > expected.from_s + GRACE_S]
        return f"a BSM at {stray[0]:.2f} s, none should go {span}" if stray else ""
    counted = [each for each in within if each.has_event or not expected.has_event]
    times_s = [expected.from_s, *(each.at_s for each in counted), expected.to_s]
    gaps_ms = [1000 * (after - before) for before, after in itertools.pairwise(times_s)]
    if max(gaps_ms) > expected.most_gap_ms + 0.5:
        return f"{'event BSMs' if expected.has_event else 'BSMs'} {max(gaps_ms):.0f} ms apart {span}"
    off_m = max((each.off_m for each in counted), default=0.0)
    if expected.most_off_m is not None and off_m > expected.most_off_m:
        return f"a BSM tells a place {off_m:.1f} m off {span}"
    return ""


def _count(path: str, least: int, status: dict[str, Any]) -> str:
    value: Any = status
    for name in path.split("."):
        value = value.get(name, 0) if isinstance(value, dict) else 0
    return "" if isinstance(value, int) and value >= least else f"{path} is {value}, less than {least}"
