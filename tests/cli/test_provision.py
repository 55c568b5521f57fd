"""`obu provision`: a terminal goes into service whole, and never with the bench's anchors."""

import json
from pathlib import Path

import pytest

from obu.cli.main import main
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki
from obu.security import trust
from tests.runtime.test_config import GOOD

MEASURED = """
width_m = 2.95
length_m = 12.0
height_m = 3.2
antenna_ahead_m = 4.0
antenna_right_m = 0.0
vin = "LZYTATE63B1000001"
"""


def obu(path: Path, *words: str) -> int:
    return main(["--lang", "en", "provision", "--config", str(path), "--technician", "Li Wei", *words])


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    bench_pki.make_test(tmp_path / "pki", SystemClock(0).now().utc_ns or 0, 30, 3, 1, False)
    path = tmp_path / "unit.toml"
    path.write_text(GOOD.replace('profile = "city_bus_j1939"\n', f'profile = "city_bus_j1939"\n{MEASURED}'))
    return path


def test_an_anchor_of_the_bench_is_refused(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu(unit) == 1
    said = capsys.readouterr().out
    assert "✓ configuration" in said and "✓ dimensions" in said and "✓ certificates" in said
    assert "✗ trust store: " in said and ": an anchor of the bench, whose key everybody has: remove it" in said
    assert not (unit.parent / "state" / "installation.json").exists()


def test_with_the_operators_trust_it_goes_into_service(
    unit: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The bench's own certificates, taken for an operator's: nobody else's are to be had for a test.
    monkeypatch.setattr(trust.Snapshot, "is_bench", property(lambda _: False))
    kek = unit.parent / "other" / "kek"
    assert main(["key", "kek", str(kek)]) == 0
    unit.write_text(unit.read_text() + '[keys]\nkek_file = "other/kek"\n')
    assert main(["key", "encrypt", "--config", str(unit)]) == 0
    capsys.readouterr()
    assert obu(unit) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"record: {unit.parent}/state/installation.json"
    kept = json.loads((unit.parent / "state" / "installation.json").read_text("utf-8"))
    assert (kept["technician"], kept["profile"]) == ("Li Wei", "city_bus_j1939")
    assert kept["body"]["length_m"] == 12.0 and kept["steps"]["vehicle"] == "LZYTATE63B1000001"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("width_m = 2.95", "", "✗ dimensions and antenna: measure on the vehicle and write in [vehicle]: width_m"),
        ('vin = "LZYTATE63B1000001"', "", "✗ vehicle: write vin in [vehicle]"),
        ('trust = "pki/trust"', 'trust = "nowhere"', "✗ configuration: security.trust"),
        ("height_m = 3.2", 'height = "x"', "✗ configuration: "),
    ],
)
def test_what_is_open_is_named(unit: Path, old: str, new: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    unit.write_text(unit.read_text().replace(old, new))
    assert obu(unit) == 1
    assert why in capsys.readouterr().out


def test_a_pool_that_ends_soon_is_open(tmp_path: Path, unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unit.write_text(unit.read_text() + "[pseudonyms]\nwarn_days = 60\n")
    assert obu(unit) == 1
    assert "✗ certificates: 3 pseudonyms are valid, too few or soon to be: obu cert refill" in capsys.readouterr().out
