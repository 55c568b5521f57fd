"""Forged, expired, revoked or overreaching certificates."""

import dataclasses
from typing import Any

from obu.codec import coer
from obu.core.geo import LatLon
from obu.core.now import NS_PER_S
from obu.runtime import bench_pki, trust_store
from obu.security import certificate as certificates
from obu.security import crl, issuing, issuing_lists, keys
from obu.security.issuing import Lifetime
from obu.security.issuing_lists import Dates
from obu.security.linkage import Chain, Seed
from obu.security.priority import Standing
from obu.security.verdict import Judgement
from obu.security.verdict import Verdict as V
from tests.security.cases import P256_SIGNATURE, badge, case, drop, put
from tests.security.forge import HOUR_NS, LIFETIME, NOW, STRANGE, UTC_NS, Workshop, later, sm2_e

# certificate
badge(V.CERTIFICATE_VERSION, "4", outer=put("version", 4))
badge(V.CERTIFICATE_TYPE, "reserved", outer=put("type", "reserved"))
badge(V.CERTIFICATE_TYPE, "unsigned", outer=drop("signature"))
badge(V.CERTIFICATE_ISSUER_ALGORITHM, "sha256", outer=lambda c: c.update(issuer=("sha256AndDigest", c["issuer"][1])))
badge(V.CERTIFICATE_ISSUER_ALGORITHM, "self by sha256", outer=put("issuer", ("self", "sha256")))
badge(V.CERTIFICATE_SELF_SIGNED, "by itself", outer=put("issuer", ("self", "sm3")))
badge(V.CERTIFICATE_ISSUER_UNKNOWN, "digest of nobody", outer=put("issuer", ("sm3AndDigest", b"nobody!!")))
badge(V.SIGNATURE_ALGORITHM, "signed with P-256", outer=put("signature", P256_SIGNATURE))
badge(V.CERTIFICATE_OUTLIVES_ISSUER, "longer", change=put("validityPeriod.duration", ("years", 9)))
badge(V.CERTIFICATE_OUTLIVES_ISSUER, "earlier", change=lambda tbs: tbs["validityPeriod"].update(
    start=tbs["validityPeriod"]["start"] - 1, duration=("hours", 2)))  # fmt: skip
badge(V.CERTIFICATE_EXCEEDS_ISSUER, "an AID the authority may not give", change=put("appPermissions", [{"aid": 3629}]))


def assured(shop: Workshop, level: int | None) -> Judgement:
    """The judgement of a verifier that wants level 3 on a certificate of this level; confidence bits are set."""
    change = {} if level is None else {"change": put("assuranceLevel", bytes([level << 5 | 3]))}
    raw, key = shop.odd_station(**change)
    return shop.judge(shop.verifier(min_assurance=3), shop.spdu(raw=raw, key=key))


case(V.VALID, "assured as policy wants")(lambda shop: assured(shop, 3))
case(V.VALID, "assured better")(lambda shop: assured(shop, 7))
case(V.CERTIFICATE_ASSURANCE, "one level below policy")(lambda shop: assured(shop, 2))
case(V.CERTIFICATE_ASSURANCE, "says nothing of assurance")(lambda shop: assured(shop, None))


@case(V.CERTIFICATE_ISSUER_UNKNOWN, "a whole PKI of somebody else")
def _(shop: Workshop) -> Judgement:
    stranger = Workshop(bench_pki.create(LIFETIME, "other"), shop.lib)
    return shop.judge(shop.verifier(), stranger.spdu())


def under_authority(shop: Workshop, group: dict[str, Any]) -> Judgement:
    """The judgement of a packet whose certificate comes from an authority with these issuing permissions."""
    full = {"subjectPermissions": ("all", None), "minChainLength": 1, "chainLengthRange": 0, "eeType": (b"\x80", 8)}
    root_key, key = shop.lib.generate("sm2"), shop.lib.generate("sm2")
    draft = issuing.root("OBU BENCH ROOT odd", root_key.point, LIFETIME)
    draft.tbs["certIssuePermissions"] = [full | group]
    e = sm2_e(keys.DEFAULT_USER_ID, root_key.point, coer.encode("ToBeSignedCertificate", draft.tbs))
    raw_root = issuing.finish(draft, *shop.lib.sign(root_key, e))
    root = certificates.parse(raw_root)
    end = issuing.end_entity(key.point, LIFETIME, root, (111, 112))
    raw = issuing.finish(end, *shop.lib.sign(root_key, end.e))
    return shop.judge(shop.verifier(shop.snapshot(raw_root)), shop.spdu(raw=raw, key=key))


