"""Raw signal values to a VehicleState; past its age limit a value is None, and the next source counts."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from obu.can_input.dbc import FieldPlan, Plans
from obu.can_input.decoder import Decoder, DecoderState
from obu.can_input.profile import Choice, Number, Profile, absent, spans
from obu.core.errors import ConfigError
from obu.core.now import NS_PER_MS
from obu.core.units import KPH_PER_MPS, STANDARD_GRAVITY_MPS2
from obu.core.vehicle import Gear, SystemState, VehicleState

State = bool | Gear | SystemState
Read = Callable[[DecoderState, int], Any]  # (decoder state, at_ns) -> the value or None
Source = tuple[Read, tuple[FieldPlan, ...]]

_ACCELERATION = {"m/s2": 1.0, "m/s^2": 1.0, "g": STANDARD_GRAVITY_MPS2}
# What one DBC unit is in ours, by VehicleState field.
UNITS: dict[str, dict[str, float]] = {
    "speed_mps": {"km/h": 1 / KPH_PER_MPS, "m/s": 1.0},
    "steering_wheel_deg": {"rad": math.degrees(1), "deg": 1.0},
    "yaw_rate_deg_s": {"rad/s": math.degrees(1), "deg/s": 1.0},
    "accel_long_mps2": _ACCELERATION,
    "accel_lat_mps2": _ACCELERATION,
    "accel_vert_mps2": _ACCELERATION,
}

# Of several known states, the strongest: an open door, an engaged controller.
STRENGTH: dict[State, int] = {
    False: 0, True: 1, SystemState.OFF: 0, SystemState.ON: 1, SystemState.ENGAGED: 2,
    Gear.NEUTRAL: 0, Gear.PARK: 1, Gear.FORWARD: 2, Gear.REVERSE: 3,
}  # fmt: skip


@dataclass(slots=True)
class IgnitionState:
    """watched_ns: of the first look. off_seen: silence was seen. settled_ns: values count from then on."""

    watched_ns: int | None = None
    off_seen: bool = False
    settled_ns: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of VehicleState, of its own unit, how old it is, and the signals that it comes from."""

    name: str
    value: float | State
    age_ns: int
    signals: tuple[str, ...]


class Assembler:
    """vehicle() each step, from the decoder's present state."""

    def __init__(self, profile: Profile, plans: Plans, decoder: Decoder, source: str) -> None:
        """source: the profile's name in errors. Raises ConfigError for an unknown unit or state."""
        self._decoder = decoder
        self._silent_ns = profile.ignition.silent_ms * NS_PER_MS
        self._settle_ns = profile.ignition.settle_ms * NS_PER_MS
        self._sources = _sources(profile, plans, source)
        self._reads = [(name, tuple(read for read, _ in found)) for name, found in self._sources]
        self.state = IgnitionState()

    def vehicle(self, at_ns: int) -> VehicleState:
        """What the bus says at this instant."""
        is_alive = self._is_alive(at_ns)
        if not is_alive or at_ns < self.state.settled_ns:
            return VehicleState(ignition_on=is_alive)
        decoded = self._decoder.state
        values: dict[str, Any] = {"ignition_on": True, "vin": decoded.vin}
        for name, reads in self._reads:
            for read in reads:
                value = read(decoded, at_ns)
                if value is not None:
                    values[name] = value
                    break
        return VehicleState(**values)

    def readings(self, at_ns: int) -> list[Reading]:
        """Every value that is there now with its age and source, whatever the ignition says; for people."""
        decoded = self._decoder.state
        found = []
        for name, sources in self._sources:
            for read, plans in sources:
                value = read(decoded, at_ns)
                if value is not None:
                    newest_ns = max(decoded.at_ns[plan.slot] for plan in plans if decoded.raws[plan.slot] is not None)
                    found.append(Reading(name, value, at_ns - newest_ns, tuple(plan.name for plan in plans)))
                    break
        return found

    def has_bus(self) -> bool:
        """Whether the bus lives, as of the last vehicle()."""
        return self._decoder.state.last_frame_ns is not None and not self.state.off_seen

    def is_settled(self, at_ns: int) -> bool:
        """Whether the bus lives and its values count."""
        return self.has_bus() and at_ns >= self.state.settled_ns

    def _is_alive(self, at_ns: int) -> bool | None:
        """On while the bus lives, off after a silence that was watched in full, None before either is known.

        FMS v04: most values are reliable about 10 s after ignition on, so a seen switch-on begins a wait.
        """
        state, last_ns = self.state, self._decoder.state.last_frame_ns
        if state.watched_ns is None:
            state.watched_ns = at_ns
        quiet_since_ns = state.watched_ns if last_ns is None else last_ns
        if at_ns - quiet_since_ns >= self._silent_ns:
            state.off_seen = True
            self._decoder.state.vin = None  # the next bus may be another vehicle's
            return False
        if last_ns is None:
            return None
        if state.off_seen:
            state.off_seen = False
            state.settled_ns = last_ns + self._settle_ns
        return True


