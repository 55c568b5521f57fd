"""Typed messages lose nothing: what was read from a value is written as that value, whatever the value is."""

import random
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.codec.uper import Frame
from tests.codec.total import MESSAGES, differences, some_frame

DRAWS = 100


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("message", MESSAGES)
def test_what_was_read_is_written_again(message, edition):
    rng = random.Random(f"{message} {edition.value}")
    for number in range(DRAWS):
        frame = some_frame(message, edition, rng, number)
        read = unpack(frame)
        name, written = pack(read)
        assert (name, differences(frame.value, written)) == (frame.name, []), f"value {number}"
        assert unpack(Frame(name, written, edition)) == read, f"value {number}"


def said(message: Any, found: dict[type, set[str]]) -> None:
    """Adds the fields that say something, by dataclass."""
    if isinstance(message, tuple):
        for each in message:
            said(each, found)
    elif is_dataclass(message):
        for field in fields(message):
            value = getattr(message, field.name)
            if value is not None and value not in ((), frozenset()):
                found.setdefault(type(message), set()).add(field.name)
                said(value, found)


@pytest.mark.parametrize("message", MESSAGES)
def test_every_field_says_something(message):
    # So that a field that only looks like the standard's, while the rest keeps the value, is found.
    rng, found = random.Random(message), {}
    for edition in Edition:
        for number in range(DRAWS):
            said(unpack(some_frame(message, edition, rng, number)), found)
    silent = {kind.__name__: {field.name for field in fields(kind)} - names - {"rest"} for kind, names in found.items()}
    assert {name: missing for name, missing in silent.items() if missing} == {}
