"""What is wrong of what a scenario expects: key, and one sentence in both languages."""

from collections.abc import Iterator
from typing import Any

from hil import laws, sent
from hil.expected import Warning
from hil.scenario import Scenario

OF_SOMEBODY = frozenset({"ahead", "touched", "acts", "beside", "comes_up", "moves_over", "drives_off"})
OF_A_PLACE = frozenset({"before", "notice"})  # or of somebody
OF_A_LIGHT = frozenset({"faster", "slower"})
AS_WE_DRIVE = frozenset({"notice", "slower"})
OWN_ACTS = {"signals": "signal", "moves_over": "change_lane", "drives_off": "accelerate"}
NUMBERED = {
    "within": ("field",), "equal": ("field", "value"), "near_truth": ("field", "most"), "has": ("field", "value"),
    "lacks": ("field", "value"), "counts_up": ("field",), "steady": ("field",), "changes": ("field",),
    "each_ms": ("field", "most"), "absent": ("field",),
}  # fmt: skip

Wrong = tuple[str, str, str]  # key, what is wrong of it in English and in Chinese


def of(found: Scenario) -> Iterator[Wrong]:
    """Of warnings, BSMs, figures and what is unavailable."""
    names = {"roadside", *(actor.name for actor in found.actor)}
    spans: list[tuple[str, Any]] = [(f"warning[{index}]", each) for index, each in enumerate(found.warning)]
    spans += [(f"bsm[{index}]", each) for index, each in enumerate(found.bsm)]
    spans += [(f"fault[{index}]", each) for index, each in enumerate(found.fault)]
    for key, span in spans:
        if not span.from_s < span.to_s:
            yield f"{key}.from_s", "must lie before to_s", "必须早于 to_s"
    for index, warning in enumerate(found.warning):
        key = f"warning[{index}]"
        if warning.until_s is not None and not warning.from_s < warning.until_s:
            yield f"{key}.until_s", "must lie after from_s", "必须晚于 from_s"
        if warning.of is not None and warning.of not in names:
            yield f"{key}.of", f"there is no actor {warning.of!r}", f"没有名为 {warning.of!r} 的参与者"
        if lacking := _lacking(found, warning):
            yield lacking, f"law = {warning.law!r} needs it", f"law 为 {warning.law!r} 时必填"
        if warning.of is None and (warning.least_m, warning.most_m, warning.within_ms) != (None, None, None):
            yield (
                f"{key}.of",
                "is needed with least_m, most_m and within_ms",
                "使用 least_m、most_m 或 within_ms 时必填",
            )
    for index, bsm in enumerate(found.bsm):
        if bsm.field is not None and not sent.is_field(bsm.field):
            yield f"bsm[{index}].field", f"a BSM has no {bsm.field!r}", f"BSM 没有 {bsm.field!r}"
        needed = NUMBERED[bsm.rule] if bsm.rule else ()
        for name in needed:
            if getattr(bsm, name) is None:
                yield f"bsm[{index}].{name}", f"rule = {bsm.rule!r} needs it", f"rule 为 {bsm.rule!r} 时必填"
        if not (bsm.none or bsm.rule or bsm.most_gap_ms or bsm.least_gap_ms):
            yield f"bsm[{index}]", "expects nothing: none, most_gap_ms, least_gap_ms or rule", "没有任何期望"
    yield from _status_wrong(found)


def _lacking(found: Scenario, each: Warning) -> str:
    """The key of the scenario that its law needs and that is not there; "" where none is."""
    other = next((actor for actor in found.actor if actor.name == each.of), None)
    key, has_place = f"warning[{found.warning.index(each)}]", each.place_m is not None
    needs = {
        f"{key}.of": each.law in OF_SOMEBODY and other is None,
        f"{key}.place_m": each.law in OF_A_PLACE and other is None and not has_place,
        "app": each.law == "notice" and found.app not in laws.NOTICE_S,
        "own.speed_mps": each.law in AS_WE_DRIVE and found.own.speed_mps == (other.speed_mps if other else 0.0),
        "actor.act": each.law == "acts" and other is not None and not laws.acts_of(other),
        "own.act": each.law in OWN_ACTS and not laws.own_acts(found, OWN_ACTS[each.law]),
        "signal": each.law in OF_A_LIGHT and not found.signal,
    }
    return next((key for key, is_so in needs.items() if is_so), "")


def _status_wrong(found: Scenario) -> Iterator[Wrong]:
    for index, lack in enumerate(found.unavailable):
        if not (lack.app or found.app):
            yield f"unavailable[{index}].app", "is needed where the scenario has none", "场景没有 app 时必填"
    for index, figure in enumerate(found.figure):
        if (figure.least, figure.most, figure.value) == (None, None, None):
            yield f"figure[{index}]", "needs least, most or value", "须有 least、most 或 value"