case(V.VALID, "straight from a root that may")(lambda shop: under_authority(shop, {}))
case(V.CERTIFICATE_CHAIN_LENGTH, "one too short")(lambda shop: under_authority(shop, {"minChainLength": 2}))
case(V.CERTIFICATE_CHAIN_LENGTH, "none below allowed")(lambda shop: under_authority(shop, {"minChainLength": 0}))
case(V.VALID, "any length")(lambda shop: under_authority(shop, {"chainLengthRange": -1}))
case(V.CERTIFICATE_END_ENTITY_TYPE, "enrolment only")(lambda shop: under_authority(shop, {"eeType": (b"\x40", 8)}))
case(V.CERTIFICATE_EXCEEDS_ISSUER, "another AID")(
    lambda shop: under_authority(shop, {"subjectPermissions": ("explicit", [{"aid": 3618}])})
)
case(V.CERTIFICATE_EXCEEDS_ISSUER, "an SSP that the range leaves out")(
    lambda shop: under_authority(
        shop, {"subjectPermissions": ("explicit", [{"aid": 111, "sspRange": ("opaque", [b"\x01"])}])}
    )
)


@case(V.CERTIFICATE_SIGNATURE, "issued with another key")
def _(shop: Workshop) -> Judgement:
    raw, key = shop.odd_station(key=shop.lib.generate("sm2"))
    return shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key))


@case(V.CERTIFICATE_SIGNATURE, "issuer's id is the default one")
def _(shop: Workshop) -> Judgement:
    key = shop.lib.generate("sm2")
    draft = issuing.end_entity(key.point, LIFETIME, shop.pki.pca.certificate, (111,))
    tbs = coer.encode("ToBeSignedCertificate", draft.tbs)
    e = sm2_e(keys.DEFAULT_USER_ID, shop.pki.pca.certificate.point, tbs)
    raw = issuing.finish(draft, *shop.lib.sign(shop.pki.pca.key, e))
    return shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key))


badge(V.CERTIFICATE_SIGNATURE, "a permission added after signing",
      outer=lambda c: c["toBeSigned"]["appPermissions"].append({"aid": 114}))  # fmt: skip


@case(V.CERTIFICATE_REVOKED, "by its HashedId10")
def _(shop: Workshop) -> Judgement:
    return shop.judge(shop.verifier(shop.snapshot(revoked=(shop.vehicle.certificate,))), shop.spdu())


@case(V.CERTIFICATE_REVOKED, "by its linkage value")
def _(shop: Workshop) -> Judgement:
    scheme = trust_store.schemes()[keys.SM2]
    chain = Chain(1100, (Seed(b"\x00\x01", bytes(16)), Seed(b"\x00\x02", bytes(range(16)))))
    key = shop.lib.generate("sm2")
    raw = shop.pki.issue(key.point, LIFETIME, (111,), carried=chain.carried(scheme, 1102, 7))
    assert shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key)).verdict is V.VALID
    signer = shop.pki.cra.certificate
    contents = issuing_lists.linked_crl(signer.digest8, 0, Dates(1, 2), 1101, [chain.at(scheme, 1101)], 20, 1102)
    scope = crl.scope(shop.pki.root.certificate.digest8, keys.hashed_id3(signer.digest), 0)
    revoked = crl.compile_revoked([(scope, keys.SM2, crl.parse(contents))], {keys.SM2: scheme})
    trusted = dataclasses.replace(shop.snapshot(), revoked=revoked)
    return shop.judge(shop.verifier(trusted), shop.spdu(raw=raw, key=key, payload=STRANGE))


@case(V.CERTIFICATE_REVOKED, "its authority is")
def _(shop: Workshop) -> Judgement:
    return shop.judge(shop.verifier(shop.snapshot(revoked=(shop.pki.pca.certificate,))), shop.spdu())


@case(V.TRUST_LIST_TOO_OLD, "its root is recognised by a list whose grace is over")
def _(shop: Workshop) -> Judgement:
    trusted = dataclasses.replace(shop.snapshot(), until_ns={shop.pki.root.certificate.digest8: UTC_NS})
    return shop.judge(shop.verifier(trusted), shop.spdu())


