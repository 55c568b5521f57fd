"""The two players as fixtures: a unit that is only a socket, and the real `obu screen`, stopped at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.screen.players import SCENE, FakeUnit, Screen


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[FakeUnit]:
    """A unit that listens and has not met anybody yet."""
    one = FakeUnit(tmp_path / "unit.sock")
    yield one
    one.leave()


@pytest.fixture
def start_screen(tmp_path: Path) -> Iterator[Callable[..., Screen]]:
    """Starts `obu screen` with these arguments; stops every one of them at the end."""
    started: list[Screen] = []

    def start(*arguments: str) -> Screen:
        started.append(Screen(tmp_path / "unit.sock", *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


@pytest.fixture
def screen(unit: FakeUnit, start_screen: Callable[..., Screen]) -> Screen:
    """A screen that has met its unit and heard one scene."""
    one = start_screen()
    unit.meet()
    unit.tell("scene", SCENE)
    return one
