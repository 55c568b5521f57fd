"""Random values of whole messages as a decoder gives them, for the law that typed messages lose nothing of them.

What a later text adds is drawn as well; places are on the globe, because a message without a place is refused.
"""

import random
from collections.abc import Mapping
from functools import cache
from typing import Any

from obu.codec.editions import Edition
from obu.codec.reasons import LATER
from obu.codec.shape import Bits, Choice, Enumerated, Integer, ListOf, Named, Sequence, Shape, Types, chosen
from obu.codec.uper import Frame
from tests.codec import reference
from tests.codec.conftest import Extreme, draw

LATER_SHARE = 0.05
# Within reach of an offset of 24 bits from neither pole; the unavailable values are refused (test_messages.py).
ON_THE_GLOBE = {"Latitude": Integer(-890_000_000, 890_000_000), "Longitude": Integer(-1_799_999_999, 1_800_000_000)}


@cache
def _types(edition: str, message_id: int | None) -> Types:
    only = {} if message_id is None else {"ExtMsgID": Integer(message_id, message_id)}
    return {**reference.types(edition), **ON_THE_GLOBE, **only}


def some_frame(message: str | int, edition: Edition, rng: random.Random, number: int) -> Frame:
    """A frame of a message: the first is the smallest, the second nearly the largest, the others have additions.

    message: its name in MessageFrame, or its number in MessageFrameExt.
    """
    name, message_id = (message, None) if isinstance(message, str) else ("msgFrameExt", message)
    kind, types = Named(FRAMES[name]), _types(edition.value, message_id)
    if number < 2:
        return Frame(name, draw(kind, types, Extreme(number), is_small=number == 0), edition)
    return Frame(name, _with_later(kind, draw(kind, types, rng), types, rng), edition)


def _with_later(shape: Shape, value: Any, types: Types, rng: random.Random) -> Any:
    """The value, with what a later text may have put here and there."""
    is_later = rng.random() < LATER_SHARE
    match shape:
        case Named(name):
            return _with_later(types[name], value, types, rng)
        case Sequence(members, is_extensible):
            found = {
                each.name: _with_later(chosen(each.shape, value), value[each.name], types, rng)
                for each in members
                if each.name in value
            }
            return {**found, LATER: (rng.randbytes(3), None)} if is_extensible and is_later else found
        case Choice(alternatives, root):
            if root is not None and is_later:
                return f"{LATER}1", rng.randbytes(4)
            return value[0], _with_later(alternatives[value[0]], value[1], types, rng)
        case ListOf(_, _, item):
            return [_with_later(item, each, types, rng) for each in value]
        case Enumerated(_, root) if root is not None and is_later:
            return f"{LATER}{rng.randrange(9)}"
        case Bits(size, is_extensible) if is_extensible and is_later:
            return _longer(value, size + rng.randrange(1, 9))
    return value


def _longer(value: tuple[bytes, int], size: int) -> tuple[bytes, int]:
    width = (size + 7) // 8
    return value[0].ljust(width, b"\0"), size


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two values are not the same."""
    match one, other:
        case dict(), dict():
            keys = sorted(one.keys() | other.keys())
            return [each for key in keys for each in differences(one.get(key), other.get(key), f"{path}.{key}")]
        case list(), list() if len(one) == len(other):
            return [
                each
                for index, pair in enumerate(zip(one, other, strict=True))
                for each in differences(*pair, f"{path}[{index}]")
            ]
    return [] if one == other else [f"{path}: {one!r} -> {other!r}"]


FRAMES: Mapping[str, str] = {
    "bsmFrame": "BasicSafetyMessage",
    "mapFrame": "MapData",
    "rsmFrame": "RoadsideSafetyMessage",
    "spatFrame": "SPAT",
    "rsiFrame": "RoadSideInformation",
    "msgFrameExt": "MessageFrameExt",
}
MESSAGES = (*FRAMES, *reference.DAY_2)
