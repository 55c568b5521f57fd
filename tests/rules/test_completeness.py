"""What belongs together is together: an application and its test, a vehicle's two files, a message and its vector."""

import ast
import importlib
import re
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from obu.apps.base import Application

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
SHORTEST_SENTENCE = 15
# Messages of later texts have no schema of their own: their envelope is that of all of day 2.
SCHEMA_OF = {"future": "day2"}


def modules(folder: str) -> list[Path]:
    """The modules of a folder of obu/, without __init__."""
    return sorted(path for path in (ROOT / "obu" / folder).glob("*.py") if path.name != "__init__.py")


def top_names(path: Path) -> set[str]:
    """What a module defines at its top: constants, functions, classes."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
    return found


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


APPS = [path for path in modules("apps") if path.stem != "base"]
VERBS = [path for path in modules("cli") if "SUMMARY" in top_names(path) or path.stem != "main"]
MESSAGES = [path for path in modules("codec/messages") if "MESSAGE" in top_names(path)]
DATABASES = sorted((ROOT / "dbc").glob("*.dbc"))
EVERY_FILE = sorted((ROOT / "obu").rglob("*.py"))


def test_the_folders_are_found() -> None:
    """An empty list would make every test below pass."""
    assert APPS and VERBS and MESSAGES and DATABASES


@pytest.mark.parametrize("app", APPS, ids=names(APPS))
def test_an_application_is_whole_and_has_a_test(app: Path) -> None:
    module = importlib.import_module(f"obu.apps.{app.stem}")
    contract = {*Application.__annotations__, "ours", "look", *(["theirs"] if getattr(module, "ABOUT", "") else [])}
    assert contract <= top_names(app), "the contract of obu/apps/base.py"
    assert (ROOT / "tests/apps" / f"test_{app.stem}.py").is_file()


@pytest.mark.parametrize("app", APPS, ids=names(APPS))
def test_an_application_has_a_scenario(app: Path) -> None:
    assert list((ROOT / "hil/scenarios").glob(f"{app.stem}_*.toml"))


@pytest.mark.parametrize("database", DATABASES, ids=names(DATABASES))
def test_a_vehicle_has_a_database_a_profile_and_a_source(database: Path) -> None:
    assert tomllib.loads(database.with_suffix(".toml").read_text("utf-8"))
    assert re.search(rf"\b{re.escape(database.stem)}\b", (ROOT / "dbc/SOURCES.md").read_text("utf-8"))


@pytest.mark.parametrize("profile", sorted((ROOT / "dbc").glob("*.toml")), ids=lambda path: path.stem)
def test_no_profile_without_a_database(profile: Path) -> None:
    assert profile.with_suffix(".dbc").is_file()


@pytest.mark.parametrize("message", MESSAGES, ids=names(MESSAGES))
def test_a_message_has_a_schema_and_a_vector_with_a_source(message: Path) -> None:
    assert {"MESSAGE", "RECORD"} <= top_names(message)
    assert (ROOT / "obu/codec/asn1" / f"{SCHEMA_OF.get(message.stem, message.stem)}.asn").is_file()
    vectors = ROOT / "tests/vectors"
    assert (vectors / f"{message.stem}.toml").is_file()
    row = re.search(rf"^\| `{message.stem}\.toml` \|(.+)\|$", (vectors / "SOURCES.md").read_text("utf-8"), re.MULTILINE)
    assert row and row.group(1).strip()


@pytest.mark.parametrize("vector", sorted((ROOT / "tests/vectors").iterdir()), ids=lambda path: path.name)
def test_no_vector_without_a_source(vector: Path) -> None:
    assert vector.name == "SOURCES.md" or f"`{vector.name}`" in (ROOT / "tests/vectors/SOURCES.md").read_text("utf-8")


@pytest.mark.parametrize("verb", VERBS, ids=names(VERBS))
def test_a_verb_is_whole(verb: Path) -> None:
    wanted = {"main"} if verb.stem == "main" else {"SUMMARY", "add_arguments", "run"}
    assert wanted <= top_names(verb)


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_says_what_it_is_and_stays_small(path: Path) -> None:
    text = path.read_text("utf-8")
    opening = ast.get_docstring(ast.parse(text)) or ""
    assert len(opening) >= SHORTEST_SENTENCE, "a file opens with one sentence: what lives here"
    is_generated = path.parent == ROOT / "obu/codec/generated"
    assert is_generated or len(text.splitlines()) <= MOST_LINES


def test_a_benchmark_hides_no_module_of_python() -> None:
    """A side of one is run by its path, with this folder first among those that it imports from."""
    names = {path.stem for path in (ROOT / "tests/bench").glob("*.py")}
    assert "vehicle_bus_side" in names
    assert not names & sys.stdlib_module_names


def test_a_library_is_listed_with_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    own = project["tool"]["obu"]["lock"]
    listed = (ROOT / "docs/dependencies.md").read_text("utf-8")
    for requirement in chain(project["project"]["dependencies"], *extras.values(), *own.values()):
        name = re.split(r"[=<>\[ ]", requirement)[0]
        assert f"| {name} |" in listed, f"docs/dependencies.md says nothing of {name}"
