"""The unit's one TOML: read once, typed and strict; secrets come by path and are never in the file."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from obu.core.errors import ConfigError
from obu.core.stop import Stop
from obu.runtime import strict

KEY_PATHS = ("_file", "device", "module")  # how the options of [keys] that are paths end


LIST_GRACE_DAYS = 30  # ours: a bus may stand in its depot over a holiday


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """[unit] name: how the unit calls itself in logs. state: folder of what must survive a restart or a power cut."""

    name: str = "obu"
    state: str = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """[vehicle] profile: a name in the shipped profiles, or a path to a .toml beside its .dbc; the body as measured.

    What is not given comes from the profile. antenna_*: the antenna as seen from the centre of the outline. joint_m,
    last_axle_m: of an articulated bus, from its front. vin: of the
    vehicle this unit belongs to; in another one it sends no BSM.
    """

    profile: str
    width_m: float | None = None
    length_m: float | None = None
    height_m: float | None = None
    basic_class: int | None = None
    antenna_ahead_m: float | None = None
    antenna_right_m: float | None = None
    joint_m: float | None = None
    last_axle_m: float | None = None
    vin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """[security] trust: folder of root and CA certificates; certificates and keys: this unit's pool.

    keys: folder of the private keys, or of what leads to them where [keys] names another store than files.

    max_message_age_ms: GB/T 45315-2025 7.4 wants 1 s. time_scale: whether times on the air count leap seconds (tai).
    list_grace_days: how long a trust list of another domain counts after the day by which a newer one was promised.
    min_assurance: the least assurance level (0..7) of a certificate that is believed.
    """

    trust: str
    certificates: str
    keys: str
    max_message_age_ms: int = 1000
    time_scale: Literal["utc", "tai"] = "utc"
    list_grace_days: int = LIST_GRACE_DAYS
    min_assurance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """[pseudonyms] max_uses: how often one certificate may be taken, 0 without bound.

    low_count, warn_days: fewer valid certificates than this are warned of, and this long before it comes to that.
    identity: folder of an emergency vehicle's identity certificates, which sign while siren or light bar is on.
    """

    max_uses: int = 0
    low_count: int = 2
    warn_days: int = 7
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """[enrolment] folder: the enrolment certificate (enrolment.cert), and requests/, responses/ and done/ beside it.

    count, days: pseudonyms that one request asks for, and how long they shall be valid. transport: `type` names how
    requests reach the authority and answers come back.
    """

    folder: str = "enrolment"
    count: int = 20
    days: int = 7
    transport: dict[str, Any] = field(default_factory=lambda: {"type": "folder"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bsm:
    """[bsm] transmit: false makes the unit receive only. max_fix_age_ms: an older fix is none.

    max_sigma_m: how far wheels and yaw rate carry on without one: the semi-major axis at which BSMs stop. 1.5 m is the
    accuracy that GB/T 45315-2025 asks of a position (68 %).
    congestion: by what regular BSMs go rarer, the modem's busy ratio or the number of vehicles near.
    if_gcj02: what follows when two roadside MAPs or more show that the own position is in GCJ-02.
    """

    transmit: bool = True
    max_fix_age_ms: int = 500
    max_sigma_m: float = 1.5
    congestion: Literal["channel", "density"] = "channel"
    if_gcj02: Literal["tell", "stop"] = "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    """[receive] edition: the text that MAP and RSI follow; auto finds it out for each sender.

    edition_default: what auto takes a message for that makes sense by both, of a sender not yet known. day2_aids: under
    which messages of T/CSAE 157 come here; no AID is publicly assigned to them.
    """

    edition: Literal["auto", "ydt3709", "csae53"] = "auto"
    edition_default: Literal["ydt3709", "csae53"] = "ydt3709"
    day2_aids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hmi:
    """[hmi] socket: the unit's local socket. allow_uids: users besides root and the unit's own who may acknowledge.

    audio: the driver's loudspeaker by its driver, none if not given. language: of spoken warnings. rear_panel: whether
    the light before us is told to a panel at the rear, for those who follow.
    """

    socket: str
    allow_uids: tuple[int, ...] = ()
    audio: dict[str, Any] = field(default_factory=dict)
    language: Literal["zh", "en"] = "zh"
    rear_panel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """[clock] source: 'system' trusts the machine's UTC, 'chrony' asks chronyd about it, 'gnss' is the receiver's.

    error_ms: the bound of its error that the unit may assume; with 'gnss' that of sentences, the co-processor's pulse
    brings its own; chronyd tells its own. latency_ms: 'gnss' only, how long after its instant a sentence is here.
    max_error_ms: beyond it no BSM goes; 1 ms is what GB/T 45315-2025 6.3 asks of the clock. chronyd_port: its cmdport.
    """

    source: Literal["system", "chrony", "gnss"] = "system"
    error_ms: float = 1.0
    latency_ms: float = 0.0
    max_error_ms: float = 1.0
    chronyd_port: int = 323


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """[journal] folder: where every input is kept, empty for nowhere (`obu run --journal DIR` stands above it).

    max_mib, max_days: the oldest segments go when all are larger together, or when they are older. segment_mib: of one.
    """

    folder: str = ""
    max_mib: int = 256
    max_days: int = 14
    segment_mib: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """[pool] workers: threads that verify beside the loop; one more signs."""

    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """[power] ignition: "can" takes a bus that lives for it, "sense" asks the driver of [power.sense], "on" is always.

    after_run_s, longest_after_run_s, low_supply_v, low_supply_s: station/power.Options says what they do. sense: `type`
    names the driver of the line or the co-processor, the rest its options.
    """

    ignition: Literal["can", "sense", "on"] = "can"
    after_run_s: float | None = None
    longest_after_run_s: float = 600.0
    low_supply_v: float | None = None
    low_supply_s: float = 120.0
    sense: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file. can: a section a channel; gnss, radio, keys: `type` names the driver, the rest its options.

    coprocessor: drivers/coprocessor.Options, empty where there is none. stops: of the lines that this bus drives.
    """

    vehicle: Vehicle
    can: dict[str, dict[str, Any]]
    gnss: dict[str, Any]
    radio: dict[str, Any]
    security: Security
    hmi: Hmi
    keys: dict[str, Any] = field(default_factory=dict)
    unit: Unit = field(default_factory=Unit)
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)
    enrolment: Enrolment = field(default_factory=Enrolment)
    bsm: Bsm = field(default_factory=Bsm)
    receive: Receive = field(default_factory=Receive)
    clock: Clock = field(default_factory=Clock)
    pool: Pool = field(default_factory=Pool)
    journal: Journal = field(default_factory=Journal)
    power: Power = field(default_factory=Power)
    coprocessor: dict[str, Any] = field(default_factory=dict)
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()


