"""Messages of later texts, by numbers of MessageFrameExt that no file here has: legal, kept, counted."""

from dataclasses import dataclass

from obu.codec.messages.record import At, Record
from obu.codec.messages.rest import Rest

FRAME = "msgFrameExt"


@dataclass(frozen=True, slots=True)
class FutureMessage:
    """A message by its number (0..32767) and its octets."""

    message_id: int
    data: bytes
    rest: Rest = None


MESSAGE = FutureMessage
RECORD = Record(FutureMessage, At("messageId", "message_id"), At("value", "data"), ...)
