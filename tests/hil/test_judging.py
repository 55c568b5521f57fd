"""The judge of scenarios: each kind of expectation passes what it should, and says what was not so."""

import dataclasses

import pytest

from hil.judging import Seen, Sent, why_not
from hil.scenario import Bsms, Scenario, Window

RULE = Scenario(title="x", kind="rule", defect="slow", window=Window(0.0, 2.0))
STEADY = [Sent(index / 10) for index in range(21)]


def _rule(*expected: Bsms) -> Scenario:
    return dataclasses.replace(RULE, bsm=expected)


def test_a_silent_unit_passes_nothing() -> None:
    for kind in ("rule", "no_warn", "fault", "warn"):
        assert why_not(dataclasses.replace(RULE, kind=kind), Seen()) == "the unit sent no BSM"


@pytest.mark.parametrize(
    ("expected", "bsms", "why"),
    [
        (Bsms(0.0, 2.0, 100), STEADY, ""),
        (Bsms(0.0, 2.0, 100), STEADY[:10] + STEADY[11:], "200 ms apart"),
        (Bsms(0.0, 2.0, 100), STEADY[:19], "200 ms apart"),  # and it never came back
        (Bsms(0.5, 1.5), STEADY[:6] + STEADY[16:], ""),
        (Bsms(0.5, 1.5), STEADY[:6] + STEADY[14:], "a BSM at 1.40 s"),
        (Bsms(1.0, 1.1, 100, has_event=True), STEADY, ""),  # either end counts
        (Bsms(1.0, 1.3, 100, has_event=True), STEADY, "event BSMs 300 ms apart"),
        (Bsms(1.0, 1.3, 150, has_event=True), [*STEADY[:10], Sent(1.15, True), Sent(1.25, True)], ""),
        (Bsms(0.0, 2.0, 100, most_off_m=3.0), [Sent(each.at_s, off_m=3.0) for each in STEADY], ""),
        (Bsms(0.0, 2.0, 100, most_off_m=3.0), [*STEADY[:20], Sent(2.0, off_m=3.1)], "3.1 m off"),
    ],
)
def test_bsms(expected: Bsms, bsms: list[Sent], why: str) -> None:
    found = why_not(_rule(expected), Seen(bsms=bsms))
    assert why in found and bool(why) == bool(found)


def test_a_figure_of_the_status_must_be_there_and_large_enough() -> None:
    expected = dataclasses.replace(RULE, least={"air.verified": 5})
    assert why_not(expected, Seen(bsms=STEADY, status={"air": {"verified": 5}})) == ""
    assert "air.verified is 4" in why_not(expected, Seen(bsms=STEADY, status={"air": {"verified": 4}}))
    assert "air.verified is 0" in why_not(expected, Seen(bsms=STEADY, status={"air": 7}))
    assert "air.verified is 0" in why_not(expected, Seen(bsms=STEADY))


def test_where_nothing_may_be_shown_any_warning_fails() -> None:
    quiet = dataclasses.replace(RULE, kind="no_warn", app="EBW")
    assert why_not(quiet, Seen(bsms=STEADY)) == ""
    assert "HLW was shown at 1.0 s" in why_not(quiet, Seen(bsms=STEADY, shown=[("HLW", 1.0)]))
