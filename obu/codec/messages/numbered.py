"""What the messages of T/CSAE 157-2020 declare: a Record of the whole MessageFrameExt, with their number in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

from obu.codec.messages.record import Code, Inside, Piece, Record


@dataclass(frozen=True, slots=True)
class _Number:
    """messageId, which the dataclass does not say: it is the message's own."""

    number: int
    needs_origin: bool = False

    @property
    def fills(self) -> Mapping[str, Any]:
        return {}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        """Whoever reads has seen it."""

    def always(self, code: Code) -> tuple[str, str] | None:
        return "messageId", repr(self.number)

    def sometimes(self, code: Code, into: str) -> None:
        """Nothing is left."""


def numbered(kind: type, number: int, *pieces: Piece | EllipsisType) -> Record:
    """The Record of a message, which stands for the whole MessageFrameExt: {messageId, value, ...}."""
    return Record(kind, _Number(number), Inside("value", *pieces), ...)
