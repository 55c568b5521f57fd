"""What the unit said last, and what each page must still be told; a slow page misses steps, never the latest.

The feed tells states, not a story: for each slot (link, warning, status and so on) only the newest counts, so a
page that reads slowly costs six messages of memory and nothing more.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_PAGES = 8
LIVE_S = 1.5  # a page that has not beaten for so long is not before anybody's eyes: three of its beats
SLOTS = ("hello", "link", "warning", "status", "road", "scene", "rear")  # the order in which a page is told
REAR_SLOTS = frozenset({"link", "rear"})  # of the panel for those who follow: nothing else is for their eyes
DRIVER_SLOTS = frozenset(SLOTS) - {"rear"}


@dataclass(slots=True, eq=False)
class Page:
    """One open event stream. may_acknowledge: it is on this machine and counts as the driver's display."""

    number: int
    may_acknowledge: bool
    slots: frozenset[str] = DRIVER_SLOTS
    beat_at_s: float | None = None
    pending: dict[str, bytes] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, slot: str, message: bytes) -> None:
        """To be written as soon as the page can take it, instead of what the slot held."""
        if slot not in self.slots:
            return
        self.pending[slot] = message
        self.wake.set()

    def take(self) -> bytes:
        """All that is pending, as bytes of the stream."""
        pending, self.pending = self.pending, {}
        self.wake.clear()
        return b"".join(pending[slot] for slot in SLOTS if slot in pending)


class Mirror:
    """The unit's last words for all pages."""

    def __init__(self, version: str, symbols: Sequence[str]) -> None:
        self._about = {"version": version, "symbols": list(symbols)}
        self._last: dict[str, bytes] = {}
        self._warning: int | None = None
        self._pages: dict[int, Page] = {}
        self._opened = 0
        self.is_up = False
        self.lose("no_unit")

    def take(self, kind: str, body: dict[str, Any]) -> None:
        """An event of the unit. Kinds this version does not know are left alone: the unit may be newer."""
        if not self.is_up:
            self.is_up = True
            self._tell("link", _message("link", {"unit": True, "why": None}))
            if "warning" in self._last:  # it was silent, and has not said that the warning is over
                self._tell("warning", self._last["warning"])
        if kind in ("status", "road", "scene", "rear"):
            self._tell(kind, _message(kind, body))
        elif kind == "alert":
            self._warning = body.get("number")
            self._tell("warning", _message(kind, body))
        elif kind == "clear" and body.get("number") == self._warning:
            self._warning = None
            self._tell("warning", _message(kind, body))

    def lose(self, why: str) -> None:
        """The unit is away, and what it said is not true any more.

        why: no_unit, no_permission, closed, garbled: it will greet us anew. silent: it may go on where it was, and
        would not tell its warning again; so that is kept, and told when it speaks.
        """
        self.is_up = False
        kept = {"warning"} if why == "silent" else set()
        self._last = {slot: message for slot, message in self._last.items() if slot in kept}
        self._warning = self._warning if kept else None
        for page in self._pages.values():
            page.pending = {slot: page.pending[slot] for slot in page.pending if slot == "hello"}
        self._tell("link", _message("link", {"unit": False, "why": why}))

    def open(self, may_acknowledge: bool, slots: frozenset[str] = DRIVER_SLOTS) -> Page | None:
        """A new page with all that is known, or None when there are MAX_PAGES. slots: what it is told of."""
        if len(self._pages) >= MAX_PAGES:
            return None
        self._opened += 1
        page = Page(self._opened, may_acknowledge, slots)
        self._pages[page.number] = page
        page.tell("hello", _message("hello", {"page": page.number, "reader": not may_acknowledge, **self._about}))
        for slot, message in self._last.items():
            if self.is_up or slot == "link":
                page.tell(slot, message)
        return page

    def close(self, page: Page) -> None:
        """The page's stream ended."""
        self._pages.pop(page.number, None)

    def beat(self, number: object, at_s: float) -> bool:
        """A page said that it is being painted; False if no such page may say so."""
        page = self._pages.get(number) if type(number) is int else None
        if page is None or not page.may_acknowledge or page.slots != DRIVER_SLOTS:
            return False
        page.beat_at_s = at_s
        return True

    def live_pages(self, at_s: float) -> int:
        """How many pages are before the driver's eyes."""
        beats = [page.beat_at_s for page in self._pages.values() if page.beat_at_s is not None]
        return sum(1 for beat_at_s in beats if at_s - beat_at_s < LIVE_S)

    def repeat_link(self, page: Page) -> None:
        """Tells a page that we are still here; it calls us lost without."""
        page.tell("link", self._last["link"])

    def _tell(self, slot: str, message: bytes) -> None:
        self._last[slot] = message
        for page in self._pages.values():
            page.tell(slot, message)


def _message(event: str, body: dict[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {text}\n\n".encode("utf-8", "replace")