def valid_for(shop: Workshop, start_ns: int, seconds: int) -> Judgement:
    return shop.judge(shop.verifier(), shop.spdu(station=shop.station(lifetime=Lifetime(start_ns, seconds))))


case(V.CERTIFICATE_NOT_YET_VALID, "from the next second on")(lambda shop: valid_for(shop, UTC_NS + NS_PER_S, 3600))
case(V.CERTIFICATE_EXPIRED, "until now")(lambda shop: valid_for(shop, UTC_NS - HOUR_NS, 3600))
case(V.VALID, "until the next second")(lambda shop: valid_for(shop, UTC_NS - HOUR_NS, 3601))


@case(V.CERTIFICATE_NOT_YET_VALID, "valid now, not when the message was made")
def _(shop: Workshop) -> Judgement:
    station = shop.station(lifetime=Lifetime(UTC_NS, 3600))
    return shop.judge(shop.verifier(), shop.spdu(station=station, at=later(NOW, -500)))


@case(V.CERTIFICATE_EXPIRED, "learned while it was valid")
def _(shop: Workshop) -> Judgement:
    station = shop.station(lifetime=Lifetime(UTC_NS - HOUR_NS, 3600 + 1))
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(station=station)).verdict is V.VALID
    then = later(NOW, 1500)
    return shop.judge(verifier, shop.spdu(station=station, at=then, full=False), then)


@case(V.AID_NOT_PERMITTED, "a vehicle speaks as an RSU")
def _(shop: Workshop) -> Judgement:
    return shop.judge(shop.verifier(), shop.spdu(aid=3620), aid=3620)


AT_HOME = {"center": {"latitude": 399_000_000, "longitude": 1_163_000_000}, "radius": 1000}


def in_region(shop: Workshop, region: Any, place: LatLon | None) -> Judgement:
    raw, key = shop.odd_station(change=put("region", region))
    verifier = shop.verifier()
    answer = verifier.judge(NOW, shop.spdu(raw=raw, key=key, payload=STRANGE), 111, Standing(place))
    return answer if isinstance(answer, Judgement) else shop.finish(verifier)[-1]


HOME, AWAY = LatLon(39.905, 116.3), LatLon(39.91, 116.3)
case(V.VALID, "within its circle")(lambda shop: in_region(shop, ("circularRegion", AT_HOME), HOME))
case(V.CERTIFICATE_OUTSIDE_REGION, "beyond its circle")(lambda shop: in_region(shop, ("circularRegion", AT_HOME), AWAY))
case(V.CERTIFICATE_OUTSIDE_REGION, "circle, and we know no place")(
    lambda shop: in_region(shop, ("circularRegion", AT_HOME), None)
)


def under_region(shop: Workshop, place: LatLon) -> Judgement:
    """The judgement of a packet whose certificate has no region, but comes from an authority that has one."""
    root, key, end_key = shop.pki.root, shop.lib.generate("sm2"), shop.lib.generate("sm2")
    draft = issuing.authority("OBU BENCH PCA here", key.point, LIFETIME, root.certificate, (111,))
    change = put("region", ("circularRegion", AT_HOME))
    raw_pca = shop.sign_certificate(draft, change, key=root.key, issuer=root.certificate)
    end = issuing.end_entity(end_key.point, LIFETIME, certificates.parse(raw_pca), (111,))
    raw = issuing.finish(end, *shop.lib.sign(key, end.e))
    verifier = shop.verifier(shop.snapshot(raw_pca))
    answer = verifier.judge(NOW, shop.spdu(raw=raw, key=end_key, payload=STRANGE), 111, Standing(place))
    return answer if isinstance(answer, Judgement) else shop.finish(verifier)[-1]


case(V.VALID, "within its authority's circle")(lambda shop: under_region(shop, HOME))
case(V.CERTIFICATE_OUTSIDE_REGION, "beyond its authority's circle")(lambda shop: under_region(shop, AWAY))
case(V.VALID, "China")(lambda shop: in_region(shop, ("identifiedRegion", [("countryOnly", 156)]), None))
case(V.CERTIFICATE_OUTSIDE_REGION, "another country")(
    lambda shop: in_region(shop, ("identifiedRegion", [("countryOnly", 250)]), HOME)
)
