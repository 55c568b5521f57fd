"""The real `obu run`, started here as a process of its own; a cut of its power kills it."""

import time
from dataclasses import dataclass
from typing import Any

from hil import toml_text
from hil.feed_client import FeedClient
from hil.given import Given
from hil.instruments import Context
from hil.nmea import Mount
from hil.page_stand_in import Page
from hil.processes import Died, Household, Process
from hil.vehicle_bus import PROFILE
from hil.witness import Witness

PLAYS, CARRIES = "unit", ("is_cut", "acknowledges", "beats")
STARTS_S = 20.0


@dataclass(frozen=True, slots=True)
class Options:
    """There is none: the scenario's settings are the unit's."""


class UnitProcess:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._context = context
        self._household: Household | None = None
        self._process: Process | None = None
        self._feed = FeedClient(context.work / "obu.sock")
        self._page = Page(self._feed)
        self._is_cut = False

    def begin(self) -> None:
        """Starts it, and waits for its local socket. Raises Died when it ends instead."""
        (self._context.work / "unit.toml").write_text(toml_text.sections(self._sections()), "utf-8")
        self._household = Household(self._context.work, is_temporary=True)
        self._start()
        end_s = time.monotonic() + STARTS_S
        while not self._feed.poll():
            assert self._process
            self._process.check()
            if time.monotonic() > end_s:
                raise Died(f"the unit did not speak within {STARTS_S:.0f} s:\n{self._process.last_lines()}")
            time.sleep(0.02)

    def carry(self, given: Given) -> None:
        """Its power, and its page."""
        if given.is_cut and not self._is_cut and self._process:
            self._process.child.kill()
            self._process.wait()
        if self._is_cut and not given.is_cut:
            self._start()
        self._is_cut = given.is_cut
        self._page.carry(given)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What it told its page. Raises Died when it ended by itself."""
        if self._process and not self._is_cut:
            self._process.check()
        self._page.look(witness, at_s, utc_ns)

    def close(self) -> None:
        """Ends it in order; its log is kept."""
        if self._household:
            self._household.end()
            log = self._context.work / "unit.log"
            (self._context.kept / "unit.log").write_bytes(log.read_bytes() if log.exists() else b"")

    def _start(self) -> None:
        assert self._household
        config, journal = str(self._context.work / "unit.toml"), str(self._context.kept / "journal")
        words = ["obu", "run", "--config", config, "--journal", journal]
        self._process = self._household.start("unit", words, self._context.before)

    def _sections(self) -> dict[str, dict[str, Any]]:
        own, pki = self._context.scenario.own, self._context.pki
        profile = own.recording.profile if own.recording else PROFILE[own.kind]
        found: dict[str, dict[str, Any]] = {
            "vehicle": {"profile": profile, "antenna_ahead_m": Mount().antenna_ahead_m},
            "clock": {"source": "system"},
            **self._context.sections,
            "security": {"trust": str(pki / "trust"), "certificates": str(pki / "unit/certs"),
                         "keys": str(pki / "unit/keys")},
            "keys": {"type": "file", "allow_sm2_timing_leak": True},  # keys of the bench protect nobody
            "hmi": {"socket": "obu.sock"},
        }  # fmt: skip
        for key, value in own.settings.items():
            section, _, name = key.partition(".")
            found.setdefault(section, {})[name] = value
        return found


make = UnitProcess
