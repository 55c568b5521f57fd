"""Whether the vehicle stands: asked of the running unit. The rule: what nobody knows is unknown, never yes."""

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from obu import feed
from obu.core.errors import RemoteError

STANDING_KPH = 3.0  # ours: below it a wheel sensor and a receiver say nothing
WAIT_S = 3.0


@dataclass(frozen=True, slots=True)
class Answer:
    """runs: whether a unit answered. stands: what it knows by its speed, else by an ignition that is off."""

    runs: bool
    stands: bool | None


def by_unit(path: Path) -> Answer:
    """What the unit at this socket says."""
    runs, ignition_on = False, None
    with suppress(OSError, RemoteError, KeyError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(WAIT_S)
        link.connect(str(path))
        link.sendall(feed.STATUS_ASK_LINE)
        ends_s = time.monotonic() + WAIT_S
        for line in link.makefile("rb"):
            kind, body = feed.decode_event(line)
            runs = True
            if kind == "scene" and body["speed_kph"] is not None:
                return Answer(True, bool(body["speed_kph"] <= STANDING_KPH))
            if kind == "status":
                ignition_on = body["power"]["ignition"]
            if time.monotonic() >= ends_s:
                break
    return Answer(runs, True if ignition_on is False else None)
