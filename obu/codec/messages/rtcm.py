"""RTCM (T/CSAE 157-2020 RTCMcorrections): corrections for satellite positioning, passed on by a roadside unit."""

from dataclasses import dataclass

from obu.codec.messages.numbered import numbered
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.rest import Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One message of the source, as it wrote it. revision: name of RTCM-Revision; number: in its own standard."""

    data: bytes
    revision: str | None = None
    number: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rtcm:
    """One to five corrections."""

    msg_count: int
    corrections: tuple[Correction, ...]
    rest: Rest = None


_CORRECTION = Record(Correction, At("rev?", "revision"), At("rtcmID?", "number"), At("payload", "data"), ...)
MESSAGE = Rtcm
RECORD = numbered(Rtcm, 10, At("msgCnt", "msg_count"), At("corrections", "corrections", ListOf(_CORRECTION)), ...)
