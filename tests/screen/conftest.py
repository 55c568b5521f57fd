"""The players as fixtures: a unit that is only a socket, the real `obu screen`, stopped at the end, and a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hil import chromium
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all: each page of new_page() has a profile of its own."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        yield one
        one.close()


@pytest.fixture
def talker(screen: Screen, unit: FakeUnit) -> FakeUnit:
    """The unit, which goes on telling by itself."""
    unit.scene = SCENE
    unit.repeat()
    return unit


@pytest.fixture
def page(browser: Browser, screen: Screen, talker: FakeUnit) -> Iterator[Page]:
    """The page of a unit that runs, 7 inches; a word of complaint of the browser's is a failure."""
    one = browser.new_page(viewport={"width": 1024, "height": 600})
    complaints: list[str] = []
    one.on("pageerror", lambda error: complaints.append(str(error)))
    one.on(
        "console",
        lambda said: complaints.append(f"{said.text} {said.location}") if "Security Policy" in said.text else None,
    )
    requests: list[str] = []
    one.on("request", lambda request: requests.append(request.url))
    one.goto(screen.url)
    expect(one.locator("body")).to_have_attribute("data-view", "calm", timeout=30_000)  # the browser has just begun
    yield one
    one.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(screen.url)] == [], "works without any other server"
