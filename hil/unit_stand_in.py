"""A unit that is only a local socket: it says what it is told to say, again and again as a running unit does."""

import json
import socket
import threading
from pathlib import Path
from typing import Any

AGAIN_S = 0.15  # the screen calls a unit silent after 0.6 s
# All is well.
STATUS: dict[str, Any] = {
    "utc_s": 1_800_000_000.0,
    "uptime_s": 12.0,
    "version": "0",
    "bsm": {"state": "sending", "why": [], "sent": 120, "first_utc_s": 1.0, "period_ms": {"p50": 100.0, "p99": 101.0}},
    "air": {"received": 500, "verified": 498, "dropped": {}, "pending": 0},
    "can": {"frames": 5000, "used": 5000, "dropped": {}, "age_ms": 10.0},
    "gnss": {"state": "fix", "kind": "single", "satellites": 21, "age_ms": 40.0, "accuracy_m": 1.1, "dropped": {}},
    "security": {
        "state": "ok",
        "certificate": "0123456789abcdef",
        "on_duty": False,
        "pool": 3,
        "pool_low_from_utc_s": None,
        "duty_until_utc_s": None,
        "bench_keys": False,
    },
    "trust": {
        "version": 1,
        "roots": 1,
        "authorities": 3,
        "revocations": 0,
        "lists": [{"kind": "crl", "issuer": "0123456789abcdef", "next_utc_s": 1_800_086_400, "is_stale": False}],
        "refused": {},
    },
    "drivers": {"radio": {"up": True, "why": ""}, "gnss": {"up": True, "why": ""}},
    "display": {"state": "ok", "why": None},
    "neighbours": 3,
    "alerts": [],
    "unavailable": [],
    "light": "night",
}


class UnitStandIn:
    """meet() the screen, then tell(); repeat() goes on with status, scene and extra, if any, until stop()."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.status = STATUS
        self.scene: dict[str, Any] = {}
        self.extra: tuple[str, dict[str, Any]] | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(4)
        self._link: socket.socket | None = None
        self._input = b""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def meet(self, timeout_s: float = 5.0) -> None:
        """Waits for the screen to connect."""
        self._listener.settimeout(timeout_s)
        self._link, _ = self._listener.accept()

    def tell(self, kind: str, body: dict[str, Any]) -> None:
        """One event to the screen."""
        self.tell_raw(json.dumps({"kind": kind, **body}, ensure_ascii=False).encode() + b"\n")

    def tell_raw(self, data: bytes) -> None:
        """These bytes to the screen."""
        assert self._link is not None
        with self._lock:
            self._link.sendall(data)

    def repeat(self) -> None:
        """status and scene, whatever they are by then, until stop() or the screen is gone."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._repeat, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The unit hangs from now on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def leave(self) -> None:
        """Closes the connection, and the door behind it."""
        self.stop()
        for one in (self._link, self._listener):
            if one is not None:
                one.close()
        self._link = None
        self.path.unlink(missing_ok=True)

    def _repeat(self) -> None:
        while not self._stop.wait(AGAIN_S):
            try:
                self.tell("status", self.status)
                self.tell("scene", self.scene)
                if (extra := self.extra) is not None:
                    self.tell(*extra)
            except OSError:
                return
