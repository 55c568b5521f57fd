"""The real `obu screen` against a unit that is only a socket: what arrives, what goes back, what is refused."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hil.unit_stand_in import STATUS
from tests.screen.players import SCENE, Events, FakeUnit, Screen, alert

TOKEN = "a-token-of-the-test"


def test_events_of_the_unit_reach_the_page(screen: Screen, unit: FakeUnit) -> None:
    page = Events(screen)
    drawn = sorted(path.stem for path in Path("obu/screen/static/symbols").glob("*.svg"))
    assert page.next("hello")["symbols"] == drawn and {"brake_ahead", "roadworks"} < set(drawn)
    unit.tell("alert", alert(7))
    assert page.next("alert")["text"]["zh"] == "前车急刹车"
    unit.tell("status", STATUS)
    assert page.next("status")["air"]["received"] == 500
    unit.tell("scene", SCENE)
    assert page.next("scene") == SCENE
    unit.tell("clear", {"number": 7})
    assert page.next("clear") == {"number": 7}


def test_a_page_that_comes_late_sees_the_warning_that_is_showing(screen: Screen, unit: FakeUnit) -> None:
    unit.tell("alert", alert(8))
    time.sleep(0.1)
    assert Events(screen).next("alert")["number"] == 8


def test_an_acknowledgement_goes_back_to_the_unit(screen: Screen, unit: FakeUnit) -> None:
    status, _, _ = screen.ask("POST", "/ack", {"number": 7, "shown_utc_s": 1_800_000_000.123})
    assert status == 200
    assert unit.hear("ack") == {"kind": "ack", "number": 7, "shown_utc_s": 1_800_000_000.123}


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"number": 0, "shown_utc_s": 1.0}, {"number": "7", "shown_utc_s": 1.0}, {"number": 7},
     {"number": 7, "shown_utc_s": 1.0, "more": 1}, {"kind": "beat", "pages": 9}],
)  # fmt: skip
def test_an_acknowledgement_that_is_none_does_not_reach_the_unit(screen: Screen, unit: FakeUnit, body: object) -> None:
    assert screen.ask("POST", "/ack", body)[0] == 400


def test_live_pages_are_counted_to_the_unit_twice_a_second(screen: Screen, unit: FakeUnit) -> None:
    assert unit.hear("beat")["pages"] == 0
    pages = [Events(screen), Events(screen)]
    numbers = [page.next("hello")["page"] for page in pages]
    for number in numbers:
        assert screen.ask("POST", "/beat", {"page": number})[0] == 200
    unit.hear("beat", lambda body: body["pages"] == 2)
    pages[0].close()
    screen.ask("POST", "/beat", {"page": numbers[1]})
    unit.hear("beat", lambda body: body["pages"] == 1)
    unit.hear("beat", lambda body: body["pages"] == 0)
    assert screen.ask("POST", "/beat", {"page": 99})[0] == 409


def test_a_lost_unit_is_told_within_a_second_and_its_return_too(screen: Screen, unit: FakeUnit, tmp_path: Path) -> None:
    page = Events(screen)
    page.next("link", lambda link: link["unit"])
    lost_s = time.monotonic()
    unit.leave()
    assert page.next("link", lambda link: not link["unit"])["why"] in ("closed", "no_unit")
    assert time.monotonic() - lost_s < 1.0
    assert screen.ask("POST", "/ack", {"number": 7, "shown_utc_s": 1.0})[0] == 503
    page.next("link", lambda link: link["why"] == "no_unit")
    again = FakeUnit(tmp_path / "unit.sock")
    again.meet()
    again.tell("scene", SCENE)
    page.next("link", lambda link: link["unit"])
    again.leave()


def test_a_unit_that_hangs_is_told_and_goes_on_where_it_was(screen: Screen, unit: FakeUnit) -> None:
    page = Events(screen)
    unit.tell("alert", alert(3))
    page.next("alert")
    assert page.next("link", lambda link: not link["unit"])["why"] == "silent"
    unit.tell("scene", SCENE)
    page.next("link", lambda link: link["unit"])
    assert page.next("alert")["number"] == 3


def test_a_unit_that_talks_nonsense_is_left_and_met_again(screen: Screen, unit: FakeUnit) -> None:
    page = Events(screen)
    unit.tell_raw(b"not json\n")
    page.next("link", lambda link: link["why"] == "garbled")
    unit.meet()
    unit.tell("scene", SCENE)
    page.next("link", lambda link: link["unit"])


def test_a_page_that_does_not_read_costs_nobody_anything(screen: Screen, unit: FakeUnit) -> None:
    stalled, lively = Events(screen), Events(screen)
    stalled.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    big = {**SCENE, "neighbours": SCENE["neighbours"] * 100}
    before_kib = resident_kib(screen)
    for step in range(400):
        unit.tell("scene", {**big, "heading_deg": float(step)})
        if step % 50 == 49:
            lively.next("scene", lambda scene: scene["heading_deg"] == step)  # noqa: B023 (at once)
    assert resident_kib(screen) - before_kib < 4096
    stalled.close()


def test_a_page_that_is_torn_off_leaves_no_word_in_the_log(screen: Screen, unit: FakeUnit) -> None:
    """Reset while it is told, as by a browser that is killed; the place it had is free again."""
    for number in range(10):
        page = Events(screen)
        page.next("hello")
        page.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        page.close()
        unit.tell("scene", {**SCENE, "heading_deg": float(number)})
    assert Events(screen).next("scene")["heading_deg"] == 9.0
    assert screen.stop() == (0, "")


def resident_kib(screen: Screen) -> int:
    """Resident memory of the screen process."""
    status = Path(f"/proc/{screen.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def test_memory_stays_within_30_mib(screen: Screen) -> None:
    """The aim is 25 MiB; the rest is room for another libc and interpreter."""
    Events(screen).next("hello")
    assert resident_kib(screen) < 30 * 1024


def test_every_answer_carries_the_headers_that_keep_others_out(screen: Screen) -> None:
    for path in ("/", "/main.js", "/symbols/roadworks.svg", "/nothing"):
        _, headers, _ = screen.ask("GET", path)
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"Host": "evil.example"}, 421, "host"),
        ({"Origin": "http://evil.example"}, 403, "origin"),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403, "site"),
    ],
)
def test_strangers_are_refused(screen: Screen, headers: dict[str, str], status: int, reason: str) -> None:
    for method, path in (("GET", "/events"), ("POST", "/ack"), ("POST", "/beat")):
        answer = screen.ask(method, path, {"number": 7, "shown_utc_s": 1.0}, headers)
        assert (answer[0], json.loads(answer[2])) == (status, {"refused": reason})


@pytest.mark.parametrize(
    "path", ["/../server.py", "/..%2fserver.py", "/symbols/../../door.py", "//etc/passwd", "/symbols/"]
)
def test_only_the_page_s_own_files_are_served(screen: Screen, path: str) -> None:
    assert screen.ask("GET", path)[0] == 404


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nnocolon\r\n\r\n", b"\x16\x03\x01\x02\x00" * 3000,
     b"GET /%ff?%zz HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /ack HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
     b"POST /ack HTTP/1.1\r\nContent-Length: x\r\n\r\n"],
)  # fmt: skip
def test_what_is_not_http_is_dropped_without_a_word(screen: Screen, request_bytes: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(screen.host.rpartition(":")[2])), timeout=5) as link:
        link.sendall(request_bytes)
        link.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            link.recv(100)
    assert screen.ask("GET", "/")[0] == 200
    assert screen.stop() == (0, "")


def test_there_are_at_most_eight_pages(screen: Screen) -> None:
    pages = [Events(screen) for _ in range(8)]
    ninth = Events(screen)
    assert (pages[-1].status, ninth.status) == (200, 503)
    pages[0].close()
    time.sleep(0.8)  # the server notices at its next words to that page
    assert Events(screen).status == 200


def test_idle_connections_do_not_shut_out_the_page_for_long(screen: Screen) -> None:
    port = int(screen.host.rpartition(":")[2])
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    end_s = time.monotonic() + 8.0
    while time.monotonic() < end_s:
        try:
            if screen.ask("GET", "/")[0] == 200:
                break
        except OSError:
            time.sleep(0.2)
    else:
        raise AssertionError("still shut out")
    for one in idle:
        one.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_with_pages_open(screen: Screen, number: int) -> None:
    page = Events(screen)
    page.next("hello")
    assert screen.stop(number) == (0, "")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`obu screen` that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "obu", "--lang", "en", "screen", "--socket", "/nowhere/unit.sock", *arguments],
        capture_output=True, text=True, timeout=20, check=False, env={**os.environ},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--listen", "0.0.0.0:0"), "give a pairing token with --token-file"),
        (("--listen", "nonsense"), "must be ADDRESS:PORT"),
        (("--token-file", "/nowhere/token"), "cannot be read"),
    ],
)
def test_what_cannot_start_says_so_in_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_occupied_port_is_one_sentence(screen: Screen) -> None:
    ended = run("--listen", screen.host)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "--listen" in ended.stderr


@pytest.fixture
def abroad(unit: FakeUnit, start_screen: Callable[..., Screen], tmp_path: Path) -> Screen:
    """A screen open to other devices, with its token."""
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    one = start_screen("--listen", "0.0.0.0:0", "--token-file", str(path))
    unit.meet()
    unit.tell("scene", SCENE)
    one.host = "127.0.0.1:" + one.host.rpartition(":")[2]
    return one


def test_another_device_must_pair_first(abroad: Screen) -> None:
    assert b"pair.js" in abroad.ask("GET", "/")[2]
    for path in ("/events", "/main.js"):
        assert abroad.ask("GET", path)[0] == 401
    since_s = time.monotonic()
    assert abroad.ask("POST", "/pair", {"token": "wrong"})[0] == 403
    assert time.monotonic() - since_s >= 0.5
    status, headers, _ = abroad.ask("POST", "/pair", {"token": TOKEN})
    assert status == 200
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=Strict" in headers["Set-Cookie"]
    cookie = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
    assert b"main.js" in abroad.ask("GET", "/", headers=cookie)[2]
    assert Events(abroad, cookie).status == 200
