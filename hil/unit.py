"""The real station on the bench: its configuration, its keys, its page, its journal; it can lose its power."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from hil import defects, pki
from hil.given import Given
from hil.nmea import Mount
from hil.remembering import Answering
from hil.scenario import Own
from hil.vehicle_bus import PROFILE, is_extended
from obu.core.frames import (
    AirPacket,
    CanFrame,
    ChannelLoad,
    DisplayAck,
    DisplayBeat,
    GnssBytes,
    Inbox,
    JobResult,
    Outbox,
    Save,
)
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.runtime import config, made_from, strict, wiring
from obu.runtime.keeper import Keeper

LOG = logging.getLogger("hil.unit")
CHANNEL, PAGE = "main", 1
BEAT_NS = 500 * NS_PER_MS
DAY_NS = 86_400 * NS_PER_S
DRAWN_NS = 50 * NS_PER_MS  # from a warning to the page's word that it is there


class Unit:
    """begin() once, step() each turn, end()."""

    def __init__(self, own: Own, defect: str, pki_folder: Path, folder: Path, answering: Answering) -> None:
        """folder: of the journal."""
        self._settings = settings(own, pki_folder, defect)
        self._kept_as = settings(_anywhere(own), Path(pki_folder.name), defect)  # equal wherever it is run
        self._answering, self._folder = answering, folder
        self._material = made_from.gather(self._settings, answering.points())
        self._saved: dict[str, bytes] = {}
        self._keeper: Keeper | None = None
        self.results: list[JobResult] = []
        self._start()

    def _start(self) -> None:
        self._station = wiring.station(self._settings, self._material)
        self.results, self._wanted, self._acks, self._beat_ns = [], 0, [], 0
        self._is_fresh = True

    def lose_power(self) -> None:
        """What was saved is all that is left."""
        self.end()
        self._keeper = None
        self._start()

    def step(self, given: Given) -> Outbox:
        """One turn with what it is given."""
        off_ns = given.clock_off_ns + given.clock_days * DAY_NS
        utc_ns = None if given.error_ns is None else given.utc_ns + off_ns
        now = Now(given.at_ns, utc_ns, given.error_ns or 0)
        if self._keeper is None:
            self._keeper = Keeper(self._folder, self._kept_as, self._material, self._station, LOG, now)
        inbox = self._inbox(given)
        outbox = self._station.step(now, inbox)
        self._keeper.observe(now, inbox, outbox)
        self._take(given, outbox)
        return outbox

    def end(self) -> None:
        """Puts the journal on the disk."""
        if self._keeper is not None:
            self._keeper.close()

    def _inbox(self, given: Given) -> Inbox:
        at_ns = given.at_ns
        saved = tuple(Save(name, data) for name, data in self._saved.items()) if self._is_fresh else ()
        self._is_fresh = False
        can = (CanFrame(CHANNEL, each.can_id, is_extended(each.can_id), each.data, at_ns) for each in given.heard())
        return Inbox(
            can=(*can, *given.can),
            gnss=((GnssBytes(given.sentences, at_ns),) if given.sentences else ()) + tuple(given.gnss),
            board=tuple(given.board),
            air=tuple(AirPacket(each.datagram.sdu, at_ns) for each in given.packets),
            loads=() if given.busy is None else (ChannelLoad(given.busy, at_ns),),
            results=tuple(given.results),
            drivers=tuple(given.drivers),
            buses=tuple(given.buses),
            host=tuple(given.host),
            acks=self._due_acks(given),
            beats=self._due_beats(given),
            random=given.dice.randbytes(self._wanted),
            saved=saved,
        )

    def _due_acks(self, given: Given) -> tuple[DisplayAck, ...]:
        due = [each for each in self._acks if each.at_ns <= given.at_ns]
        self._acks = [each for each in self._acks if each.at_ns > given.at_ns]
        return tuple(due) if given.acknowledges else ()

    def _due_beats(self, given: Given) -> tuple[DisplayBeat, ...]:
        if given.at_ns < self._beat_ns or not given.beats:
            return ()
        self._beat_ns = given.at_ns + BEAT_NS
        return (DisplayBeat(PAGE, 1, given.at_ns),)

    def _take(self, given: Given, outbox: Outbox) -> None:
        self.results = self._answering.results(outbox)
        self._wanted = outbox.want_random
        for event in outbox.events:
            if event.kind == "alert":
                drawn_ns = given.at_ns + DRAWN_NS
                shown_utc_s = (given.utc_ns + DRAWN_NS) / NS_PER_S
                self._acks.append(DisplayAck(PAGE, int(event.body["number"]), shown_utc_s, drawn_ns))  # type: ignore[call-overload]
        if not given.saves_fail:
            self._saved.update((save.name, save.data) for save in outbox.saves)


def _anywhere(own: Own) -> Own:
    """With a profile that is a file beside the scenario by its name alone."""
    if own.recording is None:
        return own
    return replace(own, recording=replace(own.recording, profile=Path(own.recording.profile).name))


def settings(own: Own, folder: Path, defect: str) -> config.Config:
    """The unit's configuration. Raises ConfigError for one of the scenario's own settings that is wrong."""
    trust = folder / "attackers" / pki.GULLIBLE if defect == defects.GULLIBLE else folder / "trust"
    profile = own.recording.profile if own.recording else PROFILE[own.kind]
    sections: dict[str, Any] = {
        "vehicle": {"profile": profile, "antenna_ahead_m": Mount().antenna_ahead_m},
        "can": {CHANNEL: {"interface": "virtual", "channel": "sim"}},
        "gnss": {"type": "udp", "port": 1},
        "radio": {"type": "udp", "modem": "127.0.0.1:1"},
        "security": {
            "trust": str(trust), "certificates": str(folder / "unit/certs"), "keys": str(folder / "unit/keys"),
        },
        "hmi": {"socket": "unused"},
    }  # fmt: skip
    for key, value in own.settings.items():
        *path, name = key.split(".")
        section = sections
        for word in path:
            section = section.setdefault(word, {})
        section[name] = value
    return defects.configured(strict.convert(sections, config.Config, "own.settings"), defect)
