"""`obu check sm2 --vectors FILE`: each row through the unit's back end, or one sentence that says which row is none."""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from obu.cli.main import main
from obu.core.frames import JobOutcome
from obu.drivers import crypto_self_test, libcrypto
from tests.security.forge import sm2_e

CASES = tomllib.loads((Path(__file__).parents[1] / "vectors" / "sm2.toml").read_text("utf-8"))["case"]
N = crypto_self_test.ORDERS["sm2"]


def rows() -> list[dict[str, object]]:
    """The published examples, as they are and spoilt; what is spoilt says valid: false."""
    made: list[dict[str, object]] = []
    for case in CASES:
        point = b"\x04" + bytes.fromhex(case["x"] + case["y"])
        e = sm2_e(bytes.fromhex(case["user_id"]), point, bytes.fromhex(case["message"]))
        good = {"pub": case["x"] + case["y"], "e": e.hex(), "r": case["r"], "s": case["s"], "valid": True}
        default_id = sm2_e(b"an id of nobody", point, bytes.fromhex(case["message"])).hex()
        made += [
            {**good, "comment": case["source"], "tcId": 7},
            {**good, "r": good["r"].upper()},
            {**good, "e": default_id, "valid": False},
            {**good, "e": hashlib.sha256(e).hexdigest(), "valid": False},
            {**good, "s": f"{N - int(case['s'], 16):064x}", "valid": False},
            {**good, "s": f"{N - int(case['r'], 16):064x}", "valid": False},
            {**good, "r": "00" * 32, "valid": False},
            {**good, "pub": "11" * 64, "valid": False},
        ]
    return made


def run(tmp_path: Path, content: object) -> int:
    path = tmp_path / "vectors.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return main(["--lang", "en", "check", "sm2", "--vectors", str(path)])


def test_all_as_expected_without_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps(rows()), "utf-8")
    done = subprocess.run([sys.executable, "-m", "obu", "check", "sm2", "--vectors", str(path)],
                          capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(rows())} of {len(rows())} as expected\n", "")


def test_mismatches_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = rows()
    wrong[0]["valid"] = False
    wrong[6]["valid"] = True
    assert run(tmp_path, wrong) == 1
    assert capsys.readouterr().out.splitlines() == [
        "row 1: valid false, judged ok",
        "row 7: valid true, judged bad_signature",
        f"{len(wrong) - 2} of {len(wrong)} as expected",
    ]


def test_a_back_end_that_fails_is_never_as_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libcrypto.Libcrypto, "verify", lambda *_: JobOutcome.BACKEND_FAILED)
    assert run(tmp_path, rows()) == 1
    assert capsys.readouterr().out.endswith(f"0 of {len(rows())} as expected\n")


def without(key: str) -> list[dict[str, object]]:
    return [rows()[0], {name: value for name, value in rows()[1].items() if name != key}]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ({"pub": ""}, "not a JSON list"),
        ([1], "row 1: not an object"),
        (without("pub"), "row 2: pub: 128 hex digits"),
        (without("e"), "row 2: e: 64 hex digits"),
        (without("valid"), "row 2: valid: true or false"),
        ([{**rows()[0], "valid": "no"}], "row 1: valid: true or false"),
        ([{**rows()[0], "s": "00" * 33}], "row 1: s: 64 hex digits"),
        ([{**rows()[0], "s": "zz" * 32}], "row 1: s: 64 hex digits"),
        ([{**rows()[0], "r": 5}], "row 1: r: 64 hex digits"),
    ],
)
def test_a_file_that_is_none_is_told_by_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: object, says: str
) -> None:
    assert run(tmp_path, content) == 2
    said = capsys.readouterr()
    assert says in said.err and said.out == "" and said.err.count("\n") == 1


def test_the_file_and_the_word_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "check", "sm2"]) == 2
    assert main(["--lang", "en", "check", "--vectors", str(tmp_path / "none.json")]) == 2
    assert main(["--lang", "en", "check", "sm2", "--vectors", str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err
