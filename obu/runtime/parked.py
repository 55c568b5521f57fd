"""Whether the vehicle stands: asked of the running unit. The rule: what nobody knows is unknown, never yes."""

import socket
import time
from contextlib import suppress
from pathlib import Path

from obu import feed
from obu.core.errors import RemoteError

STANDING_KPH = 3.0  # ours: below it a wheel sensor and a receiver say nothing
WAIT_S = 3.0


def by_unit(path: Path) -> bool | None:
    """What the unit at this socket knows: speed, else that the ignition is off. None without a unit or a value."""
    ignition_on: bool | None = None
    with suppress(OSError, RemoteError, KeyError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(WAIT_S)
        link.connect(str(path))
        link.sendall(feed.STATUS_ASK_LINE)
        ends_s = time.monotonic() + WAIT_S
        for line in link.makefile("rb"):
            kind, body = feed.decode_event(line)
            if kind == "scene" and body["speed_kph"] is not None:
                return bool(body["speed_kph"] <= STANDING_KPH)
            if kind == "status":
                ignition_on = body["power"]["ignition"]
            if time.monotonic() >= ends_s:
                break
    return True if ignition_on is False else None
