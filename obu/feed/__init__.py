"""The local socket's language: events, acknowledgements and questions as JSON lines; types only, no I/O."""

from obu.feed.greeting import Greeting
from obu.feed.lines import (
    MAX_EVENT_LINE,
    STATUS_ASK_LINE,
    StatusAsk,
    ack_line,
    beat_line,
    decode_client_line,
    decode_event,
    encode_event,
)

__all__ = [
    "MAX_EVENT_LINE",
    "STATUS_ASK_LINE",
    "Greeting",
    "StatusAsk",
    "ack_line",
    "beat_line",
    "decode_client_line",
    "decode_event",
    "encode_event",
]
