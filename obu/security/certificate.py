"""One certificate of YD/T 3957-2021 as a frozen value. Its one rule: what is parsed is well formed, no more."""

from dataclasses import dataclass
from typing import Any

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S, V2X_EPOCH_UNIX_S
from obu.security import additions, keys, region
from obu.security.region import Region

VERSION = 3

# Seconds of each unit of Duration; a year is 31556952 s (IEEE 1609.2 6.4.15).
DURATION_NS = {
    "microseconds": 1_000,
    "milliseconds": 1_000_000,
    "seconds": NS_PER_S,
    "minutes": 60 * NS_PER_S,
    "hours": 3600 * NS_PER_S,
    "sixtyHours": 216_000 * NS_PER_S,
    "years": 31_556_952 * NS_PER_S,
}

SspRange = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class AppPermission:
    """One application the holder may speak in. ssp: what it may do in it, as (form, bytes), None is the default."""

    aid: int
    ssp: tuple[str, bytes] | None


@dataclass(frozen=True, slots=True)
class IssuePermission:
    """What the holder may issue: an application (aid None: all), in chains how long, to which kinds of end entity.

    min_chain..max_chain: certificates below this one down to and including the end entity; max None: any number.
    ssp_range: None is every SSP (IEEE 1609.2 6.4.30).
    """

    aid: int | None
    ssp_range: SspRange | None
    min_chain: int
    max_chain: int | None
    for_app: bool
    for_enrolment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """digest: SM3 of raw. issuer: HashedId8 of the issuer, None where it is self-signed. start, end: Unix time.

    point: 04 || x || y. za: ZA for what this certificate signs, messages and certificates alike. own_e: what its own
    signature covers if it is self-signed. name: the id as text, empty where it has none.
    """

    raw: bytes
    digest: bytes
    issuer: bytes | None
    name: str
    start_ns: int
    end_ns: int
    region: Region | None
    app: tuple[AppPermission, ...]
    issues: tuple[IssuePermission, ...]
    may_request: bool
    curve: str
    point: bytes
    za: bytes
    tbs: bytes
    r: bytes
    s: bytes

    @property
    def digest8(self) -> bytes:
        """HashedId8: how packets and issued certificates name this one."""
        return keys.hashed_id8(self.digest)

    @property
    def is_authority(self) -> bool:
        """It may issue certificates."""
        return bool(self.issues)

    @property
    def is_end_entity(self) -> bool:
        """It may sign messages: no authority, no enrolment certificate."""
        return bool(self.app) and not self.issues and not self.may_request

    def is_valid_at(self, utc_ns: int) -> bool:
        """Start included, end not."""
        return self.start_ns <= utc_ns < self.end_ns

    def permits(self, aid: int) -> bool:
        """Whether appPermissions hold the AID."""
        return any(permission.aid == aid for permission in self.app)

    def e_of(self, tbs: bytes) -> bytes:
        """The digest that a signature by this certificate's holder over tbs covers (YD/T 3957-2021 D.2)."""
        return keys.sm3(self.za + tbs)

    def own_e(self) -> bytes:
        """The digest that the signature of a self-signed certificate covers."""
        return keys.sm2_e(keys.DEFAULT_USER_ID, self.point, self.tbs)


def parse(raw: bytes) -> Certificate:
    """The certificate in COER bytes. Raises RemoteError: a reason of the codec's, key_*, or certificate_*."""
    value = coer.decode("Certificate", raw)
    additions.refuse(value)
    return from_wire(value, raw)


def from_wire(value: dict[str, Any], raw: bytes) -> Certificate:
    """The certificate of a value in the codec's form; raw: the bytes it was decoded from."""
    if value["version"] != VERSION:
        raise RemoteError("certificate_version")
    if value["type"] != "explicit" or "signature" not in value:
        raise RemoteError("certificate_type")
    tbs = value["toBeSigned"]
    start_ns, end_ns = _validity(tbs["validityPeriod"])
    point = _key(tbs["verifyKeyIndicator"])
    r, s = signature(value["signature"])
    digest = keys.sm3(raw)
    return Certificate(
        raw=raw,
        digest=digest,
        issuer=_issuer(value["issuer"]),
        name=_name(tbs["id"]),
        start_ns=start_ns,
        end_ns=end_ns,
        region=region.from_wire(tbs.get("region")),
        app=tuple(AppPermission(item["aid"], item.get("ssp")) for item in tbs.get("appPermissions", ())),
        issues=tuple(part for group in tbs.get("certIssuePermissions", ()) for part in _issues(group)),
        may_request="certRequestPermissions" in tbs,
        curve=keys.SM2,
        point=point,
        za=keys.za(digest, point),
        tbs=coer.encode("ToBeSignedCertificate", tbs),
        r=r,
        s=s,
    )


def signature(value: tuple[str, Any]) -> tuple[bytes, bytes]:
    """(r, s) of a Signature in the codec's form. Raises RemoteError signature_algorithm for all but SM2."""
    kind, body = value
    if kind != "sm2Signature":
        raise RemoteError("signature_algorithm")
    return body["rSig"], body["sSig"]


def _validity(period: dict[str, Any]) -> tuple[int, int]:
    start_ns = (period["start"] + V2X_EPOCH_UNIX_S) * NS_PER_S
    unit, count = period["duration"]
    return start_ns, start_ns + count * DURATION_NS[unit]


def _key(indicator: tuple[str, Any]) -> bytes:
    kind, key = indicator
    if kind != "verificationKey":
        raise RemoteError("key_form")  # a reconstructionValue belongs to implicit certificates
    algorithm, (form, x) = key
    if algorithm != "ecsigSm2":
        raise RemoteError("key_algorithm")
    if form not in ("compressed-y-0", "compressed-y-1"):
        raise RemoteError("key_form")
    return keys.decompress(keys.SM2, x, form == "compressed-y-1")


def _issuer(issuer: tuple[str, Any]) -> bytes | None:
    kind, body = issuer
    if kind == "sm3AndDigest":
        return bytes(body)
    if kind == "self" and body == "sm3":
        return None
    raise RemoteError("certificate_issuer_algorithm")


def _name(value: tuple[str, Any]) -> str:
    kind, body = value
    if kind == "name":
        return str(body)
    return body.hex() if kind == "binaryId" else ""


def _issues(group: dict[str, Any]) -> list[IssuePermission]:
    minimum, extra = group["minChainLength"], group["chainLengthRange"]
    kinds = group["eeType"][0][0]
    kind, listed = group["subjectPermissions"]
    ranges = [(None, None)] if kind == "all" else [(item["aid"], item.get("sspRange")) for item in listed]
    return [
        IssuePermission(
            aid=aid,
            ssp_range=None if ssp_range is None or ssp_range[0] == "all" else _frozen(ssp_range),
            min_chain=minimum,
            max_chain=None if extra == -1 else minimum + extra,
            for_app=bool(kinds & 0x80),
            for_enrolment=bool(kinds & 0x40),
        )
        for aid, ssp_range in ranges
    ]


def _frozen(ssp_range: tuple[str, Any]) -> SspRange:
    kind, body = ssp_range
    if kind == "opaque":
        return kind, tuple(body)
    return kind, (body["sspValue"], body["sspBitmask"])
