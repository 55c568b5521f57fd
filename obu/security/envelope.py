"""The signed packet (SPDU) of YD/T 3957-2021: built and taken apart; its one rule: only form is judged.

V2XSecData { 3, signedData { hashId, { unsecuredData { 3, message }, header }, signer, signature } }. A packet of the
usual shape is cut at its known places, every other one goes through the codec: both say the same of the same octets.
"""

import dataclasses
from collections.abc import Set
from typing import Any

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.core.quick import quick
from obu.core.time_scale import TimeScale
from obu.security import additions, canonical, profile
from obu.security.certificate import Certificate, signature

VERSION = 3
MAX_SPDU_BYTES = 1400  # DsmMaxLength of YD/T 3708-2020
CURVES = frozenset(profile.BY_CURVE)
DIGEST_BYTES = 8

_SIGNED_DATA = bytes((VERSION, 0x81))
_DIGEST = b"\x80"
_DIGEST_SIGNER_BYTES = 1 + DIGEST_BYTES
_ONE_CERTIFICATE = b"\x81\x01\x01"
_PLAIN = b"\x40\x03\x80"  # payload: data only; it is version 3, unsecuredData
_TIME_ONLY = 0x40  # header: generationTime and no other optional field
_SHORT = 128  # lengths below it are one octet
_LONG = (0x81, 0x82)  # one or two octets of length follow; more is no packet
_MAX_AID_BYTES = 8  # the codec reads no longer number
_TIME_BYTES = 8
_SIGNATURE_BYTES = 66  # two octets, r and s; in both profiles
_LEAST_BYTES = 9 + _SIGNATURE_BYTES  # with them the lengths below can be read
_UTC = TimeScale.UTC
_number = int.from_bytes
_OF_HEAD = {_SIGNED_DATA + way.hash_octet + _PLAIN: way for way in profile.PROFILES}


@quick
class Spdu:
    """A well-formed signed packet, not yet believed.

    curve: the profile it claims. generation_us, expiry_us: since 2004 UTC, None where absent. tbs: what the signature
    covers. signer: HashedId8, or None when the signer's certificate (COER, not yet looked into) is there instead.
    """

    payload: bytes
    curve: str
    aid: int
    generation_us: int | None
    tbs: bytes
    signer: bytes | None
    certificate: bytes
    r: bytes
    s: bytes
    expiry_us: int | None = None
    has_location: bool = False


def tbs(payload: bytes, aid: int, generation_time_us: int, scale: TimeScale = TimeScale.UTC) -> bytes:
    """COER ToBeSignedData of one message. generation_time_us: since 2004 without leap seconds; scale: as it is sent."""
    value = {
        "payload": {"data": {"protocolVersion": VERSION, "content": ("unsecuredData", payload)}},
        "headerInfo": {"aid": aid, "generationTime": scale.to_wire_us(generation_time_us)},
    }
    return coer.encode("ToBeSignedData", value)


def assemble(tbs_bytes: bytes, certificate: Certificate, is_full: bool, r: bytes, s: bytes) -> bytes:
    """The SPDU of to-be-signed bytes and their signature (32 bytes each), with the whole certificate or its digest."""
    way = certificate.profile
    signer = _ONE_CERTIFICATE + certificate.raw if is_full else _DIGEST + certificate.digest8
    return _SIGNED_DATA + way.hash_octet + tbs_bytes + signer + way.signature_head + r + s


def parse(spdu: bytes, curves: Set[str] = CURVES, scale: TimeScale = TimeScale.UTC) -> Spdu:
    """Takes an SPDU apart. curves: the profiles that are accepted. scale: of its times, which are then without leaps.

    Raises RemoteError with the reason of its form: see the reasons below and the codec's.
    """
    if len(spdu) > MAX_SPDU_BYTES:
        raise RemoteError("spdu_too_long")
    parts = cut(spdu)
    if parts is None or parts.curve not in curves:
        parts = decoded(spdu, curves)
    return parts if scale is _UTC else _converted(parts, scale)


def _converted(parts: Spdu, scale: TimeScale) -> Spdu:
    generation_us, expiry_us = (
        None if wire_us is None else scale.from_wire_us(wire_us) for wire_us in (parts.generation_us, parts.expiry_us)
    )
    return dataclasses.replace(parts, generation_us=generation_us, expiry_us=expiry_us)


