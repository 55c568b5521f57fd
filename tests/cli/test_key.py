"""`obu key`: keys are made, listed and encrypted, and not one of them is ever shown."""

import platform
from pathlib import Path

import pytest

from obu.cli.main import main
from obu.core.errors import LocalError
from obu.drivers import key_file, libcrypto
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki, config, wiring
from tests.conftest import softhsm_module
from tests.key_devices import SoftHsm, Swtpm
from tests.runtime.test_config import GOOD


@pytest.fixture(autouse=True)
def machine_without_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """On aarch64 a newer libcrypto would be refused for SM2; here that is not the matter."""
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """A configuration of a bench unit with two plain keys."""
    bench_pki.make_test(tmp_path / "pki", SystemClock(0).now().utc_ns or 0, 30, 2, 1, False)
    path = tmp_path / "unit.toml"
    path.write_text(GOOD)
    return path


def obu(*words: str | Path) -> int:
    return main(["--lang", "en", "key", *map(str, words)])


def with_kek(path: Path) -> Path:
    path.write_text(GOOD + '[keys]\ntype = "file"\nkek_file = "other/kek"\n')
    return path


def test_the_life_of_a_key(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu("list", "--config", unit) == 0
    before = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in before] == [["00", "sm2"], ["01", "sm2"]]
    assert obu("kek", unit.parent / "other" / "kek") == 0
    assert "another medium" in capsys.readouterr().out
    with_kek(unit)
    assert obu("list", "--config", unit) == 2
    assert "00.pem is not encrypted; run: obu key encrypt" in capsys.readouterr().err
    assert obu("encrypt", "--config", unit) == 0
    assert "2 keys encrypted" in capsys.readouterr().out
    assert obu("create", "spare", "--curve", "p256", "--config", unit) == 0
    made = capsys.readouterr().out.strip()
    assert obu("list", "--config", unit) == 0
    assert capsys.readouterr().out.splitlines() == [*before, made]
    assert not list(unit.parent.glob("pki/unit/keys/*.pem"))
    wiring.check(config.read(unit))


def test_no_key_is_shown(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = unit.parent / "pki/unit/keys"
    store = key_file.open_folder(folder)
    secrets = [libcrypto.load().dump_private(key)[36:68].hex() for key in store._keys.values()]
    obu("kek", unit.parent / "other" / "kek")
    secrets.append((unit.parent / "other" / "kek").read_text().strip())
    obu("list", "--config", unit)
    with_kek(unit)
    obu("encrypt", "--config", unit)
    obu("create", "new", "--config", unit)
    obu("list", "--config", unit)
    said = capsys.readouterr()
    assert said.out and not any(secret in said.out + said.err for secret in secrets)


def test_a_key_is_never_written_over(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu("create", "00", "--config", unit) == 2
    assert "never written over" in capsys.readouterr().err
    assert obu("kek", unit) == 2
    assert "never written over" in capsys.readouterr().err


def test_names_that_would_leave_the_folder_are_refused(unit: Path) -> None:
    for name in ("../x", "a/b", ".", "a.b", "", "n" * 65):
        with pytest.raises(SystemExit) as caught:
            obu("create", name, "--config", unit)
        assert caught.value.code == 2


def test_the_first_key_makes_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "unit.toml"
    path.write_text(GOOD)
    assert obu("create", "00", "--config", path) == 0
    assert (tmp_path / "pki/unit/keys").stat().st_mode & 0o777 == 0o700
    assert list(key_file.open_folder(tmp_path / "pki/unit/keys").points()) == ["00"]


@pytest.mark.needs("swtpm")
def test_keys_and_a_kek_of_a_tpm(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chip, sealed = Swtpm(), unit.parent / "sealed"
    assert obu("kek", sealed, "--tpm", chip.device, "--pcr", "7,0") == 0
    assert f"sealed by {chip.device}" in capsys.readouterr().out
    unit.write_text(GOOD + f'[keys]\nkek_file = "sealed"\nkek_device = "{chip.device}"\n')
    assert obu("encrypt", "--config", unit) == 0
    wiring.check(config.read(unit))
    capsys.readouterr()
    unit.write_text(GOOD + f'[keys]\ntype = "tpm"\ndevice = "{chip.device}"\n')
    for curve in ("sm2", "p256"):
        assert obu("create", f"t-{curve}", "--curve", curve, "--config", unit) == 0
    made = capsys.readouterr().out.splitlines()
    assert obu("encrypt", "--config", unit) == 2
    assert "keys.type: only key files are encrypted" in capsys.readouterr().err
    chip.remove()
    assert obu("list", "--config", unit) == 0  # the public halves are known without it
    assert sorted(made) == capsys.readouterr().out.splitlines()
    assert obu("create", "more", "--config", unit) == 2
    assert f"the TPM at {chip.device} is away" in capsys.readouterr().err


@pytest.mark.needs("softhsm")
def test_keys_of_a_token(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hsm = SoftHsm(softhsm_module() or "")
    assert obu("find", "--config", unit) == 2
    assert "keys.type: only a PKCS#11 token" in capsys.readouterr().err
    hsm.put("factory", _p256_pem(unit.parent))
    words = f'type = "pkcs11"\nmodule = "{hsm.module}"\ntoken = "{hsm.token}"\npin_file = "{hsm.pin_file}"\n'
    unit.write_text(GOOD.replace("pki/unit/keys", "token") + f"[keys]\n{words}")
    assert obu("create", "00", "--config", unit) == 2
    assert "PKCS#11 has no SM2" in capsys.readouterr().err
    assert obu("create", "00", "--curve", "p256", "--config", unit) == 0
    made = capsys.readouterr().out
    assert obu("find", "--config", unit) == 0
    found = capsys.readouterr().out
    assert made.startswith("00  p256  0") and found.startswith("factory  p256  0")
    assert obu("list", "--config", unit) == 0
    assert capsys.readouterr().out == made + found
    hsm.remove()


def _p256_pem(folder: Path) -> Path:
    key_file.create(folder / "factory", "made", "p256")
    return folder / "factory" / "made.pem"


def test_pcrs_want_a_tpm_and_are_numbers(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu("kek", unit.parent / "k", "--pcr", "7") == 2
    assert "--pcr needs --tpm" in capsys.readouterr().err
    for word in ("24", "-1", "x", "1,,2"):
        with pytest.raises(SystemExit):
            obu("kek", unit.parent / "k", "--tpm", "/dev/tpmrm0", f"--pcr={word}")
    assert obu("kek", unit.parent / "k", "--tpm", unit.parent / "no-tpm") == 2
    assert "is away" in capsys.readouterr().err and not (unit.parent / "k").exists()


def test_encrypt_wants_a_kek(unit: Path) -> None:
    with pytest.raises(LocalError, match=r"keys\.kek_file: is missing"):
        key_file.encrypt(unit.parent / "pki/unit/keys", key_file.Options())
    assert obu("encrypt", "--config", unit) == 2
