"""The rig's own display at the real `obu screen`: it acknowledges what nobody else does, and keeps still otherwise."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.watcher import Watcher
from tests.screen.players import Events, FakeUnit, Screen, alert


class Runner:
    """Polls a watcher beside the test, as the demonstration's loop does."""

    def __init__(self, url: str) -> None:
        self.watcher = Watcher(url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self.watcher.poll(time.monotonic())

    def end(self) -> None:
        """No more polls."""
        self._stop.set()
        self._thread.join()
        self.watcher.close()


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[FakeUnit]:
    one = FakeUnit(tmp_path / "unit.sock")
    yield one
    one.leave()


@pytest.fixture
def screen(unit: FakeUnit) -> Iterator[Screen]:
    one = Screen(unit.path)
    unit.meet()
    yield one
    one.stop()


@pytest.fixture
def runner(screen: Screen) -> Iterator[Runner]:
    one = Runner(screen.url)
    yield one
    one.end()


def test_it_counts_as_a_page_and_acknowledges_at_once(unit: FakeUnit, runner: Runner) -> None:
    unit.hear("beat", lambda body: body["pages"] == 1)
    said_s = time.time()
    unit.tell("alert", alert(7))
    ack = unit.hear("ack")
    assert ack["number"] == 7
    assert said_s <= ack["shown_utc_s"] <= said_s + 0.3


def test_it_keeps_still_while_a_real_page_is_open(unit: FakeUnit, screen: Screen, runner: Runner) -> None:
    unit.hear("beat", lambda body: body["pages"] == 1)
    page = Events(screen)
    unit.hear("beat", lambda body: body["pages"] == 0)  # that page never beats, and the rig does no more
    unit.tell("alert", alert(8))
    with pytest.raises(AssertionError, match="no ack came"):
        unit.hear("ack")
    page.close()
    unit.hear("beat", lambda body: body["pages"] == 1)
    unit.tell("alert", alert(9))
    assert unit.hear("ack")["number"] == 9


def test_a_screen_that_is_gone_is_looked_for_again(unit: FakeUnit, screen: Screen) -> None:
    watcher = Watcher(screen.url)
    screen.stop()
    for at_s in (0.0, 0.6, 1.2):
        watcher.poll(at_s)
    assert watcher.fileno() == -1
    watcher.close()
