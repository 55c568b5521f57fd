"""Anchors that are shipped: each has a row with its source and its fingerprint, and none is a bench's."""

import hashlib
from pathlib import Path

import pytest

from obu.runtime import bench_pki
from obu.security import certificate as certificates
from obu.security.trust import BENCH_ROOT_PREFIX
from tests.security.forge import LIFETIME

CERTS = Path(__file__).parents[2] / "certs"
BENCH = bench_pki.create(LIFETIME).root.certificate.raw


def rows(text: str) -> dict[str, list[str]]:
    """The cells of each row that names a file, by the file."""
    found = (line.strip("| ").split("|") for line in text.splitlines() if line.startswith("| `"))
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in found}


def faults(folder: Path) -> list[str]:
    """What is wrong with the anchors of a folder with roots/, test/ and SOURCES.md."""
    said = rows((folder / "SOURCES.md").read_text("utf-8"))
    files = {path.name: path for part in ("roots", "test") for path in (folder / part).iterdir()}
    files.pop("README.md", None)
    wrong = [f"{name}: has no file" for name in said if name not in files]
    for name, path in files.items():
        raw, cells = path.read_bytes(), said.get(name, [""])
        if cells[-1] != hashlib.new("sm3", raw).hexdigest():
            wrong.append(f"{name}: no row with its SM3")
        if not all(cells):
            wrong.append(f"{name}: a source is missing")
        if path.parent.name == "roots" and certificates.parse(raw).name.startswith(BENCH_ROOT_PREFIX):
            wrong.append(f"{name}: a bench anchor")
    return wrong


def test_what_is_shipped_states_source_and_fingerprint() -> None:
    assert faults(CERTS) == []
    assert "| file | domain | published at | fetched | SM3 of the file |" in (CERTS / "SOURCES.md").read_text("utf-8")


SOUND = hashlib.new("sm3", BENCH).hexdigest()


@pytest.mark.parametrize(
    ("place", "row", "wrong"),
    [
        ("test", f"| `a.cert` | us | {SOUND} |", []),
        ("test", f"| `a.cert` | | {SOUND} |", ["a.cert: a source is missing"]),
        ("test", f"| `a.cert` | us | {'0' * 64} |", ["a.cert: no row with its SM3"]),
        ("test", "", ["a.cert: no row with its SM3", "a.cert: a source is missing"]),
        ("test", f"| `a.cert` | us | {SOUND} |\n| `b.cert` | us | {SOUND} |", ["b.cert: has no file"]),
        ("roots", f"| `a.cert` | d | us | then | {SOUND} |", ["a.cert: a bench anchor"]),
    ],
    ids=["sound", "no source", "another", "no row", "no file", "bench"],
)
def test_what_is_missing_would_be_found(tmp_path: Path, place: str, row: str, wrong: list[str]) -> None:
    for part in ("roots", "test"):
        (tmp_path / part).mkdir()
    (tmp_path / place / "a.cert").write_bytes(BENCH)
    (tmp_path / "SOURCES.md").write_text(row, "utf-8")
    assert faults(tmp_path) == wrong
