"""An own BSM as the bench heard it on the air: its message, and what carried it; fields by name for who judges."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from hil.plant import Truth
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import unpack
from obu.codec.messages.bsm import Bsm
from obu.core.frames import TxPacket
from obu.core.geo import distance_m
from obu.core.now import MS_PER_MIN, NS_PER_MS, sec_mark_ms, utc_ns_of_v2x_us
from obu.security import certificate as certificates
from obu.security import envelope
from obu.stack import aids, dsmp

MISSING = "no such field"
OF_PACKET = (
    "aid", "pppp", "l2_source", "l2_destination", "bytes", "is_certificate_full", "off_m", "path_points", "signer",
    "generation_off_ms", "age_ms", "curve_radius_m", "curve_confidence_percent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """One BSM. at_s: of the scenario. has_event: a critical one, under the AID of such.

    off_m: from the true place. bytes: of the whole packet. generation_off_ms: of the header's time from secMark.
    age_ms: of the header's time when it went on the air.
    """

    at_s: float
    has_event: bool = False
    off_m: float = 0.0
    message: Bsm | None = None
    truth: Truth | None = None
    aid: int = 0
    pppp: int = 0
    l2_source: int = 0
    l2_destination: int = 0
    bytes: int = 0
    is_certificate_full: bool = False
    signer: bytes = b""
    generation_off_ms: int = 0
    age_ms: float = 0.0

    @property
    def curve_radius_m(self) -> float | None:
        """Of the predicted path; None for a straight one."""
        return self.message.prediction.radius_m if self.message and self.message.prediction else None

    @property
    def curve_confidence_percent(self) -> float | None:
        """Of the predicted path."""
        return self.message.prediction.confidence_percent if self.message and self.message.prediction else None

    @property
    def path_points(self) -> int | None:
        """How many places of the path history it tells; None where it has none."""
        return len(self.message.path) or None if self.message else None


def heard(packet: TxPacket, at_s: float, utc_ns: int, truth: Truth) -> Sent:
    """The packet taken apart."""
    signed = envelope.parse(dsmp.decode(packet.sdu).payload)
    message = unpack(uper.decode(signed.payload, Edition.YDT3709))
    assert isinstance(message, Bsm)
    generation_ms = sec_mark_ms(utc_ns_of_v2x_us(signed.generation_us or 0))
    mark_off_ms = (generation_ms - (message.sec_mark_ms or 0) + MS_PER_MIN // 2) % MS_PER_MIN - MS_PER_MIN // 2
    has_event = packet.aid in (aids.BSM_EVENT, aids.BSM_EMERGENCY_EVENT) and bool(message.events)
    return Sent(
        at_s=at_s,
        has_event=has_event,
        off_m=distance_m(message.place, truth.place),
        message=message,
        truth=truth,
        aid=packet.aid,
        pppp=packet.pppp,
        l2_source=packet.l2_source,
        l2_destination=packet.l2_destination,
        bytes=len(packet.sdu),
        is_certificate_full=signed.signer is None,
        generation_off_ms=mark_off_ms,
        age_ms=(utc_ns - utc_ns_of_v2x_us(signed.generation_us or 0)) / NS_PER_MS,
        signer=signed.signer or certificates.parse(signed.certificate).digest8,
    )


def value_of(sent: Sent, field: str) -> Any:
    """A field by its name; enumerations and sets of them as their words. MISSING where there is none."""
    here: Any = sent if field in OF_PACKET else sent.message
    found = getattr(here, field, MISSING)
    return _plain(found)


def truth_of(sent: Sent, field: str) -> float | None:
    """What the field should be, where the bench knows it."""
    found = getattr(sent.truth, field, None)
    return float(found) if isinstance(found, int | float) else None


def is_field(field: str) -> bool:
    """Whether a BSM, or what carries it, has it."""
    return field in OF_PACKET or field in Bsm.__dataclass_fields__


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    return value.hex() if isinstance(value, bytes) else value
