"""One file for several classes and speeds: as many seconds to everything, windows by the law, each run by its name."""

import json
from pathlib import Path

import pytest

from hil import scenario_file, windows
from hil.people import KIN
from hil.scenario import Scenario
from tests.hil.players import hil

STANDS = "fcw_stands_ahead"
FILE = """title = "x"
app = "LTA"
kind = "no_warn"
defect = "lightless"
lasts_s = 1.0
[variants]
kind = ["taxi", "bus18"]
speed_kmh = [18, 54]
[own]
at_m = 5.0
speed_mps = 10.0
act = [{ do = "accelerate", from_s = 0.5, mps2 = 1.0, to_mps = 12.0 }]
[[actor]]
name = "ahead"
at_m = 51.0
speed_mps = 8.0
act = [{ do = "brake", from_s = 0.5, mps2 = 6.5, to_mps = 2.0 }]
[[actor]]
name = "oncoming"
at_m = 111.0
heading_deg = 180.0
speed_mps = 10.0
[[actor]]
name = "behind"
at_m = -41.0
speed_mps = 12.0
[[actor]]
name = "walker"
kind = "pedestrian"
at_m = 71.0
right_m = 6.0
heading_deg = 270.0
speed_mps = 1.5
[[signal]]
at_m = 91.0
approach_m = 60.0
[[crossroad]]
at_m = 81.0
[[event]]
type = 501
at_m = 61.0
path_from_m = 31.0
[[figure]]
path = "neighbours"
least = 0
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "varied.toml"
    found.write_text(FILE)
    return found


def _seconds(found: Scenario) -> list[float]:
    """From our front, or our rear, to all that lies along the road."""
    half_m = KIN[found.own.kind].length_m / 2
    front_m, rear_m = found.own.at_m + half_m, found.own.at_m - half_m
    places_m = [each.at_m for each in (*found.actor, *found.signal, *found.crossroad, *found.event)]
    places_m += [each.at_m - each.approach_m for each in found.signal] + [each.path_from_m for each in found.event]
    return [(at_m - (front_m if at_m > found.own.at_m else rear_m)) / found.own.speed_mps for at_m in places_m]


def test_all_is_as_many_seconds_away_for_each_class_at_each_speed(path: Path) -> None:
    found = scenario_file.each(path)
    assert list(found) == ["taxi_18kmh", "taxi_54kmh", "bus18_18kmh", "bus18_54kmh"]
    for name, each in found.items():
        assert f"{each.own.kind}_{each.own.speed_mps * 3.6:.0f}kmh" == name
        assert each.own.at_m + KIN[each.own.kind].length_m / 2 == pytest.approx(11.0)
        # 40, 100, 60, 80, 70 and 50 m before a front at 11 m and 40 m behind a rear at -1 m, at 10 m/s
        assert _seconds(each) == pytest.approx([4.0, 10.0, -4.0, 6.0, 8.0, 7.0, 5.0, 2.0, 2.0])
        times = each.own.speed_mps / 10.0
        assert [actor.speed_mps for actor in each.actor] == pytest.approx([8 * times, 10 * times, 12 * times, 1.5])
        assert (each.actor[0].act[0].to_mps, each.actor[0].act[0].mps2) == (pytest.approx(2.0 * times), 6.5)
        assert each.own.act[0].to_mps == pytest.approx(12.0 * times)
        assert (each.actor[3].right_m, each.lasts_s) == (6.0, 1.0)


@pytest.mark.parametrize(
    ("name", "least_m", "most_m"),
    # by hand: v t + v^2 / 2a; at 20 km/h 4 s are more than a calm stop of either takes
    [("taxi_20kmh", 6.8, 22.2), ("bus12_20kmh", 10.0, 22.2), ("bus18_50kmh", 36.7, 81.6), ("taxi_50kmh", 25.6, 59.9)],
)
def test_a_window_by_law_is_of_the_class_and_its_speed(name: str, least_m: float, most_m: float) -> None:
    (warning,) = scenario_file.read(scenario_file.paths()[STANDS], name).warning
    assert (warning.least_m, warning.most_m) == (least_m, most_m)


def test_a_window_before_a_place_is_in_seconds_of_that_variant(path: Path) -> None:
    text = FILE.replace("no_warn", "warn").replace("lasts_s = 1.0", "lasts_s = 9.0").replace('"accelerate"', '"doors"')
    path.write_text(text + '[[warning]]\nlaw = "before"\nplace_m = 111.0\npast_m = -1.0\nslack_s = 0.3\n')
    for each in scenario_file.each(path).values():
        (warning,) = each.warning  # 100 m at 10 m/s are 10 s at every speed, and the last metre is one
        least_m, most_m = windows.before_m(each.own.kind, each.own.speed_mps)
        from_s, to_s = 10.0 - (1.0 + most_m) / each.own.speed_mps, 10.0 - (1.0 + least_m) / each.own.speed_mps
        assert (warning.from_s, warning.to_s) == pytest.approx((from_s - 0.3, to_s + 0.3), abs=0.02)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[18, 54]", "[18, 18]", "variants.speed_kmh"),
        ("[18, 54]", "[0, 54]", "variants.speed_kmh"),
        ('do = "accelerate"', 'at_m = 9.0, do = "stop"', "variants.speed_kmh"),
        ("[own]", "[road]\npieces = [{ straight_m = 5.0 }]\n[own]", "variants.speed_kmh"),
        ("[[figure]]", '[[warning]]\nlaw = "ahead"\n[[figure]]', "warning[0].of"),
        ("[[figure]]", '[[warning]]\nlaw = "before"\n[[figure]]', "warning[0].place_m"),
        ("[[figure]]", '[[warning]]\nlaw = "notice"\n[[figure]]', "warning[0].place_m"),
        ("[[figure]]", '[[warning]]\nlaw = "notice"\nplace_m = 50.0\n[[figure]]', "app"),
        ("[[figure]]", '[[warning]]\nlaw = "beside"\n[[figure]]', "warning[0].of"),
        ("[[figure]]", '[[warning]]\nlaw = "moves_over"\nof = "ahead"\n[[figure]]', "own.act"),
        ("[[figure]]", '[[warning]]\nlaw = "slower"\n[[figure]]', "warning[0].from_s"),
    ],
)
def test_what_cannot_be_varied_is_named(
    path: Path, old: str, new: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(FILE.replace(old, new))
    assert hil("run", str(path)) == 2
    assert f": {key}: " in capsys.readouterr().err


def test_each_variant_is_run_and_reported_by_its_name_and_one_can_be_run_alone(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert hil("run", str(path), "--json", "--out", out) == 0
    rows = json.loads(capsys.readouterr().out)["scenarios"]
    assert [row["name"] for row in rows] == [f"varied@{each}" for each in scenario_file.each(path)]
    assert len({row["title"] for row in rows}) == 4
    assert hil("run", f"{path}@bus18_18kmh", "--json") == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["scenarios"]] == ["varied@bus18_18kmh"]
    assert hil("run", f"{path}@bus18_99kmh") == 2
    assert "bus18_18kmh" in capsys.readouterr().err
    assert hil("replay", f"{out}/runs/varied@bus18_54kmh") == 0
