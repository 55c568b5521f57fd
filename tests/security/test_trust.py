"""What may stand in a trust store, and what issuing makes of it."""

import copy
import dataclasses
from typing import Any

import pytest

from obu.codec import coer
from obu.core.errors import LocalError
from obu.core.geo import LatLon
from obu.security import certificate as certificates
from obu.security import issuing, keys, region, trust
from obu.security.issuing import Draft, Lifetime
from tests.security.forge import LIFETIME, UTC_NS, Workshop

ALL = {"subjectPermissions": ("all", None), "minChainLength": 1, "chainLengthRange": 0, "eeType": (b"\x80", 8)}


def files(shop: Workshop) -> dict[str, bytes]:
    return {"pca.cert": shop.pki.pca.certificate.raw, "root.cert": shop.pki.root.certificate.raw}


def test_a_bench_store_is_built_and_says_that_it_is_one(shop: Workshop) -> None:
    snapshot = trust.build(files(shop), shop.lib.verifies)
    assert snapshot.is_bench
    assert set(snapshot.roots) == {shop.pki.root.certificate.digest8}
    assert set(snapshot.authorities) == {shop.pki.pca.certificate.digest8}
    assert snapshot.chain_of(shop.vehicle.certificate)[-1].raw == shop.pki.root.certificate.raw


def test_a_root_of_another_name_is_no_bench_root(shop: Workshop) -> None:
    key = shop.lib.generate("sm2")
    draft = issuing.root("Some Authority", key.point, LIFETIME)
    raw = issuing.finish(draft, *shop.lib.sign(key, draft.e))
    assert not trust.build({"root.cert": raw}, shop.lib.verifies).is_bench


def test_the_order_of_files_does_not_matter(shop: Workshop) -> None:
    one = trust.build(files(shop), shop.lib.verifies)
    other = trust.build({"a": shop.pki.root.certificate.raw, "b": shop.pki.pca.certificate.raw}, shop.lib.verifies)
    assert one == other


def test_what_is_wrong_with_a_store_is_said_with_the_files_name(shop: Workshop) -> None:
    good = files(shop)
    stranger = Workshop(type(shop.pki)(shop.pki.root, shop.pki.pca, shop.pki.cra, shop.pki.eca), shop.lib)
    broken = bytearray(good["pca.cert"])
    broken[-1] ^= 1
    cases: list[tuple[dict[str, bytes], str]] = [
        ({}, "no root certificate"),
        ({"pca.cert": good["pca.cert"]}, "no root certificate"),
        (good | {"x.cert": b"\x80"}, r"x\.cert: not a usable certificate"),
        (good | {"x.cert": stranger.vehicle.certificate.raw}, r"x\.cert: neither root nor authority"),
        (good | {"pca.cert": bytes(broken)}, r"pca\.cert: its signature is wrong"),
    ]
    for store, words in cases:
        with pytest.raises(LocalError, match=words) as caught:
            trust.build(store, shop.lib.verifies)
        assert any("一" <= sign <= "鿿" for sign in caught.value.zh)


def test_an_authority_without_its_root_is_named(shop: Workshop) -> None:
    key = shop.lib.generate("sm2")
    draft = issuing.root("Other", key.point, LIFETIME)
    raw = issuing.finish(draft, *shop.lib.sign(key, draft.e))
    with pytest.raises(LocalError, match=r"pca\.cert: issued by nobody"):
        trust.build({"other.cert": raw, "pca.cert": shop.pki.pca.certificate.raw}, shop.lib.verifies)


def store_with(shop: Workshop, group: dict[str, Any], lifetime: Lifetime = LIFETIME) -> trust.Snapshot:
    """A store whose second authority, below the PCA's root, has these issuing permissions."""
    key = shop.lib.generate("sm2")
    draft = issuing.authority("second", key.point, lifetime, shop.pki.root.certificate, (111,))
    tbs = copy.deepcopy(draft.tbs)
    tbs["certIssuePermissions"] = [ALL | group]
    e = shop.pki.root.certificate.e_of(coer.encode("ToBeSignedCertificate", tbs))
    raw = issuing.finish(Draft(draft.issuer, tbs, e), *shop.lib.sign(shop.pki.root.key, e))
    return trust.build({"root.cert": shop.pki.root.certificate.raw, "second.cert": raw}, shop.lib.verifies)


