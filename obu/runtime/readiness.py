"""What this machine offers the unit: each finding is a name, ready or not, and a sentence that says how to mend it."""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obu.core.alert import Text
from obu.core.errors import ConfigError, LocalError
from obu.core.frames import DriverState
from obu.core.now import NS_PER_MS

CHRONYD_S = 1.0  # on the loopback it answers within a millisecond
PROBE_GROUP = "239.255.77.77"  # administratively scoped (RFC 2365), hop limit 0: never leaves the machine


@dataclass(frozen=True, slots=True)
class Finding:
    """is_ready: None for what only some set-ups need."""

    name: str
    is_ready: bool | None
    says: Text


def findings(config: Path | None) -> list[Finding]:
    """All of them, in the order in which a technician mends them."""
    checks: list[Callable[[], Finding]] = [
        _python,
        _crypto,
        _sm2_signing,
        _tpm,
        _clock,
        _multicast,
        _kernel_can,
        _serial,
    ]
    found = [check() for check in checks]
    return [*found, *_config(config)] if config else found


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    says = Text(f"Python {version}（需要 3.11 以上）", f"Python {version} (3.11 or newer is needed)")
    return Finding("python", sys.version_info >= (3, 11), says)


def _crypto() -> Finding:
    from obu.drivers import libcrypto

    try:
        library = libcrypto.load()
    except LocalError as error:
        return Finding("crypto", False, Text(error.zh, error.text))
    version = library.version
    says = Text(f"{version}：SM2 与 SM3 自检通过", f"{version}: SM2 and SM3 pass their self-test")
    return Finding("crypto", True, says)


def _sm2_signing() -> Finding:
    from obu.drivers import libcrypto, libcrypto_leaks

    try:
        refusal = libcrypto_leaks.refusal(libcrypto.load().version)
    except LocalError:
        return Finding("SM2 signing", None, Text("需要可用的 libcrypto", "wants a usable libcrypto"))
    if refusal:
        return Finding("SM2 signing", None, Text(refusal.zh, refusal.text))
    return Finding("SM2 signing", True, Text("软件签名 SM2 没有已知的泄露", "no known leak of SM2 signing in software"))


def _tpm() -> Finding:
    from obu.drivers import key_tpm

    device = Path(key_tpm.Options().device)
    if not device.exists():
        none = Text(f"没有 {device}；只有 keys.type = tpm 需要", f"no {device}; only keys.type = tpm wants one")
        return Finding("TPM", None, none)
    if not os.access(device, os.R_OK | os.W_OK):
        barred = Text(f"无权访问 {device}；运行 sudo usermod -aG tss $USER 后重新登录",
                      f"no access to {device}; run: sudo usermod -aG tss $USER, and log in again")  # fmt: skip
        return Finding("TPM", None, barred)
    return Finding("TPM", True, Text(f"{device} 可访问", f"{device} is accessible"))


def _clock() -> Finding:
    import time

    if time.time() < 1_750_000_000:  # mid-2025: before this program was written
        wrong = Text("系统时间不对；请设置时间，或在 [clock] 中用 source = gnss",
                     "the machine's date is wrong; set it, or follow the receiver: [clock] source")  # fmt: skip
        return Finding("clock", False, wrong)
    right = Text("系统时间合理；签名要求误差在 1 毫秒量级（chrony 或 PTP）",
                 "the machine's date is plausible; signing wants it within about 1 ms (chrony, PTP)")  # fmt: skip
    return Finding("clock", True, right)


def _multicast() -> Finding:
    try:
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as ear:
            ear.bind(("", 0))
            member = socket.inet_aton(PROBE_GROUP) + socket.inet_aton("0.0.0.0")
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            ear.settimeout(0.5)
            with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as mouth:
                mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
                mouth.sendto(b"probe", (PROBE_GROUP, ear.getsockname()[1]))
            ear.recv(16)
    except OSError as error:
        return Finding("multicast", None, Text(f"本机没有组播（{error}）；试验台改用 slcan，无需处理",
                                               f"no multicast on this machine ({error}); the bench uses slcan instead, "
                                               "nothing to mend"))  # fmt: skip
    return Finding("multicast", True, Text("组播可用（虚拟 CAN）", "multicast works (virtual CAN)"))


