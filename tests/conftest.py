"""What all tests share: the tools of the machine they may ask for, and the list of those that could not run.

The rule: no test is left out in silence. `@pytest.mark.needs("chromium")` on a machine without it puts the test under
the heading NOT RUN with the command that mends it, and with REQUIRE_ALL=1 the whole run has failed - but for what no
command can bring, the kernel's own CAN in a container: that is said, and no more.
"""

import os
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from hil import chromium as browser
from tests import chronyd, gpsd
from tests.firmware import runtimes
from tests.package import clean_system

FUZZ_RUNS = int(os.environ.get("OBU_FUZZ", "2000"))  # a few seconds of random input; `make fuzz` asks for a million
LONG_FUZZ = "OBU_FUZZ" in os.environ

settings.register_profile("short", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile(
    "long", deadline=None, database=None, print_blob=True, max_examples=max(FUZZ_RUNS // 100, 100)
)
settings.load_profile("long" if LONG_FUZZ else "short")


@dataclass(frozen=True, slots=True)
class Tool:
    """A thing of the machine: how to see that it is there, and the command that brings it.

    can_be_had: by that command, on every machine.
    """

    is_present: Callable[[], bool]
    mend: str
    can_be_had: bool = True


@cache
def has_cjk_fonts() -> bool:
    """Whether Chinese text can be drawn: Noto Sans CJK, or Source Han Sans, lies in a font folder."""
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
    names = ("NotoSansCJK*", "NotoSansSC*", "SourceHanSans*")
    return any(next(folder.rglob(name), None) for folder in folders if folder.is_dir() for name in names)


@cache
def softhsm_module() -> str | None:
    """The library of SoftHSM2 where its own command is there too, or None."""
    places = (Path("/usr/lib/softhsm"), *Path("/usr/lib").glob("*-linux-gnu/softhsm"), Path("/usr/local/lib/softhsm"))
    found = [place / "libsofthsm2.so" for place in places if (place / "libsofthsm2.so").is_file()]
    return str(found[0]) if found and shutil.which("softhsm2-util") else None


@cache
def has_multicast() -> bool:
    """Whether one real datagram sent to a group with hop limit 0 comes back on this host."""
    group, probe = "239.74.163.2", os.urandom(16)
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
        ):
            ear.bind(("", 0))
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4sl", socket.inet_aton(group), 0))
            ear.settimeout(1.0)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
            mouth.sendto(probe, (group, ear.getsockname()[1]))
            return ear.recv(64) == probe
    except OSError:
        return False


@cache
def has_kernel_can() -> bool:
    """Whether the kernel has CAN and virtual interfaces can be made: one is, and is removed again."""
    add, remove = (["ip", "link", verb, "obuprobe0", *more] for verb, more in (("add", ["type", "vcan"]), ("del", [])))
    try:
        socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW).close()
        is_made = subprocess.run(add, capture_output=True, check=False).returncode == 0
        return is_made and subprocess.run(remove, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@cache
def has_mount_namespace() -> bool:
    """Whether a file system can be mounted where nobody else sees it."""
    words = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "obu-probe", "/mnt"]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _mend_browser() -> str:
    if Path("/etc/debian_version").exists() and "ID=ubuntu" not in Path("/etc/os-release").read_text("utf-8"):
        return "apt-get install -y --no-install-recommends chromium fonts-noto-cjk   (as root)"
    return (
        ".venv/bin/python -m playwright install --with-deps chromium; "
        "apt-get install -y --no-install-recommends fonts-noto-cjk   (as root)"
    )


