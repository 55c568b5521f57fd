"""`obu trust`: what is shown, what is taken over, and the sentence for what is not."""

import time
from pathlib import Path

import pytest

from obu.cli.main import main
from obu.core.now import NS_PER_S, V2X_EPOCH_UNIX_S
from obu.runtime import bench_pki
from obu.security import certificate as certificates
from obu.security.issuing_lists import Dates

DAY_S = 86_400


@pytest.fixture
def made(tmp_path: Path):
    folder = tmp_path / "pki"
    return folder, bench_pki.make_test(folder, time.time_ns(), 30, 1, 1)


def now_s() -> int:
    return time.time_ns() // NS_PER_S - V2X_EPOCH_UNIX_S


def obu(folder: Path, *words: object, lang: str = "en") -> int:
    return main(["--lang", lang, "trust", "--store", str(folder / "trust"), *map(str, words)])


def revocation(folder: Path, pki: bench_pki.BenchPki, path: Path, age_s: int = 60) -> Path:
    victim = certificates.parse(next((folder / "neighbours/00/certs").iterdir()).read_bytes())
    path.write_bytes(pki.revoke([victim], Dates(now_s() - age_s, now_s() + DAY_S), time.time_ns()))
    return path


def test_a_list_is_taken_over_and_shown(made, tmp_path, capsys) -> None:
    folder, pki = made
    assert obu(folder, "update", revocation(folder, pki, tmp_path / "a.crl")) == 0
    assert "taken over (revocations)" in capsys.readouterr().out
    assert obu(folder, "show") == 0
    shown = capsys.readouterr().out
    assert "OBU BENCH ROOT" in shown and "OBU BENCH PCA" in shown and "revocations  1" in shown
    assert obu(folder, "show", lang="zh") == 0
    assert "撤销条目  1" in capsys.readouterr().out


def test_a_list_that_is_refused_says_why_and_exits_1(made, tmp_path, capsys) -> None:
    folder, pki = made
    new, old = revocation(folder, pki, tmp_path / "new.crl"), revocation(folder, pki, tmp_path / "old.crl", 90)
    assert obu(folder, "update", new) == 0
    capsys.readouterr()
    assert obu(folder, "update", old, lang="zh") == 1
    assert capsys.readouterr().out == f"{old}：未采用：比现有列表旧\n"
    spoilt = tmp_path / "spoilt.crl"
    spoilt.write_bytes(revocation(folder, pki, tmp_path / "newer.crl", 30).read_bytes()[:-1] + b"\0")
    assert obu(folder, "update", spoilt) == 1
    assert "its signature is wrong" in capsys.readouterr().out


def test_an_anchor_is_added_once_and_only_if_it_holds(made, tmp_path, capsys) -> None:
    folder, _ = made
    other = bench_pki.create(bench_pki.Lifetime(time.time_ns(), DAY_S), "second")
    root = tmp_path / "second.cert"
    root.write_bytes(other.root.certificate.raw)
    assert obu(folder, "add", root) == 0
    assert obu(folder, "add", root) == 2
    assert "is there already" in capsys.readouterr().err
    end = tmp_path / "end.cert"
    end.write_bytes(other.cra.certificate.raw)
    assert obu(folder, "add", end) == 2
    assert "neither root nor authority" in capsys.readouterr().err
    assert sorted(path.name for path in (folder / "trust").glob("*.cert")) == [
        *["eca.cert", "pca.cert", "root.cert", "second.cert"]
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("update", "no/such.crl"), "No such file"),
        (("update", "list.bin"), "its name must end in .trcl, .ctl, .crl"),
        (("add", "no/such.cert"), "No such file"),
    ],
)
def test_a_mistake_is_one_sentence(made, capsys, words, said) -> None:
    assert obu(made[0], *words) == 2
    assert said in capsys.readouterr().err


def test_a_store_that_is_not_there_names_the_fix(tmp_path, capsys) -> None:
    assert obu(tmp_path, "show") == 2
    assert "obu cert make-test" in capsys.readouterr().err
