"""The project installs as it says: the locks, the wheel and what is in it, the console command, the way to a pip."""

import ast
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import sysconfig
import threading
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import requires
from pathlib import Path
from types import ModuleType

import pytest
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
GROUPS = ("run", "test", "bench", "technician", "sumo", "lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def lock(group: str) -> str:
    return (ROOT / "requirements" / f"{group}.txt").read_text("utf-8")


def pins(group: str) -> dict[str, str]:
    """Package to version, of this Python: some have another for another."""
    found = re.findall(r"^([a-z0-9-]+)==(\S+) ; ([^\\]+)", lock(group), re.MULTILINE)
    return {name: version for name, version, marker in found if Marker(marker).evaluate()}


@pytest.mark.parametrize("group", GROUPS)
def test_every_pin_has_a_hash_and_no_lock_names_an_index(group: str) -> None:
    entries = re.split(r"\n(?=[a-z])", lock(group).partition("\n")[2])
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+ .*\\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n?)+$", entry), entry
    assert not re.search(r"://|--index|--find-links|@ ", lock(group))


def test_the_locks_agree_with_each_other_and_with_the_project() -> None:
    together: dict[str, str] = {}
    for group in GROUPS:
        for name, version in pins(group).items():
            assert together.setdefault(name, version) == version, f"{name} differs in {group}"
    own, extras = PROJECT["tool"]["obu"]["lock"], PROJECT["project"]["optional-dependencies"]
    for group, wanted in (("run", [*PROJECT["project"]["dependencies"], *own["build"]]), *extras.items()):
        for requirement in wanted:
            name, _, version = re.sub(r"\[.*\]", "", requirement).partition("==")
            name = re.split("[<>=]", name)[0]
            assert pins(group)[name] == (version or pins(group)[name]), f"run `make lock`: {requirement}"
    assert PROJECT["build-system"]["requires"] == [f"hatchling=={pins('run')['hatchling']}"]


def test_what_is_shipped_needs_no_library_of_the_bench_or_of_development() -> None:
    shipped = set(pins("run"))
    assert not shipped & {
        "pytest",
        "hypothesis",
        "mypy",
        "ruff",
        "playwright",
        "pycrate",
        "pycryptodome-test-vectors",
        "cryptography",
        "gmssl",
        "uv",
    }


def test_the_tests_run_on_what_is_locked() -> None:
    """An environment changed by hand would let a test pass that fails on a fresh machine."""
    for group in ("run", "test", "bench"):
        for name, version in pins(group).items():
            assert importlib.metadata.version(name) == version, f"{name}: run `make test`"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_unit_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / "obu").rglob("*.py")}
    expected |= {f"obu/codec/asn1/{path.name}" for path in (ROOT / "obu/codec/asn1").glob("*.asn")}
    expected |= {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "obu/screen/static").rglob("*") if path.is_file()
    }
    expected |= {f"obu/_data/dbc/{path.name}" for path in (ROOT / "dbc").iterdir()}
    assert expected <= names
    assert {name.split("/")[0] for name in names} == {
        "obu",
        next(name for name in names if "dist-info" in name).split("/")[0],
    }


def test_the_installed_wheel_has_the_command_and_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    words = ["install", "-q", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *words], check=True, timeout=60)
    (purelib,) = home.glob("lib/python*/site-packages")
    # The libraries are borrowed from here; a path file within a borrowed folder is not read, so the checkout is not.
    (purelib / "borrowed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")

    def said(*words: str) -> str:
        done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        return done.stdout

    assert "run" in said(str(home / "bin" / "obu"), "--lang", "en", "--help")
    place = "import obu; from obu.runtime import places; print(obu.__file__); print(places.vehicles())"
    module, vehicles = said(str(python), "-I", "-c", place).split()
    assert Path(module).is_relative_to(home) and Path(vehicles).is_relative_to(home)
    assert any(Path(vehicles).glob("*.dbc"))


def test_the_metadata_asks_for_what_the_project_lists(wheel: Path) -> None:
    (name,) = (name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("METADATA"))
    metadata = zipfile.ZipFile(wheel).read(name).decode()
    plain = re.findall(r"^Requires-Dist: ([^;\n]+)$", metadata, re.MULTILINE)
    assert sorted(plain) == sorted(PROJECT["project"]["dependencies"])
    assert requires("obu")


# The set-up's way to a pip on a machine that has none: the file that the lock names, from the index pip is told of.


@pytest.fixture
def pip_source(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    return importlib.import_module("pip_source")


@pytest.fixture
def index() -> Iterator[tuple[str, bytes]]:
    """A package index with one wheel: its address, and the wheel's bytes."""
    wheel = b"not really a wheel"
    name = "pip-1.2-py3-none-any.whl"
    pages = {"/simple/pip/": f'<a href="../../files/{name}#sha256=0">{name}</a>'.encode(), f"/files/{name}": wheel}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/simple", wheel
    server.shutdown()
    thread.join()
    server.server_close()


def settings_of(pip_source: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A configuration file of pip's that names the index, and nothing else of this machine's."""
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nindex-url = {address}\n", "utf-8")
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "PROXY", "CERT"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    assert pip_source.settings()["index-url"] == address


def test_a_pip_is_fetched_by_its_hash(
    pip_source: ModuleType, index: tuple[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, wheel = index
    settings_of(pip_source, tmp_path, monkeypatch, address)
    text = f"pip==1.2 ; sys_platform == 'linux' \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:"
    (tmp_path / "lock.txt").write_text(text + hashlib.sha256(wheel).hexdigest() + "\n", "utf-8")
    path = Path(pip_source._fetch(str(tmp_path / "lock.txt"), str(tmp_path)))
    assert path.read_bytes() == wheel


def test_another_pip_is_refused(
    pip_source: ModuleType, index: tuple[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(pip_source, tmp_path, monkeypatch, index[0])
    (tmp_path / "lock.txt").write_text(f"pip==1.2 \\\n    --hash=sha256:{'0' * 64}\n", "utf-8")
    with pytest.raises(ValueError, match="not the one the lock names"):
        pip_source._fetch(str(tmp_path / "lock.txt"), str(tmp_path))
    assert not list(tmp_path.glob("*.whl"))


def test_the_lock_pins_pip_for_it(pip_source: ModuleType) -> None:
    version, digests = pip_source.pinned(str(ROOT / "requirements/run.txt"))
    assert version == pins("run")["pip"] and digests


def test_the_set_up_reads_on_an_old_python() -> None:
    """So that a machine with nothing newer gets its one sentence, not a SyntaxError."""
    first = ("setup_env.py", "interpreters.py", "pip_source.py")
    for name in (*first, "system_tools.py", "micropython.py", "debian_root.py"):
        ast.parse((ROOT / ".ci" / name).read_text("utf-8"), feature_version=(3, 7))


def test_an_unsuitable_python_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    interpreters = importlib.import_module("interpreters")
    old = interpreters.Interpreter("/usr/bin/python3", (3, 9, 2), [], "")
    bare = interpreters.Interpreter("/usr/bin/python3", (3, 12, 3), ["venv", "SM3 in its OpenSSL"], "")
    for found, word in (([], "none"), ([old], "3.9.2"), ([old, bare], "lacks venv, SM3 in its OpenSSL")):
        monkeypatch.setattr(interpreters, "probe", lambda name, found=found: found.pop(0) if found else None)
        with pytest.raises(interpreters.Refused, match=word) as refusal:
            interpreters.choose()
        assert "apt-get install python3" in str(refusal.value) and "\n" not in str(refusal.value)
