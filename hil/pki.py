"""The certificates of a run: everybody's, and those of the attackers, whom the unit must not believe."""

import shutil
from pathlib import Path

from hil import seeded_keys
from obu.core.now import v2x_time_s
from obu.core.time_scale import TimeScale
from obu.runtime import bench_pki, trust_store
from obu.runtime.bench_pki import BenchPki
from obu.runtime.config import LIST_GRACE_DAYS
from obu.security import certificate as certificates
from obu.security.book import Kind
from obu.security.issuing import Lifetime
from obu.security.issuing_lists import Dates

DAY_NS = 86_400 * 10**9
BEGIN_NS = 3 * DAY_NS  # the PKI is older than the run, so that a certificate of it can be past its time
EXPIRED_S = 86_400
POOL = 4
ROADSIDE, ON_DUTY = "roadside", "on_duty"
DUTY_AIDS = (*bench_pki.BSM_AIDS, 113, 114)  # GB/T 45315-2025 table 4: an emergency vehicle's
UNKNOWN_ROOT, EXPIRED, REVOKED, GULLIBLE = "unknown_root", "expired_certificate", "revoked", "gullible_trust"


def ensure(folder: Path, utc_ns: int, neighbours: int) -> None:
    """Makes all of it in `folder` unless it is there: trust, unit, rsu, neighbours/NN, attackers/NAME."""
    if not _is_whole(folder, neighbours):
        _make(folder, utc_ns, neighbours)


def ensure_seeded(folder: Path, utc_ns: int, neighbours: int, seed: str) -> None:
    """The same of keys that follow from the seed: equal files in any folder, on any machine."""
    if not _is_whole(folder, neighbours):
        with seeded_keys.used(seed):
            _make(folder, utc_ns, neighbours)


def _is_whole(folder: Path, neighbours: int) -> bool:
    """Whether everybody is there; a folder of an older bench is made anew."""
    last = folder / "neighbours" / f"{neighbours - 1:02d}"
    attackers = (folder / "attackers" / name for name in (UNKNOWN_ROOT, EXPIRED, REVOKED, GULLIBLE))
    return all(each.is_dir() for each in (folder / ROADSIDE, folder / ON_DUTY, last, *attackers))


def _make(folder: Path, utc_ns: int, neighbours: int) -> None:
    begin_ns = utc_ns - BEGIN_NS
    for part in (ROADSIDE, "attackers"):
        shutil.rmtree(folder / part, ignore_errors=True)
    pki = bench_pki.make_test(folder, begin_ns, pool=POOL, neighbours=neighbours, force=True)
    stranger = bench_pki.create(Lifetime(begin_ns, 30 * 86_400), "of somebody else")
    (folder / "attackers").mkdir(mode=0o700)
    stranger.write_station(folder / "attackers" / UNKNOWN_ROOT, 1, Lifetime(begin_ns, 20 * 86_400), bench_pki.RSU_AIDS)
    # A roadside unit that may say everything, day 2 too.
    pki.write_station(folder / ROADSIDE, 1, Lifetime(begin_ns, 20 * 86_400), bench_pki.ALL_AIDS)
    pki.write_station(folder / ON_DUTY, 1, Lifetime(begin_ns, 20 * 86_400), DUTY_AIDS)
    _revoke(folder, pki, begin_ns)
    gullible = folder / "attackers" / GULLIBLE  # the trust store of a unit that believes the stranger, too
    stranger.write_trust(gullible)
    for own in (folder / "trust").glob("*.cert"):
        (gullible / f"own-{own.name}").write_bytes(own.read_bytes())
    pki.write_station(folder / "attackers" / EXPIRED, 1, Lifetime(begin_ns, EXPIRED_S), bench_pki.RSU_AIDS)


def _revoke(folder: Path, pki: BenchPki, begin_ns: int) -> None:
    """A station whose certificate the trust store's revocation list names."""
    station = folder / "attackers" / REVOKED
    pki.write_station(station, 1, Lifetime(begin_ns, 20 * 86_400), bench_pki.RSU_AIDS)
    victim = certificates.parse((station / "certs" / "00.cert").read_bytes())
    issued_ns = begin_ns + DAY_NS
    issued_s = v2x_time_s(issued_ns)
    raw = pki.revoke([victim], Dates(issued_s, issued_s + 10 * 86_400), issued_ns)
    with_tools = trust_store.tools(LIST_GRACE_DAYS, TimeScale("utc"))
    trust_store.adopt(folder / "trust", Kind.CRL, raw, issued_ns, with_tools)
