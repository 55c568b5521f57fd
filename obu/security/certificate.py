"""One certificate (YD/T 3957-2021, IEEE 1609.2) as a frozen value; its one rule: parsed is well formed, no more."""

from dataclasses import dataclass
from typing import Any

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S, utc_ns_of_v2x_us
from obu.core.time_scale import US_PER_S, TimeScale
from obu.security import additions, canonical, keys, profile, region
from obu.security.linkage import Carried
from obu.security.profile import Profile
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
    """digest: of its canonical form; digest8: HashedId8, how packets and issued certificates name this one.

    issuer: HashedId8 of the issuer, None where it is self-signed.

    start, end: Unix time. assurance: level 0..7, 0 where it says none. curve: names the profile. point: 04 || x || y.
    binding: joins what this certificate signs, messages and certificates alike, to it (ZA with SM2). tbs: what its own
    signature (r, s) covers. name: the id as text, empty where it has none. craca_id, crl_series: whose lists may revoke
    it, and which of them; linkage: under what, beside its digest.
    """

    raw: bytes
    digest: bytes
    digest8: bytes
    issuer: bytes | None
    name: str
    start_ns: int
    end_ns: int
    region: Region | None
    assurance: int
    app: tuple[AppPermission, ...]
    issues: tuple[IssuePermission, ...]
    may_request: bool
    craca_id: bytes
    crl_series: int
    linkage: Carried | None
    curve: str
    point: bytes
    binding: bytes
    tbs: bytes
    r: bytes
    s: bytes

    @property
    def profile(self) -> Profile:
        """How it signs."""
        return profile.BY_CURVE[self.curve]

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
        return aid in [permission.aid for permission in self.app]

    def e_of(self, tbs: bytes) -> bytes:
        """The digest that a signature by this certificate's holder over tbs covers."""
        return profile.BY_CURVE[self.curve].e(self.binding, tbs)

    def own_e(self) -> bytes:
        """The digest that the signature of a self-signed certificate covers."""
        return self.profile.e(self.profile.own_binding(self.point), self.tbs)


def parse(raw: bytes, curve: str | None = None, scale: TimeScale = TimeScale.UTC) -> Certificate:
    """The certificate in COER bytes. curve: the profile it must be of; None: the one that its issuer field names.

    scale: how its validity counts.

    Raises RemoteError: a reason of the codec's, key_*, signature_*, or certificate_*.
    """
    value = coer.decode("Certificate", raw)
    additions.refuse(value)
    if value["version"] != VERSION:
        raise RemoteError("certificate_version")
    if value["type"] != "explicit" or "signature" not in value:
        raise RemoteError("certificate_type")
    way = profile.of_issuer(value["issuer"])
    if way is None or curve not in (None, way.curve):
        raise RemoteError("certificate_issuer_algorithm")
    tbs = value["toBeSigned"]
    start_ns, end_ns = _validity(tbs["validityPeriod"], scale)
    point = _key(way, tbs["verifyKeyIndicator"])
    r, s = signature(way, value["signature"])
    form = canonical.certificate(value)
    digest = way.digest(raw if form is value else coer.encode("Certificate", form))
    return Certificate(
        raw=raw,
        digest=digest,
        digest8=keys.hashed_id8(digest),
        issuer=None if value["issuer"][0] == "self" else value["issuer"][1],
        name=_name(tbs["id"]),
        start_ns=start_ns,
        end_ns=end_ns,
        region=region.from_wire(tbs.get("region")),
        assurance=_assurance(tbs.get("assuranceLevel")),
        app=tuple(AppPermission(item["aid"], item.get("ssp")) for item in tbs.get("appPermissions", ())),
        issues=tuple(part for group in tbs.get("certIssuePermissions", ()) for part in _issues(group)),
        may_request="certRequestPermissions" in tbs,
        craca_id=tbs["cracaId"],
        crl_series=tbs["crlSeries"],
        linkage=_linkage(tbs["id"]),
        curve=way.curve,
        point=point,
        binding=way.binding(digest, point),
        tbs=coer.encode("ToBeSignedCertificate", form["toBeSigned"]),
        r=r,
        s=s,
    )


def signature(way: Profile, value: tuple[str, Any]) -> tuple[bytes, bytes]:
    """(r, s) of a Signature in the codec's form. Raises RemoteError signature_algorithm, signature_form."""
    kind, body = value
    if kind != way.signature:
        raise RemoteError("signature_algorithm")
    r = body["rSig"]
    form, x = (profile.OCTETS, r) if isinstance(r, bytes) else r
    if form not in way.r_forms.values():
        raise RemoteError("signature_form")
    return canonical.r_of(way.curve, form, x), body["sSig"]


def _validity(period: dict[str, Any], scale: TimeScale) -> tuple[int, int]:
    start_ns = utc_ns_of_v2x_us(scale.from_wire_us(period["start"] * US_PER_S))
    unit, count = period["duration"]
    return start_ns, start_ns + count * DURATION_NS[unit]


def _key(way: Profile, indicator: tuple[str, Any]) -> bytes:
    kind, key = indicator
    if kind != "verificationKey":
        raise RemoteError("key_form")  # a reconstructionValue belongs to implicit certificates
    algorithm, (form, body) = key
    if algorithm != way.key:
        raise RemoteError("key_algorithm")
    if form not in way.key_forms:
        raise RemoteError("key_form")
    if form == "uncompressed":
        return keys.checked(way.curve, body["x"], body["y"])
    return keys.decompress(way.curve, body, form == "compressed-y-1")


def _assurance(value: bytes | None) -> int:
    return 0 if value is None else value[0] >> 5  # bits 7 to 5 are the level (IEEE 1609.2 6.4.27)


def _linkage(value: tuple[str, Any]) -> Carried | None:
    kind, body = value
    if kind != "linkageData":
        return None
    group = body.get("group-linkage-value")
    j_and_value = (int.from_bytes(group["jValue"]), group["value"]) if group else None
    return Carried(body["iCert"], body["linkage-value"], j_and_value)


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
