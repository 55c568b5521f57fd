"""TestMsg (T/CSAE 157-2020): octets for trying a link."""

from dataclasses import dataclass

from obu.codec.messages.numbered import numbered
from obu.codec.messages.record import At
from obu.codec.messages.rest import Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMessage:
    """Whatever the tester likes, 1 to 2048 octets."""

    msg_count: int
    data: bytes
    rest: Rest = None


MESSAGE = TestMessage
RECORD = numbered(TestMessage, 0, At("msgCnt", "msg_count"), At("userData", "data"))
