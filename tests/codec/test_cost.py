"""What a message costs in bytecodes, against asn1tools: no machine's clock in it, so a step back is seen at once."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from obu.codec import header, uper
from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from tests.bench import codec
from tests.codec import reference

# asn1tools' bytecodes for each of ours, reading and writing: a little below what Python 3.11 to 3.13 count.
# `make bench` holds the times; there what runs outside bytecodes counts too, of which asn1tools has more.
LEAST = {
    "bsm": (7.6, 5.2),
    "bsm with path": (6.1, 4.8),
    "map": (4.9, 4.4),
    "rsm": (5.8, 4.5),
    "spat": (4.5, 4.4),
    "rsi": (4.6, 4.3),
    "test message": (2.6, 3.6),
    "rtcm": (2.7, 3.6),
    "rsc": (4.7, 4.0),
    "ssm": (5.1, 4.2),
    "vir": (4.6, 4.0),
    "pam": (4.8, 4.5),
    "psm": (4.4, 4.3),
    "clpmm": (4.1, 4.3),
    "vpm": (4.1, 3.6),
}
# Typed values' bytecodes for each of the codec's, reading and writing: a little above what Python 3.11 to 3.13 count.
MOST_FOR_TYPED = {
    "bsm": (1.6, 1.1),
    "bsm with path": (2.1, 1.3),
    "map": (1.6, 1.3),
    "rsm": (1.4, 1.1),
    "spat": (1.2, 1.2),
    "rsi": (1.8, 1.7),
    "test message": (0.4, 0.4),
    "rtcm": (0.5, 0.4),
    "rsc": (1.5, 1.0),
    "ssm": (1.5, 1.2),
    "vir": (1.5, 1.1),
    "pam": (1.6, 1.4),
    "psm": (1.0, 0.9),
    "clpmm": (0.8, 0.4),
    "vpm": (1.0, 0.5),
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

    before = sys.gettrace()
    for _ in range(2):  # what is imported or filled once is not counted, and Python 3.12 counts nothing the first time
        count = 0
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
    assert WORKS.keys() == LEAST.keys() == MOST_FOR_TYPED.keys()
    assert {work.message[1].get("messageId") for work in WORKS.values()} == {None, *reference.DAY_2}


@pytest.mark.parametrize("name", MOST_FOR_TYPED)
def test_typed_values_cost_about_what_the_codec_does(name):
    work = WORKS[name]
    read, written = MOST_FOR_TYPED[name]
    frame = uper.decode(work.data, Edition.YDT3709)
    message = unpack(frame)
    assert bytecodes(lambda: unpack(frame)) < read * bytecodes(lambda: uper.decode(work.data, Edition.YDT3709))
    ours = bytecodes(lambda: uper.encode(*work.message, Edition.YDT3709))
    assert bytecodes(lambda: pack(message)) < written * ours


@pytest.mark.parametrize("name", LEAST)
def test_a_header_costs_the_same_however_long_the_message_is(name):
    assert bytecodes(lambda: header.read(WORKS[name].data)) < MOST_FOR_A_HEADER
