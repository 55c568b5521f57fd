"""The console command: verbs by folder, one sentence for our own faults, Chinese unless asked otherwise."""

import platform
import re
import subprocess
import sys

import pytest

from obu.cli import main
from obu.drivers import libcrypto


def obu(*words, env=None):
    import os

    return subprocess.run([sys.executable, "-m", "obu", *words], capture_output=True, text=True, check=False,
                          env={**os.environ, **(env or {})})  # fmt: skip


def test_help_lists_every_verb_in_the_asked_language():
    chinese, english = obu("--help"), obu("--lang", "en", "--help")
    for verb in main.verbs():
        for said in (chinese.stdout, english.stdout):
            assert re.search(rf"^ +{verb}\s", said, re.MULTILINE)
    assert "显示" in chinese.stdout
    assert "显示" not in english.stdout.replace("输出语言", "")


@pytest.mark.parametrize("verb", main.verbs())
def test_each_verb_has_a_help_text_without_opening_anything(verb):
    done = obu("--lang", "en", verb, "--help")
    assert done.returncode == 0
    assert "usage: obu" in done.stdout


def test_a_missing_configuration_is_one_sentence(tmp_path):
    for verb in ("run", "status", "listen"):
        done = obu("--lang", "en", verb, "--config", str(tmp_path / "none.toml"))
        assert done.returncode == 2
        assert done.stderr == f"obu {verb}: {tmp_path}/none.toml: no such file\n"


def test_an_odd_locale_does_not_garble_chinese():
    done = obu("check", env={"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""})
    assert "需要 3.11 以上" in done.stdout


def test_check_exits_0_when_nothing_needed_is_missing_and_names_the_broken_configuration(tmp_path):
    assert obu("check").returncode == 0
    bad = tmp_path / "unit.toml"
    bad.write_text("x = 1")
    done = obu("--lang", "en", "check", "--config", str(bad))
    assert done.returncode == 1
    assert f"FAIL  configuration    {bad}: x: no such key" in done.stdout


def test_check_tells_where_sm2_is_not_signed_in_software(monkeypatch, capsys):
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(libcrypto.Libcrypto, "version", "OpenSSL 3.5.1 1 Jul 2025")
    assert main.main(["--lang", "en", "check"]) == 0
    said = capsys.readouterr().out
    assert "note  SM2 signing      OpenSSL 3.5.1 1 Jul 2025 on aarch64 leaks SM2 keys" in said
    assert "TPM" in said
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    main.main(["--lang", "en", "check"])
    assert "ok    SM2 signing      no known leak" in capsys.readouterr().out


def test_status_without_a_unit_names_the_command(tmp_path):
    from tests.runtime.test_config import GOOD

    path = tmp_path / "unit.toml"
    path.write_text(GOOD)
    done = obu("--lang", "en", "status", "--config", str(path))
    assert done.returncode == 2
    assert "obu run --config" in done.stderr
