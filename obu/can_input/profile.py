"""What a vehicle profile (dbc/<vehicle>.toml) may say; a vehicle is one DBC, one TOML and no Python."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal

from obu.core.errors import ConfigError
from obu.core.vehicle import Body, Gear, SystemState

# What a state is called in a profile, by the VehicleState field that it feeds; all others are true or false.
STATE_NAMES: dict[str, dict[str, Gear | SystemState]] = {
    "gear": {gear.value: gear for gear in Gear},
    **{name: {state.value: state for state in SystemState}
       for name in ("abs", "traction_control", "stability_control")},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One source of a measured value: signal "MESSAGE.Signal" of the DBC, whose unit is converted by name.

    sign: -1 where the bus counts the other way round than the BSM. max_age_ms: older is None. negative: the signal of
    the same message that is 1 where the value is below zero. only_while: signals of the same message and the raw value
    that each must have for this one to count. absent: raw values and spans that mean "not available".
    """

    signal: str
    max_age_ms: int
    sign: Literal[1, -1] = 1
    negative: str = ""
    only_while: dict[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One source of a state: raw values ("0", a span "126..250") and what they mean; one not listed is None.

    Several signals are joined: "any" gives the strongest that is known (open doors, two controllers), "all"
    gives true only when all are true and false as soon as one is (both turn lamps). only_while: as of a number.
    """

    signals: tuple[str, ...]
    max_age_ms: int
    states: dict[str, bool | str]
    join: Literal["any", "all"] = "any"
    only_while: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """signal: of the message, one whole octet. rule: of obu/can_input/checksums.py. data_ids: one, or one a counter."""

    signal: str
    rule: Literal["sum8_id_length", "crc8_data_id", "xor8"]
    data_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a message must show to count at all. counter: the signal that changes with every frame."""

    counter: str = ""
    checksum: Checksum | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Per VehicleState field its sources, first choice first; the next counts when one is absent or old."""

    speed_mps: tuple[Number, ...] = ()
    steering_wheel_deg: tuple[Number, ...] = ()
    yaw_rate_deg_s: tuple[Number, ...] = ()
    accel_long_mps2: tuple[Number, ...] = ()
    accel_lat_mps2: tuple[Number, ...] = ()
    accel_vert_mps2: tuple[Number, ...] = ()
    gear: tuple[Choice, ...] = ()
    brake_applied: tuple[Choice, ...] = ()
    parking_brake: tuple[Choice, ...] = ()
    left_turn: tuple[Choice, ...] = ()
    right_turn: tuple[Choice, ...] = ()
    hazard_lights: tuple[Choice, ...] = ()
    low_beam: tuple[Choice, ...] = ()
    high_beam: tuple[Choice, ...] = ()
    abs: tuple[Choice, ...] = ()
    traction_control: tuple[Choice, ...] = ()
    stability_control: tuple[Choice, ...] = ()
    door_open: tuple[Choice, ...] = ()
    siren: tuple[Choice, ...] = ()
    light_bar: tuple[Choice, ...] = ()
    flat_tire: tuple[Choice, ...] = ()
    disabled: tuple[Choice, ...] = ()
    airbag_deployed: tuple[Choice, ...] = ()
    ignition_on: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignition:
    """How the bus tells ignition: silent_ms of silence is off, frames after it begin settle_ms of no values.

    A bus that already runs when the unit first looks has no such wait: it needs valid frames only. Where
    values.ignition_on has a source, that one tells ignition: for buses that outlive it.
    """

    silent_ms: int
    settle_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A whole vehicle. family: how messages are matched and which raw patterns mean "not available".

    guards: by message of the DBC. vin: the VIN is read when another control unit sends it (J1939: by BAM).
    """

    title: str
    kind: Literal["bus", "taxi"]
    family: Literal["j1939", "broadcast", "obd"]
    body: Body
    ignition: Ignition
    values: Values = field(default_factory=Values)
    guards: dict[str, Guard] = field(default_factory=dict)
    vin: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One signal that a profile uses. key: where it says so. listed: the raw spans it gives a meaning to."""

    key: str
    message: str
    signal: str
    listed: tuple[tuple[int, int], ...] = ()


def wanted(profile: Profile, source: str) -> Iterator[Wanted]:
    """Every signal the profile names, in its order. Raises ConfigError that names `source` and the key."""
    for value in fields(profile.values):
        for index, choice in enumerate(getattr(profile.values, value.name)):
            key = f"values.{value.name}[{index}]"
            if choice.max_age_ms <= 0:
                raise _fault(source, f"{key}.max_age_ms", "must be above 0", "必须大于 0")
            if isinstance(choice, Number):
                main = [_named(source, f"{key}.signal", choice.signal, ())]
                beside = [("negative", choice.negative)] if choice.negative else []
            else:
                listed = tuple(span for span, _ in spans(choice, value.name, f"{source}: {key}"))
                main, beside = [_named(source, f"{key}.signals", name, listed) for name in choice.signals], []
            yield from main
            beside += [("only_while", name) for name in choice.only_while]
            for part, name in beside:
                want = _named(source, f"{key}.{part}", name, ())
                if {each.message for each in main} != {want.message}:
                    raise _fault(source, want.key, f"{name} is of another message", f"{name} 属于另一条报文")
                yield want


def spans(choice: Choice, value: str, source: str) -> list[tuple[tuple[int, int], bool | Gear | SystemState]]:
    """Raw spans (first, last) and their meaning for VehicleState.`value`. Raises ConfigError for nonsense."""
    names = STATE_NAMES.get(value)
    found: list[tuple[tuple[int, int], bool | Gear | SystemState]] = []
    for span, meaning in choice.states.items():
        limits = _limits(span, source, f'states."{span}"')
        if names is None and isinstance(meaning, bool):
            found.append((limits, meaning))
        elif names is not None and isinstance(meaning, str) and meaning in names:
            found.append((limits, names[meaning]))
        else:
            known = ", ".join(names) if names else "true, false"
            zh = f"{meaning!r} 不在 {known} 之中"
            raise _fault(source, f'states."{span}"', f"{meaning!r} is none of {known}", zh)
    return found


def absent(number: Number, source: str) -> list[tuple[int, int]]:
    """Raw spans (first, last) that mean "not available". Raises ConfigError for nonsense."""
    return [_limits(span, source, f'absent."{span}"') for span in number.absent]


def _limits(span: str, source: str, key: str) -> tuple[int, int]:
    first, dots, last = span.partition("..")
    try:
        return int(first), int(last if dots else first)
    except ValueError:
        raise _fault(source, key, "not a raw value or span", "不是原始值或区间") from None


def _named(source: str, key: str, name: str, listed: tuple[tuple[int, int], ...]) -> Wanted:
    message, dot, signal = name.partition(".")
    if not (message and dot and signal):
        raise _fault(source, key, f"{name!r} is not MESSAGE.Signal", f"{name!r} 不是 报文.信号")
    return Wanted(key, message, signal, listed)


def _fault(source: str, key: str, text: str, zh: str) -> ConfigError:
    return ConfigError(f"{key}: {text}", f"{key}：{zh}", source)
