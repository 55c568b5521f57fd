"""A small certificate authority for the bench, behind a local socket. Its one rule: it issues for what holds.

One JSON line a question, one JSON line back: {"ask": "certificates", "request": TEXT} -> {"response": TEXT or null};
{"ask": "trcl" | "ctl" | "crl" | "linked_crl"} -> {"list": HEX}; {"ask": "revoke", "digest": HEX of HashedId8} ->
{"revoked": true} withdraws a certificate; {"ask": "revoke_vehicle", "digest": of a pseudonym} all that its vehicle has
or is going to get: its enrolment certificate goes on the one list, its linkage seeds on the other.
"""

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hil.authority_door import Door
from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S, v2x_time_s
from obu.drivers import libcrypto
from obu.runtime import bench_pki, trust_store
from obu.runtime.bench_pki import BenchPki, Span
from obu.security import certificate as certificates
from obu.security import enrolment
from obu.security.certificate import Certificate
from obu.security.enrolment import Kind, Response, Signed
from obu.security.issuing import Lifetime
from obu.security.issuing_lists import Dates
from obu.security.linkage import SEED_BYTES, Carried, Chain, Scheme, Seed

DAY_S = 86_400
ENROLMENT_DAYS = 365
YEARS = 2
HOUR_NS = 3600 * NS_PER_S
WEEK_S = 7 * DAY_S  # ours: a linkage period
LINKAGE_AUTHORITIES = (b"\x00\x01", b"\x00\x02")
MAX_INDEX = 255  # certificates of a vehicle in a period: jmax of a list is one octet


