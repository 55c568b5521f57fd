"""Values to JSON trees and back without loss; its one rule: only dataclasses and enumerations of obu come back.

The journal's records and checkpoints are written with it. A tree from a stranger can build no other class and call
no code, which is why this is not pickle.
"""

import binascii
import dataclasses
import math
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from typing import Any

from obu.core.errors import LocalError

Tree = Any


class FreezeError(LocalError):
    """A value outside the agreed kinds, or a tree that does not fit this version."""


def freeze(value: object) -> Tree:
    """A JSON-able tree of plain values, dataclasses and enumerations of obu, and standard containers of them.

    Sets are written sorted, so that equal states are equal bytes in every process.
    """
    if isinstance(value, Enum):
        return {"e": _name(type(value)), "n": value.name}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"x": repr(value)}
    if isinstance(value, bytes | bytearray):
        tag = "m" if isinstance(value, bytearray) else "b"
        return {tag: binascii.b2a_base64(value, newline=False).decode("ascii")}
    if isinstance(value, list):
        return [freeze(item) for item in value]
    return _freeze_compound(value)


def _freeze_compound(value: object) -> Tree:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        name, fields = _shape(type(value))
        return {"o": name, "v": [freeze(getattr(value, field)) for field in fields]}
    if isinstance(value, tuple):
        return {"t": [freeze(item) for item in value]}
    if isinstance(value, dict):
        tag = "od" if isinstance(value, OrderedDict) else "d"
        return {tag: [[freeze(key), freeze(item)] for key, item in value.items()]}
    if isinstance(value, deque):
        return {"q": [freeze(item) for item in value], "l": value.maxlen}
    if isinstance(value, set | frozenset):
        tag = "s" if isinstance(value, set) else "f"
        return {tag: sorted((freeze(item) for item in value), key=repr)}
    raise FreezeError(f"{type(value).__name__} cannot be kept in the journal")


@cache
def _shape(kind: type) -> tuple[str, tuple[str, ...]]:
    return _name(kind), tuple(field.name for field in dataclasses.fields(kind))


@cache
def _name(kind: type) -> str:
    if not kind.__module__.startswith("obu."):
        raise FreezeError(f"{kind.__module__}.{kind.__qualname__} cannot be kept in the journal")
    return f"{kind.__module__}:{kind.__qualname__}"


def thaw(tree: Tree) -> Any:
    """The value of a tree. Raises FreezeError for anything that freeze does not write."""
    if isinstance(tree, list):
        return [thaw(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    try:
        return _thaw_tagged(tree)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FreezeError(f"not a record of this version: {error}") from None


def _thaw_tagged(tree: dict[str, Tree]) -> Any:
    tag = next(iter(tree))
    content = tree[tag]
    if tag == "o":
        return _thaw_dataclass(content, tree["v"])
    if tag == "e":
        kind = _known(content)
        if not issubclass(kind, Enum):
            raise ValueError("not an enumeration")
        return kind[tree["n"]]
    if tag == "q":
        return deque((thaw(item) for item in content), maxlen=tree["l"])
    if tag in ("d", "od"):
        pairs = ((thaw(key), thaw(item)) for key, item in content)
        return dict(pairs) if tag == "d" else OrderedDict(pairs)
    if tag in _SCALARS:
        return _SCALARS[tag](content)
    return _COLLECTIONS[tag](thaw(item) for item in content)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "b": lambda text: binascii.a2b_base64(text, strict_mode=True),
    "m": lambda text: bytearray(binascii.a2b_base64(text, strict_mode=True)),
    "x": {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}.__getitem__,
}
_COLLECTIONS: dict[str, Callable[[Iterable[Any]], Any]] = {"t": tuple, "s": set, "f": frozenset}


def _thaw_dataclass(name: str, values: list[Tree]) -> Any:
    kind = _known(name)
    if not dataclasses.is_dataclass(kind):
        raise ValueError("not a dataclass")
    value = kind.__new__(kind)  # __post_init__ already ran when it was first made
    for field, item in zip(_shape(kind)[1], values, strict=True):
        object.__setattr__(value, field, thaw(item))
    return value


def _known(name: str) -> type:
    module, _, qualified = name.partition(":")
    if not module.startswith("obu.") or "." in qualified or not qualified:
        raise ValueError(f"{name} is not a value of this program")
    # Only what this process already uses: a tree must not choose which code is loaded.
    kind = getattr(sys.modules.get(module), qualified)
    if not isinstance(kind, type) or kind.__module__ != module:
        raise ValueError(f"{name} is not a value of this program")
    return kind
