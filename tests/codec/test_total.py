"""Typed messages lose nothing: what was read from a value is written as that value, whatever the value is."""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

import pytest

from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.codec.messages.places import POSITION_OUT_OF_RANGE
from obu.codec.uper import Frame
from obu.core.errors import RemoteError
from tests.codec.total import MESSAGES, differences, some_frame

DRAWS = 60
MANY = 2000
EXPECTED_REFUSALS = {17: 0.3}  # a toll's places are offsets from a node that may not say where it is


def frames(message: str | int, edition: Edition, draws: int) -> Iterator[Frame]:
    """Random frames of a message."""
    rng = random.Random(f"{message} {edition.value}")
    return (some_frame(message, edition, rng, number) for number in range(draws))


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("message", MESSAGES)
def test_what_was_read_is_written_again(message, edition):
    refused = 0
    for frame in frames(message, edition, DRAWS):
        try:
            read = unpack(frame)
        except RemoteError as error:
            assert error.reason == POSITION_OUT_OF_RANGE
            refused += 1
            continue
        name, written = pack(read)
        assert (name, differences(frame.value, written)) == (frame.name, [])
        assert unpack(Frame(name, written, edition)) == read
    assert refused <= EXPECTED_REFUSALS.get(message, 0) * DRAWS


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


def silent(found: dict[type, set[str]]) -> dict[str, set[str]]:
    """The fields of these dataclasses that said nothing yet."""
    missing = {kind.__name__: {field.name for field in fields(kind)} - said - {"rest"} for kind, said in found.items()}
    return {kind: names for kind, names in missing.items() if names}


@pytest.mark.parametrize("message", MESSAGES)
def test_every_field_says_something(message):
    # So that a field that only looks like the standard's, while the rest keeps the value, is found.
    found: dict[type, set[str]] = {}
    editions = zip(*(frames(message, edition, MANY) for edition in Edition), strict=True)
    for count, frame in enumerate(chain.from_iterable(editions)):
        with suppress(RemoteError):
            said(unpack(frame), found)
        if count > DRAWS and not silent(found):
            return
    assert silent(found) == {}
