"""Who may import whom: the table of the rooms, one door for each library, and nothing impure in a pure room.

The rule of this file: the tables below are the design; the code is made to fit them, not they to the code.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The rooms that are stepped, replayed and simulated: an instant comes in as a value, and so does every byte.
PURE = [
    *["core", "codec", "can_input", "positioning", "link", "apps", "hmi"],
    *["security", "stack", "scene", "station", "feed"],
]
MAY_IMPORT = {
    "core": [],
    "codec": ["core"],
    "can_input": ["core"],
    "positioning": ["core"],
    "link": ["core"],
    "apps": ["core"],
    "hmi": ["core"],
    "drivers": ["core"],
    "feed": ["core"],
    "security": ["codec", "core"],
    "stack": ["security", "codec", "core"],
    "scene": ["core", "positioning", "codec.messages"],
    "station": [
        *["core", "codec", "can_input", "positioning", "link", "apps", "hmi"],
        *["security", "stack", "scene"],
    ],
    "screen": ["core", "feed"],
    "runtime": [*PURE, "drivers"],
    "cli": [*PURE, "drivers", "runtime", "screen"],
}

IMPURE_MODULES = {
    *["_thread", "asyncio", "concurrent", "multiprocessing", "queue", "sched", "signal", "threading"],
    *["fcntl", "http", "select", "selectors", "socket", "socketserver", "ssl", "subprocess", "syslog", "urllib"],
    *["glob", "io", "mmap", "os", "pathlib", "pickle", "shelve", "shutil", "sqlite3", "tempfile", "tomllib"],
    *["builtins", "logging", "random", "secrets", "time", "uuid"],
}
IMPURE_CALLS = {"open", "input", "print", "eval", "exec", "breakpoint"}
CLOCK_CALLS = {"now", "utcnow", "today"}  # of datetime and date
# The compiler runs before anything else does, and writes obu/codec/generated/; nothing else of the codec sees a file.
PURE_BUT_FOR = {"obu/codec/compiler/__main__.py": {"pathlib"}}
# Declarations of typed messages become functions as those of dataclasses do: from our own text, once, at import.
MAY_CALL = {"obu/codec/messages/record.py": {"exec"}}

# Libraries, and the part of the standard library that is as strong as one: the files where they may be imported.
DOORS = {
    "asn1tools": ["obu/codec/compiler/sources.py"],
    "can": ["obu/drivers/can_*.py", "obu/drivers/isotp.py", "hil/*"],
    "cantools": ["obu/can_input/dbc.py", "hil/from_log.py"],
    "cryptography": ["obu/drivers/*"],
    "ctypes": ["obu/drivers/*"],
    "dpkt": ["obu/drivers/capture.py"],
    "isotp": ["obu/drivers/isotp.py"],
    "microdot": ["obu/screen/*"],
    "mpremote": ["obu/drivers/board_repl.py"],
    "msgpack": ["obu/drivers/can_multicast.py"],
    "libsumo": ["hil/traffic/sumo.py"],
    "msgspec": ["obu/runtime/strict.py", "obu/runtime/config.py", "hil/scenario*"],
    "numpy": ["hil/traffic/learned.py"],
    "playwright": ["hil/screens.py"],
    "pynmea2": ["obu/positioning/nmea.py"],
    "sklearn": ["hil/traffic/learned.py"],
    "serial": ["obu/drivers/serial_line.py", "hil/instruments/*", "hil/scpi.py"],
    "tomlkit": ["obu/runtime/config_edit.py"],
}
OUTSIDE = ("hil", "tests", "firmware_shims")  # what obu never imports


@dataclass(frozen=True, slots=True)
class Use:
    """A name with dots that a file imports or calls, and the line where it does."""

    line: int
    name: str


def imports(tree: ast.AST, package: str) -> Iterator[Use]:
    """Every import, also inside functions and by a constant name; `from a import b` counts as a.b."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (Use(node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                start = ".".join([*base, *([module] if module else [])])
                yield from (Use(node.lineno, f"{start}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(module)), *_]
            ):
                if name in ("import_module", "__import__"):
                    yield Use(node.lineno, module)


def calls(tree: ast.AST) -> Iterator[Use]:
    """Calls by a bare name, and the clock methods of datetime and date."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield Use(node.lineno, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date") | ast.Attribute(), attr=name)):
                if name in CLOCK_CALLS:
                    yield Use(node.lineno, f"datetime.{name}")


def is_under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def faults(path: str, source: str) -> list[str]:
    """What a file of obu/ or hil/ does against the tables, one sentence each."""
    tree = ast.parse(source)
    package = ".".join(Path(path).parent.parts)
    used = list(imports(tree, package))
    found = [*_through_a_wrong_door(path, used)]
    if path.startswith("obu/"):
        found += [*_across_rooms(path, used), *_to_the_outside(used)]
    if room_of(path) in PURE:
        found += _impure(path, used, list(calls(tree)))
    return [f"{path}:{fault}" for fault in found]


def room_of(path: str) -> str:
    """'codec' for obu/codec/uper.py; '' for the files of obu/ itself, which only name the version and the command."""
    parts = Path(path).parts
    return parts[1] if parts[0] == "obu" and len(parts) > 2 else ""


def _across_rooms(path: str, used: list[Use]) -> Iterator[str]:
    room = room_of(path)
    allowed = [f"obu.{name}" for name in ([room, *MAY_IMPORT[room]] if room else ["cli"])]
    for use in used:
        is_version = use.name in ("obu", "obu.__version__")
        if is_under(use.name, "obu") and not is_version and not any(is_under(use.name, name) for name in allowed):
            yield f"{use.line}: {room or 'obu'} may not import {use.name}"


def _to_the_outside(used: list[Use]) -> Iterator[str]:
    for use in used:
        if use.name.split(".")[0] in OUTSIDE:
            yield f"{use.line}: obu never imports {use.name}"


def _through_a_wrong_door(path: str, used: list[Use]) -> Iterator[str]:
    ours = {"obu", *OUTSIDE}
    for use in used:
        library = use.name.split(".")[0]
        if library in DOORS:
            if not any(fnmatch(path, door) for door in DOORS[library]):
                yield f"{use.line}: {library} comes in only by {', '.join(DOORS[library])}"
        elif library not in ours and library not in sys.stdlib_module_names:
            yield f"{use.line}: {library} has no door; docs/dependencies.md says how a library gets one"


def _impure(path: str, used: list[Use], called: list[Use]) -> Iterator[str]:
    excused = PURE_BUT_FOR.get(path, set())
    for use in used:
        module = use.name.split(".")[0]
        if module in IMPURE_MODULES and module not in excused:
            yield f"{use.line}: a pure room may not import {module}"
    for use in called:
        if not excused and use.name not in MAY_CALL.get(path, set()):
            yield f"{use.line}: a pure room may not call {use.name}()"


def files(folder: str) -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", [*files("obu"), *files("hil")])
def test_imports_keep_the_table(path: str) -> None:
    assert faults(path, (ROOT / path).read_text("utf-8")) == []


def test_every_room_is_in_the_table() -> None:
    rooms = {room_of(path) for path in files("obu")} - {""}
    assert rooms <= set(MAY_IMPORT)


def test_the_table_has_no_circle() -> None:
    def reach(room: str, seen: tuple[str, ...]) -> None:
        assert room not in seen, " -> ".join([*seen, room])
        for below in MAY_IMPORT[room]:
            reach(below.split(".")[0], (*seen, room))

    for room in MAY_IMPORT:
        reach(room, ())


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("obu/core/geo.py", "from obu.codec import uper", "core may not import obu.codec.uper"),
        ("obu/core/geo.py", "from ..runtime.loop import Loop", "core may not import obu.runtime.loop.Loop"),
        ("obu/codec/uper.py", "from obu import drivers", "codec may not import obu.drivers"),
        ("obu/apps/hlw.py", "import obu.hmi.arbiter", "apps may not import obu.hmi.arbiter"),
        ("obu/scene/facts.py", "from obu.codec import uper", "scene may not import obu.codec.uper"),
        ("obu/screen/server.py", "from obu.security import keys", "screen may not import obu.security.keys"),
        ("obu/runtime/loop.py", "import obu.screen.server", "runtime may not import obu.screen.server"),
        (
            "obu/station/station.py",
            "def f():\n    from obu.drivers import clock",
            "2: station may not import obu.drivers",
        ),
        ("obu/runtime/loop.py", "import hil.demo", "obu never imports hil.demo"),
        ("obu/cli/run.py", "from tests import conftest", "obu never imports tests.conftest"),
        ("obu/codec/uper.py", "import asn1tools", "asn1tools comes in only by obu/codec/compiler/sources.py"),
        ("obu/station/station.py", "from serial import Serial", "serial comes in only by obu/drivers/serial_line.py"),
        ("obu/runtime/loop.py", "import can", "can comes in only by obu/drivers/can_*.py"),
        ("obu/security/keys.py", "import cryptography.x509", "cryptography comes in only by obu/drivers/*"),
        ("hil/demo.py", "import microdot", "microdot comes in only by obu/screen/*"),
        ("obu/runtime/loop.py", "import pandas", "pandas has no door"),
        ("obu/runtime/loop.py", "import importlib\nimportlib.import_module('cantools')", "cantools comes in only by"),
        ("obu/hmi/arbiter.py", "from time import monotonic_ns", "a pure room may not import time"),
        ("obu/security/signer.py", "import secrets", "a pure room may not import secrets"),
        ("obu/can_input/dbc.py", "from pathlib import Path", "a pure room may not import pathlib"),
        ("obu/codec/uper.py", "import pickle", "a pure room may not import pickle"),
        ("obu/feed/lines.py", "open('/tmp/x')", "a pure room may not call open()"),
        ("obu/codec/messages/bsm.py", "exec('pass')", "a pure room may not call exec()"),
        ("obu/core/now.py", "import datetime\ndatetime.datetime.now()", "a pure room may not call datetime.now()"),
    ],
)
def test_the_check_can_fail(path: str, source: str, complaint: str) -> None:
    assert any(complaint in fault for fault in faults(path, source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("obu/scene/facts.py", "from obu.codec.messages import bsm"),
        ("obu/cli/main.py", "import obu\nfrom obu import cli"),
        ("obu/codec/compiler/sources.py", "import asn1tools"),
        ("obu/codec/compiler/__main__.py", "from pathlib import Path"),
        ("obu/drivers/can_bus.py", "import can, time, threading, socket"),
        ("hil/demo.py", "import can, time\nfrom obu.runtime import loop"),
    ],
)
def test_what_the_design_allows_passes(path: str, source: str) -> None:
    assert faults(path, source) == []
