"""Five wires between two ends, in simulated time: perfect, byte by byte, losing a fifth, flipping bits, slow.

The rule: a wire is made of a seed, keeps the order of its bytes, and is bounded like a UART's buffer: the writer waits.
"""

import random
from collections import deque
from dataclasses import dataclass, field

from obu.link import wire

FULL = 512  # bytes that a UART and its driver hold
STEP_US = 1_000


@dataclass
class Wire:
    """One direction. rate: bytes per millisecond; cut: most bytes handed over at once; lose, flip: shares of pieces.

    loose: whether the loss takes single bytes out of a frame, or the frame whole.
    """

    seed: int
    rate: float = 92.0  # 921,600 baud
    cut: int = FULL
    lose: float = 0.0
    flip: float = 0.0
    loose: bool = False
    held: deque[int] = field(default_factory=deque)
    allowance: float = 0.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def room(self) -> bool:
        return len(self.held) + wire.MOST_FRAME <= FULL

    def write(self, frame: bytes) -> None:
        if self.lose and not self.loose and self.random.random() < self.lose:
            return
        for byte in frame:
            if self.loose and self.random.random() < self.lose:
                continue
            turned = byte ^ (1 << self.random.randrange(8)) if self.random.random() < self.flip else byte
            self.held.append(turned)

    def arrived(self) -> list[bytes]:
        """What one step brings, in pieces."""
        self.allowance = min(self.allowance + self.rate * STEP_US / 1000, float(FULL))
        count = min(int(self.allowance), len(self.held))
        self.allowance -= count
        data = bytes(self.held.popleft() for _ in range(count))
        return [data[at : at + self.cut] for at in range(0, len(data), self.cut)]


KINDS = {
    "perfect": {},
    "byte by byte": {"cut": 1},
    "losing a fifth": {"lose": 0.2},
    "flipping bits": {"flip": 0.001},
    "slow": {"rate": 0.96},  # 9,600 baud
}


class Pair:
    """Two ends and the wires between them. heard: what each was given, since its last start."""

    def __init__(self, kind: str, seed: int) -> None:
        self.at = seed * 7_919 & wire.MASK
        self.heard: list[list[bytes]] = [[], []]
        self.boots = [1, 2]
        self.wires = [Wire(seed, **KINDS[kind]), Wire(seed + 1, **KINDS[kind])]
        self.ends = [self.start(0), self.start(1)]

    def start(self, side: int, digest: bytes = b"12345678") -> wire.End:
        """A fresh end of that side."""
        self.heard[side] = []
        return wire.End(self.boots[side], digest, b"end %d" % side)

    def give(self, side: int, data: bytes) -> None:
        """Bytes to an end, and what it makes of them to its list."""
        end, start = self.ends[side], 0
        while start < len(data):
            start = end.take(data, start, len(data), self.at)
            if end.kind:
                payload = end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + end.length]
                self.heard[side].append(bytes([end.kind]) + bytes(payload))

    def restart(self, side: int) -> None:
        """Its power was cut: what it knew is gone, the wires keep what is on them."""
        self.boots[side] = self.boots[side] + 2
        self.ends[side] = self.start(side)

    def step(self) -> None:
        """One millisecond."""
        self.at = (self.at + STEP_US) & wire.MASK
        for side in (0, 1):
            for piece in self.wires[1 - side].arrived():
                self.give(side, piece)
        for side, end in enumerate(self.ends):
            while self.wires[side].room() and (length := end.pull(self.at)):
                self.wires[side].write(bytes(end.frame[:length]))

    def run_ms(self, count: int) -> None:
        for _ in range(count):
            self.step()

    def until_up(self, limit_ms: int = 20_000) -> None:
        for _ in range(limit_ms):
            if all(end.is_up for end in self.ends):
                return
            self.step()
        raise AssertionError("the link did not come up")