def cut(spdu: bytes) -> Spdu | None:
    """The parts of a packet of the usual shape, None of any other; what is cut out as a certificate is not looked into.

    The shape: a short header, digest or one certificate, the signature last.
    """
    way = _OF_HEAD.get(spdu[:6])
    if way is None or len(spdu) < _LEAST_BYTES:
        return None
    signature_at = len(spdu) - _SIGNATURE_BYTES
    form = way.r_forms.get(spdu[signature_at : signature_at + 2])
    payload_at, payload_end = _payload_place(spdu)
    time_at = _time_place(spdu, payload_end)
    end = time_at + _TIME_BYTES
    if form is None or time_at == 0 or end >= signature_at:
        return None
    signer: bytes | None = None
    certificate = b""
    if signature_at - end == _DIGEST_SIGNER_BYTES and spdu[end : end + 1] == _DIGEST:
        signer = spdu[end + 1 : signature_at]
    elif spdu[end : end + 3] == _ONE_CERTIFICATE:
        certificate = spdu[end + 3 : signature_at]
    else:
        return None
    r = spdu[signature_at + 2 : signature_at + 34]
    return Spdu(
        spdu[payload_at:payload_end],
        way.curve,
        _number(spdu[payload_end + 2 : time_at]),
        _number(spdu[time_at:end]),
        spdu[3:end],
        signer,
        certificate,
        canonical.r_of(way.curve, form, r),
        spdu[signature_at + 34 :],
    )


def _payload_place(spdu: bytes) -> tuple[int, int]:
    """(begin, end) of the message; end 0 where its length is not written as it should be."""
    first, second = spdu[6], spdu[7]
    if first < _SHORT:
        return 7, 7 + first
    if first == _LONG[0] and second >= _SHORT:
        return 8, 8 + second
    if first == _LONG[1] and second:
        return 9, 9 + (second << 8 | spdu[8])
    return 0, 0


def _time_place(spdu: bytes, at: int) -> int:
    """Where generationTime begins in a header at `at` that has no more than AID and it; 0 where it has not."""
    if at == 0 or at > len(spdu) - 3 or spdu[at] != _TIME_ONLY:
        return 0
    aid_bytes = spdu[at + 1]
    if aid_bytes == 1:
        return at + 3
    return at + 2 + aid_bytes if 1 < aid_bytes <= _MAX_AID_BYTES and spdu[at + 2] else 0


def decoded(spdu: bytes, curves: Set[str]) -> Spdu:
    """parse() by the codec, for every shape."""
    whole = coer.decode("V2XSecData", spdu)
    additions.refuse(whole)
    signed = _content(whole, "signedData", "not_signed_data")
    way = profile.BY_HASH_ID.get(signed["hashId"])
    if way is None or way.curve not in curves:
        raise RemoteError("hash_algorithm")
    payload = _payload(signed["tbsData"]["payload"])
    header = signed["tbsData"]["headerInfo"]
    signer, certificate = _signer(signed["signer"])
    r, s = signature(way, signed["signature"])
    return Spdu(
        payload=payload,
        curve=way.curve,
        aid=header["aid"],
        generation_us=header.get("generationTime"),
        expiry_us=header.get("expiryTime"),
        has_location="generationLocation" in header,
        tbs=coer.encode("ToBeSignedData", signed["tbsData"]),
        signer=signer,
        certificate=b"" if certificate is None else coer.encode("Certificate", certificate),
        r=r,
        s=s,
    )


def _content(value: dict[str, Any], wanted: str, otherwise: str) -> Any:
    if value["protocolVersion"] != VERSION:
        raise RemoteError("protocol_version")
    kind, body = value["content"]
    if kind != wanted:
        raise RemoteError(otherwise)
    return body


def _payload(payload: dict[str, Any]) -> bytes:
    if "data" not in payload:
        raise RemoteError("payload_absent")
    return bytes(_content(payload["data"], "unsecuredData", "payload_not_plain"))


def _signer(signer: tuple[str, Any]) -> tuple[bytes | None, dict[str, Any] | None]:
    kind, body = signer
    if kind == "digest":
        return body, None
    if kind != "certificate":
        raise RemoteError("signer_self" if kind == "self" else "signer_x509")
    if len(body) != 1:
        raise RemoteError("certificate_count")
    return None, body[0]
