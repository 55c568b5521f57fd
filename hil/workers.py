"""Processes that work for a command. Ctrl-C ends what each is at, in order and without a word; nothing new is begun."""

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

STOPPED = 130  # exit status of a command that Ctrl-C ended, as shells have it

_Task = TypeVar("_Task")
_Found = TypeVar("_Found")


def each(count: int, work: Callable[[_Task], _Found], tasks: Iterable[_Task]) -> Iterator[_Found]:
    """What comes of the tasks, in their order, `count` at a time. KeyboardInterrupt when all of them have ended."""
    with ProcessPoolExecutor(count, initializer=_listen) as pool:
        waiting = [pool.submit(_do, work, task) for task in tasks]
        try:
            for future in waiting:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@dataclass(slots=True)
class _Worker:
    """This process, where it is one."""

    is_busy: bool = False
    is_stopped: bool = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """What it is at puts its folders and processes away."""
        was, self.is_stopped = self.is_stopped, True
        if self.is_busy and not was:
            raise SystemExit(STOPPED)


_ME = _Worker()


def _listen() -> None:
    signal.signal(signal.SIGINT, _ME.stop)


def _do(work: Callable[[_Task], _Found], task: _Task) -> _Found:
    if _ME.is_stopped:
        raise SystemExit(STOPPED)
    _ME.is_busy = True
    try:
        return work(task)
    finally:
        _ME.is_busy = False
