"""An Install behind one end of the link: requests wait in a short line, answers go when there is room.

The rule: a few pieces of work a turn, so that the link stays up and the watchdog is fed.
"""

import wire
from install import BEGIN

MOST_WAITING = 8
PIECES = 4
QUIET_US = 10_000_000
RESTART_AFTER_US = 300_000  # for the answer to get through


class Served:
    """take() a request's payload, tick() each turn. is_paused: CAN shall wait; must_restart: now."""

    def __init__(self, end, install):
        self.is_paused = False
        self.must_restart = False
        self._end, self._install = end, install
        self._waiting = []
        self._asked_at = 0
        self._has_answer = False
        self._answered_at = -1
        self._life = 0
        self.asked = 0  # requests so far

    def take(self, data, at):
        """False: more than the contract allows at once."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(data)
        self.asked += 1
        self._asked_at = at
        if data[:1] == bytes((BEGIN,)):
            self.is_paused = True
        return True

    def tick(self, at):
        """Goes on with what was asked."""
        install = self._install
        if self._end.peer_boot != self._life:  # another host: it has asked nothing yet
            self._life = self._end.peer_boot
            self._waiting = []
        if self.is_paused and not install.is_busy and wire.elapsed(at, self._asked_at) >= QUIET_US:
            self.is_paused = False
        if not self._has_answer:
            self._work(at)
        if self._has_answer and (not self._end.is_up or self._end.send(wire.INSTALLED, install.answer)):
            self._has_answer = False
            if install.must_restart:
                self._answered_at = at
        if self._answered_at >= 0 and wire.elapsed(at, self._answered_at) >= RESTART_AFTER_US:
            self.must_restart = True

    def _work(self, at):
        install = self._install
        if not install.is_busy:
            if not self._waiting:
                return
            install.ask(self._waiting.pop(0))
        for _ in range(PIECES):
            if install.turn():
                self._has_answer = True
                return
        self._asked_at = at