def store_below_pca(shop: Workshop) -> trust.Snapshot:
    """A store with an authority below the PCA, which may issue an AID that the PCA may not."""
    key = shop.lib.generate("sm2")
    draft = issuing.authority("third", key.point, LIFETIME, shop.pki.pca.certificate, (3629,))
    raw = issuing.finish(draft, *shop.lib.sign(shop.pki.pca.key, draft.e))
    return trust.build(files(shop) | {"third.cert": raw}, shop.lib.verifies)


def test_an_authority_stays_within_its_issuer(shop: Workshop) -> None:
    # The root grants every AID to end entities one or two certificates below it.
    assert len(store_with(shop, {}).authorities) == 1
    refused = {
        "does not allow a chain of this length": [
            {"chainLengthRange": 1},
            {"chainLengthRange": -1},
            {"minChainLength": 2},
        ],
        "kind of end entity": [{"eeType": (b"\xc0", 8)}],
    }
    for words, groups in refused.items():
        for group in groups:
            with pytest.raises(LocalError, match=words):
                store_with(shop, group)
    with pytest.raises(LocalError, match="may issue what its issuer may not"):
        store_below_pca(shop)
    with pytest.raises(LocalError, match="valid for longer than its issuer"):
        store_with(shop, {}, Lifetime(LIFETIME.start_ns, LIFETIME.seconds + 60))


@pytest.mark.parametrize(("held", "ssp", "is_covered"), [
    (None, ("opaque", b"\x01"), True),
    (("opaque", (b"", b"\x01")), None, True),
    (("opaque", (b"", b"\x01")), ("opaque", b"\x01"), True),
    (("opaque", (b"\x01",)), None, False),
    (("opaque", (b"\x01",)), ("opaque", b"\x02"), False),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSsp", b"\x1f"), True),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSsp", b"\x2f"), False),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSsp", b"\x1f\x00"), False),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("opaque", b"\x1f"), False),
])  # fmt: skip
def test_service_specific_permissions(held: Any, ssp: Any, is_covered: bool) -> None:
    permission = certificates.IssuePermission(111, held, 1, 1, True, False)
    fault = trust._app_fault(permission, certificates.AppPermission(111, ssp))
    assert (fault is None) == is_covered


@pytest.mark.parametrize(("held", "wanted", "is_covered"), [
    (None, None, True),
    (None, ("opaque", (b"\x01",)), True),
    (("opaque", (b"\x01", b"\x02")), ("opaque", (b"\x02",)), True),
    (("opaque", (b"\x01", b"\x02")), ("opaque", (b"\x02", b"\x03")), False),
    (("opaque", (b"\x01",)), None, False),
    (("opaque", (b"\x01",)), ("bitmapSspRange", (b"\x01", b"\xff")), False),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSspRange", (b"\x13", b"\xff")), True),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSspRange", (b"\x10", b"\x70")), False),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSspRange", (b"\x30", b"\xf0")), False),
    (("bitmapSspRange", (b"\x10", b"\xf0")), ("bitmapSspRange", (b"\x10\x00", b"\xf0\x00")), False),
])  # fmt: skip
def test_an_authority_may_hand_on_less_never_more(held: Any, wanted: Any, is_covered: bool) -> None:
    above, below = (certificates.IssuePermission(111, each, 1, 3, True, False) for each in (held, wanted))
    below = dataclasses.replace(below, max_chain=1)
    assert (trust._issue_fault(above, below) is None) == is_covered


def test_what_is_named_is_not_among_all(shop: Workshop) -> None:
    # A root may issue everything, but for AID 111 only in longer chains.
    held = (
        certificates.IssuePermission(None, None, 1, None, True, True),
        certificates.IssuePermission(111, None, 3, None, True, True),
    )
    issuer = dataclasses.replace(shop.pki.root.certificate, issues=held)
    for aid, fault in ((3618, None), (111, trust.ChainFault.CHAIN_LENGTH)):
        app = (certificates.AppPermission(aid, None),)
        assert trust.chain_fault(dataclasses.replace(shop.vehicle.certificate, app=app), issuer) is fault


