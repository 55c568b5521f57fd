"""A PKI for the bench: root, authority, and stations with their certificates and keys. Its one rule: it says BENCH.

Keys it makes protect nobody: a unit that trusts this root says so in its status and on its screen.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import LocalError
from obu.core.now import v2x_time_s, v2x_time_us
from obu.drivers import key_file, libcrypto
from obu.security import certificate as certificates
from obu.security import envelope, issuing, issuing_lists, keys, profile
from obu.security.book import CRL_AID
from obu.security.certificate import Certificate
from obu.security.issuing import Draft, Lifetime
from obu.security.issuing_lists import Dates, ListDraft
from obu.security.linkage import Carried, Seed
from obu.security.profile import Profile
from obu.security.trust import BENCH_ROOT_PREFIX

BSM_AIDS = (111, 112)  # GB/T 45315-2025 table 4: an ordinary vehicle's regular and event BSM
RSU_AIDS = (3618, 3619, 3620, 3621, 3622, 3623)  # MAP, SPAT, RSI in its three kinds, RSM
DAY2_AID = 3616  # under it a CLPMM was captured from a road; none is publicly assigned
ALL_AIDS = (*BSM_AIDS, 113, 114, *RSU_AIDS, DAY2_AID)
DAY_S = 86_400
_MARK = "BENCH-PKI"
_PARTS = ("trust", "unit", "rsu", "neighbours")


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that issues, with its key in memory."""

    certificate: Certificate
    key: libcrypto.PrivateKey


@dataclass(frozen=True, slots=True)
class Span:
    """Which certificates of a vehicle a list withdraws: of the periods first to last, `most` in each at most."""

    first: int
    last: int
    most: int


@dataclass(frozen=True, slots=True)
class BenchPki:
    """root, eca, pca, cra: pca issues certificates to sign with, eca those to ask with, cra signs revocation lists.

    What a rig needs to attack itself is made from here too.
    """

    root: Authority
    pca: Authority
    cra: Authority
    eca: Authority

    def issue(
        self, point: bytes, lifetime: Lifetime, aids: tuple[int, ...], name: str = "", carried: Carried | None = None
    ) -> bytes:
        """An end entity's certificate (COER), for any AIDs and any time: also expired or not permitted ones.

        carried: linkage data of a pseudonym.
        """
        draft = issuing.end_entity(point, lifetime, self.pca.certificate, aids, name, self.cra.certificate, carried)
        return _signed(draft, self.pca.key)

    def enrol(self, point: bytes, lifetime: Lifetime, name: str) -> bytes:
        """An enrolment certificate (COER)."""
        draft = issuing.enrolment(point, lifetime, self.eca.certificate, name, self.cra.certificate)
        return _signed(draft, self.eca.key)

    def root_list(self, dates: Dates, roots: Iterable[Certificate]) -> bytes:
        """A TRCL that recognises these roots."""
        return self._signed_list(issuing_lists.root_list(self.root.certificate, 0, dates, roots))

    def authority_list(self, dates: Dates, authorities: Iterable[Certificate]) -> bytes:
        """The list of this domain's authorities."""
        return self._signed_list(issuing_lists.authority_list(self.root.certificate, 0, dates, authorities))

    def revocation_list(self, contents: bytes, utc_ns: int) -> bytes:
        """CrlContents as a signed packet of AID 3628."""
        tbs, signer = envelope.tbs(contents, CRL_AID, v2x_time_us(utc_ns)), self.cra.certificate
        return envelope.assemble(tbs, signer, True, *libcrypto.load().sign(self.cra.key, signer.e_of(tbs)))

    def revoke(self, certificates: Iterable[Certificate], dates: Dates, utc_ns: int) -> bytes:
        """The full revocation list of certificates, by their digests."""
        hashes = [(keys.hashed_id10(each.digest), v2x_time_s(each.end_ns)) for each in certificates]
        contents = issuing_lists.hash_crl(self.cra.certificate.digest8, 0, dates, hashes, serial=dates.issued_s)
        return self.revocation_list(contents, utc_ns)

    def revoke_vehicles(self, seeds: Sequence[tuple[Seed, Seed]], span: Span, dates: Dates, utc_ns: int) -> bytes:
        """The full revocation list of whole vehicles. seeds: of each, at the first period of the span."""
        contents = issuing_lists.linked_crl(
            self.cra.certificate.digest8, 0, dates, span.first, seeds, span.most, span.last
        )
        return self.revocation_list(contents, utc_ns)

    def _signed_list(self, draft: ListDraft) -> bytes:
        return issuing_lists.finish(draft, *libcrypto.load().sign(self.root.key, draft.e))

    def write_trust(self, folder: Path) -> None:
        """root.cert, pca.cert and eca.cert: the trust store of those who believe this PKI."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "root.cert").write_bytes(self.root.certificate.raw)
        (folder / "pca.cert").write_bytes(self.pca.certificate.raw)
        (folder / "eca.cert").write_bytes(self.eca.certificate.raw)

    def write_station(
        self, folder: Path, count: int, lifetime: Lifetime, aids: tuple[int, ...], name: str = ""
    ) -> None:
        """certs/00.cert .. and keys/00.pem ..: `count` certificates of one station, each with its own new key."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "certs").mkdir(mode=0o700, exist_ok=True)
        for number in range(count):
            stem = f"{number:02d}"
            point = key_file.create(folder / "keys", stem, self.root.certificate.curve)
            (folder / "certs" / f"{stem}.cert").write_bytes(self.issue(point, lifetime, aids, name))


