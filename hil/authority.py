"""A small certificate authority for the bench, behind a local socket. Its one rule: it issues for what holds.

One JSON line a question, one JSON line back: {"ask": "certificates", "request": TEXT} -> {"response": TEXT or null};
{"ask": "trcl" | "ctl" | "crl"} -> {"list": HEX}; {"ask": "revoke", "digest": HEX of HashedId8} -> {"revoked": true}.
"""

import json
import os
import selectors
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S, v2x_time_s
from obu.drivers import libcrypto
from obu.runtime import bench_pki
from obu.runtime.bench_pki import BenchPki
from obu.security import certificate as certificates
from obu.security import enrolment
from obu.security.certificate import Certificate
from obu.security.enrolment import Kind, Response, Signed
from obu.security.issuing import Lifetime
from obu.security.issuing_lists import Dates

DAY_S = 86_400
ENROLMENT_DAYS = 365
YEARS = 2
HOUR_NS = 3600 * NS_PER_S
MAX_LINE = 4 << 20
MAX_CLIENTS = 16


@dataclass(slots=True)
class Authority:
    """Answers questions; time is an argument. enrolled, revoked: by HashedId8. issued: what may be revoked."""

    pki: BenchPki
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
            case {"ask": "revoke", "digest": str(digest)}:
                return {"revoked": self._revoke(digest)}
        return {"error": "ask certificates, trcl, ctl, crl or revoke"}

    def respond(self, raw: bytes, utc_ns: int) -> Response:
        """The answer to a request's file: certificates, or why not."""
        try:
            signed = enrolment.parse(raw)
        except RemoteError as error:
            return Response(request="", refused=error.reason)
        refused = enrolment.fault(signed, libcrypto.load().verifies) or self._fault(signed)
        if refused:
            return Response(request=signed.digest, refused=refused)
        return Response(request=signed.digest, certificates=tuple(self._issue(signed, utc_ns)))

    def _fault(self, signed: Signed) -> str | None:
        if signed.request.curve != self.pki.root.certificate.curve:
            return "key_algorithm"
        if signed.enrolment is None:
            return None
        digest8 = signed.enrolment.digest8
        return None if digest8 in self.enrolled and digest8 not in self.revoked else "request_not_enrolled"

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
                raw = self.pki.issue(point, lifetime, request.aids, request.name)
            certificate = certificates.parse(raw)
            self.issued[certificate.digest8] = certificate
            raws.append(raw)
        return raws

    def _revoke(self, digest: str) -> bool:
        try:
            certificate = self.issued.get(bytes.fromhex(digest))
        except ValueError:
            return False
        if certificate is None:
            return False
        self.revoked[certificate.digest8] = certificate
        return True


class Door:
    """The local socket: serve() whenever the descriptor is readable; a client that stalls or lies costs nothing."""

    def __init__(self, authority: Authority, path: Path) -> None:
        self._authority, self._path = authority, path
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        os.chmod(path, 0o600)
        self._listener.listen()
        self._listener.setblocking(False)
        self._waiting: dict[socket.socket, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    def serve(self, utc_ns: int, wait_s: float) -> None:
        """Whatever is asked within wait_s."""
        for key, _ in self._selector.select(wait_s):
            if key.fileobj is self._listener:
                self._welcome()
            else:
                assert isinstance(key.fileobj, socket.socket)
                self._hear(key.fileobj, utc_ns)

    def close(self) -> None:
        """Closes everything and takes the socket away."""
        for client in list(self._waiting):
            self._leave(client)
        self._selector.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _welcome(self) -> None:
        client, _ = self._listener.accept()
        if len(self._waiting) >= MAX_CLIENTS:
            client.close()
            return
        client.settimeout(5)
        self._waiting[client] = b""
        self._selector.register(client, selectors.EVENT_READ)

    def _hear(self, client: socket.socket, utc_ns: int) -> None:
        try:
            part = client.recv(65_536)
            line = self._waiting[client] + part
            if part and not line.endswith(b"\n") and len(line) < MAX_LINE:
                self._waiting[client] = line
                return
            if line.endswith(b"\n"):
                question = json.loads(line)
                answer = self._authority.answer(question if isinstance(question, dict) else {}, utc_ns)
                client.sendall(json.dumps(answer).encode() + b"\n")
        except (OSError, ValueError, RecursionError):
            pass  # whoever asks like this gets no answer
        self._leave(client)

    def _leave(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        client.close()
        del self._waiting[client]


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