def _sources(profile: Profile, plans: Plans, source: str) -> list[tuple[str, tuple[Source, ...]]]:
    by_name = plans.slots()
    found = []
    for value in fields(profile.values):
        readers: list[Source] = []
        for index, choice in enumerate(getattr(profile.values, value.name)):
            key = f"{source}: values.{value.name}[{index}]"
            if isinstance(choice, Number):
                plan = by_name[choice.signal]
                several = [plan]
                read = _number(choice, plan, by_name, value.name, key)
            else:
                several = [by_name[name] for name in choice.signals]
                read = _choice(choice, several, value.name, key)
            readers.append((_only_while(choice, read, by_name), tuple(several)))
        if readers:
            found.append((value.name, tuple(readers)))
    return found


def _only_while(source: Number | Choice, read: Read, by_name: dict[str, FieldPlan]) -> Read:
    """The value while the signals beside it have the raw values that make it count; all come with the same frame."""
    wanted = [(by_name[name].slot, raw) for name, raw in source.only_while.items()]
    if not wanted:
        return read

    def gated(decoded: DecoderState, at_ns: int) -> Any:
        raws = decoded.raws
        return read(decoded, at_ns) if all(raws[slot] == raw for slot, raw in wanted) else None

    return gated


def _number(number: Number, plan: FieldPlan, by_name: dict[str, FieldPlan], value: str, key: str) -> Read:
    factor = UNITS[value].get(plan.unit)
    if factor is None:
        known = ", ".join(UNITS[value])
        raise ConfigError(f"{plan.name} is in {plan.unit!r}, none of {known}",
                          f"{plan.name} 的单位 {plan.unit!r} 不在 {known} 之中", key)  # fmt: skip
    scale, offset = number.sign * factor * plan.scale, number.sign * factor * plan.offset
    slot, max_age_ns = plan.slot, number.max_age_ms * NS_PER_MS
    unknown = absent(number, key)
    negative = by_name[number.negative].slot if number.negative else None

    def read(decoded: DecoderState, at_ns: int) -> float | None:
        raw = decoded.raws[slot]
        if raw is None or at_ns - decoded.at_ns[slot] > max_age_ns:
            return None
        if unknown and any(first <= raw <= last for first, last in unknown):
            return None
        if negative is None:
            return raw * scale + offset
        below = decoded.raws[negative]
        return None if below is None else (-1 if below else 1) * (raw * scale + offset)

    return read


def _choice(choice: Choice, plans: list[FieldPlan], value: str, key: str) -> Read:
    meanings = spans(choice, value, key)
    slots, max_age_ns = [plan.slot for plan in plans], choice.max_age_ms * NS_PER_MS

    def meaning(decoded: DecoderState, at_ns: int, slot: int) -> State | None:
        raw = decoded.raws[slot]
        if raw is None or at_ns - decoded.at_ns[slot] > max_age_ns:
            return None
        return next((state for (first, last), state in meanings if first <= raw <= last), None)

    def strongest(decoded: DecoderState, at_ns: int) -> State | None:
        known = [state for slot in slots if (state := meaning(decoded, at_ns, slot)) is not None]
        return max(known, key=STRENGTH.__getitem__) if known else None

    def weakest(decoded: DecoderState, at_ns: int) -> State | None:
        states = [meaning(decoded, at_ns, slot) for slot in slots]
        known = [state for state in states if state is not None]
        lowest = min(known, key=STRENGTH.__getitem__) if known else None
        return lowest if len(known) == len(states) or lowest is False else None

    return strongest if choice.join == "any" else weakest
