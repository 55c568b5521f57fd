"""What a later text added to a signed structure; its one rule: what is not understood is not believed.

The codec keeps unknown additions (docs/codec.md). In a message that is right; in a header or a certificate an addition
may restrict what the rest means (critical information, IEEE 1609.2), and GB/T 45315-2025 7.4 has no other header field.
"""

from typing import Any

from obu.core.errors import RemoteError

ADDITION = "..."


def refuse(value: Any) -> None:
    """Raises RemoteError (unknown_extension) if the value of a decoded structure has one at any depth."""
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            if ADDITION in part:
                raise RemoteError("unknown_extension")
            todo.extend(part.values())
        elif isinstance(part, list | tuple):
            todo.extend(part)
