"""The codec against asn1tools: each message both ways, the header reader, import time and memory."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import process_time
from typing import Any

from obu.codec import coer, header, uper
from obu.codec.editions import Edition
from tests.bench import samples, samples_day2
from tests.codec import reference

EDITION = Edition.YDT3709
MESSAGES = {
    "bsm": samples.bsm(),
    "bsm with path": samples.bsm(15),
    "map": samples.road_map(),
    "rsm": samples.rsm(),
    "spat": samples.spat(),
    "rsi": samples.rsi(),
}
# VmHWM is the process's own; ru_maxrss begins with its parent's.
_COST = """
import sys, time
{}
resident = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time(), resident)
"""
_OURS = "from obu.codec import uper, coer"
_REFERENCE = "from tests.codec.reference import NAMES, compiled; [compiled(name) for name in NAMES]"


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark: microseconds of each (or seconds, or MiB); ratio is how many times ours is better."""

    name: str
    ours: float
    reference: float
    aim: float | None

    @property
    def ratio(self) -> float:
        return self.reference / self.ours


@dataclass(frozen=True, slots=True)
class Work:
    """A message to be read and written: its octets, what uper.encode takes for them, and what asn1tools is asked."""

    name: str
    data: bytes
    message: tuple[str, dict[str, Any]]
    their_decode: Callable[[], Any]
    their_encode: Callable[[], Any]


def works() -> Iterator[Work]:
    """Every message, of day 1 and of day 2."""
    asn1tools = reference.compiled(EDITION.value)
    for name, message in MESSAGES.items():
        data = uper.encode(*message, EDITION)
        yield Work(
            name,
            data,
            message,
            lambda d=data: asn1tools.decode("MessageFrame", d),
            lambda m=message: asn1tools.encode("MessageFrame", m),
        )
    for number, (name, value) in samples_day2.all_of_them().items():
        yield _day_2(number, name, value)


def _day_2(number: int, name: str, value: dict[str, Any]) -> Work:
    """asn1tools leaves the open type as octets, so it is asked for what is in them as well."""
    asn1tools, kind = reference.compiled(EDITION.value), reference.DAY_2[number]
    message = "msgFrameExt", {"messageId": number, "value": value}
    data = uper.encode(*message, EDITION)

    def decode() -> Any:
        _, extension = asn1tools.decode("MessageFrame", data)
        return asn1tools.decode(kind, extension["value"])

    def encode() -> Any:
        extension = {"messageId": number, "value": asn1tools.encode(kind, value)}
        return asn1tools.encode("MessageFrame", ("msgFrameExt", extension))

    assert decode() == value
    assert encode() == data
    return Work(name, data, message, decode, encode)


def results(rounds: int) -> Iterator[Result]:
    """All of this file, each the middle one of `rounds` interleaved rounds."""
    for work in works():
        yield from _both_ways(rounds, work)
    yield from _packets(rounds)
    yield from _start()


def _both_ways(rounds: int, work: Work) -> Iterator[Result]:
    """A message to its value and back, and its header where it has one."""
    data, aim = work.data, 7.0 if work.name.startswith("bsm") else 5.0
    decode = _compare(rounds, lambda: uper.decode(data, EDITION), work.their_decode)
    yield Result(f"decode {work.name} ({len(data)} B)", *decode, aim)
    encode = _compare(rounds, lambda: uper.encode(*work.message, EDITION), work.their_encode)
    yield Result(f"encode {work.name}", *encode, aim)
    if header.read(data).id is not None:
        head = _compare(rounds, lambda: header.read(data), work.their_decode)
        yield Result(f"header {work.name}", *head, 25.0)


def _packets(rounds: int) -> Iterator[Result]:
    asn1tools, value, data = reference.compiled("security"), samples.packet(), samples.packet_octets()
    decode = _compare(rounds, lambda: coer.decode("V2XSecData", data), lambda: asn1tools.decode("V2XSecData", data))
    yield Result(f"decode packet ({len(data)} B)", *decode, None)
    encode = _compare(rounds, lambda: coer.encode("V2XSecData", value), lambda: asn1tools.encode("V2XSecData", value))
    yield Result("encode packet", *encode, None)


def _start() -> Iterator[Result]:
    ours, theirs, bare = _cost(_OURS), _cost(_REFERENCE), _cost("pass")
    yield Result("ready, CPU seconds over bare Python", ours[0] - bare[0], theirs[0] - bare[0], None)
    yield Result("ready, MiB over bare Python", ours[1] - bare[1], theirs[1] - bare[1], None)


def _cost(statement: str) -> tuple[float, float]:
    """(CPU seconds, MiB) of a fresh process, the best of three, with its .pyc files as an installed unit has them."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    runs = []
    for _ in range(3):
        command = [sys.executable, "-c", _COST.format(statement)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        seconds, kib = said.stdout.split()
        runs.append((float(seconds), float(kib) / 1024))
    return min(runs)


def _compare(rounds: int, ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float]:
    """The round whose ratio is the median: both sides of a round run in the same moment, whatever the machine does."""
    pairs = []
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            pairs.append((_time_us(ours), _time_us(theirs)))
    finally:
        if was_enabled:
            gc.enable()
    return sorted(pairs, key=lambda pair: pair[1] / pair[0])[rounds // 2]


def _time_us(work: Callable[[], Any]) -> float:
    count, spent = 1, 0.0
    while spent < 0.005:
        count *= 4
        began = process_time()
        for _ in range(count):
            work()
        spent = process_time() - began
    return spent / count * 1e6
