"""The bench's players as fixtures; every process they start is ended."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil import demo, processes, scenario_file
from hil.feed_client import FeedClient
from hil.instruments import Context
from hil.processes import Household
from tests.hil.players import Bench, Show, is_sending


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """A folder whose sockets have short paths; pytest's own grow too long for them."""
    with tempfile.TemporaryDirectory(prefix="obu-test-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def bench(run_folder: Path) -> Iterator[Bench]:
    """A city and a unit that sends BSMs."""
    household = Household(run_folder)
    city = household.start("city", ["hil", "demo-city", "--run", str(run_folder)])
    try:
        processes.wait_for(run_folder / "city.json", household)
        demo.configure(run_folder)
        unit = household.start("unit", ["obu", "run", "--config", str(run_folder / "unit.toml")])
        made = Bench(run_folder, household, city, unit, FeedClient(run_folder / "obu.sock"))
        made.until(is_sending)
        yield made
    finally:
        household.end()


@pytest.fixture
def show(run_folder: Path) -> Iterator[Callable[..., Show]]:
    """Starts demonstrations."""
    begun: list[Show] = []

    def start(*words: str, **extra: str) -> Show:
        path = run_folder / f"summary{len(begun)}.json"
        child = subprocess.Popen(
            [sys.executable, "-m", "hil", "demo", "--lang", "en", "--summary", str(path), *words],
            cwd=processes.ROOT,
            env=os.environ | {"TMPDIR": str(run_folder)} | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(Show(child, path))
        return begun[-1]

    yield start
    for each in begun:
        if each.child.poll() is None:
            each.child.terminate()
            each.end()


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """Of a run of one scenario, with a person who says nothing."""
    scenario = scenario_file.read(scenario_file.paths()["hlw_works_ahead"])
    return Context(scenario, tmp_path, tmp_path, tmp_path, lambda _: "")
