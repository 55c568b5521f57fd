"""Who has gone silent is said to be lost within 0.7 s, and nobody because we ourselves stood still; by clocks of ours.

Below a second with what the unit's last word was old, and with what the browser takes to paint.
"""

import asyncio
import selectors
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from obu.screen.mirror import Mirror
from obu.screen.unit import UnitLink
from tests.screen.players import Screen

SAID_S = 0.7
SLOWEST_S = 0.4  # from one word of a healthy unit to the next: 0.25 s was the longest with nine processes on two cores
# Which views the page had since, and how many scenes it was told.
WATCH = """() => {
  Object.assign(window, { scenes: 0, views: new Set([document.body.dataset.view]) });
  new MutationObserver(() => views.add(document.body.dataset.view)).observe(document.body, { attributes: true });
  new MutationObserver(() => scenes++).observe(document.querySelector('.speed b'), { childList: true });
}"""
LINE = b'{"kind":"scene"}\n'


class Clock(selectors.DefaultSelector):
    """Time goes on only where the loop waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            self.now_s += timeout or 0.0
        return ready


class Told(Mirror):
    """lost: each time that the unit was said to be, and why."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        super().__init__("0", [])

    def lose(self, why: str) -> None:
        self.lost.append(why)
        super().lose(why)


Play = Callable[[Clock, Told, socket.socket], Awaitable[None]]


def played(path: Path, play: Play) -> list[str]:
    """What the pages were told to be lost while a unit did so, after it was met."""
    clock, mirror = Clock(), Told()

    async def follow() -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            link = asyncio.create_task(UnitLink(path, mirror).run())
            await asyncio.sleep(0.01)
            with listener.accept()[0] as unit:
                mirror.lost.clear()
                await play(clock, mirror, unit)
            link.cancel()

    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now_s  # type: ignore[method-assign]
    try:
        loop.run_until_complete(follow())
    finally:
        loop.close()
    return mirror.lost


async def speak(unit: socket.socket, every_s: float) -> None:
    for _ in range(10):
        unit.sendall(LINE)
        await asyncio.sleep(every_s)


def test_a_silent_unit_is_said_in_time_once_and_goes_on(tmp_path: Path) -> None:
    async def play(clock: Clock, mirror: Told, unit: socket.socket) -> None:
        await speak(unit, 0.2)
        assert mirror.lost == []
        unit.sendall(LINE)
        await asyncio.sleep(SAID_S)
        assert mirror.lost == ["silent"]
        await asyncio.sleep(5.0)
        await speak(unit, 0.2)
        assert mirror.is_up

    assert played(tmp_path / "unit.sock", play) == ["silent"]


def test_a_unit_on_a_busy_machine_is_not_silent(tmp_path: Path) -> None:
    async def play(clock: Clock, mirror: Told, unit: socket.socket) -> None:
        await speak(unit, SLOWEST_S)

    assert played(tmp_path / "unit.sock", play) == []


def test_a_screen_that_stood_still_does_not_call_the_unit_silent(tmp_path: Path) -> None:
    async def play(clock: Clock, mirror: Told, unit: socket.socket) -> None:
        for still_s in (0.3, 1.0, 10.0):
            await speak(unit, 0.2)
            clock.now_s += still_s
            await speak(unit, 0.2)

    assert played(tmp_path / "unit.sock", play) == []


@pytest.mark.needs("chromium", "cjk_fonts")
def test_the_page_says_in_time_that_the_server_is_silent_and_not_because_it_stood_still(
    page: Page, screen: Screen
) -> None:
    """The page's clock goes only as far as it is told."""
    page.clock.install()
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-view", "calm")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 0.2"))
    page.evaluate(WATCH)
    for still_ms in (600, 1100):
        page.wait_for_function("(before) => scenes > before", arg=page.evaluate("scenes"))
        page.clock.fast_forward(still_ms)
        page.wait_for_function("(before) => scenes > before", arg=page.evaluate("scenes"))
    page.clock.run_for(SLOWEST_S * 1000)
    assert page.evaluate("[...views]") == ["calm"]
    screen.process.send_signal(signal.SIGSTOP)
    try:
        page.clock.run_for(SAID_S * 1000)
        assert page.evaluate("[...views]") == ["calm", "lost"]
        expect(page.locator("#lost h1")).to_have_text("显示连接已中断")
    finally:
        screen.process.send_signal(signal.SIGCONT)
