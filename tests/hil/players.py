"""The bench's players for tests: a city with a real unit in it, and a demonstration as a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from hil import control, instruments
from hil.__main__ import main
from hil.feed_client import FeedClient
from hil.given import Given
from hil.instruments import Context
from hil.processes import Household, Process


@dataclass
class Bench:
    """City and unit in one folder. status() is the unit's next status line."""

    folder: Path
    household: Household
    city: Process
    unit: Process
    feed: FeedClient
    last: dict[str, Any] = field(default_factory=dict)

    def tell(self, *words: str) -> dict[str, Any]:
        return control.ask(self.folder / "city.sock", *words)

    def until(self, is_so: Callable[[dict[str, Any]], bool], limit_s: float = 30.0) -> dict[str, Any]:
        """The first status line of which it is so; fails with the last one when there is none in time."""
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s:
            for kind, body in self.feed.poll():
                if kind == "status":
                    self.last = body
                    if is_so(body):
                        return body
            self.unit.check()
            time.sleep(0.02)
        raise AssertionError(f"not within {limit_s} s; the last status: {json.dumps(self.last, ensure_ascii=False)}")

    def start_city(self) -> None:
        """Starts a city in the same folder: the same world at the same addresses."""
        self.household.all.remove(self.city)
        self.city = self.household.start("city", ["hil", "demo-city", "--run", str(self.folder)])


def is_sending(status: dict[str, Any]) -> bool:
    return bool(status["bsm"]["state"] == "sending" and status["bsm"]["sent"])


def reasons(status: dict[str, Any]) -> set[str]:
    return {why["en"] for why in status["bsm"]["why"]}


@dataclass
class Show:
    """A demonstration that has begun; end() is (exit status, what it wrote)."""

    child: subprocess.Popen[str]
    summary: Path

    def end(self, limit_s: float = 60.0) -> tuple[int, str]:
        written, _ = self.child.communicate(timeout=limit_s)
        return self.child.returncode, written

    def found(self) -> dict[str, Any]:
        """The summary of a demonstration that ended well."""
        status, written = self.end()
        assert status == 0, written
        return dict(json.loads(self.summary.read_text("utf-8")))


def hil(*words: str) -> int:
    """A command of the bench in this process; its exit status."""
    with mock.patch.object(sys, "argv", ["hil", *words]):
        return main()


def made(name: str, context: Context, **options: Any) -> Any:
    """An instrument with these options."""
    module = instruments.module(name)
    return module.make(module.Options(**options), context)


def given(**what: Any) -> Given:
    """What it is to carry, and nothing else."""
    nothing: Any = None
    return Given(0.0, 0, 0, nothing, nothing, nothing, nothing, **what)


# A bench file.
GOOD = 'title = "mine"\n[radio]\nuse = "radio_air"\n[unit]\nuse = "unit_feed"\nsocket = "/tmp/obu.sock"\n'
