"""How far a run is: a bar that moves where a person looks on, a plain line for each run where none does."""

import sys
from typing import TextIO

WIDE = 30
CLEAR = "\r\x1b[K"


class Progress:
    """done() for each run, end() at last."""

    def __init__(self, count: int, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._is_looked_at = self._out.isatty()
        self._count, self._done, self._failed = count, 0, 0

    def done(self, name: str, why: str, again: str) -> None:
        """why: what was not as expected, empty if all was. again: the line that runs it once more."""
        self._done += 1
        self._failed += bool(why)
        line = f"{name}: {why}\n    again: {again}" if why else f"{name}: as expected"
        if not self._is_looked_at:
            print(line, file=self._out, flush=True)
            return
        if why:
            print(f"{CLEAR}{line}", file=self._out)
        full = WIDE * self._done // self._count
        bar = (
            f"[{'#' * full}{'.' * (WIDE - full)}] {self._done} of {self._count}, {self._failed} not as expected  {name}"
        )
        print(f"{CLEAR}{bar[:100]}", end="", file=self._out, flush=True)

    def stopped(self) -> None:
        """Before all was done."""
        clear = CLEAR if self._is_looked_at else ""
        print(f"{clear}stopped after {self._done} of {self._count} runs", file=self._out, flush=True)

    def end(self, line: str) -> None:
        """The last word, on a line of its own."""
        print(f"{CLEAR if self._is_looked_at else ''}{line}", file=self._out, flush=True)
