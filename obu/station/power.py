"""In which state of power the unit is, and when it shall end itself: ignition, doors and supply in, one state out.

Laws: a vehicle that moves is on, whatever a line or a silent bus says; BSMs go only while is_driving; the unit ends
itself only where the configuration bounds its after-run or its supply; once told, an end is not taken back.
"""

from dataclasses import dataclass
from enum import Enum

from obu.core.now import NS_PER_S

MOVING_MPS = 1.0  # ours: above a receiver's noise at standstill, below walking pace
STOPPED_MPS = 0.3  # ours: slower than this a bus stands at its stop
OFF_HOLD_NS = 3 * NS_PER_S  # ours: a line that follows the accessories drops while the starter turns
LONGEST_WARM_UP_NS = 30 * NS_PER_S  # ours: FMS v04 has 10 s; a bus that settles no better is another fault


class Power(Enum):
    """The states, by what they mean for the rest of the unit."""

    OFF = "off"  # no ignition: the unit hears and sends no BSM
    WARM_UP = "warm_up"  # ignition on, values of the bus do not count yet
    ON = "on"
    BOARDING = "boarding"  # at a stop with a door open: BSMs go on
    SHUTTING_DOWN = "shutting_down"  # ignition off, after-run


class End(Enum):
    """Why a run ended."""

    IGNITION_OFF = "ignition_off"
    NO_IGNITION = "no_ignition"  # woken, and nobody switched the ignition on
    LOW_SUPPLY = "low_supply"
    ASKED = "asked"  # a signal: a restart, an update, the system going down


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """after_run_s: from ignition off to the end; None: the unit never ends for want of ignition.

    longest_after_run_s: the same, however busy it is, and for how long it waits for an ignition that never comes.
    low_supply_v: below it at a standstill for low_supply_s the unit ends; None: the supply is not watched.
    """

    after_run_s: float | None = None
    longest_after_run_s: float = 600.0
    low_supply_v: float | None = None
    low_supply_s: float = 120.0  # longer than a red light


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What is known at one instant; None is unknown. is_settled: the bus's values count. is_busy: unsaved work."""

    ignition_on: bool | None = None
    is_settled: bool = False
    door_open: bool | None = None
    speed_mps: float | None = None
    supply_v: float | None = None
    is_busy: bool = False


@dataclass(slots=True)
class PowerState:
    """Monotonic instants. since_ns: of power. dark_ns: since when ignition is not known to be on; off_ns: to be off.

    low_ns: since when the supply is low. All None: not so now. end: why the unit shall end, final.
    """

    power: Power = Power.OFF
    since_ns: int | None = None
    dark_ns: int | None = None
    off_ns: int | None = None
    low_ns: int | None = None
    end: End | None = None


class PowerMachine:
    """look() once a turn; the answer is in state."""

    def __init__(self, options: Options) -> None:
        """Raises nothing; the configuration has checked the options."""
        self.state = PowerState()
        self._options = options

    def look(self, at_ns: int, senses: Senses) -> None:
        """The state of this instant."""
        state = self.state
        if state.end is not None:
            return
        self._time(at_ns, senses)
        power = self._next(at_ns, senses)
        if power is not state.power or state.since_ns is None:
            state.power, state.since_ns = power, at_ns
        state.end = self._end(at_ns, senses)
        if state.end is not None and state.power is not Power.OFF:
            state.power, state.since_ns = Power.OFF, at_ns

    def is_driving(self) -> bool:
        """Whether BSMs may be sent as far as power goes."""
        return self.state.power in (Power.ON, Power.BOARDING)

    def ends_at_ns(self) -> int | None:
        """When the unit ends if nothing changes and nothing keeps it busy; None: it does not."""
        state, after_run_s = self.state, self._options.after_run_s
        if after_run_s is None or state.dark_ns is None or state.end is not None:
            return None
        if state.power is Power.SHUTTING_DOWN and state.off_ns is not None:
            return min(state.off_ns + _ns(after_run_s), state.dark_ns + _ns(self._options.longest_after_run_s))
        return state.dark_ns + _ns(self._options.longest_after_run_s)

    def _time(self, at_ns: int, senses: Senses) -> None:
        """How long each condition has lasted."""
        state, low_v = self.state, self._options.low_supply_v
        is_on = _is_on(senses)
        state.dark_ns = None if is_on else _kept(state.dark_ns, at_ns)
        # Once it is shutting down only a sign of ignition ends that; before, what is unknown is no sign of its end.
        is_off = is_on is False or (is_on is None and state.power is Power.SHUTTING_DOWN)
        state.off_ns = _kept(state.off_ns, at_ns) if is_off else None
        is_low = low_v is not None and senses.supply_v is not None and senses.supply_v < low_v
        state.low_ns = _kept(state.low_ns, at_ns) if is_low and not _is_moving(senses) else None

    def _next(self, at_ns: int, senses: Senses) -> Power:
        state, present = self.state, self.state.power
        if _is_on(senses):
            return self._with_ignition(at_ns, senses)
        if present in (Power.OFF, Power.SHUTTING_DOWN):
            return present
        if state.off_ns is not None and at_ns - state.off_ns >= OFF_HOLD_NS:
            return Power.OFF if self._options.after_run_s is None else Power.SHUTTING_DOWN
        return present if present is Power.WARM_UP else self._at_stop(senses)

    def _with_ignition(self, at_ns: int, senses: Senses) -> Power:
        state, present = self.state, self.state.power
        if present in (Power.OFF, Power.SHUTTING_DOWN) and not senses.is_settled:
            return Power.WARM_UP
        is_cold = present is Power.WARM_UP and not senses.is_settled
        if is_cold and state.since_ns is not None and at_ns - state.since_ns < LONGEST_WARM_UP_NS:
            return Power.WARM_UP
        return self._at_stop(senses)

    def _at_stop(self, senses: Senses) -> Power:
        """Boarding begins at a standstill and ends with the doors or with movement; without a speed it is not known."""
        if not senses.door_open or senses.speed_mps is None or _is_moving(senses):
            return Power.ON
        has_begun = self.state.power is Power.BOARDING
        return Power.BOARDING if has_begun or senses.speed_mps <= STOPPED_MPS else Power.ON

    def _end(self, at_ns: int, senses: Senses) -> End | None:
        state, options = self.state, self._options
        if _is_moving(senses):
            return None
        if state.low_ns is not None and at_ns - state.low_ns >= _ns(options.low_supply_s):
            return End.LOW_SUPPLY
        if options.after_run_s is None or state.dark_ns is None:
            return None
        if at_ns - state.dark_ns >= _ns(options.longest_after_run_s):
            return End.IGNITION_OFF if state.power is not Power.OFF else End.NO_IGNITION
        if state.power is Power.SHUTTING_DOWN and state.off_ns is not None and not senses.is_busy:
            return End.IGNITION_OFF if at_ns - state.off_ns >= _ns(options.after_run_s) else None
        return None


def _is_moving(senses: Senses) -> bool:
    return senses.speed_mps is not None and senses.speed_mps >= MOVING_MPS


def _is_on(senses: Senses) -> bool | None:
    return True if _is_moving(senses) else senses.ignition_on


def _kept(since_ns: int | None, at_ns: int) -> int:
    return at_ns if since_ns is None else since_ns


def _ns(seconds: float) -> int:
    return round(seconds * NS_PER_S)
