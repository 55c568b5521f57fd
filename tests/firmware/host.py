"""A host at a board's line, for tests: it asks by the contract (docs/flashing.md)."""

import hashlib
import os
import select
import struct
import time
from collections.abc import Callable, Mapping

from obu.link import wire
from obu.link.digest import DIGEST

STATE, BEGIN, FILE, WRITE, VERIFY, ARM, RESTART, CONFIRM = range(1, 9)
PIECE = 233
UNDER_WAY = 6
HEAD = struct.Struct("<BBBBII")


class Host:
    """device: the path of a serial line in raw mode."""

    def __init__(self, device: str) -> None:
        self._fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._boot = 1
        self.end = wire.End(self._boot, DIGEST, b"host")
        self._answers: list[bytes] = []
        self._rest = b""

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def turn(self) -> None:
        """Reads, writes, waits a little for the board."""
        at = time.monotonic_ns() // 1000 & wire.MASK
        try:
            data = os.read(self._fd, 4096)
        except BlockingIOError:
            data = b""
        start = 0
        while start < len(data):
            start = self.end.take(data, start, len(data), at)
            if self.end.kind == wire.INSTALLED:
                self._answers.append(bytes(self.end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + self.end.length]))
        while length := self.end.pull(at):
            os.write(self._fd, self.end.frame[:length])
        select.select([self._fd], [], [], 0.002)

    def until(self, done: Callable[[], bool], limit_s: float = 20.0) -> None:
        """Turns until it is so."""
        end_s = time.monotonic() + limit_s
        while not done():
            assert time.monotonic() < end_s, "it did not come"
            self.turn()

    def meet(self) -> str:
        """Waits until the link is up with a board that runs now; the version it says."""
        self._boot += 1
        self.end, self._answers = wire.End(self._boot, DIGEST, b"host"), []
        self.until(lambda: self.end.is_up)
        return self.end.peer_name.decode().split("\t")[1]

    def ask_all(self, requests: list[bytes]) -> list[bytes]:
        """Their answers."""
        self._answers, asked = [], 0
        end_s = time.monotonic() + 30
        while len(self._answers) < len(requests):
            assert time.monotonic() < end_s, (len(self._answers), len(requests))
            while asked < len(requests) and asked - len(self._answers) < UNDER_WAY:
                if not self.end.send(wire.INSTALL, requests[asked]):
                    break
                asked += 1
            self.turn()
        assert [answer[:2] for answer in self._answers] == [request[:2] for request in requests]
        return self._answers

    def ask(self, op: int, body: bytes = b"") -> bytes:
        """One answer, behind its head; its code must be 0."""
        answer = self.ask_all([bytes((op, 1)) + body])[0]
        assert answer[2] == 0, answer
        return answer[3:]

    def state(self) -> tuple[tuple[int, ...], list[tuple[int, int]], list[str]]:
        """(head, (condition, counter) of both slots, texts)."""
        body = self.ask(STATE)
        slots = [struct.unpack_from("<BI", body, HEAD.size + 5 * slot) for slot in (0, 1)]
        return HEAD.unpack_from(body), slots, body[HEAD.size + 10 :].decode().split("\t")

    def send_files(self, raw: bytes, files: Mapping[str, bytes]) -> int:
        """BEGIN and every file that is not there, from where on it is not; octets that were there already."""
        self.ask(BEGIN, hashlib.sha256(raw).digest())
        there = 0
        for name, content in files.items():
            digest = hashlib.sha256(content).digest()
            start = struct.unpack("<I", self.ask(FILE, struct.pack("<I", len(content)) + digest + name.encode()))[0]
            there += start
            pieces = [bytes((WRITE, 1)) + struct.pack("<I", at) + content[at : at + PIECE]
                      for at in range(start, len(content), PIECE)]  # fmt: skip
            assert all(answer[2] == 0 for answer in self.ask_all(pieces))
        return there

    def restart(self) -> str:
        """RESTART; the version that comes up."""
        before = self.end.peer_boot
        self.ask(RESTART)
        self.until(lambda: self.end.peer_boot != before)
        return self.meet()
