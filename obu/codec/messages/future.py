"""Messages of later texts (msgFrameExt, T/CSAE 157-2020) that have no file here: legal, kept, counted."""

from dataclasses import dataclass
from typing import Any

FRAME = "msgFrameExt"


@dataclass(frozen=True, slots=True)
class FutureMessage:
    """A message by its number (0..32767) and its octets, or its ASN.1 value (docs/codec.md) where the codec has it."""

    message_id: int
    data: Any


MESSAGE = FutureMessage


def from_wire(value: dict[str, Any]) -> FutureMessage:
    """The message of a decoded frame."""
    return FutureMessage(value["messageId"], value["value"])


def to_wire(message: FutureMessage) -> dict[str, Any]:
    """The value for uper.encode."""
    return {"messageId": message.message_id, "value": message.data}
