"""Messages of later texts (msgFrameExt, T/CSAE 157-2020) that have no file here: legal, kept, counted."""

from dataclasses import dataclass
from typing import Any

from obu.codec.messages.record import At, Record
from obu.codec.messages.rest import Rest

FRAME = "msgFrameExt"


@dataclass(frozen=True, slots=True)
class FutureMessage:
    """A message by its number (0..32767) and its octets, or its ASN.1 value (docs/codec.md) where the codec has it."""

    message_id: int
    data: Any
    rest: Rest = None


MESSAGE = FutureMessage
RECORD = Record(FutureMessage, At("messageId", "message_id"), At("value", "data"), ...)
