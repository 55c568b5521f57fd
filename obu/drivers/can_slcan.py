"""A CAN channel behind an slcan adapter (LAWICEL ASCII over a serial line); it listens, and has no way to send.

[can.main] interface = "slcan", channel = "/dev/ttyACM0", bitrate = 250000

The adapter is opened with L, listen-only, where it cannot disturb the bus whatever its bit rate; one that refuses L is
closed again. options.tty_baudrate is the serial line's rate. Its status flags are asked for, so that a wrong bit rate
is told from a silent bus.
"""

from collections.abc import Sequence
from contextlib import suppress

from obu.core.alert import Text
from obu.core.errors import ConfigError
from obu.core.frames import CanFrame
from obu.core.now import NS_PER_MS
from obu.drivers.bus_watch import BusWatch
from obu.drivers.can_options import Filter, Options, Pace, Sieve
from obu.drivers.channel_state import ChannelState
from obu.drivers.contract import Arrival
from obu.drivers.serial_line import MOST_BYTES, SerialLine
from obu.drivers.slcan_lines import SlcanLines

# CAN232 manual, command S; S9 is a later custom that adapters share.
RATES = {
    10_000: b"S0", 20_000: b"S1", 50_000: b"S2", 100_000: b"S3", 125_000: b"S4", 250_000: b"S5", 500_000: b"S6",
    800_000: b"S7", 1_000_000: b"S8", 83_300: b"S9",
}  # fmt: skip
LINE_BYTES = 27  # of a 29-bit frame with eight data bytes
FLAGS_NS = 200 * NS_PER_MS
TTY_BAUD = 115_200  # without meaning to an adapter on USB
NO_RATE = Text("适配器不支持此比特率", "the adapter does not know this bit rate")
NO_SILENCE = Text("适配器不能只听（拒绝命令 L），通道保持关闭",
                  "the adapter cannot listen only (it refuses L); the channel stays closed")  # fmt: skip


class SlcanBus:
    """The Driver of one adapter. lines: what came in, counted; watch: whether the bus is fit to be read."""

    def __init__(self, name: str, options: Options, filters: Sequence[Filter]) -> None:
        self.name = name
        self._device, baud = _device(options)
        self.lines = SlcanLines(name.partition(".")[2] or name, Sieve(filters))
        self.watch = BusWatch(options.bitrate)
        self._options = options
        self._line = SerialLine(name, self._device, baud)
        self._state = ChannelState(name, f"slcan {self._device}", options.listen_only)
        self._is_open = False
        self._flags_ns = 0
        self._pace = Pace()

    def fileno(self) -> int:
        """What to wait on; -1 while the channel is down, left alone, or rests between two looks."""
        return -1 if self._pace.is_resting else self._line.fileno()

    def wake_at_ns(self) -> int | None:
        """When to look again, to ask for the flags, or to open."""
        if self._is_open:
            return self._pace.look_ns if self._pace.is_resting else self._flags_ns
        left_ns = self._state.may_open_ns
        return None if left_ns is None else max(left_ns, self._line.wake_at_ns() or 0)

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The frames that have come in and pass the filters, after a DriverState if it changed."""
        if not self._state.may_open(at_ns):
            return ()
        data, states = self._line.read(at_ns)
        if self._line.fileno() < 0:
            self._is_open = False
            gone = [Text(f"适配器未连接（{state.why}）", f"no adapter ({state.why})") for state in states]
            return [told for why in gone for told in self._state.lost(why, at_ns)]
        told: list[Arrival] = []
        if not self._is_open:
            self._open(at_ns)
            data = b""  # of before
            told += self._state.opened(at_ns)
        self._pace.looked(at_ns, -(-len(data) // LINE_BYTES), len(data) > MOST_BYTES // 2)
        frames = self._take(data, at_ns)
        if trouble := self._refusal() or self.watch.trouble(at_ns):
            self.close()
            return [*told, *frames, *self._state.left(trouble, self.watch, at_ns)]
        if at_ns >= self._flags_ns:
            self._flags_ns = at_ns + FLAGS_NS
            self._line.write(b"F\r")
        if self.watch.has_heard:
            told += self._state.heard(at_ns)
        lines, watch = self.lines, self.watch
        told += self._state.counts(
            at_ns, watch.frames, lines.passed_over, lines.bad, watch.errors, lines.overruns
        )  # fmt: skip
        return told + frames

    def close(self) -> None:
        """Closes the channel and gives the line back."""
        if self._is_open:
            self._line.write(b"C\r")
        self._is_open = False
        with suppress(Exception):  # a lost device fails in many ways when it is given back
            self._line.close()

    def _open(self, at_ns: int) -> None:
        rate = RATES[self._options.bitrate or 0]
        self.lines.begin()
        self.watch.opened()
        self._line.write(b"V\rC\r" + rate + (b"\rL\r" if self._options.listen_only else b"\rO\r"))
        self._is_open = True
        self._flags_ns = at_ns + FLAGS_NS

    def _take(self, data: bytes, at_ns: int) -> list[CanFrame]:
        lines = self.lines
        heard, errors = lines.heard, lines.errors
        frames = lines.feed(data, at_ns)
        for _ in range(lines.errors - errors):
            self.watch.erred(at_ns)
        if lines.heard > heard:
            self.watch.heard(lines.heard - heard)
        if lines.is_off:
            self.watch.went_off()
        return frames

    def _refusal(self) -> Text | None:
        """What the adapter would not do of close, rate and open; close it may refuse, being closed."""
        if not self.lines.is_in_step:
            return None
        answers = self.lines.answers
        if answers[1:2] == [False]:
            return NO_RATE
        return NO_SILENCE if answers[2:3] == [False] else None


def make(name: str, options: Options, filters: Sequence[Filter]) -> SlcanBus:
    """The driver of a section. Raises ConfigError."""
    known = ", ".join(str(rate) for rate in sorted(RATES))
    if options.bitrate is None:
        raise ConfigError(f"{name}.bitrate: an slcan adapter needs one of {known}; find it with: obu can detect",
                          f"{name}.bitrate：slcan 需给出 {known} 之一；用 obu can detect 查找")  # fmt: skip
    if options.bitrate not in RATES:
        raise ConfigError(f"{name}.bitrate: {options.bitrate} is none of {known}",
                          f"{name}.bitrate：{options.bitrate} 不在 {known} 之中")  # fmt: skip
    for key in options.options:
        if key != "tty_baudrate":
            raise ConfigError(f"{name}.options.{key}: no such key; there is: tty_baudrate",
                              f"{name}.options.{key}：没有这个键；可用：tty_baudrate")  # fmt: skip
    if _device(options)[1] <= 0:
        raise ConfigError(f"{name}.options.tty_baudrate: is not a rate", f"{name}.options.tty_baudrate：不是波特率")
    return SlcanBus(name, options, filters)


def _device(options: Options) -> tuple[str, int]:
    """Path and rate of the serial line; "/dev/ttyUSB0@1000000" is python-can's short form. A rate that is none is 0."""
    device, at, short = options.channel.partition("@")
    baud = short if at else options.options.get("tty_baudrate", TTY_BAUD)
    return device, int(baud) if str(baud).isdecimal() else 0
