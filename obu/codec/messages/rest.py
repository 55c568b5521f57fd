"""What a message was read from and its fields cannot say; it wins when the message is written.

So whoever changes a message that was read drops its rest. A message of our own has none.
"""

from collections.abc import Mapping
from typing import Any

Wire = dict[str, Any]
# By the wire's names, as deep as needed: what was there. None: an OPTIONAL field was not, though it would be written.
Rest = Mapping[str, Any] | None


def kept(rest: Wire | None, path: tuple[str, ...], raw: Any) -> Wire:
    """The rest with one more thing in it."""
    found = at = {} if rest is None else rest
    for step in path[:-1]:
        at = at.setdefault(step, {})
    at[path[-1]] = raw
    return found


def put_back(value: Wire, rest: Mapping[str, Any]) -> None:
    """Puts the rest where it was read."""
    for key, raw in rest.items():
        if raw is None:
            value.pop(key, None)
        elif isinstance(raw, dict) and key in value:
            put_back(value[key], raw)
        else:
            value[key] = raw
