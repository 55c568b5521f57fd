"""Lists that a unit takes over, and those it must not: forged, expired, rolled back, out of place. Both profiles."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S, V2X_EPOCH_UNIX_S, v2x_time_us
from obu.drivers import libcrypto, libcrypto_ecb
from obu.runtime import bench_pki
from obu.security import book as books
from obu.security import certificate as certificates
from obu.security import envelope, issuing, issuing_lists, keys, linkage, profile, trust
from obu.security.book import Book, Kind, Tools
from obu.security.certificate import Certificate
from obu.security.issuing_lists import Dates
from obu.security.linkage import Scheme, Seed
from tests.security.forge import LIFETIME, UTC_NS, Workshop

NOW_S = UTC_NS // NS_PER_S - V2X_EPOCH_UNIX_S
DAY_S = 86_400
LIB = libcrypto.load()
SCHEME = Scheme("sha256", libcrypto_ecb.cipher(libcrypto_ecb.AES))
TOOLS = Tools(LIB.verifies, dict.fromkeys(profile.BY_CURVE, SCHEME), grace_s=7 * DAY_S)
DATES = Dates(NOW_S - 60, NOW_S + DAY_S)


@dataclass
class Domain:
    """A root, an authority and a revocation authority below the root."""

    pki: bench_pki.BenchPki

    def __post_init__(self) -> None:
        self.root = self.pki.root

    def book(self) -> Book:
        return Book({"root.cert": self.root.certificate.raw, "pca.cert": self.pki.pca.certificate.raw})

    def trcl(self, *roots: Certificate, dates: Dates = DATES) -> bytes:
        return self.pki.root_list(dates, roots)

    def ctl(self, *authorities: Certificate, dates: Dates = DATES) -> bytes:
        return self.pki.authority_list(dates, authorities)

    def crl(self, contents: bytes, by: bench_pki.Authority | None = None, aid: int = books.CRL_AID) -> bytes:
        """Any contents, signed by anybody."""
        signer = by or self.pki.cra
        tbs = envelope.tbs(contents, aid, v2x_time_us(UTC_NS))
        return envelope.assemble(tbs, signer.certificate, True, *LIB.sign(signer.key, signer.certificate.e_of(tbs)))

    def hash_crl(self, *revoked: Certificate, dates: Dates = DATES, craca: bytes | None = None, **more: bool) -> bytes:
        hashes = [(keys.hashed_id10(one.digest), NOW_S + DAY_S) for one in revoked]
        craca = craca or self.pki.cra.certificate.digest8
        return self.crl(issuing_lists.hash_crl(craca, 0, dates, hashes, serial=1, **more))

    def end_entity(self, aids: tuple[int, ...]) -> bench_pki.Authority:
        """A station of the domain, with its key."""
        key = LIB.generate(self.root.certificate.curve)
        return bench_pki.Authority(certificates.parse(self.pki.issue(key.point, LIFETIME, aids)), key)

    def forged_trcl(self) -> bytes:
        """Signed by nobody we know."""
        draft = issuing_lists.root_list(self.root.certificate, 1, DATES, ())
        return issuing_lists.finish(draft, *LIB.sign(LIB.generate(self.root.certificate.curve), draft.e))


@pytest.fixture(scope="module", params=profile.PROFILES, ids=lambda way: way.curve)
def domain(request: pytest.FixtureRequest) -> Domain:
    return Domain(bench_pki.create(LIFETIME, "own", request.param))


@pytest.fixture(scope="module")
def foreign() -> Domain:
    return Domain(bench_pki.create(LIFETIME, "foreign"))


def refused(book: Book, kind: Kind, raw: bytes, utc_ns: int | None = UTC_NS) -> str:
    with pytest.raises(RemoteError) as caught:
        books.adopt(book, kind, raw, utc_ns, TOOLS)
    return caught.value.reason


def test_a_root_of_another_domain_and_its_authorities_are_believed_while_the_lists_are_fresh(
    domain: Domain, foreign: Domain
) -> None:
    book = books.adopt(domain.book(), Kind.TRCL, domain.trcl(foreign.root.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.CTL, foreign.ctl(foreign.pki.pca.certificate), UTC_NS, TOOLS)
    snapshot = books.snapshot_of(book, TOOLS)
    stranger = certificates.parse(foreign.pki.issue(LIB.generate("sm2").point, LIFETIME, (111,)))
    chain = [part.digest8 for part in snapshot.chain_of(stranger)]
    assert chain[1:] == [foreign.pki.pca.certificate.digest8, foreign.root.certificate.digest8]
    end_ns = UTC_NS + (DAY_S + TOOLS.grace_s) * NS_PER_S
    assert trust.is_recognised(snapshot, stranger, end_ns - 1)
    assert not trust.is_recognised(snapshot, stranger, end_ns)
    assert {due.kind for due in snapshot.due} == {"trcl", "ctl"}


def test_the_own_domain_outlives_every_list(domain: Domain) -> None:
    book = books.adopt(domain.book(), Kind.CTL, domain.ctl(domain.pki.pca.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.TRCL, domain.trcl(), UTC_NS, TOOLS)
    snapshot = books.snapshot_of(book, TOOLS)
    own = certificates.parse(domain.pki.issue(LIB.generate(domain.root.certificate.curve).point, LIFETIME, (111,)))
    assert trust.is_recognised(snapshot, own, UTC_NS + 1000 * DAY_S * NS_PER_S)


@pytest.mark.parametrize(
    ("why", "spoil"),
    [
        ("list_signature", lambda own, other: own.forged_trcl()),
        ("list_issuer_unknown", lambda own, other: other.trcl(own.root.certificate)),
        ("list_expired", lambda own, other: own.trcl(dates=Dates(NOW_S - 9, NOW_S))),
        ("list_from_the_future", lambda own, other: own.trcl(dates=Dates(NOW_S + 1, NOW_S + 9))),
        ("list_dates", lambda own, other: own.trcl(dates=Dates(NOW_S - 9, NOW_S - 9))),
        ("list_certificate", lambda own, other: own.trcl(other.pki.pca.certificate)),
        ("truncated", lambda own, other: own.trcl()[:-1]),
        ("trailing_bytes", lambda own, other: own.trcl() + b"\0"),
        ("list_too_long", lambda own, other: own.trcl() + bytes(books.MAX_BYTES)),
    ],
)
def test_a_trust_list_that_is_wrong_is_refused_by_name(
    domain: Domain, foreign: Domain, why: str, spoil: Callable[[Domain, Domain], bytes]
) -> None:
    assert refused(domain.book(), Kind.TRCL, spoil(domain, foreign)) == why


def test_every_flipped_bit_of_a_trust_list_is_refused(domain: Domain, foreign: Domain) -> None:
    raw = domain.trcl(foreign.root.certificate)
    for at in range(len(raw)):
        assert refused(domain.book(), Kind.TRCL, raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :])


def test_an_older_list_does_not_come_back(domain: Domain, foreign: Domain) -> None:
    old = domain.trcl(foreign.root.certificate, dates=Dates(NOW_S - 100, NOW_S + DAY_S))
    book = books.adopt(domain.book(), Kind.TRCL, domain.trcl(), UTC_NS, TOOLS)
    assert refused(book, Kind.TRCL, old) == "list_rolled_back"
    assert refused(book, Kind.TRCL, domain.trcl()) == "list_known"
    revoking = domain.hash_crl(domain.pki.pca.certificate)
    book = books.adopt(book, Kind.CRL, revoking, UTC_NS, TOOLS)
    assert refused(book, Kind.CRL, domain.hash_crl(dates=Dates(NOW_S - 61, NOW_S + DAY_S))) == "list_rolled_back"


def test_a_root_that_a_newer_list_leaves_out_is_believed_no_more(domain: Domain, foreign: Domain) -> None:
    book = books.adopt(domain.book(), Kind.TRCL, domain.trcl(foreign.root.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.TRCL, domain.trcl(dates=Dates(NOW_S - 1, NOW_S + DAY_S)), UTC_NS, TOOLS)
    assert foreign.root.certificate.digest8 not in books.snapshot_of(book, TOOLS).roots


def test_a_root_whose_own_list_is_in_force_cannot_be_left_behind_by_halves(domain: Domain, foreign: Domain) -> None:
    book = books.adopt(domain.book(), Kind.TRCL, domain.trcl(foreign.root.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.CTL, foreign.ctl(foreign.pki.pca.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.TRCL, domain.trcl(dates=Dates(NOW_S - 1, NOW_S + DAY_S)), UTC_NS, TOOLS)
    snapshot = books.snapshot_of(book, TOOLS)
    assert not snapshot.authorities.keys() & {foreign.pki.pca.certificate.digest8}


def test_a_revoked_authority_takes_its_certificates_with_it(domain: Domain) -> None:
    own = certificates.parse(domain.pki.issue(LIB.generate(domain.root.certificate.curve).point, LIFETIME, (111,)))
    before = books.snapshot_of(domain.book(), TOOLS)
    assert not trust.is_revoked(before, own)
    book = books.adopt(domain.book(), Kind.CRL, domain.hash_crl(domain.pki.pca.certificate), UTC_NS, TOOLS)
    assert trust.is_revoked(books.snapshot_of(book, TOOLS), own)


@pytest.mark.parametrize(
    ("why", "spoil"),
    [
        ("crl_aid", lambda own, other: own.crl(b"", aid=3629)),
        ("aid_not_permitted", lambda own, other: own.crl(b"", by=own.end_entity((111,)))),
        ("certificate_issuer_unknown", lambda own, other: other.hash_crl()),
        ("crl_scope", lambda own, other: own.hash_crl(craca=own.pki.pca.certificate.digest8)),
        ("crl_scope", lambda own, other: own.hash_crl(craca=other.root.certificate.digest8)),
        ("list_expired", lambda own, other: own.hash_crl(dates=Dates(NOW_S - 9, NOW_S))),
        ("list_from_the_future", lambda own, other: own.hash_crl(dates=Dates(NOW_S + 9, NOW_S + 99))),
        ("truncated", lambda own, other: own.crl(b"\1\0")),
    ],
)
def test_a_revocation_list_that_is_wrong_is_refused_by_name(
    domain: Domain, foreign: Domain, why: str, spoil: Callable[[Domain, Domain], bytes]
) -> None:
    reasons = (why, "hash_algorithm", "certificate_issuer_unknown") if why == "certificate_issuer_unknown" else (why,)
    assert refused(domain.book(), Kind.CRL, spoil(domain, foreign)) in reasons


def test_a_forged_revocation_list_revokes_nobody(domain: Domain) -> None:
    raw = bytearray(domain.hash_crl(domain.pki.pca.certificate))
    raw[-1] ^= 1
    assert refused(domain.book(), Kind.CRL, bytes(raw)) == "list_signature"


def test_a_list_of_one_domain_cannot_revoke_in_another(domain: Domain, foreign: Domain) -> None:
    book = books.adopt(domain.book(), Kind.TRCL, domain.trcl(foreign.root.certificate), UTC_NS, TOOLS)
    victim = domain.pki.pca.certificate
    book = books.adopt(book, Kind.CRL, foreign.hash_crl(victim), UTC_NS, TOOLS)
    assert not trust.is_revoked(books.snapshot_of(book, TOOLS), victim)


def test_a_delta_adds_to_the_full_list_until_the_next_full_one(domain: Domain) -> None:
    victim = domain.pki.pca.certificate
    book = books.adopt(domain.book(), Kind.CRL, domain.hash_crl(), UTC_NS, TOOLS)
    old = domain.hash_crl(victim, dates=Dates(NOW_S - 61, NOW_S + DAY_S), is_delta=True)
    assert refused(book, Kind.CRL, old) == "list_rolled_back"
    delta = domain.hash_crl(victim, dates=Dates(NOW_S - 50, NOW_S + DAY_S), is_delta=True)
    book = books.adopt(book, Kind.CRL, delta, UTC_NS, TOOLS)
    assert trust.is_revoked(books.snapshot_of(book, TOOLS), victim)
    book = books.adopt(book, Kind.CRL, domain.hash_crl(dates=Dates(NOW_S - 40, NOW_S + DAY_S)), UTC_NS, TOOLS)
    assert not trust.is_revoked(books.snapshot_of(book, TOOLS), victim)


def linked_certificate(
    domain: Domain, period: int, value: bytes, group: tuple[int, bytes] | None = None
) -> Certificate:
    """A pseudonym of the domain that carries linkage data."""
    draft = issuing.end_entity(
        LIB.generate(domain.root.certificate.curve).point,
        LIFETIME,
        domain.root.certificate,
        (111,),
        "",
        domain.pki.cra.certificate,
    )
    data: dict[str, object] = {"iCert": period, "linkage-value": value}
    if group:
        data["group-linkage-value"] = {"jValue": group[0].to_bytes(4, "big"), "value": group[1]}
    tbs = draft.tbs | {"id": ("linkageData", data)}
    e = domain.root.certificate.e_of(coer.encode("ToBeSignedCertificate", tbs))
    return certificates.parse(issuing.finish(issuing.Draft(draft.issuer, tbs, e), *LIB.sign(domain.root.key, e)))


SEEDS = (Seed(b"\x8e\x09", bytes(range(16))), Seed(b"\x59\xce", bytes(range(16, 32))))


def value_at(periods: int, j: int) -> bytes:
    return next(linkage.values(SCHEME, [linkage.advance(SCHEME, seed, periods) for seed in SEEDS], [j]))


def test_a_vehicle_is_revoked_by_its_seeds_from_a_period_on_and_not_before(domain: Domain) -> None:
    contents = issuing_lists.linked_crl(domain.pki.cra.certificate.digest8, 0, DATES, 30, [SEEDS], jmax=20, i_max=33)
    book = books.adopt(domain.book(), Kind.CRL, domain.crl(contents), UTC_NS, TOOLS)
    snapshot = books.snapshot_of(book, TOOLS)
    for period, j, is_revoked in ((30, 1, True), (30, 20, True), (33, 7, True), (34, 7, False), (30, 21, False)):
        certificate = linked_certificate(domain, period, value_at(period - 30, j))
        assert trust.is_revoked(snapshot, certificate) is is_revoked, (period, j)
    # The value of one period says nothing in another.
    assert not trust.is_revoked(snapshot, linked_certificate(domain, 31, value_at(0, 1)))


def test_a_group_is_revoked_by_the_index_that_its_certificates_carry(domain: Domain) -> None:
    entry = {"iMax": 40, "la1Id": SEEDS[0].la_id, "linkageSeed1": SEEDS[0].seed, "la2Id": SEEDS[1].la_id,
             "linkageSeed2": SEEDS[1].seed}  # fmt: skip
    contents = coer.decode(
        "CrlContents", issuing_lists.linked_crl(domain.pki.cra.certificate.digest8, 0, DATES, 30, [], 20, 40)
    )
    contents["typeSpecific"][1]["groups"] = [entry]
    book = books.adopt(domain.book(), Kind.CRL, domain.crl(coer.encode("CrlContents", contents)), UTC_NS, TOOLS)
    snapshot = books.snapshot_of(book, TOOLS)
    j = 0x4840ED22
    assert trust.is_revoked(snapshot, linked_certificate(domain, 32, bytes(9), (j, value_at(2, j))))
    assert not trust.is_revoked(snapshot, linked_certificate(domain, 32, bytes(9), (j + 1, value_at(2, j))))
    assert not trust.is_revoked(snapshot, linked_certificate(domain, 41, bytes(9), (j, value_at(11, j))))


def test_what_a_book_holds_can_be_taken_over_again_without_a_clock(domain: Domain, foreign: Domain) -> None:
    book = books.adopt(domain.book(), Kind.TRCL, domain.trcl(foreign.root.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.CTL, foreign.ctl(foreign.pki.pca.certificate), UTC_NS, TOOLS)
    book = books.adopt(book, Kind.CRL, domain.hash_crl(domain.pki.pca.certificate), UTC_NS, TOOLS)
    delta = domain.hash_crl(dates=Dates(NOW_S - 50, NOW_S + DAY_S), is_delta=True)
    book = books.adopt(book, Kind.CRL, delta, UTC_NS, TOOLS)
    again = Book(book.anchors)
    for kind, raw in book.lists():
        again = books.adopt(again, kind, raw, None, TOOLS)
    assert again == book


def test_a_workshops_revocations_are_of_the_same_keys_as_a_lists(shop: Workshop) -> None:
    domain = Domain(shop.pki)
    book = books.adopt(domain.book(), Kind.CRL, domain.hash_crl(shop.pki.pca.certificate), UTC_NS, TOOLS)
    assert (
        books.snapshot_of(book, TOOLS).revoked.keys == shop.snapshot(revoked=(shop.pki.pca.certificate,)).revoked.keys
    )
