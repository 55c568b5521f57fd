"""Whether what was seen of the unit is what a scenario expects; pure, and the only place that decides it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from hil.expected import Bsms, Figure, Unavailable, Warning
from hil.scenario import Scenario
from hil.sent import MISSING, Sent, truth_of, value_of

GRACE_S = 0.02  # from a signature to the air: two turns
EXACT_MS = 0.5  # on virtual time
MSG_COUNTS = 128
LEVELS = {1: "information", 2: "caution", 3: "imminent"}


@dataclass(frozen=True, slots=True)
class Showing:
    """A warning as the display first had it. gap_m: then, from bumper to bumper, to each actor by name.

    gone_s: when it went, None if it stayed to the end; left_s: when it first did. rose_s: when it first was more than
    information, None if never.
    """

    app: str
    at_s: float
    level: str = "caution"
    gap_m: dict[str, float] = field(default_factory=dict)
    gone_s: float | None = None
    rose_s: float | None = None
    left_s: float | None = None


@dataclass(slots=True)
class Seen:
    """shown, bsms: in their order. status: (when, what) the unit said of itself, in order.

    heard_s: by who sent them, when packets reached the unit. lamp: (when, whether it was lit), where somebody looked.
    slack_ms: by which a bench itself may be off when it tells the time between two BSMs.
    """

    shown: list[Showing] = field(default_factory=list)
    bsms: list[Sent] = field(default_factory=list)
    status: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    heard_s: dict[str, list[float]] = field(default_factory=dict)
    lamp: list[tuple[float, bool]] = field(default_factory=list)
    slack_ms: float = EXACT_MS

    def refused(self) -> dict[str, int]:
        """Packets by the reason of their refusal."""
        return dict(self.status[-1][1]["air"]["dropped"]) if self.status else {}


def why_not(expected: Scenario, seen: Seen) -> str:
    """What was not as expected, empty if all was."""
    if not seen.bsms and not any(each.none for each in expected.bsm):
        return "the unit sent no BSM"
    found = [_quiet(expected, seen), _sound(expected, seen)]
    found += [_warning(each, each.app or expected.app or "", seen) for each in expected.warning]
    found += [_bsms(each, seen) for each in expected.bsm]
    found += [_figure(each, seen) for each in expected.figure]
    found += [_unavailable(each, each.app or expected.app or "", seen) for each in expected.unavailable]
    found.append(_lamp(seen))
    return "; ".join(why for why in found if why)


def _lamp(seen: Seen) -> str:
    """Where somebody looks at the lamp, it is lit when a warning shows, and at no other time."""
    is_lit, is_shown = any(is_lit for _, is_lit in seen.lamp), bool(seen.shown)
    if not seen.lamp or is_lit == is_shown:
        return ""
    return "the warning lamp stayed dark" if is_shown else "the warning lamp was lit, and nothing was shown"


def _quiet(expected: Scenario, seen: Seen) -> str:
    app = expected.app if expected.kind == "no_warn" else None
    if expected.kind != "no_warn" and not expected.is_quiet:
        return ""
    shown = [each for each in seen.shown if expected.is_quiet or app in (None, each.app)]
    return f"{shown[0].app} was shown at {shown[0].at_s} s, it should not be" if shown else ""


def _sound(expected: Scenario, seen: Seen) -> str:
    if expected.kind != "no_sound":
        return ""
    loud = [each for each in seen.shown if each.app == expected.app and each.rose_s is not None]
    return f"{loud[0].app} was more than information at {loud[0].rose_s} s" if loud else ""


def _warning(expected: Warning, app: str, seen: Seen) -> str:
    shown = [each for each in seen.shown if each.app == app]
    if not shown:
        return f"{app} was never shown"
    first = shown[0]
    if not expected.from_s <= first.at_s <= expected.to_s:
        return f"{app} at {first.at_s} s, not within {expected.from_s}..{expected.to_s} s"
    if expected.level is not None and first.level != expected.level:
        return f"{app} at {first.at_s} s is {first.level}, not {expected.level}"
    if expected.most is not None and len(shown) > expected.most:
        return f"{app} was shown {len(shown)} times, more than {expected.most}"
    if expected.until_s is not None and first.left_s is not None and first.left_s < expected.until_s:
        return f"{app} was gone at {first.left_s} s, before {expected.until_s} s"
    if expected.over_s is not None and (first.gone_s is None or first.gone_s > expected.over_s):
        return f"{app} was still shown at {expected.over_s} s"
    return _of_actor(expected, app, first, seen)


def _of_actor(expected: Warning, app: str, first: Showing, seen: Seen) -> str:
    gap_m = first.gap_m.get(expected.of or "", 0.0)
    if expected.least_m is not None and gap_m < expected.least_m:
        return f"{app} {gap_m:.1f} m before {expected.of}, later than {expected.least_m} m"
    if expected.most_m is not None and gap_m > expected.most_m:
        return f"{app} {gap_m:.1f} m before {expected.of}, earlier than {expected.most_m} m"
    if expected.within_ms is None:
        return ""
    heard_s = next((at_s for at_s in seen.heard_s.get(expected.of or "", ()) if at_s >= expected.since_s), None)
    if heard_s is None:
        return f"nothing was heard of {expected.of} after {expected.since_s} s"
    took_ms = 1000 * (first.at_s - heard_s)
    return f"{app} {took_ms:.0f} ms after {expected.of} was heard" if took_ms > expected.within_ms + 0.5 else ""


def _bsms(expected: Bsms, seen: Seen) -> str:
    span = f"between {expected.from_s} and {expected.to_s} s"
    within = [each for each in seen.bsms if expected.from_s <= each.at_s <= expected.to_s]
    if expected.none:
        stray = [each.at_s for each in within if each.at_s > expected.from_s + GRACE_S]
        return f"a BSM at {stray[0]:.2f} s, none should go {span}" if stray else ""
    counted = [each for each in within if each.has_event or not expected.has_event]
    times_s = [each.at_s for each in counted]
    what = "event BSMs" if expected.has_event else "BSMs"
    gaps_ms = [1000 * (after - before) for before, after in pairwise([expected.from_s, *times_s, expected.to_s])]
    if expected.most_gap_ms is not None and max(gaps_ms) > expected.most_gap_ms + seen.slack_ms:
        return f"{what} {max(gaps_ms):.0f} ms apart {span}"
    if expected.least_gap_ms is not None and min(gaps_ms[1:-1], default=1e9) < expected.least_gap_ms - seen.slack_ms:
        return f"{what} only {min(gaps_ms[1:-1]):.0f} ms apart {span}"
    if expected.rule is None:
        return ""
    if not counted:
        return f"no {what} {span}"
    why = next(RULES[expected.rule](_eased(expected, seen.slack_ms), counted), "")
    return f"{expected.field} {why} {span}" if why else ""


def _eased(expected: Bsms, slack_ms: float) -> Bsms:
    """What is told of the time between two BSMs, as exactly as the bench can."""
    if expected.rule != "each_ms":
        return expected
    least = None if expected.least is None else expected.least - slack_ms
    return replace(expected, least=least, most=(expected.most or 0.0) + slack_ms)


def _within(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    low, high = _bounds(expected.least, expected.most)
    for each, value in _values(expected, sent):
        if not (isinstance(value, int | float) and low <= value <= high):
            yield f"is {value} at {each.at_s:.2f} s, not within {low}..{high}"


def _equal(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    for each, value in _values(expected, sent):
        if value != expected.value:
            yield f"is {value} at {each.at_s:.2f} s, not {expected.value}"


def _near_truth(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    assert expected.most is not None
    for each, value in _values(expected, sent):
        true = truth_of(each, expected.field or "")
        if true is None or not isinstance(value, int | float):
            yield f"is {value} at {each.at_s:.2f} s, where {true} is true"
            continue
        off = abs(value - true)
        if expected.field == "heading_deg":
            off = abs((value - true + 180.0) % 360.0 - 180.0)
        if off > expected.most:
            yield f"is {value} at {each.at_s:.2f} s, {off:.2f} off the truth"


def _has(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    for each, value in _values(expected, sent):
        if not (isinstance(value, list) and expected.value in value):
            yield f"is {value} at {each.at_s:.2f} s, without {expected.value}"


def _lacks(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    for each, value in _values(expected, sent):
        if not isinstance(value, list) or expected.value in value:
            yield f"is {value} at {each.at_s:.2f} s, with {expected.value}"


def _counts_up(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    for (_, before), (each, after) in pairwise(_values(expected, sent)):
        if (after - before) % MSG_COUNTS != 1:
            yield f"goes from {before} to {after} at {each.at_s:.2f} s"


def _steady(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    for (_, before), (each, after) in pairwise(_values(expected, sent)):
        if after != before:
            yield f"goes from {before} to {after} at {each.at_s:.2f} s"


def _changes(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    values = [value for _, value in _values(expected, sent)]
    if all(value == values[0] for value in values):
        yield f"stays {values[0]}"


def _each_ms(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    """Whether it is there, as a path history is in each fifth BSM."""
    assert expected.most is not None
    times_s = [each.at_s for each, value in _values(expected, sent) if value]
    gaps_ms = [1000 * (after - before) for before, after in pairwise(times_s)]
    if len(times_s) < 2 or max(gaps_ms) > expected.most:
        yield f"comes {max(gaps_ms, default=0):.0f} ms apart, more than {expected.most:.0f} ms"
    elif expected.least is not None and min(gaps_ms) < expected.least:
        yield f"comes {min(gaps_ms):.0f} ms apart, less than {expected.least:.0f} ms"


def _absent(expected: Bsms, sent: list[Sent]) -> Iterator[str]:
    for each, value in _values(expected, sent):
        if value not in (None, [], ()):
            yield f"is {value} at {each.at_s:.2f} s"


RULES: dict[str, Callable[[Bsms, list[Sent]], Iterator[str]]] = {
    "within": _within, "equal": _equal, "near_truth": _near_truth, "has": _has, "lacks": _lacks,
    "counts_up": _counts_up, "steady": _steady, "changes": _changes, "each_ms": _each_ms, "absent": _absent,
}  # fmt: skip


def _values(expected: Bsms, sent: list[Sent]) -> list[tuple[Sent, Any]]:
    return [(each, value_of(each, expected.field or "")) for each in sent]


def _bounds(least: float | None, most: float | None) -> tuple[float, float]:
    return (-1e300 if least is None else least, 1e300 if most is None else most)


def _at(tree: Any, path: str) -> Any:
    """The value at a dotted path, of which a name may have dots of its own ("drivers.can.main.up")."""
    if not isinstance(tree, dict):
        return MISSING
    if path in tree:
        return tree[path]
    heads = (name for name in tree if path.startswith(f"{name}."))
    return next((_at(tree[name], path[len(name) + 1 :]) for name in heads), MISSING)


def _figure(expected: Figure, seen: Seen) -> str:
    """A figure that is not there counts as 0 where it is a number: a counter that never counted."""
    value = _at(_status(seen, expected.at_s), expected.path)
    if expected.value is not None:
        return "" if value == expected.value else f"{expected.path} is {value}, not {expected.value}"
    low, high = _bounds(expected.least, expected.most)
    number = 0 if value == MISSING else value
    if isinstance(number, int | float) and low <= number <= high:
        return ""
    return f"{expected.path} is {number}, not within {low}..{high}"


def _status(seen: Seen, at_s: float | None) -> Any:
    """The last one until then, or of all."""
    return next((body for when_s, body in reversed(seen.status) if at_s is None or when_s <= at_s), {})


def _unavailable(expected: Unavailable, app: str, seen: Seen) -> str:
    told = [
        (lack["why"]["en"], lack["is_silent"])
        for lack in _status(seen, expected.at_s).get("unavailable", ())
        if lack["apps"] is None or app in (each["name"] for each in lack["apps"])
    ]
    if any(expected.why in why and is_silent == expected.is_silent for why, is_silent in told):
        return ""
    how = "silent" if expected.is_silent else "unavailable"
    return f"{app} is not said to be {how} for {expected.why!r}, but {told or 'all right'}"