def read(path: Path) -> Config:
    """The configuration at `path`, its relative paths resolved against the file's folder. Raises ConfigError."""
    config = strict.read_toml(path, Config)
    try:
        _check(config)
    except ConfigError as error:
        raise error.of(path) from None
    return _resolved(config, path.resolve().parent)


def _check(config: Config) -> None:
    """Raises ConfigError for what no type forbids."""
    if not config.can:
        raise ConfigError("can: at least one channel is needed, as in [can.main]",
                          "can：至少需要一个通道，例如 [can.main]")  # fmt: skip
    for name, low, value in (
        ("bsm.max_fix_age_ms", 50, config.bsm.max_fix_age_ms),
        ("bsm.max_sigma_m", 0, config.bsm.max_sigma_m),
        ("security.max_message_age_ms", 1, config.security.max_message_age_ms),
        ("security.list_grace_days", 0, config.security.list_grace_days),
        ("security.min_assurance", 0, config.security.min_assurance),
        ("enrolment.count", 1, config.enrolment.count),
        ("enrolment.days", 1, config.enrolment.days),
        ("pseudonyms.max_uses", 0, config.pseudonyms.max_uses),
        ("pseudonyms.low_count", 0, config.pseudonyms.low_count),
        ("pseudonyms.warn_days", 0, config.pseudonyms.warn_days),
        ("clock.error_ms", 0, config.clock.error_ms),
        ("clock.latency_ms", 0, config.clock.latency_ms),
        ("clock.chronyd_port", 1, config.clock.chronyd_port),
        ("clock.max_error_ms", least_max_error_ms(config), config.clock.max_error_ms),
        ("journal.max_mib", 1, config.journal.max_mib),
        ("journal.max_days", 1, config.journal.max_days),
        ("journal.segment_mib", 1, config.journal.segment_mib),
        ("pool.workers", 1, config.pool.workers),
        ("power.after_run_s", 0, config.power.after_run_s or 0),
        ("power.longest_after_run_s", config.power.after_run_s or 0, config.power.longest_after_run_s),
        ("power.low_supply_s", 0, config.power.low_supply_s),
    ):
        if value < low:
            raise ConfigError(f"{name}: must be {low} or more, not {value}", f"{name}：应不小于 {low}，现为 {value}")
    _check_stops(config)
    for name, high, value in (
        ("clock.chronyd_port", 65_535, config.clock.chronyd_port),
        ("security.min_assurance", 7, config.security.min_assurance),
    ):
        if value > high:
            raise ConfigError(f"{name}: must be {high} or less, not {value}", f"{name}：应不大于 {high}，现为 {value}")
    if sentences_alone(config) and config.clock.max_error_ms <= config.clock.error_ms:
        raise ConfigError("clock.max_error_ms: must be above error_ms: between two fixes the error grows",
                          "clock.max_error_ms：必须大于 error_ms，两次定位之间误差会增大")  # fmt: skip
    power = config.power
    if not (power.sense or config.coprocessor) and (power.ignition == "sense" or power.low_supply_v is not None):
        raise ConfigError("power.sense: is missing: it names what reads the ignition line and the supply",
                          "power.sense：没有给出：它指定由谁读取点火线和供电电压")  # fmt: skip