def _kernel_can() -> Finding:
    try:
        socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW).close()
    except (OSError, AttributeError):
        none = Text("内核没有 CAN；socketcan 需要：modprobe can can_raw（虚拟机和容器中常不可用）",
                    "the kernel has no CAN; socketcan needs: modprobe can can_raw "
                    "(often not to be had in virtual machines and containers)")  # fmt: skip
        return Finding("kernel CAN", None, none)
    return Finding("kernel CAN", True, Text("内核 CAN 可用", "the kernel has CAN"))


def _serial() -> Finding:
    ports = sorted(path for pattern in ("ttyUSB*", "ttyACM*", "ttyS[0-3]") for path in Path("/dev").glob(pattern))
    barred = [str(path) for path in ports if not os.access(path, os.R_OK | os.W_OK)]
    if barred:
        names = ", ".join(barred)
        return Finding("serial ports", None, Text(f"无权访问 {names}；运行 sudo usermod -aG dialout $USER 后重新登录",
                                                  f"no access to {names}; run: sudo usermod -aG dialout $USER, "
                                                  "and log in again"))  # fmt: skip
    names = ", ".join(str(path) for path in ports) or "-"
    return Finding("serial ports", True if ports else None, Text(f"串口：{names}", f"serial ports: {names}"))


def _config(path: Path) -> Iterator[Finding]:
    """The configuration, and where it is right whether its CAN interfaces of the kernel may be opened as they stand."""
    from obu.runtime import config, wiring

    try:
        settings = config.read(path)
        wiring.check(settings)
    except LocalError as error:
        if isinstance(error, ConfigError):
            error = error.of(path)
        yield Finding("configuration", False, Text(error.zh, error.text))
        return
    yield Finding("configuration", True, Text(f"{path} 正确", f"{path} is right"))
    if settings.clock.source == "chrony":
        yield _chronyd(settings.clock.chronyd_port, settings.clock.max_error_ms)
    for name, section in settings.can.items():
        if section["interface"] == "socketcan":
            yield _interface(f"can.{name}", section)


def _chronyd(port: int, max_error_ms: float) -> Finding:
    """Asked once, as the unit asks each second."""
    import select
    import time

    from obu.drivers import chrony

    clock = chrony.ChronyClock(port)
    with contextlib.closing(clock):
        clock.poll(time.monotonic_ns())
        select.select([clock.fileno()], [], [], CHRONYD_S)
        said = [state for state in clock.poll(time.monotonic_ns()) if isinstance(state, DriverState)]
        now = clock.now()
    if now.utc_ns is None:
        why = Text(said[-1].why_zh, said[-1].why) if said else chrony.SILENT
        return Finding("clock.source", False, why)
    off_ms = now.utc_error_ns / NS_PER_MS
    says = Text(f"chronyd 报告误差不超过 {off_ms:.3f} ms（上限 clock.max_error_ms = {max_error_ms:g}）",
                f"chronyd: off by {off_ms:.3f} ms at most (clock.max_error_ms = {max_error_ms:g})")  # fmt: skip
    return Finding("clock.source", off_ms <= max_error_ms, says)


def _interface(name: str, section: dict[str, Any]) -> Finding:
    from obu.drivers import can_link, can_socket
    from obu.drivers.can_options import Options
    from obu.runtime import strict

    options = strict.convert(section, Options, name)
    try:
        refusal = can_socket.refuses(can_link.read(options.channel), options)
    except OSError as error:
        absent = error.strerror or str(error)
        return Finding(name, False, Text(f"{options.channel}：{absent}", f"{options.channel}: {absent}"))
    if refusal:
        return Finding(name, False, refusal)
    mode = Text("只听", "listens only") if options.listen_only else Text("允许应答", "may acknowledge, as permitted")
    return Finding(name, True, Text(f"{options.channel} {mode.zh}", f"{options.channel} {mode.en}"))
