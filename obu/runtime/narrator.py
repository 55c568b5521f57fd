"""The log's story: what began, ended or changed, one line each; refusals in one summary line, never per packet."""

import logging
from typing import Any

from obu.core.frames import Inbox, Outbox
from obu.core.now import NS_PER_S, Now

SUMMARY_NS = 60 * NS_PER_S
WRITES_NS = 3600 * NS_PER_S
APART_NS = 3600 * NS_PER_S
WAKING_S = 10.0  # whether the ignition woke us shows by then
FLOOD_PER_S = 1000  # ours: refusals a second that no street brings; then a line with each status, one a second


class Narrator:
    """Watches turns and writes lines. It only tells: nothing it does comes back to the station."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._bsm: tuple[str, tuple[str, ...]] | None = None
        self._display: str | None = None
        self._power: str | None = None
        self._clock: tuple[str, str] | None = None
        self._apart_ns: int | None = None
        self._has_told_waking = False
        self._writes_ns = 0
        self._match: str | None = None
        self._not_done: list[str] | None = None
        self._dropped: dict[str, int] = {}  # at the last summary
        self._total = 0  # of these at the last status
        self._summary_ns: int | None = None

    def observe(self, now: Now, inbox: Inbox, outbox: Outbox) -> None:
        """One turn."""
        for driver in inbox.drivers:
            if driver.is_up:
                self._log.info("%s: up %s", driver.name, driver.why)
            else:
                self._log.warning("%s: down: %s", driver.name, driver.why)
        for event in outbox.events:
            if event.kind == "status":
                self._status(now, event.body)
            elif event.kind == "alert":
                self._alert(event.body)

    def _alert(self, body: dict[str, Any]) -> None:
        self._log.debug("warning %s %s: %s %s", body["number"], body["app"], body["text"]["en"], body["why"])

    def _status(self, now: Now, body: dict[str, Any]) -> None:
        bsm = body["bsm"]
        state = (bsm["state"], tuple(reason["en"] for reason in bsm["why"]))
        if state != self._bsm:
            self._bsm = state
            self._log.info("BSM: %s %s", state[0], "; ".join(state[1]))
        if body["display"]["state"] != self._display:
            self._display = body["display"]["state"]
            self._log.info("display: %s", self._display)
        self._time(now, body["clock"])
        self._vehicle(body["uptime_s"], body["power"], body["vehicle"])
        self._writes(now, body["host"]["writes_mib_per_day"])
        self._installation(body["host"]["not_done"])
        self._summary(now, body["air"])

    def _time(self, now: Now, clock: dict[str, Any]) -> None:
        apart = clock["apart"]
        if apart and (self._apart_ns is None or now.at_ns - self._apart_ns >= APART_NS):
            self._apart_ns = now.at_ns
            word, off_ms = ("slow", apart["slow_ms"]) if apart["slow_ms"] > 0 else ("fast", -apart["slow_ms"])
            self._log.warning("own clock %s by %d ms or more, against %d senders", word, off_ms, apart["senders"])
        if (clock["source"], clock["state"]) == self._clock:
            return
        self._clock = (clock["source"], clock["state"])
        if clock["state"] == "degraded":
            self._log.warning("clock: degraded: the receiver's sentences alone tell the time, by clock.latency_ms")
        else:
            self._log.info("clock: %s by %s", clock["state"], clock["source"])

    def _writes(self, now: Now, mib_per_day: dict[str, float]) -> None:
        """What wears the flash, once an hour."""
        if mib_per_day and now.at_ns >= self._writes_ns:
            self._writes_ns = now.at_ns + WRITES_NS
            told = ", ".join(f"{name} {mib:g} MiB" for name, mib in mib_per_day.items())
            self._log.info("written a day at this rate: %s", told)

    def _installation(self, not_done: list[str] | None) -> None:
        if not_done and not_done != self._not_done:
            self._log.warning("installation: not done: %s; obu provision goes on", ", ".join(not_done))
        self._not_done = not_done

    def _vehicle(self, uptime_s: float, power: dict[str, Any], vehicle: dict[str, Any]) -> None:
        if not self._has_told_waking and (power["ignition"] or uptime_s >= WAKING_S):
            self._has_told_waking = True
            last = power["last_run"]["how"] if power["last_run"] else "not known"
            self._log.info("run %d, woken by: %s; the last run's end: %s", power["run"], power["woke"], last)
        if power["state"] != self._power:
            self._power = power["state"]
            self._log.info("power: %s", self._power.replace("_", " "))
        if vehicle["match"] != self._match:
            self._match = vehicle["match"]
            if self._match == "other":
                self._log.warning("vehicle: another one than this unit was installed in; no BSM is sent")

    def _summary(self, now: Now, air: dict[str, Any]) -> None:
        if self._summary_ns is None:
            self._summary_ns, self._dropped = now.at_ns, dict(air["dropped"])
        fresh = {
            reason: count - self._dropped.get(reason, 0)
            for reason, count in air["dropped"].items()
            if count > self._dropped.get(reason, 0)
        }
        total, self._total = sum(air["dropped"].values()) - self._total, sum(air["dropped"].values())
        if now.at_ns - self._summary_ns < SUMMARY_NS and total < FLOOD_PER_S:
            return
        drops = ", ".join(f"{reason} {count}" for reason, count in fresh.items()) or "none"
        span_s = (now.at_ns - self._summary_ns) / NS_PER_S
        self._log.info("air: %d heard, %d verified; refused in the last %.0f s: %s",
                       air["received"], air["verified"], span_s, drops)  # fmt: skip
        self._summary_ns, self._dropped = now.at_ns, dict(air["dropped"])
