"""The co-processor on its serial line: bytes to the session and its frames back, both ways bounded.

[coprocessor] device = "/dev/ttyS1", baud = 921600

Its buses are channels as any other: [can.main] interface = "coprocessor", channel = "0", bitrate = 250000.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from obu.core.alert import Text
from obu.core.errors import ConfigError
from obu.core.frames import DriverState, Indication
from obu.core.now import NS_PER_MS
from obu.drivers.contract import Arrival
from obu.drivers.said import Said
from obu.drivers.serial_line import SerialLine

PULL_NS = 20 * NS_PER_MS  # acknowledgements are due every 10 ms, a full window is one of 8 frames
SILENT = Text("串口已打开，协处理器没有应答", "the line is open, the co-processor is silent")
MOST_PULLED = 16  # frames of one poll


class LinkSession(Protocol):
    """What obu/link/session.Session offers a port."""

    def take(self, data: bytes, at_ns: int) -> Sequence[Arrival]: ...
    def pull(self, at_ns: int) -> bytes: ...
    def indicate(self, indication: Indication) -> None: ...
    def is_up(self) -> bool: ...
    def board(self) -> str: ...
    def fault(self) -> Text | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """device, baud: of the line. fail_slow: the mask of lamps that blink while the unit is silent.

    language: of the small display, which often has no Chinese characters.
    """

    device: str
    baud: int = 921_600
    fail_slow: int = 1
    language: Literal["zh", "en"] = "zh"


class Coprocessor:
    """The Driver; also takes what the board shall show."""

    def __init__(self, name: str, options: Options, session: LinkSession) -> None:
        self.name = name
        self._line = SerialLine(name, options.device, options.baud)
        self._session = session
        self._rest = b""
        self._pull_ns = 0
        self._line_state: DriverState | None = None
        self._said = Said(name)

    def fileno(self) -> int:
        """As the line's."""
        return self._line.fileno()

    def wake_at_ns(self) -> int | None:
        """When frames are due again, or the line is to be opened."""
        return self._line.wake_at_ns() if self._line.fileno() < 0 else self._pull_ns

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """What the board said, after a DriverState if the link came up or went down."""
        data, states = self._line.read(at_ns)
        self._line_state = states[-1] if states else self._line_state
        said = self._session.take(data, at_ns) if data else ()
        self._flush(at_ns)
        return (*self._changed(at_ns), *said)

    def send(self, indication: Indication) -> None:
        """From now on the board shall show this."""
        self._session.indicate(indication)
        self._pull_ns = 0

    def close(self) -> None:
        """Gives the line back."""
        self._line.close()

    def _flush(self, at_ns: int) -> None:
        self._pull_ns = at_ns + PULL_NS
        if self._line.fileno() < 0:
            self._rest = b""
            return
        for _ in range(MOST_PULLED):
            self._rest = self._rest or self._session.pull(at_ns)
            if not self._rest:
                return
            self._rest = self._rest[self._line.write(self._rest) :]
            if self._rest:
                return

    def _changed(self, at_ns: int) -> tuple[DriverState, ...]:
        session, line = self._session, self._line_state
        why = session.fault()
        if why is None and session.is_up():
            why = Text(session.board(), session.board())
        elif why is None and line is not None and not line.is_up:
            why = Text(line.why, line.why)
        return self._said.tell(session.is_up(), why or SILENT, at_ns)


def check(name: str, options: Options) -> None:
    """Raises ConfigError for an empty device or an impossible rate or mask."""
    if not options.device:
        raise ConfigError(f"{name}.device: is empty", f"{name}.device：为空")
    if options.baud <= 0:
        raise ConfigError(f"{name}.baud: {options.baud} is not a rate", f"{name}.baud：{options.baud} 不是波特率")
    if not 0 <= options.fail_slow <= 0xFF:
        raise ConfigError(f"{name}.fail_slow: {options.fail_slow} is not 0..255",
                          f"{name}.fail_slow：{options.fail_slow} 不在 0..255 之内")  # fmt: skip
