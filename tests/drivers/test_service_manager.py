"""What systemd hears, on a real datagram socket; and that it takes the units as they are."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from obu.drivers import service_manager

UNITS = sorted((Path(__file__).parents[2] / ".ci/package").glob("*.service"))
S = 1_000_000_000


@pytest.fixture
def manager(tmp_path: Path):
    """Where systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as ear:
        ear.bind(str(tmp_path / "notify"))
        yield ear


def heard(ear: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(ear.recv(256).decode())
        except BlockingIOError:
            return found


def environment(ear: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": ear.getsockname(), **more}


def test_ready_once_then_alive_at_half_of_its_patience(manager: socket.socket) -> None:
    driver = service_manager.make(environment(manager, WATCHDOG_USEC="10000000", WATCHDOG_PID=str(os.getpid())))
    assert driver.fileno() == -1 and driver.poll(1 * S) == ()
    assert heard(manager) == ["READY=1", "WATCHDOG=1"]
    assert driver.wake_at_ns() == 6 * S
    driver.poll(5 * S)
    assert heard(manager) == []
    driver.poll(6 * S)
    assert heard(manager) == ["WATCHDOG=1"]
    driver.close()
    driver.close()
    assert heard(manager) == ["STOPPING=1"]


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}])
def test_where_it_does_not_watch_ready_is_all(manager: socket.socket, more: dict) -> None:
    driver = service_manager.make(environment(manager, **more))
    for at_s in range(100):
        driver.poll(at_s * S)
    assert heard(manager) == ["READY=1"] and driver.wake_at_ns() is None
    driver.close()


def test_without_systemd_it_is_idle() -> None:
    driver = service_manager.make({})
    assert driver.poll(0) == () and driver.wake_at_ns() is None
    driver.close()


def test_an_abstract_address_is_one() -> None:
    name = f"@obu-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as ear:
        ear.bind("\0" + name[1:])
        driver = service_manager.make({"NOTIFY_SOCKET": name})
        driver.poll(0)
        assert heard(ear) == ["READY=1"]
        driver.close()


def test_a_manager_that_is_gone_or_full_costs_nothing(tmp_path: Path, manager: socket.socket) -> None:
    gone = service_manager.make({"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "1000000"})
    gone.poll(0)
    gone.close()
    full = service_manager.make(environment(manager, WATCHDOG_USEC="2000000"))
    for at_s in range(5000):
        full.poll(at_s * S)
    full.close()


@pytest.mark.needs("systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    for each in UNITS:  # what they start is not on this machine
        (tmp_path / each.name).write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", each.read_text("utf-8")))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    own = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, own) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_service_may_not_write_the_code_that_it_runs(unit: Path) -> None:
    said = dict(re.findall(r"^(\w+)=(.+)$", unit.read_text("utf-8"), re.MULTILINE))
    assert said["ProtectSystem"] == "strict" and said["ReadWritePaths"] == "/opt/obu"
    assert {said["ExecStart"].split()[0], "/opt/obu/versions"} <= set(said["ReadOnlyPaths"].split())
