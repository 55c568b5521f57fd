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
from tests.bench import samples
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


def results(rounds: int) -> Iterator[Result]:
    """All of this file, each the best of `rounds` interleaved rounds."""
    asn1tools = reference.compiled(EDITION.value)
    for name, (frame, value) in MESSAGES.items():
        data = uper.encode(frame, value, EDITION)
        aim = 7.0 if name.startswith("bsm") else 5.0
        decode = _compare(
            rounds, lambda d=data: uper.decode(d, EDITION), lambda d=data: asn1tools.decode("MessageFrame", d)
        )
        yield Result(f"decode {name} ({len(data)} B)", *decode, aim)
        encode = _compare(
            rounds,
            lambda f=frame, v=value: uper.encode(f, v, EDITION),
            lambda f=frame, v=value: asn1tools.encode("MessageFrame", (f, v)),
        )
        yield Result(f"encode {name}", *encode, aim)
        if name.startswith("bsm"):
            head = _compare(rounds, lambda d=data: header.read(d), lambda d=data: asn1tools.decode("MessageFrame", d))
            yield Result(f"header {name}", *head, 25.0)
    yield from _packets(rounds)
    yield from _start()


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
    best = [1e9, 1e9]
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for index, work in enumerate((ours, theirs)):
                best[index] = min(best[index], _time_us(work))
    finally:
        if was_enabled:
            gc.enable()
    return best[0], best[1]


def _time_us(work: Callable[[], Any]) -> float:
    count, spent = 1, 0.0
    while spent < 0.005:
        count *= 4
        began = process_time()
        for _ in range(count):
            work()
        spent = process_time() - began
    return spent / count * 1e6
