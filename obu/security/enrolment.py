"""Asking for certificates: a request with proof of its keys, and the answer. Its one rule: no private key is in either.

Both are JSON files, so that they can be carried by hand. The form is ours: YD/T 3957-2021 annex E, which has the one of
the operators' interfaces, was not seen (docs/open-questions.md); a transport turns one into the other.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from obu.core.errors import RemoteError
from obu.security import certificate as certificates
from obu.security import keys, profile
from obu.security.certificate import Certificate
from obu.security.trust import Verify

REQUEST_FORM = "obu-request-1"
RESPONSE_FORM = "obu-response-1"
MAX_BYTES = 1 << 20
MAX_POINTS = 1000
MAX_DAYS = 3650


class Kind(Enum):
    """What is asked for. ENROLMENT: the certificate by which the others are asked for; IDENTITY: with a name."""

    ENROLMENT = "enrolment"
    PSEUDONYM = "pseudonym"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """aids: what the certificates shall permit. points: 04 || x || y, one a certificate. name: the unit's, or empty."""

    kind: Kind
    curve: str
    aids: tuple[int, ...]
    days: int
    points: tuple[bytes, ...]
    name: str

    def body(self) -> str:
        """The text that is signed."""
        value = {
            "form": REQUEST_FORM, "kind": self.kind.value, "curve": self.curve, "aids": list(self.aids),
            "days": self.days, "points": [point.hex() for point in self.points], "name": self.name,
        }  # fmt: skip
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request as it came. proofs: (r, s) by each of its keys. enrolment: who asks, with its (r, s), or None."""

    request: Request
    body: str
    proofs: tuple[tuple[bytes, bytes], ...]
    enrolment: Certificate | None = None
    signature: tuple[bytes, bytes] | None = None

    @property
    def digest(self) -> str:
        """By which an answer names its request."""
        return digest_of(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """certificates: COER, in the order of the request's points. refused: a reason in snake_case, empty when granted."""

    request: str
    certificates: tuple[bytes, ...] = ()
    refused: str = ""


def digest_of(body: str) -> str:
    """SHA-256 of a request's text, in hex."""
    return hashlib.sha256(body.encode()).hexdigest()


def proof_e(request: Request, point: bytes, body: str) -> bytes:
    """What the key of one point signs, to show that it is there: as in a self-signed certificate."""
    way = profile.BY_CURVE[request.curve]
    return way.e(way.own_binding(point), body.encode())


def pack(signed: Signed) -> bytes:
    """The request's file."""
    value: dict[str, Any] = {"body": signed.body, "proofs": [_hex(proof) for proof in signed.proofs]}
    if signed.enrolment is not None and signed.signature is not None:
        value["enrolment"] = {"certificate": signed.enrolment.raw.hex(), "signature": _hex(signed.signature)}
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def parse(raw: bytes) -> Signed:
    """A request's file. Raises RemoteError: request_malformed, or a reason of its certificate's."""
    try:
        value = _object(raw)
        body, asked = value["body"], _object(value["body"].encode())
        request = Request(
            kind=Kind(asked["kind"]), curve=_one_of(asked["curve"], profile.BY_CURVE),
            days=_number(asked["days"], MAX_DAYS), name=str(asked["name"]),
            aids=tuple(_number(aid, 0xFFFF) for aid in asked["aids"]),
            points=tuple(bytes.fromhex(point) for point in asked["points"]),
        )  # fmt: skip
        if asked["form"] != REQUEST_FORM or request.body() != body or not 1 <= len(request.points) <= MAX_POINTS:
            raise ValueError
        proofs = tuple(_pair(proof) for proof in value["proofs"])
        enrolment = value.get("enrolment")
        if enrolment is None:
            return Signed(request=request, body=body, proofs=proofs)
        certificate = certificates.parse(bytes.fromhex(enrolment["certificate"]))
        return Signed(request=request, body=body, proofs=proofs, enrolment=certificate,
                      signature=_pair(enrolment["signature"]))  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RemoteError("request_malformed") from None


def fault(signed: Signed, verify: Verify) -> str | None:
    """Why nothing may be issued for it, None when it holds: every key is on its curve, there, and asked for once."""
    request = signed.request
    if len(signed.proofs) != len(request.points) or len(set(request.points)) != len(request.points):
        return "request_malformed"
    for point, (r, s) in zip(request.points, signed.proofs, strict=True):
        if len(point) != 65 or point[0] != 4:
            return "request_malformed"
        try:
            keys.checked(request.curve, point[1:33], point[33:])
        except RemoteError as error:
            return error.reason
        if not verify(request.curve, point, proof_e(request, point, signed.body), r, s):
            return "request_proof"
    if request.kind is Kind.ENROLMENT:
        return None
    if signed.enrolment is None or signed.signature is None:
        return "request_not_enrolled"
    by = signed.enrolment
    if not verify(by.curve, by.point, by.e_of(signed.body.encode()), *signed.signature):
        return "request_signature"
    return None


def pack_response(response: Response) -> bytes:
    """The answer's file."""
    value = {"form": RESPONSE_FORM, "request": response.request, "refused": response.refused,
             "certificates": [raw.hex() for raw in response.certificates]}  # fmt: skip
    return json.dumps(value, indent=1).encode()


def parse_response(raw: bytes) -> Response:
    """An answer's file. Raises RemoteError response_malformed."""
    try:
        value = _object(raw)
        if value["form"] != RESPONSE_FORM:
            raise ValueError
        return Response(
            request=str(value["request"]),
            certificates=tuple(bytes.fromhex(each) for each in value["certificates"]),
            refused=str(value["refused"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RemoteError("response_malformed") from None


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise ValueError
    value = json.loads(raw)
    if not isinstance(value, dict):
        raise ValueError
    return value


def _one_of(word: str, known: Any) -> str:
    if word not in known:
        raise ValueError
    return word


def _number(value: int, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError
    return value


def _hex(pair: tuple[bytes, bytes]) -> str:
    return (pair[0] + pair[1]).hex()


def _pair(text: str) -> tuple[bytes, bytes]:
    raw = bytes.fromhex(text)
    if len(raw) != 64:
        raise ValueError
    return raw[:32], raw[32:]


def issued_for(response: Response, points: Sequence[bytes]) -> list[Certificate]:
    """The answer's certificates, each parsed and of the point that was asked for. Raises RemoteError."""
    if len(response.certificates) != len(points):
        raise RemoteError("response_malformed")
    found = [certificates.parse(raw) for raw in response.certificates]
    if any(certificate.point != point for certificate, point in zip(found, points, strict=True)):
        raise RemoteError("response_other_key")
    return found