def test_an_issued_certificate_says_what_was_asked(shop: Workshop) -> None:
    point = shop.lib.generate("sm2").point
    lifetime = Lifetime(UTC_NS + 999_999_999, 3600)
    certificate = certificates.parse(shop.pki.issue(point, lifetime, (3618, 3619), "RSU 7"))
    assert (certificate.name, certificate.point) == ("RSU 7", point)
    assert (certificate.start_ns, certificate.end_ns) == (UTC_NS, UTC_NS + 3600 * 10**9)
    assert certificate.permits(3619) and not certificate.permits(111)
    assert certificate.is_end_entity and not certificate.is_authority
    assert certificate.issuer == shop.pki.pca.certificate.digest8
    assert certificate.digest == keys.sm3(certificate.raw)
    assert b"\x84\x21" + bytes([0x82 | point[64] & 1]) + point[1:33] in certificate.raw
    assert certificate.raw.endswith(b"\x84\x40" + certificate.r + certificate.s)


@pytest.mark.parametrize(("seconds", "kept"), [
    (1, 1), (65_535, 65_535), (65_536, 65_520), (86_400 * 365, 86_400 * 365), (10 * 31_556_952, 10 * 31_556_952),
])  # fmt: skip
def test_lifetimes_are_kept_as_finely_as_the_wire_can(shop: Workshop, seconds: int, kept: int) -> None:
    raw = shop.pki.issue(shop.vehicle.certificate.point, Lifetime(UTC_NS, seconds), (111,))
    certificate = certificates.parse(raw)
    assert certificate.end_ns - certificate.start_ns == kept * 10**9


@pytest.mark.parametrize("seconds", [0, -5, 31_556_952 * 65_536])
def test_impossible_lifetimes_are_refused(shop: Workshop, seconds: int) -> None:
    with pytest.raises(LocalError):
        shop.pki.issue(shop.vehicle.certificate.point, Lifetime(UTC_NS, seconds), (111,))


def corner(lat: float, lon: float) -> dict[str, int]:
    return {"latitude": round(lat * 1e7), "longitude": round(lon * 1e7)}


def test_regions() -> None:
    place = LatLon(39.9, 116.3)
    inside = {
        "circle": ("circularRegion", {"center": corner(39.901, 116.3), "radius": 120}),
        "rectangles": ("rectangularRegion", [
            {"northWest": corner(1, 1), "southEast": corner(0, 2)},
            {"northWest": corner(40, 116), "southEast": corner(39, 117)},
        ]),
        "polygon": ("polygonalRegion", [corner(39, 116), corner(41, 116), corner(40, 118)]),
        "country": ("identifiedRegion", [("countryOnly", 250), ("countryOnly", 156)]),
        "province": ("identifiedRegion", [("countryAndRegions", {"countryOnly": 156, "regions": [11]})]),
        "county": ("identifiedRegion", [("countryAndSubregions", {
            "country": 156, "regionAndSubregions": [{"region": 11, "subregions": [1]}]})]),
    }  # fmt: skip
    outside = {
        "circle": ("circularRegion", {"center": corner(39.901, 116.3), "radius": 100}),
        "far circle": ("circularRegion", {"center": corner(-39.9, 116.3), "radius": 65535}),
        "rectangle": ("rectangularRegion", [{"northWest": corner(40, 116), "southEast": corner(39.95, 117)}]),
        "polygon": ("polygonalRegion", [corner(39, 116), corner(41, 116), corner(40, 116.2)]),
        "polygon east of it": ("polygonalRegion", [corner(39, 117), corner(41, 117), corner(40, 118)]),
        "country": ("identifiedRegion", [("countryOnly", 250)]),
    }
    assert region.contains(None, None)
    for name, wire in inside.items():
        parsed = region.from_wire(wire)
        assert region.contains(parsed, place), name
        assert region.contains(parsed, None) == (name in ("country", "province", "county"))
    for name, wire in outside.items():
        assert not region.contains(region.from_wire(wire), place), name
