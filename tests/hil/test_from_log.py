"""A recorded drive becomes a scenario that runs, whichever of python-can's forms the bus was logged in."""

import random
import re
from pathlib import Path

import can
import pytest

from hil import drive_log, kept, recorded, run, scenario_file
from hil.drive_log import Fix
from hil.nmea import gga, rmc, sentence
from hil.run import Task
from obu.core.geo import LatLon
from obu.runtime import places
from tests.hil.players import hil

DRIVE = """
title = "A drive"
kind = "rule"
defect = "imperial"
lasts_s = 13.0
road.pieces = [{ straight_m = 60.0 }, { turn_deg = 60.0, radius_m = 60.0 }]
[own]
speed_mps = 5.0
act = [
  { do = "accelerate", from_s = 1.0, mps2 = 1.0, to_mps = 10.0 },
  { do = "brake", from_s = 8.0, mps2 = 1.5, to_mps = 6.0 },
]
[[bsm]]
from_s = 2.0
to_s = 13.0
most_gap_ms = 150
"""
DBC = places.vehicles() / "city_bus_j1939.dbc"


@pytest.fixture(scope="module")
def customer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with drive.blf and gnss.nmea, as a customer hands them over."""
    out = tmp_path_factory.mktemp("drive")
    (out / "drive.toml").write_text(DRIVE)
    run.one(Task("drive", out / "drive.toml", 1, out))
    return out / "runs" / "drive" / "1"


def _logged_as(customer: Path, suffix: str, folder: Path, off_s: float = 0.0) -> Path:
    path = folder / f"customer{suffix}"
    with can.LogReader(customer / "can.blf") as frames, can.Logger(path) as log:
        if suffix == ".db":  # once stopped, python-can 4.6 writes one more buffer and forgets the rest
            log.MAX_BUFFER_SIZE_BEFORE_WRITES, log.MAX_TIME_BETWEEN_WRITES = 1_000_000, 3600.0
        for frame in frames:
            frame.timestamp += off_s
            log.on_message_received(frame)
    return path


@pytest.mark.parametrize(
    ("suffix", "off_s"), [(".blf", 1.4), (".asc.gz", 0.0), (".log", -0.8), (".trc", 0.0), (".csv", 0.5), (".db", 0.3)]
)
def test_a_drive_runs_again(
    suffix: str, off_s: float, customer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, made = _logged_as(customer, suffix, tmp_path, off_s), tmp_path / "mine.toml"
    words = ("--dbc", str(DBC), "--nmea", str(customer / "gnss.nmea"), "--out", str(made))
    assert hil("from-log", str(log), *words) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    told = re.search(r"(moved by (\S+) s|laid over the speed), the speeds then differ by (\S+) m/s", out)
    assert told and float(told[3]) < 0.1
    scenario = scenario_file.read(made)
    drive = recorded.load(scenario.own.recording)
    was = [each for each in drive_log.frames(customer / "can.blf")]
    assert [each.frame for each in drive.frames[:200]] == [
        each.frame for each in was[len(was) - len(drive.frames) :][:200]
    ]
    if suffix in (".blf", ".log", ".csv", ".db"):  # these tell UTC: the clock's error is found
        assert float(told[2]) == pytest.approx(-off_s, abs=0.1)
    if suffix == ".blf":
        assert hil("run", str(made), "--defects", "--out", str(tmp_path / "out")) == 0, capsys.readouterr().err
        kept_run = tmp_path / "out" / "runs" / "mine" / "1"
        log.unlink()
        made.unlink()
        assert hil("replay", str(kept_run)) == 0  # it has all that it needs


def test_a_profile_of_the_customers_own_goes_with_it(customer: Path, tmp_path: Path) -> None:
    for suffix in (".toml", ".dbc"):
        (tmp_path / f"car{suffix}").write_bytes(DBC.with_suffix(suffix).read_bytes())
    made = tmp_path / "made" / "mine.toml"
    made.parent.mkdir()
    words = ("--dbc", str(tmp_path / "car.dbc"), "--profile", str(tmp_path / "car.toml"), "--for", "10")
    nmea = ("--nmea", str(customer / "gnss.nmea"), "--out", str(made))
    assert hil("from-log", str(customer / "can.blf"), *words, *nmea) == 0
    for suffix in (".toml", ".dbc"):
        (tmp_path / f"car{suffix}").unlink()
    done = run.one(Task("mine", made, 1, tmp_path))
    assert done.outcome.why == ""
    made.unlink()
    made.with_name("mine_profile.toml").unlink()
    assert hil("replay", str(done.folder)) == 0


def test_road_users_can_be_added_along_the_way(customer: Path, tmp_path: Path) -> None:
    made = tmp_path / "mine.toml"
    words = ("--dbc", str(DBC), "--nmea", str(customer / "gnss.nmea"), "--out", str(made), "--for", "11")
    assert hil("from-log", str(customer / "can.blf"), *words) == 0
    car = '[[actor]]\nname = "car"\nat_m = 40.0\nspeed_mps = 9.0\nact = [{do = "brake", from_s = 5.0, mps2 = 6.0}]\n'
    text = made.read_text().replace('kind = "rule"', 'kind = "warn"\napp = "EBW"', 1)
    made.write_text(text + car + '[[warning]]\nof = "car"\nfrom_s = 5.0\nto_s = 6.0\n')
    done = run.one(Task("mine", made, 1, tmp_path))
    assert done.outcome.why == ""
    was, _ = kept.load(done.folder)
    assert was.scenes[0]["others"][0]["name"] == "car"


def test_what_cannot_be_used_is_said(customer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nmea, made = customer / "gnss.nmea", tmp_path / "mine.toml"

    def fails(log: Path, dbc: Path, nmea: Path, out: Path = made) -> str:
        assert hil("from-log", str(log), "--dbc", str(dbc), "--nmea", str(nmea), "--out", str(out)) == 2
        return capsys.readouterr().err

    blf = customer / "can.blf"
    assert "must end in one of .blf" in fails(nmea, DBC, nmea)
    assert "no such file" in fails(tmp_path / "none.blf", DBC, nmea).lower()
    (tmp_path / "torn.blf").write_bytes(b"LOGG and no more")
    assert "cannot be read" in fails(tmp_path / "torn.blf", DBC, nmea)
    assert "is no DBC" in fails(blf, nmea, nmea)
    assert "knows no frame" in fails(blf, places.vehicles() / "taxi_toyota_tnga.dbc", nmea)
    assert "fewer than two valid RMC" in fails(blf, DBC, DBC)
    assert "must end in .toml" in fails(blf, DBC, nmea, tmp_path / "mine.txt")
    lines = nmea.read_bytes().splitlines(keepends=True)
    (tmp_path / "short.nmea").write_bytes(b"".join(lines[: len(lines) // 3]))
    assert "in common" in fails(blf, DBC, tmp_path / "short.nmea")
    assert not made.exists()


def test_two_clocks_are_found_by_speed_alone() -> None:
    dice = random.Random(1)

    def speed(at_s: float) -> float:
        return 6 + 4 * ((at_s // 7) % 2) + at_s % 7 / 7

    fixes = [
        Fix(1_000_000 + n / 10, LatLon(31.0, 120.0), speed(n / 10) + dice.gauss(0, 0.05), 90.0) for n in range(600)
    ]
    log = [(n / 20 + 0.013, speed(n / 20 + 0.013 + 12.34) + dice.gauss(0, 0.05)) for n in range(800)]
    found = drive_log.align(log, fixes)
    assert found and found[0] == pytest.approx(1_000_012.34, abs=0.03)
    assert drive_log.align([(at_s, 5.0) for at_s, _ in log], fixes) is None


def test_sentences_tell_another_time_and_are_whole() -> None:
    utc_ns = 1_790_000_010_250_000_000  # 2026-09-21 14:13:30.25
    zda = recorded.retimed(sentence("GPZDA,235959.00,31,12,2019,00,00").strip(), utc_ns)
    assert drive_log.sentence_words(zda.strip()) == ["GPZDA", "141330.25", "21", "09", "2026", "00", "00"]
    gsv = sentence("GPGSV,1,1,01,05,45,123,40")
    assert recorded.retimed(gsv.strip(), utc_ns) == gsv
    assert recorded.retimed(b"$GPRMC,broken", utc_ns) == b"$GPRMC,broken\r\n"


def test_a_night_drive_goes_past_midnight(tmp_path: Path) -> None:
    begin_ns = 1_790_035_199_500_000_000  # 2026-09-21 23:59:59.5
    place = LatLon(31.49, 120.36)
    steps = [begin_ns + step * 100_000_000 for step in range(10)]
    path = tmp_path / "night.nmea"
    path.write_bytes(b"".join(gga(utc_ns, place) + rmc(utc_ns, place, 5.0, 90.0) for utc_ns in steps))
    epochs, fixes = drive_log.receiver(path)
    assert [round(each.at_s * 1e9) // 10_000_000 for each in fixes] == [utc_ns // 10_000_000 for utc_ns in steps]
    assert len(epochs) == 10 and fixes[0].place.lat_deg == pytest.approx(place.lat_deg, abs=1e-7)
