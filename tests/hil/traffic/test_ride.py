"""Our units in the recorded traffic hear and believe everybody in reach, and the command scores what they say."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from hil.traffic import net, ride, trace
from hil.traffic.ride import Ridden

RECORDED = Path("hil/traffic/corridor/recorded.json.gz")
SECONDS = 7
OF_ROAD_USERS = {"FCW", "ICW", "LTA", "LCW", "EBW", "AVW", "CLW", "VRUCW", "DNPW", "EVW"}
BEGIN = 180  # step: somebody brakes hard 4 s and 6 s later


@pytest.fixture(scope="module")
def rides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ridden, Ridden]:
    """The same traffic twice."""
    traffic = trace.read(RECORDED)
    short = dataclasses.replace(traffic, steps=traffic.steps[BEGIN : BEGIN + SECONDS * 10])
    folder = tmp_path_factory.mktemp("pki")
    found = [ride.ride(net.load(), short, 0.3, folder, lambda _: None) for _ in range(2)]
    return found[0], found[1]


def test_every_packet_is_believed(rides: tuple[Ridden, Ridden]) -> None:
    """All at once begin to speak: a few wait too long for their turn (shed), none is refused."""
    for name, air in rides[0].air.items():
        assert air["dropped"].keys() <= {"shed", "shed_relevant"}, name
        assert sum(air["dropped"].values()) <= 0.01 * air["verified"], name
        assert air["verified"] > 200, name


def test_all_who_ride_rode_to_the_end(rides: tuple[Ridden, Ridden]) -> None:
    assert rides[0].hosts_s and max(rides[0].hosts_s.values()) == pytest.approx(SECONDS - 0.1, abs=0.1)


def test_equal_traffic_gives_equal_warnings(rides: tuple[Ridden, Ridden]) -> None:
    assert rides[0].warned == rides[1].warned


def test_every_warning_of_a_vehicle_names_one_that_is_there(rides: tuple[Ridden, Ridden]) -> None:
    about_others = [warned for warned in rides[0].warned if warned.app in OF_ROAD_USERS]
    assert about_others, "the recording has hard braking in it"
    assert all(warned.subject in rides[0].ids for warned in about_others)


def test_the_command_scores_a_recording(tmp_path: Path) -> None:
    words = ["city", "--trace", str(RECORDED), "--minutes", "0.05", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "hil", *words], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out/summary.json").read_text())
    wanted = {"critical", "found", "groundless", "recall", "lead_p50_s", "warnings_per_hour"}
    assert {"FCW", "ICW", "LTA", "VRUCW"} <= found["applications"].keys()
    assert all(wanted <= row.keys() for row in found["applications"].values())
    assert (found["seed"], found["sigma_m"]) == (4, 0.3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--trace", "nowhere.json.gz"], "nowhere.json.gz"),
        (["--trace", "README.md"], "README.md"),
        (["--minutes", "-1"], "--minutes"),
        (["--sigma", "far"], "--sigma"),
        (["--seed", "8998", "--drives", "3"], "make city-report"),
    ],
)
def test_what_cannot_be_driven_is_told_in_a_sentence(tmp_path: Path, words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "hil", "city", *words, "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
