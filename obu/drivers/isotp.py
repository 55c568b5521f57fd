"""Questions to a car's diagnostics socket and its answers, whole payloads over ISO-TP: the one driver that sends on a
vehicle's bus, and only where the configuration permits it by name.

[can.main] interface = "obd", permit_sending = "mode-01", through = "socketcan", channel = "can0", bitrate = 500000
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import can
import isotp

from obu.core.alert import Text
from obu.core.errors import ConfigError
from obu.core.frames import DiagnosticAnswer, DriverState
from obu.drivers.can_options import MOST_FRAMES
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry
from obu.drivers.said import Said

PERMISSION = "mode-01"
ASK_ALL, ANSWERS = 0x7DF, 0x7E8  # ISO 15765-4: functional request, the first control unit's answer
FLOW_CONTROL = 3  # the kind of frame that asks for the rest of a long answer
MOST_ERRORS = 8  # error frames in a row: a bus that complains


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """permit_sending: "mode-01" is the leave to ask. through, channel, bitrate, options: as python-can names them."""

    permit_sending: str = ""
    through: str
    channel: str
    bitrate: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


class Diagnostics:
    """A Driver that also takes questions. After a complaint of the bus it is closed for good and says so."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._options = options
        self._bus: can.BusABC | None = None
        self._fd = -1
        self._stack: isotp.TransportLayerLogic | None = None
        self._retry = Retry()
        self._errors = self._left = 0
        self._is_over = False
        self._said = Said(name)
        self._told: list[DriverState] = []

    def fileno(self) -> int:
        """What to wait on; -1 while the channel is down or has nothing to wait on."""
        return self._fd

    def wake_at_ns(self) -> int | None:
        """When to open again."""
        return self._retry.wake_at_ns() if self._bus is None and not self._is_over else None

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The answers that have come in whole, after a DriverState if it changed."""
        if self._bus is None and not self._is_over and self._retry.is_due(at_ns):
            self._open(at_ns)
        found: list[Arrival] = []
        if self._stack is not None:
            self._work(at_ns)
        while self._stack is not None and self._stack.available():
            payload = self._stack.recv()
            if payload:
                found.append(DiagnosticAnswer(bytes(payload), at_ns))
        told, self._told = self._told, []
        return [*told, *found]

    def ask(self, question: bytes, at_ns: int) -> None:
        """One question to whoever answers it; dropped while the channel is down."""
        if self._stack is not None:
            self._stack.send(question, isotp.TargetAddressType.Functional)
            self._work(at_ns)

    def close(self) -> None:
        """Leaves the bus."""
        bus, self._bus, self._stack, self._fd = self._bus, None, None, -1
        if bus is not None:
            with suppress(Exception):  # a lost device fails in many ways when it is given back
                bus.shutdown()

    def _work(self, at_ns: int) -> None:
        assert self._stack is not None
        self._left = MOST_FRAMES
        try:
            self._stack.process()
        except Exception as error:  # each interface has its own ways to complain
            self._complained(at_ns, str(error) or type(error).__name__)
            return
        if self._errors >= MOST_ERRORS:
            self._complained(at_ns, "error frames on the bus")

    def _complained(self, at_ns: int, why: str) -> None:
        self._is_over = True
        self.close()
        self._say(False, f"the bus complains; nothing is asked until the unit starts anew: {why}", at_ns,
                  f"总线报错，重新启动单元之前不再提问：{why}")  # fmt: skip

    def _receive(self, timeout_s: float) -> isotp.CanMessage | None:
        assert self._bus is not None
        while self._left > 0 and (message := self._bus.recv(0)) is not None:
            self._left -= 1
            if message.is_error_frame:
                self._errors += 1
                continue
            self._errors = 0
            if message.arbitration_id == ANSWERS and not message.is_extended_id and not message.is_remote_frame:
                return isotp.CanMessage(arbitration_id=ANSWERS, data=bytes(message.data), dlc=message.dlc)
        return None

    def _send(self, message: isotp.CanMessage) -> None:
        assert self._bus is not None
        if message.data[0] >> 4 == FLOW_CONTROL:
            return  # an answer of mode 01 fits one frame: a stranger's long one does not make us speak
        self._bus.send(can.Message(arbitration_id=message.arbitration_id, data=message.data, is_extended_id=False))

    def _open(self, at_ns: int) -> None:
        options = self._options
        arguments: dict[str, Any] = {"interface": options.through, "channel": options.channel, **options.options}
        if options.bitrate is not None:
            arguments["bitrate"] = options.bitrate
        if options.through == "socketcan":  # the kernel's filter lets error frames pass, python-can's own does not
            arguments["can_filters"] = [{"can_id": ANSWERS, "can_mask": 0x7FF, "extended": False}]
        try:
            self._bus = can.Bus(ignore_config=True, **arguments)
        except Exception as error:  # each interface has its own ways to say that the device is not there
            self.close()
            self._retry.failed(at_ns)
            self._say(False, str(error) or type(error).__name__, at_ns)
            return
        with suppress(NotImplementedError, can.CanError, OSError):
            self._fd = self._bus.fileno()
        address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=ASK_ALL, rxid=ANSWERS)
        self._stack = isotp.TransportLayerLogic(
            self._receive, self._send, address, error_handler=None, params={"tx_padding": 0x55, "blocking_send": False}
        )
        self._retry.succeeded()
        self._say(True, f"{options.through} {options.channel}", at_ns)

    def _say(self, is_up: bool, why: str, at_ns: int, why_zh: str = "") -> None:
        self._told += self._said.tell(is_up, Text(why_zh, why), at_ns)


def make(name: str, options: Options) -> Diagnostics:
    """The driver of a section. Raises ConfigError: sending is not permitted, or there is no such interface."""
    if options.permit_sending != PERMISSION:
        raise ConfigError(
            f'{name}.permit_sending: asking a car means sending on its bus; "{PERMISSION}" permits it',
            f'{name}.permit_sending：诊断请求需要在车辆总线上发送；写 "{PERMISSION}" 表示允许',
        )
    if options.through not in can.VALID_INTERFACES:
        known = ", ".join(sorted(can.VALID_INTERFACES))
        raise ConfigError(f"{name}.through: {options.through!r} is none of {known}",
                          f"{name}.through：{options.through!r} 不在 {known} 之中")  # fmt: skip
    logging.getLogger("isotp").setLevel(logging.CRITICAL)  # strangers' frames write no log
    return Diagnostics(name, options)
