"""What a terminal that goes into service meets outside itself: the vehicle's bus and the co-processor; it only listens.

Its one rule: what is not there is one sentence, and the walk goes on without it.
"""

import collections
import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from obu.can_input import detect
from obu.core.errors import LocalError
from obu.drivers.can_options import Options
from obu.drivers.clock import SystemClock
from obu.runtime import boarding, detecting, diagnosing, strict
from obu.runtime.config import Config

LISTEN_S = 3.0  # the slowest groups of J1939 come each second
MEET_S = 5.0  # of two heartbeats and a board that is just starting
_PAUSE_S = 0.02
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Heard:
    """A bus. channel: of the configuration. profile, score: the best fit, empty and 0 where none fits.

    fingerprint: of its identifiers.
    """

    channel: str
    bitrate: int | None
    profile: str
    score: float
    identifiers: int
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """For the record."""
        return asdict(self)


def fingerprint(identifiers: Iterable[tuple[bool, int]]) -> str:
    """SHA-256 over the sorted identifiers, its first digits. identifiers: (is it extended, identifier)."""
    written = ",".join(f"{identifier:x}{'x' if is_extended else ''}" for is_extended, identifier in sorted(identifiers))
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]


def listen(settings: Config) -> Heard:
    """What is on the first channel of the configuration that this machine has itself. Raises LocalError."""
    name, section = next(
        ((name, section) for name, section in settings.can.items()
         if not boarding.is_board(section) and not diagnosing.is_asked(section)), ("", {}),
    )  # fmt: skip
    if not name:
        raise LocalError("the bus is behind the co-processor: run the unit for a minute, then come back here",
                         "总线接在协处理器上：请让单元运行一分钟，再回到这一步")  # fmt: skip
    options = strict.convert(section, Options, f"can.{name}")
    attempts, ear = detecting.find_rate(options, rates(options), lambda _: None)
    if ear is None:
        why = attempts[-1].why
        en = f"can.{name}: no frame was heard" + (f" ({why.en})" if why else "")
        zh = f"can.{name}：没有听到报文" + (f"（{why.zh}）" if why else "")
        raise LocalError(
            f"{en}: switch the ignition on, check CAN-H and CAN-L", f"{zh}：接通点火开关，检查 CAN-H、CAN-L 接线"
        )
    try:
        vehicles = detecting.candidates()
        ((at_ns, census),) = collections.deque(detecting.study(ear, LISTEN_S, vehicles), maxlen=1)
    finally:
        ear.close()
    fits = detect.ranked(vehicles, at_ns)
    best, score = (fits[0].name, fits[0].score) if fits else ("", 0.0)
    bitrate = attempts[-1].bitrate or detecting.kernel_rate(options)
    return Heard(name, bitrate, best, score, len(census.seen), fingerprint(census.seen))


def rates(options: Options) -> tuple[int | None, ...]:
    """The configured one first, then the others, where an adapter can be set to them."""
    others = detecting.rates_of(dataclasses.replace(options, bitrate=None), set_link=False)
    return (options.bitrate, *(rate for rate in others if rate not in (None, options.bitrate)))


def meet(settings: Config, within_s: float = MEET_S, pause: Callable[[float], None] = time.sleep) -> str:
    """What the co-processor says it is. Raises LocalError where it does not answer, or is of another version."""
    board = boarding.make(settings, ())
    assert board is not None
    clock, why, why_zh = SystemClock(0), "no answer", "没有应答"
    end_ns = clock.now().at_ns + int(within_s * 1e9)
    try:
        while (at_ns := clock.now().at_ns) < end_ns:
            for arrival in board.poll(at_ns):
                state = getattr(arrival, "is_up", None)
                if state:
                    return str(getattr(arrival, "why", ""))
                if state is False:
                    why, why_zh = getattr(arrival, "why", ""), getattr(arrival, "why_zh", "")
            pause(_PAUSE_S)
    finally:
        board.close()
    raise LocalError(f"coprocessor: {why}; check its line and power", f"协处理器：{why_zh}；检查串口线和供电")
