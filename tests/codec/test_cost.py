"""What a message costs in bytecodes, against asn1tools: no machine's clock in it, so a step back is seen at once."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from obu.codec import header, uper
from obu.codec.editions import Edition
from tests.bench import codec
from tests.codec import reference

# asn1tools' bytecodes for each of ours, reading and writing: a tenth below what Python 3.11 counted. `make bench`
# holds the times; there what runs outside bytecodes counts too, of which asn1tools has more.
LEAST = {
    "bsm": (7.6, 5.7),
    "bsm with path": (6.5, 5.3),
    "map": (5.2, 4.8),
    "rsm": (6.0, 4.8),
    "spat": (4.8, 4.7),
    "rsi": (4.9, 4.7),
    "test message": (2.7, 3.8),
    "rtcm": (2.8, 3.8),
    "rsc": (4.8, 4.2),
    "ssm": (5.4, 4.6),
    "vir": (4.7, 4.2),
    "pam": (5.0, 4.8),
    "psm": (4.5, 4.6),
    "clpmm": (4.2, 4.6),
    "vpm": (4.1, 3.8),
}
MOST_FOR_A_HEADER = 240  # of any message, however long
WORKS = {work.name: work for work in codec.works()}


def bytecodes(work: Callable[[], Any]) -> int:
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    work()  # whatever is imported or filled once
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", LEAST)
def test_a_message_costs_a_fraction_of_what_asn1tools_needs(name):
    work = WORKS[name]
    read, written = LEAST[name]
    ours = bytecodes(lambda: uper.decode(work.data, Edition.YDT3709))
    assert bytecodes(work.their_decode) > read * ours
    ours = bytecodes(lambda: uper.encode(*work.message, Edition.YDT3709))
    assert bytecodes(work.their_encode) > written * ours


def test_every_message_of_the_benchmark_is_held():
    assert WORKS.keys() == LEAST.keys()
    assert {work.message[1].get("messageId") for work in WORKS.values()} == {None, *reference.DAY_2}


@pytest.mark.parametrize("name", LEAST)
def test_a_header_costs_the_same_however_long_the_message_is(name):
    assert bytecodes(lambda: header.read(WORKS[name].data)) < MOST_FOR_A_HEADER
