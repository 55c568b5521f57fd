"""MessageFrame to octets and back (unaligned PER); what a reading takes encodes to the same octets again."""

from dataclasses import dataclass
from typing import Any

from obu.codec import per
from obu.codec.editions import Edition
from obu.codec.explain import explain
from obu.codec.generated.frame_csae53 import decode_message_frame as _decode_csae53
from obu.codec.generated.frame_csae53 import encode_message_frame as _encode_csae53
from obu.codec.generated.frame_ydt3709 import decode_message_frame as _decode_ydt3709
from obu.codec.generated.frame_ydt3709 import encode_message_frame as _encode_ydt3709
from obu.codec.plausible import implausibility
from obu.codec.reasons import LATER, TOO_LONG, UNKNOWN_ALTERNATIVE
from obu.codec.shape import EncodeError
from obu.core.errors import RemoteError

__all__ = ["DSM_MAX_BYTES", "TOO_LONG", "EncodeError", "Frame", "Readings", "decode", "encode", "readings"]

DSM_MAX_BYTES = 1400  # DsmMaxLength of YD/T 3708-2020

_YDT3709 = Edition.YDT3709  # an Enum's own look-ups cost more than a field


@dataclass(frozen=True, slots=True)
class Frame:
    """One MessageFrame: which message, its value in the form of docs/codec.md, and the edition it was read by.

    name: bsmFrame, mapFrame, rsmFrame, spatFrame, rsiFrame or msgFrameExt; the last has {messageId, value},
    where value is bytes if no file has the message.
    """

    name: str
    value: dict[str, Any]
    edition: Edition


@dataclass(frozen=True, slots=True)
class Readings:
    """What each edition makes of the same octets: None where it refuses them, one frame twice where they agree."""

    ydt3709: Frame | None
    csae53: Frame | None

    def of(self, edition: Edition) -> Frame | None:
        """The reading of one edition."""
        return self.ydt3709 if edition is _YDT3709 else self.csae53

    @property
    def name(self) -> str:
        """Which message it is; that stands before all that differs."""
        one = self.ydt3709 or self.csae53
        assert one is not None  # readings raises otherwise
        return one.name

    @property
    def agree(self) -> bool:
        """Whether nothing in the message is written differently by the two editions."""
        return self.ydt3709 is self.csae53


def encode(name: str, value: dict[str, Any], edition: Edition) -> bytes:
    """The octets of message `name`. Raises EncodeError, as `bsmFrame.speed: 8192 is above 8191`."""
    try:
        write = _encode_ydt3709 if edition is _YDT3709 else _encode_csae53
        return per.octets(write((name, value)))
    except Exception:  # whatever Python says of a value of another form
        raise explain(edition.value, "MessageFrame", (name, value)) from None


def decode(data: bytes, edition: Edition | None, max_bytes: int = DSM_MAX_BYTES) -> Frame:
    """The message in `data`. edition None: the less odd reading, and YD/T 3709 where nothing tells them apart.

    Raises RemoteError: too_long, truncated, trailing_bytes, nonzero_padding, not_canonical, out_of_range,
    unknown_enumeration, unknown_alternative.
    """
    if edition is None:
        return _less_odd(readings(data, max_bytes))
    if len(data) > max_bytes:
        raise RemoteError(TOO_LONG)
    return _decode_as(data, edition)


def readings(data: bytes, max_bytes: int = DSM_MAX_BYTES) -> Readings:
    """What `data` says by each edition. Raises RemoteError, as decode, where neither reads it.

    Octets of one edition can pass as the other by chance (3 % of small MAPs), so one reading proves nothing.
    """
    if len(data) > max_bytes:
        raise RemoteError(TOO_LONG)
    try:
        first = _decode_as(data, Edition.YDT3709)
    except RemoteError as refused:
        try:
            return Readings(None, _decode_as(data, Edition.CSAE53))
        except RemoteError:
            raise refused from None
    if not _tells_editions_apart(first):
        return Readings(first, first)
    try:
        second = _decode_as(data, Edition.CSAE53)
    except RemoteError:
        return Readings(first, None)
    return Readings(first, first if second.value == first.value else second)


def _decode_as(data: bytes, edition: Edition) -> Frame:
    name, value = per.decode_whole(_decode_ydt3709 if edition is _YDT3709 else _decode_csae53, data)
    if name[:3] == LATER:
        raise RemoteError(UNKNOWN_ALTERNATIVE)  # a message, but nobody here can say which
    return Frame(name, value, edition)


def _less_odd(found: Readings) -> Frame:
    first, second = found.ydt3709, found.csae53
    if first is None or second is None or found.agree:
        one = first or second
        assert one is not None  # readings raised otherwise
        return one
    return second if implausibility(second.name, second.value) < implausibility(first.name, first.value) else first


def _tells_editions_apart(frame: Frame) -> bool:
    """Whether the message may have a type that asn1/ydt3709.asn and asn1/csae53.asn write differently."""
    if frame.name == "rsiFrame":
        signs = [*frame.value.get("rtes", ()), *frame.value.get("rtss", ())]
        return any("referencePaths" in sign for sign in signs)
    if frame.name == "bsmFrame":
        return "initialPosition" in frame.value.get("safetyExt", {}).get("pathHistory", {})
    return frame.name in ("mapFrame", "msgFrameExt")  # paths and times of day 2 are the edition's