TOOLS = {
    "chromium": Tool(lambda: browser.path() is not None, _mend_browser()),
    "cjk_fonts": Tool(has_cjk_fonts, "apt-get install -y --no-install-recommends fonts-noto-cjk   (as root)"),
    "swtpm": Tool(lambda: shutil.which("swtpm") is not None, "apt-get install -y swtpm   (as root)"),
    "softhsm": Tool(lambda: softhsm_module() is not None, "apt-get install -y softhsm2   (as root)"),
    "systemd": Tool(lambda: shutil.which("systemd-analyze") is not None, "apt-get install -y systemd   (as root)"),
    "chrony": Tool(lambda: chronyd.program("chronyd") is not None, "python3 .ci/system_tools.py"),
    "gpsd": Tool(gpsd.is_present, "python3 .ci/system_tools.py"),
    "multicast": Tool(has_multicast, "ip link set lo multicast on && ip route add 239.0.0.0/8 dev lo   (as root)"),
    **{
        name: Tool(lambda name=name: runtimes.is_present(name), "python3 .ci/micropython.py")
        for name in runtimes.ARCHITECTURES
    },
    "clean_debian": Tool(
        clean_system.is_present, "apt-get install -y debootstrap; python3 .ci/debian_root.py   (as root)"
    ),
    "kernel_can": Tool(
        has_kernel_can,
        "modprobe can_raw vcan   (as root; a container or virtual machine often has no CAN at all)",
        can_be_had=False,
    ),
    "mount_namespace": Tool(
        has_mount_namespace, "allow user namespaces (a container: its security profile)", can_be_had=False
    ),
    "root": Tool(lambda: os.geteuid() == 0, "run `make test` as root, for example in a container"),
}


def pytest_configure() -> None:
    """What a developer's shell says about CAN or language reaches no test; what tests interrupt hears it."""
    for name in [name for name in os.environ if name.startswith("CAN_")] + ["OBU_LANG"]:
        os.environ.pop(name, None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started by a shell in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)  # a run without workers has no such hook
def pytest_xdist_auto_num_workers() -> int:
    """Two more than processors: many tests wait for a process, a browser or a board's line."""
    return (os.cpu_count() or 1) + 2


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leaves out a test whose tools are absent, in a way that the end of the run can tell."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if name not in TOOLS:
                raise pytest.UsageError(
                    f"{item.nodeid}: unknown tool {name!r}; tests/conftest.py knows {sorted(TOOLS)}"
                )
            if not TOOLS[name].is_present():
                pytest.skip(f"no {name}; to mend: {TOOLS[name].mend}")


def _not_run(config: pytest.Config) -> list[tuple[str, str]]:
    """(test, reason) of everything left out, also by a bare pytest.skip: nothing is left out in silence."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return sorted({(report.nodeid, _reason(report.longrepr)) for report in reports})


def _reason(longrepr: object) -> str:
    text = str(longrepr[2]) if isinstance(longrepr, tuple | list) else str(longrepr)
    return text.removeprefix("Skipped: ")


def _is_failure(left_out: tuple[str, str]) -> bool:
    """Whether a machine with everything that can be had would have run it."""
    beyond = [f"no {name}; to mend: {tool.mend}" for name, tool in TOOLS.items() if not tool.can_be_had]
    return left_out[1] not in beyond


def _must_run_all() -> bool:
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With REQUIRE_ALL=1 a test left out is a failed run."""
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and _must_run_all() and any(map(_is_failure, _not_run(session.config))):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The list NOT RUN, by reason."""
    left_out = _not_run(terminalreporter.config)
    if not left_out:
        return
    is_failure = _must_run_all() and any(map(_is_failure, left_out))
    terminalreporter.section("NOT RUN" + (" (a failure: REQUIRE_ALL is set)" if is_failure else ""))
    for reason in sorted({reason for _, reason in left_out}):
        terminalreporter.write_line(reason)
        for test in (test for test, its_reason in left_out if its_reason == reason):
            terminalreporter.write_line(f"    {test}")


@pytest.fixture
def chromium() -> str:
    """The path of a real browser, for a test marked `needs("chromium")`."""
    path = browser.path()
    assert path is not None, "mark the test with @pytest.mark.needs('chromium')"
    return path


@pytest.fixture
def fuzz_runs() -> int:
    """How many random inputs a test marked `fuzz` shall try."""
    return FUZZ_RUNS
