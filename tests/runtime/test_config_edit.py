"""Values written into a TOML: the tree holds them, and everything else stays as people wrote it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import ConfigError
from obu.runtime import config_edit

VALUES = st.dictionaries(
    st.sampled_from(["profile", "vin", "width_m", "length_m"]),
    st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=9), st.floats(-99, 99)),
)
TEXT = """# first
[unit]
name = "x"  # beside

[vehicle]
# above
profile = "a"
width_m = 2.5 # mirrors

[can.main]
x = 1
"""


@given(values=VALUES)
def test_the_values_are_there_and_the_rest_is_as_it_was(values: dict[str, str | float | None]) -> None:
    before = tomllib.loads(TEXT)
    after = config_edit.edited(TEXT, "vehicle", values, "x")
    wanted = {**before["vehicle"], **values}
    before["vehicle"] = {name: value for name, value in wanted.items() if value is not None}
    assert tomllib.loads(after) == before
    assert {"# first", "# above"} <= set(after.splitlines()) and 'name = "x"  # beside' in after
    assert config_edit.edited(after, "vehicle", values, "x") == after


def test_a_section_below_another_is_reached() -> None:
    after = config_edit.edited(
        TEXT + "[can.other]\nx = 2\n[hmi]\ny = 1\n[can.third]\nx = 3\n", "can.main", {"bitrate": 500_000}, "x"
    )
    assert tomllib.loads(after)["can"] == {"main": {"x": 1, "bitrate": 500_000}, "other": {"x": 2}, "third": {"x": 3}}


def test_a_section_that_is_missing_is_made() -> None:
    assert tomllib.loads(config_edit.edited("", "unit", {"name": "T-1"}, "x")) == {"unit": {"name": "T-1"}}


@pytest.mark.parametrize("text", ["[unit", "vehicle = 3\n"])
def test_what_is_no_such_file_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^here: "):
        config_edit.edited(text, "vehicle.more", {"vin": "x"}, "here")


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/unit.toml").write_text("[vehicle]\n")
    link = tmp_path / "unit.toml"
    link.symlink_to("data/unit.toml")
    config_edit.put(link, "vehicle", {"vin": "X"})
    assert link.is_symlink() and 'vin = "X"' in (tmp_path / "data/unit.toml").read_text()
