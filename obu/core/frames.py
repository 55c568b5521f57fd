"""What crosses the wall: the inbox a turn begins with and the outbox it ends with. Values only, in arrival order."""

from dataclasses import dataclass
from enum import Enum

from obu.core.credentials import ListHeard, ListsRefused, PoolUpdate, TrustUpdate
from obu.core.now import ClockMark
from obu.core.quick import quick


@quick
class CanFrame:
    """One classic CAN frame. can_id: 11 or 29 bits. at_ns: monotonic arrival."""

    channel: str
    can_id: int
    is_extended: bool
    data: bytes
    at_ns: int


@dataclass(frozen=True, slots=True)
class DiagnosticAnswer:
    """A whole payload that a control unit sent in answer to a question (ISO 15765-2). at_ns: monotonic arrival."""

    data: bytes
    at_ns: int


@dataclass(frozen=True, slots=True)
class GnssBytes:
    """What the receiver's line or datagram brought, in no particular cut."""

    data: bytes
    at_ns: int


@quick
class AirPacket:
    """A PDCP SDU from the radio: adaptation byte + DSMP. l2_source: 24 bits, None where the modem does not tell."""

    sdu: bytes
    at_ns: int
    l2_source: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelLoad:
    """The modem's measure of how busy the channel is: busy_ratio, 0..1 (CBR), at_ns: monotonic arrival."""

    busy_ratio: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class TxPacket:
    """A PDCP SDU for the radio, with what the modem must know (YD/T 3707)."""

    sdu: bytes
    aid: int
    pppp: int  # 1 (highest) .. 8
    l2_source: int
    l2_destination: int


@quick
class SignJob:
    """Sign digest e (32 bytes) with the key that `key` names, before deadline_ns. epoch: identity at the request."""

    number: int
    key: str
    e: bytes
    deadline_ns: int
    epoch: int
    urgent: bool = False


@quick
class VerifyJob:
    """Verify (r, s) over digest e with a public point. curve: 'sm2' or 'p256'; point: 04 || x || y, 65 bytes."""

    number: int
    curve: str
    point: bytes
    e: bytes
    r: bytes
    s: bytes
    deadline_ns: int
    trust_version: int


class JobOutcome(Enum):
    """How a job of the pool ended."""

    OK = "ok"
    BAD_SIGNATURE = "bad_signature"
    BAD_KEY = "bad_key"
    BACKEND_FAILED = "backend_failed"


@quick
class JobResult:
    """The pool's answer to SignJob or VerifyJob `number`; r, s (32 bytes each) only of a good SignJob."""

    number: int
    outcome: JobOutcome
    r: bytes = b""
    s: bytes = b""


KEYS = "keys"  # the driver state by which the key store speaks
LOUDSPEAKER = "hmi.audio"  # that of the driver's loudspeaker
RADIO = "radio"  # the modem
STORE = "state"  # and by which the store of what outlives a restart does


@dataclass(frozen=True, slots=True)
class DriverState:
    """A driver came up or went down. name: its configuration section (can.main, gnss, radio, ...).

    why_zh: the same for a technician who reads Chinese, where the driver has it.
    """

    name: str
    is_up: bool
    why: str
    at_ns: int
    why_zh: str = ""


@dataclass(frozen=True, slots=True)
class DisplayAck:
    """A page says it has drawn warning `number`; shown_utc_s: its own clock when it had."""

    client: int
    number: int
    shown_utc_s: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class DisplayBeat:
    """A display process is alive and has `pages` live pages before a driver's eyes."""

    client: int
    pages: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class DisplayGone:
    """A display process closed its connection."""

    client: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class PowerSense:
    """What the unit's power supply or its co-processor says: the ignition line, the vehicle's supply, why it woke us.

    None, and an empty wake, are unknown. wake: a short word such as "ignition" or "timer". at_ns: monotonic.
    """

    ignition_on: bool | None
    supply_v: float | None
    wake: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class BoardInputs:
    """The taps on wires of the vehicle: bits of firmware_shims/device/inputs.py that are active, and that are wired."""

    levels: int
    wired: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class PulseEdge:
    """The receiver's pulse, at the beginning of a UTC second, rose at this monotonic instant, error_ns at most off."""

    at_ns: int
    error_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardHealth:
    """What the co-processor says of itself each second; counts since its start.

    faults: bits of its self-test (firmware_shims/device/self_test.py). refused: what we told it and it did not take.
    """

    board: str
    uptime_s: int
    free_bytes: int
    can_received: int
    can_filtered: int
    can_dropped: int
    link_bad: int
    link_resent: int
    gnss_lost: int
    faults: int
    refused: int
    at_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication:
    """What lamps, buzzer and small display of the co-processor shall show from now on.

    steady, slow, fast: masks of lamps. sound: 0 none, 1 (least) .. 3 (most urgent), to be played `times` times, once
    for each `number`. lines: of the display.
    """

    steady: int = 0
    slow: int = 0
    fast: int = 0
    lines: tuple[str, ...] = ()
    sound: int = 0
    times: int = 1
    number: int = 0


