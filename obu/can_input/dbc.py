"""The one door to cantools: a DBC's text and a profile in, a compact decode plan without cantools out."""

import math
import re
from dataclasses import dataclass
from types import ModuleType

from cantools.database.can import Database, Message, Signal

from obu.can_input import bam, broadcast, checksums, j1939, obd
from obu.can_input.profile import Guard, Profile, Wanted, wanted
from obu.core.errors import ConfigError

FAMILIES: dict[str, ModuleType] = {"j1939": j1939, "broadcast": broadcast, "obd": obd}


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """Where one signal sits in its message's payload and what its raw value means.

    slot: its place among all signals of the plan. shift: of its lowest bit in the payload read as one number.
    lowest_valid, highest_valid: raw values beyond are refused, but for those in `listed` spans.
    physical = raw * scale + offset, in `unit` of the DBC.
    """

    name: str
    slot: int
    shift: int
    bits: int
    is_big_endian: bool
    is_signed: bool
    lowest_valid: int
    highest_valid: int
    listed: tuple[tuple[int, int], ...]
    scale: float
    offset: float
    unit: str


@dataclass(frozen=True, slots=True)
class Protection:
    """What a frame must show to count. counter: changes with every frame. octet: the checksum's, by `rule`."""

    counter: FieldPlan | None
    octet: int
    rule: checksums.Rule | None
    data_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """One message: its key in its family, the payload bytes a whole frame has, the signals to take from it."""

    name: str
    key: int
    length: int
    fields: tuple[FieldPlan, ...]
    protection: Protection | None


@dataclass(frozen=True, slots=True)
class Plans:
    """All that the decoder and the assembler need of a DBC. family: the module with the rules of its bus."""

    family: ModuleType
    messages: tuple[MessagePlan, ...]
    reads_vin: bool = False

    def slots(self) -> dict[str, FieldPlan]:
        """The signals by name "MESSAGE.Signal"."""
        return {plan.name: plan for message in self.messages for plan in message.fields}

    def filters(self) -> tuple[tuple[int, int, bool], ...]:
        """(identifier, mask, is_extended) that let through exactly these messages, from any sender."""
        keys = [message.key for message in self.messages]
        return tuple(map(self.family.accepted, keys + ([bam.CONNECTION, bam.DATA] if self.reads_vin else [])))


def compile_plans(text: str, profile: Profile, source: str) -> Plans:
    """The plan of the signals that the profile uses. source: names the files in errors. Raises ConfigError."""
    try:
        database = Database()
        database.add_dbc_string(text)
    except Exception as error:  # the parser beneath cantools has errors of its own
        file = f"{source.removesuffix('.toml')}.dbc"
        at = re.search(r"line (\d+)", str(error))
        zh = f"不是有效的 DBC{f'，从第 {at[1]} 行起' if at else ''}"
        raise ConfigError(f"not a valid DBC: {' '.join(str(error).split())}", zh, file) from None
    by_name = {message.name: message for message in database.messages}
    signals: dict[str, dict[str, list[Wanted]]] = {}
    for want in wanted(profile, source):
        if want.message not in by_name:
            raise _absent(source, want, f"{want.message} is not in the DBC", f"DBC 中没有 {want.message}")
        signals.setdefault(want.message, {}).setdefault(want.signal, []).append(want)
    if strange := next((name for name in profile.guards if name not in signals), None):
        raise ConfigError(f"guards.{strange}: no value of this profile is in it",
                          f"guards.{strange}：没有取自该报文的值", source)  # fmt: skip
    family = FAMILIES[profile.family]
    plans: list[MessagePlan] = []
    slot = 0
    for name, wants in signals.items():
        plan = _message_plan(by_name[name], wants, slot, family, source, profile.guards.get(name))
        if twin := next((other.name for other in plans if other.key == plan.key), None):
            zh = f"{name} 与 {twin} 的标识符（PGN）相同"
            raise ConfigError(f"{name} and {twin} share an identifier (PGN)", zh, source)
        plans.append(plan)
        slot += len(plan.fields)
    if profile.vin and family is not j1939:
        raise ConfigError("vin: only J1939 has a parameter group for it",
                          "vin：只有 J1939 有相应的参数组", source)  # fmt: skip
    return Plans(family, tuple(plans), profile.vin)


