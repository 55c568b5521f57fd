"""Each application is tried as it must warn and as it must not, for each class of our vehicle at two speeds or more.

What counts comes 100 ms late and, where it is about somebody else, with everybody's error of place.
"""

from collections import defaultdict

import pytest

from hil import scenario_file
from hil.scenario import Scenario
from obu.apps import base

PAGE = scenario_file.FOLDER.parents[1] / "docs" / "applications.md"
CLASSES = ("taxi", "bus12", "bus18")


def _is_tried(found: Scenario) -> bool:
    spans = found.variation
    return (
        spans.latency_ms[0] >= 100.0 and spans.sigma_m[0] > 0.0 and (not found.actor or spans.others_sigma_m[0] > 0.0)
    )


SPEEDS_KMH: dict[tuple[str, str, str], set[int]] = defaultdict(set)
for each in filter(_is_tried, scenario_file.every().values()):
    SPEEDS_KMH[each.app or "", each.kind, each.own.kind].add(round(each.own.speed_mps * 3.6))


@pytest.mark.parametrize("own", CLASSES)
@pytest.mark.parametrize("kind", ["warn", "no_warn"])
@pytest.mark.parametrize("app", [name.upper() for name in base.names()])
def test_each_class_has_scenarios_of_each_application_at_two_speeds(app: str, kind: str, own: str) -> None:
    assert len(SPEEDS_KMH[app, kind, own]) >= 2


@pytest.mark.parametrize("app", [name.upper() for name in base.names()])
def test_the_page_has_the_speeds_of_each(app: str) -> None:
    cells = [SPEEDS_KMH[app, kind, own] for kind in ("warn", "no_warn") for own in CLASSES]
    row = " | ".join(", ".join(map(str, sorted(speeds_kmh))) for speeds_kmh in cells)
    assert f"| {app} | {row} |" in PAGE.read_text()