@dataclass(frozen=True, slots=True)
class Sound:
    """What the driver shall hear from now on: names of clips one after the other, the whole row so many times.

    Without clips: silence. side: "left" or "right" where the danger is on one, for hardware that can tell it; else "".
    """

    clips: tuple[str, ...]
    times: int
    side: str = ""


@dataclass(frozen=True, slots=True)
class HostState:
    """How the machine and this program on it fare; None is unknown.

    cpu_percent: of one core, since the last. memory_mib: resident. free_mib: where the state is kept. heat_deg: of the
    hottest zone, Celsius. written: bytes given to the disk since the start, by what they were. not_done: the steps that
    the record of the installation leaves open, None where there is no record.
    """

    cpu_percent: float | None
    memory_mib: float | None
    free_mib: float | None
    heat_deg: float | None
    written: tuple[tuple[str, int], ...]
    at_ns: int
    not_done: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Save:
    """A value to be kept across restarts and power cuts; a later one of the same name takes its place."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class CanCounts:
    """What a CAN channel has read so far, told when it changed, at most each second. name: can.main.

    heard: whole frames; passed_over: those of them that no filter named, None where the kernel keeps them from us.
    bad: what was no frame. errors: on the bus; overruns: frames that the controller lost; both as it tells them.
    """

    name: str
    heard: int
    passed_over: int | None
    bad: int
    errors: int
    overruns: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class RadioCounts:
    """What the modem's driver could not send and did not understand so far, by reason; told as CanCounts are."""

    counts: tuple[tuple[str, int], ...]
    at_ns: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """All that arrived since the last turn. `random` is fresh system randomness, there when the last outbox asked.

    saved: in the first inbox, what earlier runs asked to be kept.
    """

    can: tuple[CanFrame, ...] = ()
    answers: tuple[DiagnosticAnswer, ...] = ()
    gnss: tuple[GnssBytes, ...] = ()
    air: tuple[AirPacket, ...] = ()
    loads: tuple[ChannelLoad, ...] = ()
    results: tuple[JobResult, ...] = ()
    drivers: tuple[DriverState, ...] = ()
    acks: tuple[DisplayAck, ...] = ()
    beats: tuple[DisplayBeat, ...] = ()
    gone: tuple[DisplayGone, ...] = ()
    random: bytes = b""
    saved: tuple[Save, ...] = ()
    trust: tuple[TrustUpdate, ...] = ()
    refused: tuple[ListsRefused, ...] = ()
    pools: tuple[PoolUpdate, ...] = ()
    power: tuple[PowerSense, ...] = ()
    host: tuple[HostState, ...] = ()
    buses: tuple[CanCounts, ...] = ()
    radios: tuple[RadioCounts, ...] = ()
    taps: tuple[BoardInputs, ...] = ()
    pulses: tuple[PulseEdge, ...] = ()
    board: tuple[BoardHealth, ...] = ()


@dataclass(frozen=True, slots=True)
class Outbox:
    """All that the station wants of the world. events: plain JSON-able dictionaries for the local socket (obu/feed).

    asks: questions for the car's diagnostics socket. wake_at_ns: step again by then, whatever arrives. want_random:
    bytes of randomness for the next inbox.
    clock_mark: the receiver's last word about the time, where the clock is set to follow it.
    end: why the unit shall end now, empty while it shall not (station/power). indication, sound: where they changed.
    """

    packets: tuple[TxPacket, ...] = ()
    asks: tuple[bytes, ...] = ()
    sign_jobs: tuple[SignJob, ...] = ()
    verify_jobs: tuple[VerifyJob, ...] = ()
    events: tuple["FeedEvent", ...] = ()
    wake_at_ns: int = 0
    want_random: int = 0
    clock_mark: ClockMark | None = None
    saves: tuple[Save, ...] = ()
    lists: tuple[ListHeard, ...] = ()
    end: str = ""
    indication: Indication | None = None
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """Something the local socket's clients are told: kind is one of obu/feed's, body its fields."""

    kind: str
    body: dict[str, object]
