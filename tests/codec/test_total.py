"""Typed messages lose nothing: what was read from a value is written as that value, whatever the value is."""

import random
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.codec.uper import Frame
from tests.codec.total import FRAMES, differences, some_value

DRAWS = 100


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("frame", FRAMES)
def test_what_was_read_is_written_again(frame, edition):
    rng = random.Random(f"{frame} {edition.value}")
    for number in range(DRAWS):
        value = some_value(edition.value, FRAMES[frame], rng, number)
        message = unpack(Frame(frame, value, edition))
        name, written = pack(message)
        assert (name, differences(value, written)) == (frame, []), f"value {number}"
        assert unpack(Frame(frame, written, edition)) == message, f"value {number}"


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


@pytest.mark.parametrize("frame", FRAMES)
def test_every_field_says_something(frame):
    # So that a field that only looks like the standard's, while the rest keeps the value, is found.
    rng, found = random.Random(frame), {}
    for edition in Edition:
        for number in range(DRAWS):
            value = some_value(edition.value, FRAMES[frame], rng, number)
            said(unpack(Frame(frame, value, edition)), found)
    silent = {kind.__name__: {field.name for field in fields(kind)} - names - {"rest"} for kind, names in found.items()}
    assert {name: missing for name, missing in silent.items() if missing} == {}
