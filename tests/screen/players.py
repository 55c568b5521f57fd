"""A unit that is only a socket, and the real `obu screen` beside it; everything on free ports and in tmp_path."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from hil.unit_stand_in import UnitStandIn

SCENE: dict[str, Any] = {
    "speed_kph": 42.3,
    "heading_deg": 90.0,
    "gear": "forward",
    "left_turn": False,
    "right_turn": True,
    "hazard": False,
    "door_open": False,
    "sections": [{"ahead_m": 0.0, "right_m": 0.0, "turn_deg": 0.0, "length_m": 12.0, "width_m": 2.55}],
    "beside": {"left": False, "right": False},
    "at": {"road": 1, "east_m": 0.0, "north_m": 0.0},
    "limit_kph": 50,
    "signal": None,
    "sign": None,
    "around": 5,
    "neighbours": [
        {
            "subject": subject,
            "ahead_m": ahead_m,
            "right_m": right_m,
            "heading_deg": heading_deg,
            "speed_mps": 9.0,
            "length_m": length_m,
            "width_m": 1.9,
            "kind": kind,
        }
        for subject, ahead_m, right_m, heading_deg, length_m, kind in (
            ("01", 38.0, 0.2, 1.0, 4.8, "vehicle"),
            ("02", 66.0, -3.6, 180.0, 4.8, "vehicle"),
            ("03", -31.0, 3.4, 0.0, 12.0, "vehicle"),
            ("04", 82.0, 40.0, 270.0, 0.5, "pedestrian"),
            ("05", -75.0, -3.5, 178.0, 1.8, "cyclist"),
        )
    ],
}
ROAD: dict[str, Any] = {
    "number": 1,
    "lanes": [{"kind": "vehicle", "width_m": 3.5, "points": [[-150.0, y], [150.0, y]]} for y in (-3.5, 0.0, 3.5)],
}


def alert(number: int, **changes: Any) -> dict[str, Any]:
    """A hard braking 42 m ahead, changed as the test wants."""
    return {
        "number": number,
        "app": "EBW",
        "level": 3,
        "text": {"zh": "前车急刹车", "en": "Hard braking ahead"},
        "symbol": "brake_ahead",
        "direction": "ahead",
        "distance_m": 42.0,
        "time_s": 4.0,
        "issued_utc_s": time.time(),
        "why": {},
        **changes,
    }


class FakeUnit(UnitStandIn):
    """The unit's end of the local socket, played by the test."""

    def hear(self, kind: str, until: Callable[[dict[str, Any]], bool] = lambda body: True) -> dict[str, Any]:
        """The next line of this kind that fits, within five seconds; the unit goes on telling its scene meanwhile."""
        assert self._link is not None
        end_s = time.monotonic() + 5.0
        while time.monotonic() < end_s:
            while b"\n" in self._input:
                line, self._input = self._input.split(b"\n", 1)
                body: dict[str, Any] = json.loads(line)
                if body["kind"] == kind and until(body):
                    return body
            if select.select([self._link], [], [], 0.1)[0]:
                self._input += self._link.recv(4096)
            self.tell("scene", SCENE)
        raise AssertionError(f"no {kind} came")


class Screen:
    """The real `obu screen` process."""

    def __init__(self, path: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "obu", "screen", "--socket", str(path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OBU_LANG": "en"},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("screen: http://"), self.process.stderr and self.process.stderr.read()
        self.url = line.removeprefix("screen: ").strip()
        self.host = self.url.removeprefix("http://").rstrip("/")

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of one request as the page itself would make it, changed by `headers`."""
        sent = {"Host": self.host}
        if method == "POST":
            sent |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        sent |= headers or {}
        port = int(self.host.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """(exit status, standard error) after the signal."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=5)
        return self.process.returncode, errors


class Events:
    """One page's event stream, read by hand."""

    def __init__(self, screen: Screen, headers: dict[str, str] | None = None) -> None:
        port = int(screen.host.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        lines = {"Host": screen.host, **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(f"GET /events HTTP/1.1\r\n{head}\r\n".encode())
        self._file = self.socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        while self._file.readline().strip():
            pass

    def next(self, kind: str, until: Callable[[dict[str, Any]], bool] = lambda body: True) -> dict[str, Any]:
        """The next event of this kind that fits, within five seconds."""
        end_s = time.monotonic() + 5.0
        event = ""
        while time.monotonic() < end_s:
            line = self._file.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == kind and until(body := json.loads(line[6:])):
                return body
        raise AssertionError(f"no {kind} came")

    def close(self) -> None:
        """The page is closed."""
        self._file.close()
        self.socket.close()


def box(page: Page, selector: str) -> dict[str, float]:
    """Where something is on the screen."""
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


def font_px(page: Page, selector: str) -> float:
    """The size of its letters."""
    size: str = page.locator(selector).first.evaluate("one => getComputedStyle(one).fontSize")
    return float(size.removesuffix("px"))
