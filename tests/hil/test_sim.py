"""The bench `sim`: a good unit passes each scenario, its planted defect fails it, equal seeds give equal journals."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hil import scenario_file
from hil.remembering import Memory
from hil.report import interval
from hil.sim import Sim
from obu.core.frames import VerifyJob
from obu.drivers import libcrypto
from tests.hil.players import hil


@pytest.fixture(scope="module")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sim") / "pki"


# One of each kind of expectation; `make hil` runs all, each with its planted defect.
SHORT = (
    "ebw_hard_braking_ahead", "ebw_on_a_mapped_road", "hlw_works_on_another_road", "bsm_event_at_once",
    "bsm_right_turn_is_positive", "packets_forged", "can_yaw_rate_lost", "brownout_of_the_unit",
)  # fmt: skip


@pytest.mark.parametrize("name", SHORT)
def test_a_good_unit_passes_and_the_planted_defect_is_caught(name: str, pki_folder: Path, tmp_path: Path) -> None:
    found = scenario_file.read(scenario_file.paths()[name])
    assert Sim(found, 1, pki_folder, tmp_path / "good").run().why == ""
    broken = Sim(found, 1, pki_folder, tmp_path / "broken", is_broken=True).run()
    assert broken.why and broken.sent  # for what it does wrong, not because it does nothing


def test_a_rig_that_passes_a_broken_unit_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blind = tmp_path / "blind.toml"
    text = scenario_file.paths()["packets_forged"].read_text()
    blind.write_text(text.replace('defect = "credulous"', 'defect = "deaf"').replace("least = 2", "least = 0"))
    assert hil("run", str(blind)) == 0
    assert hil("run", str(blind), "--defects") == 1
    assert "a unit that is 'deaf' passes too" in capsys.readouterr().err


def test_equal_seeds_give_equal_journals_in_another_process_and_folder_too(tmp_path: Path) -> None:
    def journal(hash_seed: str, seed: int) -> bytes:
        out = tmp_path / hash_seed
        words = [sys.executable, "-m", "hil", "run", "hlw_works_ahead", "--seed", str(seed), "--out", str(out)]
        subprocess.run(words, env=os.environ | {"PYTHONHASHSEED": hash_seed}, check=True, capture_output=True)
        (path,) = (out / "runs" / "hlw_works_ahead" / str(seed) / "journal").glob("*.journal")
        return path.read_bytes()

    first = journal("1", 1)
    assert journal("2", 1) == first
    assert journal("1", 2) != first


def test_only_what_was_signed_here_is_believed_from_memory() -> None:
    library = libcrypto.load()
    ours, other = library.generate("sm2"), library.generate("sm2")
    memory, e = Memory(), bytes(range(32))
    r, s = memory.sign("sm2", ours.point, e)
    real_r, real_s = library.sign(ours, e)

    def verdict(point: bytes, digest: bytes, r: bytes, s: bytes) -> str:
        return memory.verify(VerifyJob(1, "sm2", point, digest, r, s, 0, 0)).outcome.value

    assert verdict(ours.point, e, r, s) == "ok"
    assert verdict(ours.point, e, real_r, real_s) == "ok"
    assert verdict(other.point, e, r, s) == "bad_signature"
    assert verdict(ours.point, e[::-1], r, s) == "bad_signature"
    assert verdict(ours.point, e, s, r) == "bad_signature"
    assert verdict(b"\x04" + bytes(64), e, r, s) == library.verify("sm2", b"\x04" + bytes(64), e, r, s).value


def test_a_run_writes_its_reports_and_says_what_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = tmp_path / "late.toml"
    text = scenario_file.paths()["hlw_works_ahead"].read_text().replace('law = "notice"', "from_s = 8.5\nto_s = 8.7")
    late.write_text(text.replace("road works", "<b>road works</b>"))
    assert hil("run", str(late), "--json", "--out", str(tmp_path / "out")) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == json.loads((tmp_path / "out" / "results.json").read_text())
    assert f"python -m hil run {late} --seed 1" in said.err
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "&lt;b&gt;road works" in page and "<b>" not in page and "not as expected" in page
    assert "http" not in page


def test_bad_usage_is_2_and_names_the_fix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert hil("run", "nothing_such") == 2
    assert "hil list" in capsys.readouterr().err
    assert hil("run", "hlw_works_ahed") == 2
    assert "(hlw_works_ahead?)" in capsys.readouterr().err
    (tmp_path / "report").write_text("")
    assert hil("run", "hlw_works_ahead", "--out", "report") == 2
    assert capsys.readouterr().err == "--out: report: is a file\n"
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.toml").write_bytes(scenario_file.paths()["packets_old"].read_bytes())
    assert hil("run", "a/one.toml", "b/one.toml") == 2
    assert "rename" in capsys.readouterr().err
    assert hil("new", "mine") == 0
    assert scenario_file.read(tmp_path / "mine.toml").app == "HLW"
    assert hil("new", "mine") == 2


def test_the_list_is_one_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert hil("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(scenario_file.every())
    assert all(set(row) == {"name", "title", "app", "kind"} for row in rows)


def test_the_interval_is_wilsons() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3: 81 of 263 and 0 of 20.
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert interval(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
