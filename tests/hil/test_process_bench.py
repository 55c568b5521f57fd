"""The bench `process`: the real unit in real time, its board's firmware on MicroPython, judged as on `sim`."""

import json
from pathlib import Path
from unittest import mock

import pytest

from hil import kept, scenario_file
from obu.runtime import journal
from tests.hil.players import GOOD, hil

# The line goes through a cable that could fail.
DISTURBED = '[[fault]]\nname = "link_garbled"\nfrom_s = 1.0\nto_s = 1.5\nparameters = { share = 0.0 }\n'


@pytest.mark.needs("micropython64")
def test_a_real_unit_runs_a_scenario_and_can_be_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "short.toml"
    text = scenario_file.paths()["ebw_hard_braking_ahead"].read_text()
    for old, new in (
        ("lasts_s = 7.0", "lasts_s = 3.5"),
        ("from_s = 4.0", "from_s = 2.0"),
        ('law = "acts"', "from_s = 2.0\nto_s = 3.5"),
        ("since_s = 4.0\nwithin_ms = 300", ""),  # of a machine that others use, too, no speed is asked
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(f"{text.replace('[own]', '[own]' + chr(10) + 'has_board = true')}\n{DISTURBED}")
    out = tmp_path / "out"
    assert hil("run", str(path), "--bench", "process", "--out", str(out)) == 0, capsys.readouterr().err
    (folder,) = kept.below(out)
    was, _ = kept.load(folder)
    assert (was.bench, was.outcome["shown"][0][0]) == ("process", "EBW")
    assert json.loads((out / "results.json").read_text())["bench"] == "process"
    assert len(was.latencies_ms) > 30 and max(was.latencies_ms) > min(was.latencies_ms) > -1  # of a millisecond's steps
    board = (folder / "board.txt").read_text().splitlines()
    assert any(line.startswith("bus 0 250000 silent") for line in board)  # it listens to the bus, and to nothing else
    assert len({line for line in board if line.startswith("lamps")}) > 1  # its lamp was lit for the warning
    assert journal.segments(folder / kept.JOURNAL)
    capsys.readouterr()
    assert hil("replay", str(folder)) == 0, capsys.readouterr().out


def test_a_bench_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hil("run", "hlw_works_ahead", "--bench", str(tmp_path / "none.toml")) == 2
    assert "no such file" in capsys.readouterr().err
    assert hil("run", "hlw_works_ahead", "--bench", "process", "--defects") == 2
    assert "--defects" in capsys.readouterr().err
    mine = tmp_path / "mine.toml"
    mine.write_text(GOOD)
    assert hil("faults", "--json", "--bench", str(mine)) == 0
    benches = {row["name"]: row["benches"] for row in json.loads(capsys.readouterr().out)}
    assert benches["packets_forged"] == ["sim", "process", "mine"] and benches["slow_keys"] == ["sim"]
    lonely = tmp_path / "lonely.toml"
    lonely.write_text(GOOD + '[power]\nuse = "power_person"\n')
    with mock.patch("builtins.input", side_effect=EOFError):
        assert hil("run", "hlw_works_ahead", "--bench", str(lonely), "--out", str(tmp_path)) == 2
    assert "nobody answers" in capsys.readouterr().err
    assert hil("run", "keys_slow", "--bench", "process") == 2
    assert "keys_slow: the bench process cannot make the fault slow_keys" in capsys.readouterr().err