def _message_plan(
    message: Message,
    wants: dict[str, list[Wanted]],
    slot: int,
    family: ModuleType,
    source: str,
    guard: Guard | None,
) -> MessagePlan:
    by_name = {signal.name: signal for signal in message.signals}
    plans = []
    for offset, (name, uses) in enumerate(wants.items()):
        signal = by_name.get(name)
        if signal is None:
            full_name = f"{message.name}.{name}"
            raise _absent(source, uses[0], f"{full_name} is not in the DBC", f"DBC 中没有 {full_name}")
        listed = tuple(sorted({span for use in uses for span in use.listed}))
        plans.append(_field_plan(message, signal, slot + offset, listed, family, source))
    key = family.key(message.frame_id, message.is_extended_frame)
    if key is None:
        raise ConfigError(f"{message.name} has an 11-bit identifier, J1939 has 29 bits",
                          f"{message.name} 是 11 位标识符，而 J1939 为 29 位", source)  # fmt: skip
    protection = _protection(message, guard, source) if guard else None
    return MessagePlan(message.name, key, message.length, tuple(plans), protection)


def _protection(message: Message, guard: Guard, source: str) -> Protection:
    by_name = {signal.name: signal for signal in message.signals}
    where = f"guards.{message.name}"
    names = [name for name in (guard.counter, guard.checksum.signal if guard.checksum else "") if name]
    if absent := next((name for name in names if name not in by_name), None):
        raise ConfigError(f"{where}: {absent} is not in the DBC", f"{where}：DBC 中没有 {absent}", source)
    counter = _field_plan(message, by_name[guard.counter], 0, (), broadcast, source) if guard.counter else None
    if guard.checksum is None:
        return Protection(counter, 0, None, ())
    signal, data_ids = by_name[guard.checksum.signal], guard.checksum.data_ids
    edge = 7 if signal.byte_order == "big_endian" else 0
    if signal.length != 8 or signal.start % 8 != edge:
        raise ConfigError(f"{where}.checksum.signal: {signal.name} is not one whole octet",
                          f"{where}.checksum.signal：{signal.name} 不是一个完整字节", source)  # fmt: skip
    needs = guard.checksum.rule == "crc8_data_id"
    if needs != bool(data_ids) or not all(0 <= each <= 0xFF for each in data_ids):
        raise ConfigError(f"{where}.checksum.data_ids: octets, for crc8_data_id alone",
                          f"{where}.checksum.data_ids：只用于 crc8_data_id，且为字节值", source)  # fmt: skip
    return Protection(counter, signal.start // 8, checksums.RULES[guard.checksum.rule], data_ids)


def _field_plan(
    message: Message,
    signal: Signal,
    slot: int,
    listed: tuple[tuple[int, int], ...],
    family: ModuleType,
    source: str,
) -> FieldPlan:
    name = f"{message.name}.{signal.name}"
    if signal.is_multiplexer or signal.multiplexer_ids or signal.conversion.is_float:
        raise ConfigError(f"{name} is multiplexed or a float; neither can be used",
                          f"{name} 是复用信号或浮点信号，不支持", source)  # fmt: skip
    try:
        lowest_valid, highest_valid = family.span(signal.length, *_span(signal))
    except ValueError as error:
        zh = f"{name}：J1939 没有 {signal.length} 位的规则"
        raise ConfigError(f"{name}: {error}", zh, source) from None
    is_big_endian = signal.byte_order == "big_endian"
    return FieldPlan(
        name=name,
        slot=slot,
        shift=_big_endian_shift(message, signal) if is_big_endian else signal.start,
        bits=signal.length,
        is_big_endian=is_big_endian,
        is_signed=signal.is_signed,
        lowest_valid=lowest_valid,
        highest_valid=highest_valid,
        listed=listed,
        scale=float(signal.scale),
        offset=float(signal.offset),
        unit=signal.unit or "",
    )


def _span(signal: Signal) -> tuple[int, int]:
    """The raw values between the DBC's minimum and maximum; all that the field can hold where it names none."""
    half = 1 << signal.length - 1
    lowest, highest = (-half, half - 1) if signal.is_signed else (0, 2 * half - 1)
    minimum, maximum = signal.minimum, signal.maximum
    if minimum is None or maximum is None or minimum >= maximum:
        return lowest, highest
    ends = sorted((float(end) - float(signal.offset)) / float(signal.scale) for end in (minimum, maximum))
    # A thousandth of a step: the ends are written as rounded decimals.
    return max(lowest, math.ceil(ends[0] - 1e-3)), min(highest, math.floor(ends[1] + 1e-3))


def _big_endian_shift(message: Message, signal: Signal) -> int:
    # A DBC names the highest bit of a Motorola signal, by byte from the front and by bit from the right.
    byte, bit = divmod(signal.start, 8)
    return message.length * 8 - (byte * 8 + 7 - bit) - signal.length


def _absent(source: str, want: Wanted, text: str, zh: str) -> ConfigError:
    return ConfigError(f"{want.key}: {text}", f"{want.key}：{zh}", source)