def create(lifetime: Lifetime, label: str = "", way: Profile = profile.SM2) -> BenchPki:
    """A new root and authority in memory. label: appended to the root's name. way: how all of it signs."""
    library = libcrypto.load()
    root_key, pca_key, cra_key, eca_key = (library.generate(way.curve) for _ in range(4))
    root_name = f"{BENCH_ROOT_PREFIX} {label}".strip()
    root_draft = issuing.root(root_name, root_key.point, lifetime, way)
    root = Authority(certificates.parse(_signed(root_draft, root_key)), root_key)
    cra_draft = issuing.end_entity(cra_key.point, lifetime, root.certificate, (CRL_AID,), "OBU BENCH CRA")
    cra = Authority(certificates.parse(_signed(cra_draft, root_key)), cra_key)
    pca_draft = issuing.authority("OBU BENCH PCA", pca_key.point, lifetime, root.certificate, ALL_AIDS, cra.certificate)
    eca_draft = issuing.authority(
        "OBU BENCH ECA", eca_key.point, lifetime, root.certificate, ALL_AIDS, cra.certificate, issuing.ENROL
    )
    pca, eca = (
        Authority(certificates.parse(_signed(draft, root_key)), key)
        for draft, key in ((pca_draft, pca_key), (eca_draft, eca_key))
    )
    return BenchPki(root, pca, cra, eca)


def make_test(
    folder: Path,
    start_ns: int,
    days: int = 30,
    pool: int = 20,
    neighbours: int = 6,
    force: bool = False,
    way: Profile = profile.SM2,
) -> BenchPki:
    """The whole set as files: trust/, unit/, rsu/ and neighbours/NN/, each station with certs/ and keys/.

    start_ns: Unix; validity begins an hour before. Raises LocalError when the folder holds anything and force is
    not given, or holds what was not made by this.
    """
    _clear(folder, force)
    lifetime = Lifetime(start_ns - 3600 * 10**9, days * DAY_S + 3600)
    pki = create(lifetime, os.urandom(4).hex(), way)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _MARK).write_text(
        "Made by `obu cert make-test`. For tests only.\n测试专用，不得用于车辆。\n", encoding="utf-8"
    )
    pki.write_trust(folder / "trust")
    pki.write_station(folder / "unit", pool, lifetime, BSM_AIDS)
    pki.write_station(folder / "rsu", 1, lifetime, RSU_AIDS, "OBU BENCH RSU")
    (folder / "neighbours").mkdir(mode=0o700)
    for number in range(neighbours):
        pki.write_station(folder / "neighbours" / f"{number:02d}", 1, lifetime, BSM_AIDS)
    return pki


def _clear(folder: Path, force: bool) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / _MARK).is_file():
        raise LocalError(f"{folder}: is not empty and was not made by make-test; name another folder",
                         f"{folder}：不为空，且不是由 make-test 生成；请换一个目录")  # fmt: skip
    if not force:
        raise LocalError(f"{folder}: holds a bench PKI already; add --force to make a new one",
                         f"{folder}：已有测试证书；加 --force 重新生成")  # fmt: skip
    for part in _PARTS:
        shutil.rmtree(folder / part, ignore_errors=True)


def _signed(draft: Draft, key: libcrypto.PrivateKey) -> bytes:
    return issuing.finish(draft, *libcrypto.load().sign(key, draft.e))
