"""Scenario files: strict, each trigger of the script has one, and each names an application there is."""

import pytest

from hil import scenario
from hil.script import TRIGGERS
from obu.apps import base
from obu.core.errors import ConfigError

GOOD = (
    'title = "x"\napp = "HLW"\nkind = "warn"\ntrigger = "hazards"\ndefect = "deaf"\n'
    "[window]\nfrom_s = 1.0\nto_s = 2.0\n"
)


def test_each_trigger_has_its_scenario_and_each_names_an_application() -> None:
    found = scenario.all_by_trigger()
    assert set(found) == set(TRIGGERS)
    assert {each.app.lower() for each in found.values()} <= set(base.names())


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [('kind = "warn"', 'kind = "wran"', "kind"), ("to_s = 2.0", "to_s = 0.5", "window"),
     ("from_s", "form_s", "window.form_s"), ('app = "HLW"\n', "", "app"),
     ('kind = "warn"', 'kind = "fault"', "attack"), ('kind = "warn"', 'kind = "no_warn"', "least"),
     ('kind = "warn"', 'kind = "rule"', "bsm"), ("to_s = 2.0", "to_s = 2.0\n[[bsm]]\nfrom_s = 2.0\nto_s = 1.0", "bsm")],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path, old: str, new: str, names: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError, match=names):
        scenario.read(path)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [('kind = "warn"', 'kind = "wran"', 3), ("to_s = 2.0", "to_s = 0.5", 6), ("from_s", "form_s", 7),
     ("to_s = 2.0", "to_s = true", 8), ("to_s = 2.0", "", 6)],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path, old: str, new: str, line: int) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        scenario.read(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert caught.value.zh.startswith(f"{path}:{line}：")
