"""The signed packet (SPDU) of YD/T 3957-2021: built and taken apart; its one rule: only form is judged.

V2XSecData { 3, signedData { sm3, { unsecuredData { 3, message }, header }, signer, sm2Signature } }.
"""

from dataclasses import dataclass
from typing import Any

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.security import additions
from obu.security.certificate import signature

VERSION = 3
MAX_SPDU_BYTES = 1400  # DsmMaxLength of YD/T 3708-2020
_HEAD = bytes((VERSION, 0x81, 0x02))  # protocolVersion, signedData, sm3
_DIGEST = b"\x80"
_ONE_CERTIFICATE = b"\x81\x01\x01"
_SM2_SIGNATURE = b"\x84\x40"
DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Spdu:
    """A well-formed signed packet, not yet believed.

    generation_us, expiry_us: Time64, None where absent. tbs: the bytes the signature covers. signer: HashedId8, or None
    when certificate (its value in the codec's form and its bytes) is there instead.
    """

    payload: bytes
    aid: int
    generation_us: int | None
    expiry_us: int | None
    has_location: bool
    tbs: bytes
    signer: bytes | None
    certificate: dict[str, Any] | None
    certificate_raw: bytes
    r: bytes
    s: bytes


def tbs(payload: bytes, aid: int, generation_time_us: int) -> bytes:
    """COER ToBeSignedData of one message. generation_time_us: Time64."""
    value = {
        "payload": {"data": {"protocolVersion": VERSION, "content": ("unsecuredData", payload)}},
        "headerInfo": {"aid": aid, "generationTime": generation_time_us},
    }
    return coer.encode("ToBeSignedData", value)


def assemble(tbs_bytes: bytes, signer: bytes, r: bytes, s: bytes) -> bytes:
    """The SPDU of to-be-signed bytes and their signature. signer: a HashedId8 (8 bytes), or a whole certificate."""
    named = _DIGEST + signer if len(signer) == DIGEST_BYTES else _ONE_CERTIFICATE + signer
    return _HEAD + tbs_bytes + named + _SM2_SIGNATURE + r + s


def parse(spdu: bytes) -> Spdu:
    """Takes an SPDU apart. Raises RemoteError with the reason of its form: see the reasons below and the codec's."""
    if len(spdu) > MAX_SPDU_BYTES:
        raise RemoteError("spdu_too_long")
    whole = coer.decode("V2XSecData", spdu)
    additions.refuse(whole)
    signed = _content(whole, "signedData", "not_signed_data")
    if signed["hashId"] != "sm3":
        raise RemoteError("hash_algorithm")
    payload = _payload(signed["tbsData"]["payload"])
    header = signed["tbsData"]["headerInfo"]
    signer, certificate = _signer(signed["signer"])
    r, s = signature(signed["signature"])
    return Spdu(
        payload=payload,
        aid=header["aid"],
        generation_us=header.get("generationTime"),
        expiry_us=header.get("expiryTime"),
        has_location="generationLocation" in header,
        tbs=coer.encode("ToBeSignedData", signed["tbsData"]),
        signer=signer,
        certificate=certificate,
        certificate_raw=b"" if certificate is None else coer.encode("Certificate", certificate),
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