def _check_stops(config: Config) -> None:
    for index, stop in enumerate(config.stops):
        for key, least, most in (("lat_deg", -90, 90), ("lon_deg", -180, 180), ("heading_deg", 0, 360)):
            if not least <= (value := getattr(stop, key)) <= most:
                name = f"stops[{index}].{key}"
                raise ConfigError(f"{name}: must be within {least}..{most}, not {value}",
                                  f"{name}：应在 {least}..{most} 之内，现为 {value}")  # fmt: skip


def sentences_alone(config: Config) -> bool:
    """Whether the time comes from the receiver, and no co-processor brings its pulse."""
    return config.clock.source == "gnss" and not config.coprocessor


def least_max_error_ms(config: Config) -> float:
    """With a pulse error_ms is of the sentences, by which no BSM need ever go; chronyd has its own."""
    return config.clock.error_ms if config.clock.source == "system" or sentences_alone(config) else 0.0


def _resolved(config: Config, folder: Path) -> Config:
    security = dataclasses.replace(
        config.security,
        trust=str(folder / config.security.trust),
        certificates=str(folder / config.security.certificates),
        keys=str(folder / config.security.keys),
    )
    vehicle = config.vehicle
    if vehicle.profile.endswith(".toml"):
        vehicle = dataclasses.replace(vehicle, profile=str(folder / vehicle.profile))
    hmi = dataclasses.replace(config.hmi, socket=str(folder / config.hmi.socket))
    keys = resolved_keys(config.keys, folder)
    pseudonyms = config.pseudonyms
    if pseudonyms.identity:
        pseudonyms = dataclasses.replace(pseudonyms, identity=str(folder / pseudonyms.identity))
    asking = config.enrolment
    transport = dict(asking.transport)
    if isinstance(transport.get("path"), str):
        transport["path"] = str(folder / transport["path"])
    asking = dataclasses.replace(asking, folder=str(folder / asking.folder), transport=transport)
    journal = config.journal
    if journal.folder:
        journal = dataclasses.replace(journal, folder=str(folder / journal.folder))
    sense = {
        name: str(folder / value) if isinstance(value, str) and value and name.endswith("_file") else value
        for name, value in config.power.sense.items()
    }
    unit = dataclasses.replace(config.unit, state=str(folder / config.unit.state))
    return dataclasses.replace(
        config,
        unit=unit,
        enrolment=asking,
        security=security,
        pseudonyms=pseudonyms,
        vehicle=vehicle,
        hmi=hmi,
        keys=keys,
        journal=journal,
        power=dataclasses.replace(config.power, sense=sense),
    )


def resolved_keys(section: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A [keys] section with its paths resolved against the folder of its file."""
    return {
        name: str(folder / value) if isinstance(value, str) and name.endswith(KEY_PATHS) else value
        for name, value in section.items()
    }
