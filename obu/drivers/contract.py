"""What the loop expects of every driver; its one rule: a driver never blocks, never raises, and is never done."""

from collections.abc import Sequence
from typing import Protocol

from obu.core.credentials import ListHeard, ListsRefused, PoolUpdate, TrustUpdate
from obu.core.frames import (
    AirPacket,
    BoardHealth,
    BoardInputs,
    CanCounts,
    CanFrame,
    ChannelLoad,
    DiagnosticAnswer,
    DisplayAck,
    DisplayBeat,
    DisplayGone,
    DriverState,
    GnssBytes,
    HostState,
    Indication,
    JobResult,
    PowerSense,
    PulseEdge,
    RadioCounts,
    Save,
    SignJob,
    Sound,
    TxPacket,
    VerifyJob,
)

Arrival = (
    CanFrame
    | DiagnosticAnswer
    | GnssBytes
    | AirPacket
    | CanCounts
    | ChannelLoad
    | JobResult
    | DriverState
    | DisplayAck
    | DisplayBeat
    | DisplayGone
    | HostState
    | PowerSense
    | Save
    | TrustUpdate
    | ListsRefused
    | BoardInputs
    | BoardHealth
    | PulseEdge
    | RadioCounts
    | PoolUpdate
)


class Driver(Protocol):
    """A source of arrivals that the poll loop can wait for.

    name: the configuration section it serves (can.main, gnss, radio, pool, socket).
    fileno: what to wait on for reading, -1 while there is nothing to wait on (down, to be opened again later).
    poll: what has arrived by at_ns, at most a bounded batch; a DriverState among it whenever it came up or went
    down. A lost device is opened again by poll itself, with a growing pause of at most a few seconds.
    wake_at_ns: poll wants to be called by then even if nothing is readable (to open again, to keep a lease); None: no.
    """

    name: str

    def fileno(self) -> int: ...
    def poll(self, at_ns: int) -> Sequence[Arrival]: ...
    def wake_at_ns(self) -> int | None: ...
    def close(self) -> None: ...


class Radio(Driver, Protocol):
    """A modem that also takes packets for the air; what it cannot take at once it drops and counts.

    Where it measures how busy the channel is, a ChannelLoad is among its arrivals at least each second.
    """

    def send(self, packets: Sequence[TxPacket]) -> None: ...


class Indicating(Driver, Protocol):
    """A co-processor that also takes what its lamps, buzzer and display shall show; the newest counts."""

    def send(self, indication: Indication) -> None: ...


class Sounding(Driver, Protocol):
    """A loudspeaker; the newest sound counts, and ends the one before it."""

    def play(self, sound: Sound) -> None: ...


class Asking(Driver, Protocol):
    """A driver that puts questions to the vehicle; the answers come back by poll. What it cannot ask it drops."""

    def ask(self, question: bytes, at_ns: int) -> None: ...


class JobPool(Driver, Protocol):
    """Signs and verifies beside the loop; results come back by poll. A full pool answers BACKEND_FAILED."""

    def submit(self, sign_jobs: Sequence[SignJob], verify_jobs: Sequence[VerifyJob]) -> None: ...


class StateStore(Driver, Protocol):
    """Keeps values across restarts; its first poll brings back what was kept. A disk is never waited for."""

    def save(self, saves: Sequence[Save]) -> None: ...


class TrustWatch(Driver, Protocol):
    """Watches over the trust store; takes lists from the air, brings a new trust back as a whole."""

    def offer(self, lists: Sequence[ListHeard]) -> None: ...


class Transport(Protocol):
    """Brings a request for certificates to an authority. name: of the request. None: no answer yet. Raises OSError."""

    def exchange(self, name: str, request: bytes) -> bytes | None: ...


class Publisher(Driver, Protocol):
    """The local socket: lines for every client; a client that stalls is dropped and costs nothing.

    greet: from now on a newcomer is told these lines first.
    """

    def publish(self, lines: Sequence[bytes]) -> None: ...
    def greet(self, lines: Sequence[bytes]) -> None: ...


class KeyStore(Protocol):
    """Where private keys live: they are made and used by name, and never leave. Called from one thread at a time.

    kind: as the configuration names it (file, tpm, pkcs11). is_element: the keys are in another chip than this
    processor, which can be away and can be slow.
    points: (curve, point 04 || x || y) of every key by its name, also while an element is away.
    sign: (r, s), 32 bytes each, over the digest e. Raises LocalError: no such key, it failed, or it is away.
    create: makes a key of curve sm2 or p256; its point. Raises LocalError: it exists, or cannot be made here.
    reload: takes up keys that another process has made since; also while another thread signs. Raises LocalError that
    names a file which is no key; what was known stays.
    """

    kind: str
    is_element: bool

    def points(self) -> dict[str, tuple[str, bytes]]: ...
    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]: ...
    def create(self, name: str, curve: str) -> bytes: ...
    def reload(self) -> None: ...
    def close(self) -> None: ...
