"""`obu bundle`: what release engineers and technicians type."""

from pathlib import Path

import pytest

from obu.cli.main import main
from tests.runtime.test_bundle import Workshop


def obu(*words: str | Path) -> int:
    return main(["--lang", "en", "bundle", *map(str, words)])


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def build(workshop: Workshop, *more: str | Path) -> int:
    words = ("--product", "host", "--hardware", "x86_64,aarch64", "--version", "1.2.0", "--counter", "3")
    return obu("build", workshop.source, *words, "--signer", workshop.signer, "--out", workshop.out, *more)


def test_built_then_verified(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(workshop) == 0
    assert "host 1.2.0 (counter 3)" in capsys.readouterr().out
    assert obu("verify", workshop.out, "--trust", workshop.trust) == 0
    said = capsys.readouterr().out
    assert "holds: host 1.2.0, counter 3, for x86_64, aarch64, cp3" in said and "2 files" in said


def test_a_changed_one_is_one_sentence(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(workshop) == 0
    octets = bytearray(workshop.out.read_bytes())
    workshop.out.write_bytes(octets[:-30])
    capsys.readouterr()
    assert obu("verify", workshop.out, "--trust", workshop.trust) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "not a bundle, or cut off" in said.err


def test_a_place_that_cannot_be_written_is_one_sentence(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(workshop, "--out", workshop.source / "no" / "such" / "folder") == 2
    assert "name another file with --out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--version", "1.2-rc"), "would be refused: bad_manifest: version"),
        (("--counter", "-1"), "would be refused: bad_manifest: counter"),
        (("--signer", "nowhere.toml"), "nowhere.toml: no such file"),
        (("--hardware", ""), "would be refused: bad_manifest: hardware"),
    ],
)
def test_what_would_be_refused_is_not_built(
    workshop: Workshop, more: tuple[str, str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(workshop, *more) == 2
    assert why in capsys.readouterr().err
    assert not workshop.out.exists()
