"""`obu cert`: a bench PKI that a unit can use at once, and that is never made over anybody's files."""

from pathlib import Path

import pytest

from obu.cli.main import main
from obu.drivers import key_file, libcrypto
from obu.security import pseudonym, trust


def certificates(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.cert"))}


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    folder = tmp_path / "pki"
    assert main(["cert", "make-test", str(folder), "--pool", "3", "--neighbours", "2", "--days", "2"]) == 0
    return folder


def test_make_test_is_a_whole_set(pki: Path) -> None:
    snapshot = trust.build(certificates(pki / "trust"), libcrypto.load().verifies)
    assert snapshot.is_bench
    sizes = {"unit": 3, "rsu": 1, "neighbours/00": 1, "neighbours/01": 1}
    seen = set()
    for name, size in sizes.items():
        keys = key_file.open_folder(pki / name / "keys")
        pool = pseudonym.pair(certificates(pki / name / "certs"), keys.points())
        assert len(pool) == size
        for credential in pool:
            certificate = credential.certificate
            assert trust.chain_fault(certificate, snapshot.authorities[certificate.issuer or b""]) is None
            assert certificate.permits(3620 if name == "rsu" else 111)
            seen.add(certificate.point)
    assert len(seen) == sum(sizes.values())


def test_only_the_owner_may_read_it(pki: Path) -> None:
    for path in pki.rglob("*"):
        if path.suffix == ".pem":
            assert path.stat().st_mode & 0o777 == 0o600
        if path.is_dir():
            assert path.stat().st_mode & 0o777 == 0o700


def test_an_older_set_is_replaced_only_when_told_to(pki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = certificates(pki / "trust")
    assert main(["--lang", "en", "cert", "make-test", str(pki)]) == 2
    assert "--force" in capsys.readouterr().err
    assert certificates(pki / "trust") == before
    assert main(["cert", "make-test", str(pki), "--force", "--pool", "2"]) == 0
    assert certificates(pki / "trust") != before
    assert len(certificates(pki / "unit" / "certs")) == 2


def test_what_it_did_not_make_it_does_not_touch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "unit").mkdir()
    (tmp_path / "unit" / "mine.txt").write_text("mine")
    assert main(["--lang", "en", "cert", "make-test", str(tmp_path), "--force"]) == 2
    assert "was not made by make-test" in capsys.readouterr().err
    assert (tmp_path / "unit" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ["消息签名证书", "应用 AID: 111, 112"]), ("en", ["end entity", "AIDs: 111, 112"]),
])  # fmt: skip
def test_show(pki: Path, capsys: pytest.CaptureFixture[str], lang: str, words: list[str]) -> None:
    capsys.readouterr()
    assert main(["--lang", lang, "cert", "show", str(pki / "unit" / "certs" / "00.cert")]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words)
    assert main(["--lang", lang, "cert", "show", str(pki / "trust" / "root.cert")]) == 0
    assert "OBU BENCH ROOT" in capsys.readouterr().out


def test_show_says_what_is_wrong(pki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "cert", "show", str(pki / "unit" / "keys" / "00.pem")]) == 2
    assert "not a usable certificate" in capsys.readouterr().err
    assert main(["--lang", "en", "cert", "show", str(pki / "absent")]) == 2
    assert "No such file" in capsys.readouterr().err
