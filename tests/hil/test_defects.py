"""Each planted defect fits today's unit: it can be planted, the unit then steps, and afterwards it is well again."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from hil import defects
from hil.expected import Figure
from hil.scenario import Act, Actor, Notice, Own, Scenario
from hil.sim import Sim
from obu.runtime import wiring

TURNS = 15  # the receiver's first epochs, a few packets of everybody, the first BSM
SITUATION = Scenario(
    title="x", kind="rule", defect="", lasts_s=1.0,
    own=Own(speed_mps=8.0, act=(Act(do="signal", side="hazard", from_s=-2.0),)),
    actor=(Actor(name="car", at_m=30.0, speed_mps=8.0),),
    event=(Notice(type=501, at_m=80.0),),
    figure=(Figure(path="neighbours", least=0),),
)  # fmt: skip


@pytest.fixture(scope="module")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("defects") / "pki"


def test_each_defect_has_a_name_of_its_own() -> None:
    names = [name for table in (*defects.TABLES, defects.SETTINGS, {defects.GULLIBLE}) for name in table]
    assert len(names) == len(set(names)), sorted(name for name in set(names) if names.count(name) > 1)


@pytest.mark.parametrize("defect", sorted(defects.CODE))
def test_a_planted_defect_fits_the_unit(defect: str, pki_folder: Path, tmp_path: Path) -> None:
    patches = defects.CODE[defect].patches()
    well = [getattr(patch.place, patch.name) for patch in patches]
    assert all(patch.value is not right for patch, right in zip(patches, well, strict=True))
    sim = Sim(replace(SITUATION, defect=defect), 1, pki_folder, tmp_path, is_broken=True)
    with defects.planted(defect):
        for _ in range(TURNS):
            sim._turn()
    assert [getattr(patch.place, patch.name) for patch in patches] == well


@pytest.mark.parametrize(
    "defect", sorted(name for name, (section, *_) in defects.SETTINGS.items() if "apps." in section)
)
def test_a_setting_that_is_a_defect_is_one_that_a_user_may_write(defect: str) -> None:
    """Else the unit refuses its configuration, and no warning is wrong."""
    section, key, value = defects.SETTINGS[defect]
    assert wiring.applications(SimpleNamespace(apps={section.removeprefix("apps."): {key: value}}))
