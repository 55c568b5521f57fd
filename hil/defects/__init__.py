"""Units broken on purpose, each by its name: a scenario that none of them fails shows nothing.

Each file has a table by name: DEFECTS of planted code, SETTINGS of configurations: of [apps] such as a user may write,
of other sections also past their own check.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from hil.defects import air, given, scene, tell, warnings
from hil.defects.planting import Defect, Patch
from obu.runtime.config import Config

SETTINGS: dict[str, tuple[str, str, object]] = {
    # name: section, key, value
    "patient": ("security", "max_message_age_ms", 10_000),  # packets of 10 s of age are fresh
    "adrift": ("bsm", "max_fix_age_ms", 60_000),  # sends whatever its position is worth
    "careless": ("clock", "max_error_ms", 1000.0),  # whatever its clock is
    "day_one": ("receive", "day2_aids", ()),  # does not hear day 2
    "irritable": ("apps.ebw", "hard_braking_mps2", 2.5),
    "hindsighted": ("apps.hlw", "passed_m", 1000.0),  # warns of what is behind
    "tardy": ("apps.hlw", "lead_s", 4.0),
    "near": ("apps.hlw", "min_distance_m", 0.0),  # nothing is announced while we stand
    **warnings.SETTINGS,
}
GULLIBLE = "gullible"  # trusts the root of whoever wants to be trusted (hil/sim.py)
TABLES = (air.DEFECTS, given.DEFECTS, scene.DEFECTS, tell.DEFECTS, warnings.DEFECTS)
CODE: dict[str, Defect] = {name: defect for table in TABLES for name, defect in table.items()}
ALL = frozenset({*SETTINGS, GULLIBLE, *CODE})


def configured(usual: Config, defect: str) -> Config:
    """The configuration of a unit with this defect."""
    if defect not in SETTINGS:
        return usual
    section, key, value = SETTINGS[defect]
    if section.startswith("apps."):
        app = section.removeprefix("apps.")
        return dataclasses.replace(usual, apps={**usual.apps, app: {**usual.apps.get(app, {}), key: value}})
    broken = dataclasses.replace(getattr(usual, section), **{key: value})
    return dataclasses.replace(usual, **{section: broken})


@contextmanager
def planted(defect: str) -> Iterator[None]:
    """Within it the unit's code has this defect, if it is one of the code."""
    patches: tuple[Patch, ...] = CODE[defect].patches() if defect in CODE else ()
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(mock.patch.object(patch.place, patch.name, patch.value))
        yield