@dataclass(slots=True)
class Vehicle:
    """What the linkage authorities know of one. counts: of its certificates, by period."""

    chain: Chain
    counts: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Authority:
    """Answers questions; time is an argument. enrolled, revoked: by HashedId8. issued: what may be revoked.

    vehicles: by the HashedId8 of its enrolment certificate; holders: the same, by that of each pseudonym.
    """

    pki: BenchPki
    vehicles: dict[bytes, Vehicle] = field(default_factory=dict)
    holders: dict[bytes, bytes] = field(default_factory=dict)
    enrolled: set[bytes] = field(default_factory=set)
    issued: dict[bytes, Certificate] = field(default_factory=dict)
    revoked: dict[bytes, Certificate] = field(default_factory=dict)

    def answer(self, question: dict[str, Any], utc_ns: int) -> dict[str, Any]:
        """One question's answer; {"error": WHY} for one that is none."""
        dates = Dates(v2x_time_s(utc_ns) - 1, v2x_time_s(utc_ns) + DAY_S)
        match question:
            case {"ask": "certificates", "request": str(text)}:
                return {"response": enrolment.pack_response(self.respond(text.encode(), utc_ns)).decode()}
            case {"ask": "trcl"}:
                return {"list": self.pki.root_list(dates, ()).hex()}
            case {"ask": "ctl"}:
                authorities = (self.pki.pca.certificate, self.pki.eca.certificate)
                return {"list": self.pki.authority_list(dates, authorities).hex()}
            case {"ask": "crl"}:
                return {"list": self.pki.revoke(self.revoked.values(), dates, utc_ns).hex()}
            case {"ask": "linked_crl"}:
                return {"list": self._linked_crl(dates, utc_ns).hex()}
            case {"ask": "revoke", "digest": str(digest)}:
                return {"revoked": self._revoke(_digest8(digest))}
            case {"ask": "revoke_vehicle", "digest": str(digest)}:
                return {"revoked": self._revoke(self.holders.get(_digest8(digest), b""))}
        return {"error": "ask certificates, trcl, ctl, crl, linked_crl, revoke or revoke_vehicle"}

    def respond(self, raw: bytes, utc_ns: int) -> Response:
        """The answer to a request's file: certificates, or why not."""
        try:
            signed = enrolment.parse(raw)
        except RemoteError as error:
            return Response(request="", refused=error.reason)
        refused = enrolment.fault(signed, libcrypto.load().verifies) or self._fault(signed, utc_ns)
        if refused:
            return Response(request=signed.digest, refused=refused)
        return Response(request=signed.digest, certificates=tuple(self._issue(signed, utc_ns)))

    def _fault(self, signed: Signed, utc_ns: int) -> str | None:
        if signed.request.curve != self.pki.root.certificate.curve:
            return "key_algorithm"
        if signed.enrolment is None:
            return None
        digest8 = signed.enrolment.digest8
        if digest8 not in self.enrolled or digest8 in self.revoked:
            return "request_not_enrolled"
        return None if self._fits(signed, period_of(utc_ns)) else "request_too_many"

    def _fits(self, signed: Signed, period: int) -> bool:
        assert signed.enrolment is not None
        vehicle = self.vehicles.get(signed.enrolment.digest8)
        count = vehicle.counts[period] if vehicle else 0
        return signed.request.kind is not Kind.PSEUDONYM or count + len(signed.request.points) <= MAX_INDEX

    def _issue(self, signed: Signed, utc_ns: int) -> list[bytes]:
        request = signed.request
        days = ENROLMENT_DAYS if request.kind is Kind.ENROLMENT else request.days
        root_end_ns = self.pki.root.certificate.end_ns
        start_ns = utc_ns - 60 * NS_PER_S
        lifetime = Lifetime(start_ns, min(days * DAY_S, (root_end_ns - start_ns) // NS_PER_S - 1))
        raws = []
        for point in request.points:
            if request.kind is Kind.ENROLMENT:
                raw = self.pki.enrol(point, lifetime, request.name)
                self.enrolled.add(certificates.parse(raw).digest8)
            else:
                carried = self._carried(signed, utc_ns) if request.kind is Kind.PSEUDONYM else None
                raw = self.pki.issue(point, lifetime, request.aids, request.name, carried)
            certificate = certificates.parse(raw)
            if signed.enrolment is not None and request.kind is Kind.PSEUDONYM:
                self.holders[certificate.digest8] = signed.enrolment.digest8
            self.issued[certificate.digest8] = certificate
            raws.append(raw)
        return raws

    def _carried(self, signed: Signed, utc_ns: int) -> Carried:
        assert signed.enrolment is not None
        period, holder = period_of(utc_ns), signed.enrolment.digest8
        if holder not in self.vehicles:
            one, two = (Seed(la_id, os.urandom(SEED_BYTES)) for la_id in LINKAGE_AUTHORITIES)
            self.vehicles[holder] = Vehicle(Chain(period_of(self.pki.root.certificate.start_ns), (one, two)))
        vehicle = self.vehicles[holder]
        vehicle.counts[period] += 1
        return vehicle.chain.carried(self._scheme, period, vehicle.counts[period])

    def _linked_crl(self, dates: Dates, utc_ns: int) -> bytes:
        """All vehicles that are revoked, from the first period on of which one of them has a certificate still."""
        gone = [vehicle for holder, vehicle in self.vehicles.items() if holder in self.revoked]
        pseudonyms = [self.issued[digest8] for digest8, holder in self.holders.items() if holder in self.revoked]
        periods = [one.linkage.period for one in pseudonyms if one.linkage and one.end_ns > utc_ns]
        span = Span(
            first=min(periods, default=period_of(utc_ns)),
            last=max(periods, default=period_of(utc_ns)),
            most=max((max(vehicle.counts.values()) for vehicle in gone), default=0),
        )
        seeds = [vehicle.chain.at(self._scheme, span.first) for vehicle in gone]
        return self.pki.revoke_vehicles(seeds, span, dates, utc_ns)

    @property
    def _scheme(self) -> Scheme:
        return trust_store.schemes()[self.pki.root.certificate.curve]

    def _revoke(self, digest8: bytes) -> bool:
        certificate = self.issued.get(digest8)
        if certificate is None:
            return False
        self.revoked[certificate.digest8] = certificate
        return True


def period_of(utc_ns: int) -> int:
    """The linkage period of a Unix instant: weeks since 2004."""
    return v2x_time_s(utc_ns) // WEEK_S


def _digest8(text: str) -> bytes:
    """What a HashedId8 in hex says; nobody's where it is none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def run(path: Path, trust: Path) -> None:
    """A new PKI, its anchors in the folder `trust`, and its door open until a signal."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: stopping.append(number))
    pki = bench_pki.create(Lifetime(time.time_ns() - HOUR_NS, YEARS * 365 * DAY_S), os.urandom(4).hex())
    pki.write_trust(trust)
    door = Door(Authority(pki), path)
    print(f"authority: {path}, anchors in {trust} / 测试 CA 已启动", flush=True)
    try:
        while not stopping:
            door.serve(time.time_ns(), 0.5)
    finally:
        door.close()
