"""The one door to cantools: a DBC's text and a profile in, a compact decode plan without cantools out."""

from dataclasses import dataclass

from cantools.database.can import Database, Message, Signal

from obu.can_input import j1939
from obu.can_input.profile import Profile, Wanted, wanted
from obu.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """Where one signal sits in its message's payload and what its raw value means.

    slot: its place among all signals of the plan. shift: of its lowest bit in the payload read as one number.
    highest_valid: raw values above it are refused, but for those in `listed` spans.
    physical = raw * scale + offset, in `unit` of the DBC.
    """

    name: str
    slot: int
    shift: int
    bits: int
    is_big_endian: bool
    is_signed: bool
    highest_valid: int
    listed: tuple[tuple[int, int], ...]
    scale: float
    offset: float
    unit: str


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """One parameter group: its PGN, the payload bytes a whole frame has, the signals to take from it."""

    name: str
    pgn: int
    length: int
    fields: tuple[FieldPlan, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    """All that the decoder and the assembler need of a DBC."""

    messages: tuple[MessagePlan, ...]

    def slots(self) -> dict[str, FieldPlan]:
        """The signals by name "MESSAGE.Signal"."""
        return {plan.name: plan for message in self.messages for plan in message.fields}

    def filters(self) -> tuple[tuple[int, int, bool], ...]:
        """(identifier, mask, is_extended) that let through exactly these messages, from any sender."""
        return tuple((message.pgn << 8, j1939.filter_mask(message.pgn), True) for message in self.messages)


def compile_plans(text: str, profile: Profile, source: str) -> Plans:
    """The plan of the signals that the profile uses. source: names the files in errors. Raises ConfigError.

    Messages are told apart by PGN alone: priority and source address are the maker's choice (FMS v04).
    """
    try:
        database = Database()
        database.add_dbc_string(text)
    except Exception as error:  # the parser beneath cantools has errors of its own
        zh = f"{source}：不是有效的 DBC：{error}"
        raise ConfigError(f"{source}: not a valid DBC: {error}", zh) from None
    by_name = {message.name: message for message in database.messages}
    signals: dict[str, dict[str, list[Wanted]]] = {}
    for want in wanted(profile, source):
        if want.message not in by_name:
            raise _absent(source, want, f"{want.message} is not in the DBC", f"DBC 中没有 {want.message}")
        signals.setdefault(want.message, {}).setdefault(want.signal, []).append(want)
    plans: list[MessagePlan] = []
    slot = 0
    for name, wants in signals.items():
        plan = _message_plan(by_name[name], wants, slot, source)
        if twin := next((other.name for other in plans if other.pgn == plan.pgn), None):
            zh = f"{source}：{name} 与 {twin} 的 PGN 相同"
            raise ConfigError(f"{source}: {name} and {twin} share a PGN", zh)
        plans.append(plan)
        slot += len(plan.fields)
    return Plans(tuple(plans))


def _message_plan(message: Message, wants: dict[str, list[Wanted]], slot: int, source: str) -> MessagePlan:
    by_name = {signal.name: signal for signal in message.signals}
    plans = []
    for offset, (name, uses) in enumerate(wants.items()):
        signal = by_name.get(name)
        if signal is None:
            full_name = f"{message.name}.{name}"
            raise _absent(source, uses[0], f"{full_name} is not in the DBC", f"DBC 中没有 {full_name}")
        listed = tuple(sorted({span for use in uses for span in use.listed}))
        plans.append(_field_plan(message, signal, slot + offset, listed, source))
    if not message.is_extended_frame:
        raise ConfigError(f"{source}: {message.name} has an 11-bit identifier, J1939 has 29 bits",
                          f"{source}：{message.name} 是 11 位标识符，而 J1939 为 29 位")  # fmt: skip
    return MessagePlan(message.name, j1939.pgn(message.frame_id), message.length, tuple(plans))


def _field_plan(
    message: Message, signal: Signal, slot: int, listed: tuple[tuple[int, int], ...], source: str
) -> FieldPlan:
    name = f"{message.name}.{signal.name}"
    if signal.is_multiplexer or signal.multiplexer_ids or signal.conversion.is_float:
        raise ConfigError(f"{source}: {name} is multiplexed or a float; neither can be used",
                          f"{source}：{name} 是复用信号或浮点信号，不支持")  # fmt: skip
    try:
        highest_valid = j1939.highest_valid(signal.length)
    except ValueError as error:
        zh = f"{source}：{name}：J1939 没有 {signal.length} 位的规则"
        raise ConfigError(f"{source}: {name}: {error}", zh) from None
    is_big_endian = signal.byte_order == "big_endian"
    return FieldPlan(
        name=name,
        slot=slot,
        shift=_big_endian_shift(message, signal) if is_big_endian else signal.start,
        bits=signal.length,
        is_big_endian=is_big_endian,
        is_signed=signal.is_signed,
        highest_valid=highest_valid,
        listed=listed,
        scale=float(signal.scale),
        offset=float(signal.offset),
        unit=signal.unit or "",
    )


def _big_endian_shift(message: Message, signal: Signal) -> int:
    # A DBC names the highest bit of a Motorola signal, by byte from the front and by bit from the right.
    byte, bit = divmod(signal.start, 8)
    return message.length * 8 - (byte * 8 + 7 - bit) - signal.length


def _absent(source: str, want: Wanted, text: str, zh: str) -> ConfigError:
    return ConfigError(f"{source}: {want.key}: {text}", f"{source}：{want.key}：{zh}")
