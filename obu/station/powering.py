"""Power as the station uses it: from where ignition is known, what it means for BSMs, what is told and kept.

Its one rule: what the line of the power supply said counts only while it is fresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from obu.core.alert import Text
from obu.core.frames import PowerSense
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.vehicle import Own
from obu.station.power import End, Options, Power, PowerMachine, Senses
from obu.station.runs import Runs

FRESH_NS = 3000 * NS_PER_MS  # the driver reads twice a second

Source = Literal["can", "sense", "on"]

STOPS = {
    Power.OFF: Text("点火已关闭", "the ignition is off"),
    Power.WARM_UP: Text("点火后预热中", "warming up after ignition on"),
    Power.SHUTTING_DOWN: Text("点火已关闭，终端即将关机", "the ignition is off, the unit is shutting down"),
}


@dataclass(slots=True)
class PoweringState:
    """The last word of the power supply."""

    sense: PowerSense | None = None


class Powering:
    """look() once a turn, then ask: stops(), end(), status()."""

    def __init__(self, source: Source, options: Options) -> None:
        self.state = PoweringState()
        self.machine = PowerMachine(options)
        self.runs = Runs()
        self._source = source

    def look(self, now: Now, sensed: Sequence[PowerSense], own: Own, is_settled: bool, is_busy: bool) -> None:
        """is_settled: the values of the bus count. is_busy: something is still to be written."""
        if sensed:
            self.state.sense = sensed[-1]
        sense = self._fresh(now)
        ignition_on = self._ignition(own, sense)
        self.machine.look(
            now.at_ns,
            Senses(
                ignition_on=ignition_on,
                is_settled=is_settled,
                door_open=own.vehicle.door_open,
                speed_mps=own.speed_mps,
                supply_v=sense.supply_v if sense else None,
                is_busy=is_busy,
            ),
        )
        self.runs.look(sense.wake if sense else "", ignition_on)

    def _fresh(self, now: Now) -> PowerSense | None:
        sense = self.state.sense
        return sense if sense is not None and now.at_ns - sense.at_ns <= FRESH_NS else None

    def _ignition(self, own: Own, sense: PowerSense | None) -> bool | None:
        if self._source == "on":
            return True
        if self._source == "can":
            return own.vehicle.ignition_on
        return sense.ignition_on if sense else None

    def stops(self) -> tuple[Text, ...]:
        """Why no BSM may be sent, as far as power goes; empty when one may."""
        return () if self.machine.is_driving() else (STOPS[self.machine.state.power],)

    def end(self) -> str:
        """Why the unit shall end now; empty: it shall not."""
        end = self.machine.state.end
        return end.value if end else ""

    def ended(self, now: Now) -> None:
        """The run ends in order, by itself or because it was asked."""
        self.runs.ended(now, self.machine.state.end or End.ASKED)

    def status(self, now: Now, own: Own) -> dict[str, Any]:
        """docs/local-socket.md lists it field by field."""
        state, sense, runs = self.machine.state, self._fresh(now), self.runs.state
        ends_at_ns = self.machine.ends_at_ns()
        return {
            "state": state.power.value,
            "since_s": None if state.since_ns is None else round((now.at_ns - state.since_ns) / NS_PER_S, 1),
            "ignition": self._ignition(own, sense),
            "supply_v": None if sense is None or sense.supply_v is None else round(sense.supply_v, 2),
            "ends_in_s": None if ends_at_ns is None else max(0, round((ends_at_ns - now.at_ns) / NS_PER_S)),
            "woke": self.runs.woke(),
            "run": runs.number,
            "last_run": None if runs.last is None else {"how": runs.last.how, "ended_utc_s": runs.last.ended_utc_s},
        }
