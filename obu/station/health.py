"""What the unit tells the local socket and when: status each second, scene five times a second, warnings at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from obu.apps import bsw
from obu.apps.base import Installed
from obu.core.alert import Shown
from obu.core.frames import RADIO, CanCounts, DriverState, FeedEvent, HostState, RadioCounts
from obu.core.now import NS_PER_MS, Now
from obu.hmi.display import DisplayWatch
from obu.station import status
from obu.station.warn import WarnState

STATUS_NS = 1000 * NS_PER_MS
SCENE_NS = 200 * NS_PER_MS
REPEAT_NS = 200 * NS_PER_MS  # a warning whose distance or level changed is told again at most this often
KEPT_ALERTS = 32
STEADY_S = 60.0  # a rate of less time than this says nothing of a day
DAY_S = 86_400
MIB = 1 << 20


@dataclass(slots=True)
class HealthState:
    """drivers: the last word of each. told: the alert last published, and when; beside: the
    marks in the scene last published. alerts: the last ones, with times.

    warnings, last_utc_s: how many of each application, and when the last. host, buses, radio: the
    last word of the machine, of each CAN channel, of the modem's driver.
    """

    drivers: dict[str, DriverState] = field(default_factory=dict)
    status_ns: int = 0
    scene_ns: int = 0
    beside: dict[str, bool] = field(default_factory=lambda: {"left": False, "right": False})
    told: dict[str, Any] | None = None
    told_ns: int = 0
    issued_utc_s: float | None = None
    alerts: list[dict[str, Any]] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    last_utc_s: dict[str, float | None] = field(default_factory=dict)
    host: HostState | None = None
    buses: dict[str, CanCounts] = field(default_factory=dict)
    radio: RadioCounts | None = None


class Health:
    """Collects driver states and warnings, and makes the feed's events."""

    def __init__(self) -> None:
        self.state = HealthState()

    def take(
        self,
        drivers: tuple[DriverState, ...],
        host: tuple[HostState, ...],
        buses: tuple[CanCounts, ...],
        radios: tuple[RadioCounts, ...],
    ) -> None:
        """What the drivers and the machine said of themselves."""
        self.state.buses.update((counts.name, counts) for counts in buses)
        self.state.radio = radios[-1] if radios else self.state.radio
        self.state.host = host[-1] if host else self.state.host
        for driver in drivers:
            self.state.drivers[driver.name] = driver

    def warning(self, now: Now, shown: Shown | None) -> list[FeedEvent]:
        """Events for a warning that appeared, changed or went."""
        state = self.state
        if shown is None:
            return self._clear()
        is_new = state.told is None or state.told["number"] != shown.number
        if is_new:
            state.issued_utc_s = status.utc_s(now)
        body = status.alert(shown, state.issued_utc_s)
        if not is_new and (_look(body) == _look(state.told) or now.at_ns - state.told_ns < REPEAT_NS):
            return []
        state.told, state.told_ns = body, now.at_ns
        if is_new and all(kept["number"] != shown.number for kept in state.alerts):
            kept = {name: body[name] for name in ("number", "app", "text", "issued_utc_s")}
            state.alerts = [*state.alerts, kept][-KEPT_ALERTS:]
            self._count(body["app"], body["issued_utc_s"])
        return [FeedEvent("alert", body)]

    def _clear(self) -> list[FeedEvent]:
        if self.state.told is None:
            return []
        number, self.state.told = self.state.told["number"], None
        return [FeedEvent("clear", {"number": number})]

    def scene(self, now: Now, warn: WarnState, at: dict[str, Any] | None) -> list[FeedEvent]:
        """The scene when it is time, or a mark beside us came or went. at: our place in the told road."""
        state, beside = self.state, warn.marks.beside(now.at_ns)
        if warn.view is None or (beside == state.beside and now.at_ns - state.scene_ns < SCENE_NS):
            return []
        for _ in range(sum(beside[side] and not state.beside[side] for side in beside)):
            self._count(bsw.NAME, status.utc_s(now))
        state.scene_ns, state.beside = now.at_ns, beside
        return [FeedEvent("scene", {**status.scene(warn.view, warn.claims), "beside": beside, "at": at})]

    def _count(self, app: str, utc_s: float | None) -> None:
        self.state.warnings[app] = self.state.warnings.get(app, 0) + 1
        self.state.last_utc_s[app] = utc_s

    def is_status_due(self, now: Now) -> bool:
        """Whether a second has passed since the last status."""
        if now.at_ns - self.state.status_ns < STATUS_NS:
            return False
        self.state.status_ns = now.at_ns
        return True

    def alerts(self, display: DisplayWatch) -> list[dict[str, Any]]:
        """The last warnings with the instants at which a page had drawn them."""
        shown_utc_s = {record.number: record.shown_utc_s for record in display.records()}
        return [{**kept, "shown_utc_s": shown_utc_s.get(kept["number"])} for kept in self.state.alerts]

    def apps(self, installed: Sequence[Installed]) -> dict[str, dict[str, Any]]:
        """How often each application has warned, and when last."""
        last_s = self.state.last_utc_s
        return {
            app.name: {"warnings": self.state.warnings.get(app.name, 0), "last_utc_s": last_s.get(app.name)}
            for app in installed
        }

    def host(self, uptime_s: float) -> dict[str, Any]:
        """The machine's last word, and its writes as if they went on like this for a day."""
        host = self.state.host
        return {
            "cpu_percent": status.rounded(host.cpu_percent if host else None),
            "memory_mib": status.rounded(host.memory_mib if host else None),
            "free_mib": status.rounded(host.free_mib if host else None, 0),
            "heat_deg": status.rounded(host.heat_deg if host else None),
            "not_done": list(host.not_done) if host and host.not_done is not None else None,
            "writes_mib_per_day": {
                name: round(count / MIB / uptime_s * DAY_S, 3) for name, count in (host.written if host else ())
            }
            if uptime_s >= STEADY_S
            else {},
        }

    def drivers(self) -> dict[str, dict[str, Any]]:
        """Each driver's last word."""
        return {
            name: {"up": driver.is_up, "why": driver.why, "why_zh": driver.why_zh or driver.why}
            for name, driver in sorted(self.state.drivers.items())
        }

    def radio(self) -> dict[str, Any]:
        """The modem, as its driver has it."""
        driver, counts = self.state.drivers.get(RADIO), self.state.radio
        state = "unknown" if driver is None else "up" if driver.is_up else "down"
        return {"state": state, "counts": dict(counts.counts) if counts else {}}

    def down(self) -> frozenset[str]:
        """The drivers whose last word was that they are down."""
        return frozenset(name for name, driver in self.state.drivers.items() if not driver.is_up)

    def is_down(self, name: str) -> bool:
        """Whether this driver's last word was that it is down."""
        return name in self.down()

    def is_up(self, name: str) -> bool:
        """Whether this driver's last word was that it is up."""
        driver = self.state.drivers.get(name)
        return driver is not None and driver.is_up

    def wake_at_ns(self) -> int:
        """When the next event is due by time alone."""
        return min(self.state.status_ns + STATUS_NS, self.state.scene_ns + SCENE_NS)


def _look(body: dict[str, Any] | None) -> tuple[Any, ...]:
    """What the driver would see change."""
    return () if body is None else (body["level"], body["distance_m"], body["time_s"], body["direction"], body["text"])
