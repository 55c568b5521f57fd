"""Which critical events of the own vehicle are on, and how long each is held; its one rule: what is not known is off.

GB/T 45315-2025 7.3 knows these eight; the other flags of YD/T 3709 are never set. An airbag's event outlives a restart
and a power cut, for a crash may bring both. `state` is all that changes.
"""

from dataclasses import dataclass, field

from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.vehicle import Event, Gear, SystemState, VehicleState

HARD_BRAKING_MPS2 = 4.0  # more than this (GB/T 45315-2025 7.3; YD/T 3709 has 0.4 g)
ENGAGED_NS = 100 * NS_PER_MS  # ABS, traction and stability control count after more than this (same clause)
AIRBAG_NS = 600 * NS_PER_S  # at least this long (same clause)
BRAKING_HOLD_NS = 300 * NS_PER_MS  # ours: so that noise about the threshold does not begin the event again and again
_SAVED_BYTES = 8


@dataclass(slots=True)
class EventsState:
    """engaged_since_ns: when each driving aid began to work. braking_ns: when braking was last hard.

    airbag_utc_ns: when an airbag went off, while that is still told. is_to_save: that has changed.
    """

    engaged_since_ns: dict[Event, int] = field(default_factory=dict)
    braking_ns: int | None = None
    airbag_utc_ns: int | None = None
    is_to_save: bool = False


class CriticalEvents:
    """active() each turn."""

    def __init__(self) -> None:
        self.state = EventsState()

    def recall(self, data: bytes) -> bool:
        """The airbag that went off in an earlier run."""
        if len(data) == _SAVED_BYTES:
            self.state.airbag_utc_ns = int.from_bytes(data, "big")
        return len(data) in (0, _SAVED_BYTES)

    def to_save(self) -> bytes | None:
        """When the airbag went off, empty when that is told no more; None while nothing has changed."""
        if not self.state.is_to_save:
            return None
        self.state.is_to_save = False
        at_ns = self.state.airbag_utc_ns
        return b"" if at_ns is None else at_ns.to_bytes(_SAVED_BYTES, "big")

    def active(self, now: Now, vehicle: VehicleState) -> frozenset[Event]:
        """The events of this instant."""
        found = {
            Event.HAZARD_LIGHTS: bool(vehicle.hazard_lights),
            Event.ABS_ACTIVATED: self._is_engaged(now, Event.ABS_ACTIVATED, vehicle.abs),
            Event.TRACTION_CONTROL_LOSS: self._is_engaged(now, Event.TRACTION_CONTROL_LOSS, vehicle.traction_control),
            Event.STABILITY_CONTROL_ACTIVATED: self._is_engaged(
                now, Event.STABILITY_CONTROL_ACTIVATED, vehicle.stability_control
            ),
            Event.HARD_BRAKING: self._is_braking_hard(now, vehicle),
            Event.FLAT_TIRE: bool(vehicle.flat_tire),
            Event.DISABLED_VEHICLE: bool(vehicle.disabled),
            Event.AIRBAG_DEPLOYMENT: self._is_airbag_out(now, bool(vehicle.airbag_deployed)),
        }
        return frozenset(event for event, is_on in found.items() if is_on)

    def _is_engaged(self, now: Now, event: Event, system: SystemState | None) -> bool:
        since_ns = self.state.engaged_since_ns
        if system is not SystemState.ENGAGED:
            since_ns.pop(event, None)
            return False
        return now.at_ns - since_ns.setdefault(event, now.at_ns) > ENGAGED_NS

    def _is_braking_hard(self, now: Now, vehicle: VehicleState) -> bool:
        """Forward acceleration of a vehicle that backs is braking too."""
        state, forward_mps2 = self.state, vehicle.accel_long_mps2
        if forward_mps2 is None:
            state.braking_ns = None
        elif (forward_mps2 if vehicle.gear is Gear.REVERSE else -forward_mps2) > HARD_BRAKING_MPS2:
            state.braking_ns = now.at_ns
        return state.braking_ns is not None and now.at_ns - state.braking_ns <= BRAKING_HOLD_NS

    def _is_airbag_out(self, now: Now, is_deployed: bool) -> bool:
        """From when the bus first said so; without UTC no BSM is sent, and only the bus counts."""
        state = self.state
        if now.utc_ns is None:
            return is_deployed
        if is_deployed and state.airbag_utc_ns is None:
            state.airbag_utc_ns, state.is_to_save = now.utc_ns, True
        if state.airbag_utc_ns is None:
            return False
        if is_deployed or abs(now.utc_ns - state.airbag_utc_ns) < AIRBAG_NS:
            return True
        state.airbag_utc_ns, state.is_to_save = None, True
        return False
