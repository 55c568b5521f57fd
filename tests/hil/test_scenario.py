"""Scenario files: strict, what is wrong is named with file, line and key; the shipped ones can all be read."""

import pytest

from hil import bench_file, defects, fault_table, faults, scenario_file
from obu.apps import base
from obu.core.errors import ConfigError

GOOD = """title = "x"
app = "HLW"
kind = "warn"
defect = "deaf"
lasts_s = 5.0

[own]
speed_mps = 3.0

[[actor]]
name = "first"
at_m = 10.0

[[actor]]
name = "second"
at_m = 20.0

[[actor.act]]
do = "brake"
from_s = 1.0
mps2 = 2.0

[[fault]]
name = "packets_lost"
from_s = 1.0

[[warning]]
from_s = 1.0
to_s = 2.0
of = "second"

[[bsm]]
from_s = 0.0
to_s = 1.0
field = "speed_mps"
rule = "within"
"""


def _caught(tmp_path, old: str, new: str) -> ConfigError:
    path = tmp_path / "bad.toml"
    path.write_text(GOOD)
    scenario_file.read(path)
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        scenario_file.read(path)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('kind = "warn"', 'kind = "wran"', 3, "kind"),
        ('app = "HLW"\n', "", None, "app"),
        ('defect = "deaf"', 'defect = "daef"', 4, "defect"),
        ("lasts_s = 5.0", "lasts_s = 0.0", 5, "lasts_s"),
        ("speed_mps = 3.0", "speed_kph = 3.0", 8, "own.speed_kph"),
        ("speed_mps = 3.0", 'kind = "tram"', 8, "own.kind"),
        ("[own]", '[road]\nmap = "maps/x.json"\n[own]', 8, "road.map"),
        ("[own]", '[road]\nmap = "x.json"\n[own]', 8, "road.map"),
        ("[own]", '[[signal]]\nat_m = 9.0\nlanes = ["back"]\n[own]', 9, "signal[0].lanes"),
        ("[own]", '[[signal]]\nat_m = 9.0\n[[signal.revision]]\nfrom_s = 1.0\nlanes = ["back"]\n[own]', 11,
         "signal[0].revision[0].lanes"),
        ("[own]", '[[signal]]\nat_m = 9.0\n[[signal.revision]]\nfrom_s = 1.0\nlanes = ["left"]\nours = 2\n[own]', 12,
         "signal[0].revision[0].ours"),
        ("[own]", '[[signal]]\nat_m = 9.0\nrevision = [{ from_s = 2.0, lanes = ["left"] }, '
         '{ from_s = 1.0, lanes = ["left"] }]\n[own]', 9, "signal[0].revision[1].from_s"),
        ("[own]", "[[crossroad]]\nat_m = 9.0\nheading_deg = 10.0\n[own]", 9, "crossroad[0].heading_deg"),
        ("[own]", "[[crossroad]]\nat_m = 9.0\nreach_m = 5.0\n[own]", 9, "crossroad[0].reach_m"),
        ("[own]", "[[crossroad]]\nat_m = 9.0\nrevision = [{ from_s = 2.0 }, { from_s = 1.0 }]\n[own]", 9,
         "crossroad[0].revision[1].from_s"),
        ("speed_mps = 3.0", 'settings = { "bsm.max_sigma" = 1.0 }', 8, "own.settings"),
        ("speed_mps = 3.0", 'settings = { "apps.ebw.range" = 1.0 }', 8, "own.settings"),
        ("speed_mps = 3.0", 'settings = { "bsm.max_sigma_m" = "far" }', 8, "own.settings"),
        ('name = "second"', 'name = "first"', 15, "actor[1].name"),
        ("at_m = 20.0", "at_m = true", 16, "actor[1].at_m"),
        ("at_m = 20.0", 'at_m = 20.0\nkind = "cart"', 17, "actor[1].kind"),
        ("at_m = 20.0", "at_m = 20.0\ncount = 60", 17, "actor[1].count"),
        ("at_m = 20.0", "at_m = -390.0\nspeed_mps = 6.0", 16, "actor[1].at_m"),
        ("at_m = 20.0", "at_m = 20.0\nchanges_id_s = [3.0, 2.0]", 17, "actor[1].changes_id_s"),
        ("at_m = 20.0", 'at_m = 20.0\nsays = "rsm"\nchanges_id_s = [3.0]', 18, "actor[1].changes_id_s"),
        ("at_m = 20.0", 'at_m = 20.0\nkind = "ambulance"\nchanges_id_s = [3.0]', 18, "actor[1].changes_id_s"),
        ("at_m = 20.0", "at_m = 20.0\nchanges_id_s = [3.0]\ncount = 24", 18, "actor[1].count"),
        ("at_m = 20.0", "at_m = 20.0\nway = [{ turn_deg = 90.0 }]", 17, "actor[1].way[0]"),
        ("mps2 = 2.0", "", 18, "actor[1].act[0].mps2"),
        ('do = "brake"', 'do = "event"\nevent = "bang"', 20, "actor[1].act[0].event"),
        ('name = "packets_lost"', 'name = "gremlins"', 24, "fault[0].name"),
        ("from_s = 1.0\n\n[[warning]]", "from_s = 1.0\nparameters = { sahre = 0.5 }\n\n[[warning]]", 26,
         "fault[0].parameters.sahre"),
        ("to_s = 2.0", "to_s = 0.5", 28, "warning[0].from_s"),
        ("to_s = 2.0", "to_s = 2.0\nuntil_s = 1.0", 30, "warning[0].until_s"),
        ('of = "second"', 'of = "third"', 30, "warning[0].of"),
        ('of = "second"', "most_m = 10.0", 27, "warning[0].of"),
        ('field = "speed_mps"', 'field = "seppd_mps"', 35, "bsm[0].field"),
        ('rule = "within"', 'rule = "near_truth"', 32, "bsm[0].most"),
        ('rule = "within"', "", 32, "bsm[0]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path, old: str, new: str, line: int | None, key: str) -> None:
    caught = _caught(tmp_path, old, new)
    place = f"{tmp_path / 'bad.toml'}" + (f":{line}" if line else "")
    assert str(caught).startswith(f"{place}: {key}: ")
    assert caught.zh.startswith(f"{place}：{key}：")


def test_a_road_across_ours_is_none_beside_a_map_that_tells_all_lanes(tmp_path) -> None:
    (tmp_path / "x.json").write_bytes((scenario_file.FOLDER / "crossing_behind_a_bend.json").read_bytes())
    road = '[road]\nmap = "x.json"\n[[crossroad]]\nat_m = 50.0\n[own]'
    assert "crossroad[0]: road.map tells all lanes already" in str(_caught(tmp_path, "[own]", road))


def test_a_scenario_without_a_key_that_each_has_names_it(tmp_path) -> None:
    assert "title" in str(_caught(tmp_path, 'title = "x"\n', ""))


def test_all_scenarios_there_are_can_be_read_and_use_every_application_fault_and_defect() -> None:
    found = list(scenario_file.every().values())
    assert {each.app.lower() for each in found if each.app} == set(base.names())
    assert len({each.title for each in found}) == len(found)
    assert {fault.name for each in found for fault in each.fault} == set(faults.names())
    assert {each.defect for each in found} == defects.ALL


def test_each_fault_says_its_effect_and_its_benches_and_works_as_it_comes() -> None:
    told = (scenario_file.FOLDER.parents[1] / "docs" / "rig.md").read_text()
    for row in fault_table.rows([bench_file.read(bench_file.PROCESS)]):
        name, benches = str(row["name"]), row["benches"]
        assert isinstance(benches, list)
        assert f"| `{name}` | {row['effect']} | {', '.join(benches)} |" in told
        assert faults.module(name).make(faults.module(name).Parameters())
