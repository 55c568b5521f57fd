"""The whole unit without drivers: bytes and an instant in, values out; step() is the list of its stages in order.

Laws: it never blocks, waits or reads a clock; nothing a stranger sends raises out of it; equal inboxes from equal
states give equal outboxes.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Protocol

from obu.can_input.assembler import Assembler
from obu.can_input.decoder import Decoder
from obu.can_input.obd import Asker
from obu.core.alert import Text
from obu.core.frames import LOUDSPEAKER, STORE, FeedEvent, Inbox, JobResult, Outbox, Save, TxPacket
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Body, Own
from obu.hmi.display import Condition, DisplayWatch
from obu.hmi.indicator import Indicator
from obu.hmi.sounds import Sounds
from obu.positioning.gate import Gate
from obu.positioning.gpsd import Gpsd
from obu.positioning.nmea import Nmea
from obu.positioning.own import OwnTracker
from obu.scene.datum import DatumCheck
from obu.security.misbehaviour import Reports
from obu.security.priority import Standing
from obu.security.pseudonym import Identity
from obu.stack.receiver import Heard, Receiver
from obu.station import content, status, unavailable
from obu.station.board import Board
from obu.station.events import CriticalEvents
from obu.station.health import Health
from obu.station.installation import Installation
from obu.station.powering import Powering
from obu.station.rear import RearPanel
from obu.station.road import RoadPicture
from obu.station.timing import Timing
from obu.station.transmit import Transmit
from obu.station.trusting import Trusting
from obu.station.warn import Warn


class Stateful(Protocol):
    """A part that keeps all its changing state in one value."""

    state: Any


class Lasting(Protocol):
    """A part of whose state something must outlive a restart or a power cut."""

    def recall(self, data: bytes) -> bool:
        """What an earlier run saved; False for what is not understood: as if nothing was kept."""
        ...

    def to_save(self) -> bytes | None:
        """What is to be kept from now on; None while nothing has changed since the last call."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The parts, made from the configuration by runtime/wiring. kept: every part with state, by name, for checkpoints.

    lasting: the parts that outlive a restart, by the name under which they are saved.

    """

    body: Body
    decoder: Decoder
    asker: Asker
    assembler: Assembler
    gnss: Nmea | Gpsd
    gate: Gate
    tracker: OwnTracker
    events: CriticalEvents
    transmit: Transmit
    receiver: Receiver
    reports: Reports
    warn: Warn
    datum: DatumCheck
    road: RoadPicture
    rear: RearPanel
    display: DisplayWatch
    health: Health
    trusting: Trusting
    powering: Powering
    installation: Installation
    board: Board
    timing: Timing
    indicator: Indicator
    sounds: Sounds
    kept: dict[str, Stateful]
    lasting: dict[str, Lasting]


@dataclass(slots=True)
class StationState:
    """What no stage keeps: the instant of the first turn."""

    started_ns: int | None = None


class Station:
    """step() once a turn; pending() and status() at the end; checkpoint() and restore() for the journal."""

    def __init__(self, stages: Stages) -> None:
        self.state = StationState()
        self._stages = stages

    def step(self, now: Now, inbox: Inbox) -> Outbox:
        """One turn. The order is a contract: what was heard is judged by the own state of this very instant."""
        stages = self._stages
        if self.state.started_ns is None:
            self.state.started_ns = now.at_ns
        self.recall(inbox.saved)
        stages.health.take(inbox.drivers, inbox.host, inbox.buses, inbox.radios)
        stages.board.take(inbox.taps, inbox.board)
        stages.timing.take(inbox.pulses)
        stages.trusting.take(inbox.trust, inbox.refused)
        stages.transmit.pseudonyms.take(inbox.pools)
        stages.transmit.hear(inbox.drivers)
        own = self._own(now, inbox)
        self._power(now, inbox, own)
        place = content.place_now(now, own)
        identity, own = stages.transmit.identify(now, own, place, inbox.random)
        packets, heard = self._settle(now, inbox.results, identity)
        standing = Standing(place, own.speed_mps, own.heading_deg)
        heard += stages.receiver.take(now, inbox.air, standing)
        stages.receiver.expire(now)
        stages.reports.take(now, standing, stages.receiver.suspicions())
        stages.warn.take(heard)
        stages.warn.look(now, own, stages.datum.apart())
        stages.datum.look(own, stages.warn.facts)
        stages.display.show(now, stages.warn.state.shown)
        stages.display.take(now, inbox.acks, inbox.beats, inbox.gone)
        sound = stages.sounds.look(now.at_ns, stages.warn.state.shown)
        stages.transmit.listen(now, place, inbox.loads, stages.warn.facts)
        sign_job = stages.transmit.begin(now, own, place, identity, self._stops())
        return Outbox(
            packets=tuple(packets),
            asks=stages.asker.ask(now.at_ns),
            sign_jobs=(sign_job,) if sign_job else (),
            verify_jobs=stages.receiver.jobs(),
            events=tuple(self._events(now, own)),
            wake_at_ns=self._wake_at_ns(now),
            want_random=stages.transmit.want_random(),
            clock_mark=stages.timing.mark(stages.gate.state.fix),
            saves=self._saves(),
            lists=stages.receiver.lists(),
            end=stages.powering.end(),
            indication=stages.indicator.look(stages.warn.state.shown, stages.sounds.told(), self._is_heard(now)),
            sound=sound,
        )

    def _is_heard(self, now: Now) -> bool:
        """Whether the loudspeaker speaks to a driver who sees the screen; else the buzzer does."""
        is_seen = self._stages.display.health(now.at_ns).condition is not Condition.FAULT
        return is_seen and self._stages.health.is_up(LOUDSPEAKER)

    def recall(self, saved: tuple[Save, ...]) -> list[str]:
        """What earlier runs saved; the names of what was not understood."""
        lasting = self._stages.lasting
        return [save.name for save in saved if save.name in lasting and not lasting[save.name].recall(save.data)]

    def _saves(self) -> tuple[Save, ...]:
        asked = ((name, part.to_save()) for name, part in self._stages.lasting.items())
        return tuple(Save(name, data) for name, data in asked if data is not None)

    def _own(self, now: Now, inbox: Inbox) -> Own:
        stages = self._stages
        stages.decoder.take(inbox.can)
        stages.decoder.take(stages.asker.take(now.at_ns, inbox.answers, inbox.drivers))
        stages.gnss.take(inbox.gnss)
        vehicle = stages.board.fill(now.at_ns, stages.assembler.vehicle(now.at_ns))
        fix = stages.gate.admit(stages.gnss.state.fix, vehicle.speed_mps)
        own = stages.tracker.update(now, vehicle, fix, stages.body)
        return dataclasses.replace(own, events=stages.events.active(now, vehicle))

    def _power(self, now: Now, inbox: Inbox, own: Own) -> None:
        stages = self._stages
        is_settled = stages.assembler.is_settled(now.at_ns)
        stages.powering.look(now, inbox.power, own, is_settled, stages.health.is_down(STORE))
        marks = (*inbox.can, *stages.asker.marks())
        stages.installation.take(now.at_ns, marks, stages.assembler.has_bus(), own.vehicle.vin)

    def _stops(self) -> tuple[Text, ...]:
        """What stands against sending, beyond the content of a BSM."""
        stages = self._stages
        return (*stages.powering.stops(), *stages.installation.stops(), *stages.datum.stops())

    def _settle(
        self, now: Now, results: tuple[JobResult, ...], identity: Identity | None
    ) -> tuple[list[TxPacket], list[Heard]]:
        """Job results: even numbers are the signer's, odd ones the verifier's."""
        packets, heard = [], []
        for result in results:
            if result.number % 2:
                heard += self._stages.receiver.settle(now, result)
            elif (packet := self._stages.transmit.settle(now, result, identity)) is not None:
                packets.append(packet)
        return packets, heard

    def _events(self, now: Now, own: Own) -> list[FeedEvent]:
        stages = self._stages
        events = stages.health.warning(now, stages.warn.state.shown)
        place = content.place_now(now, own)
        events += stages.road.look(now, place, stages.warn.roads())
        events += stages.health.scene(now, stages.warn.state, stages.road.at(place))
        events += stages.rear.look(now, stages.warn.state.view)
        if stages.health.is_status_due(now):
            events.append(FeedEvent("status", self._status(now, own)))
        return events

    def _status(self, now: Now, own: Own) -> dict[str, Any]:
        """docs/local-socket.md lists it field by field."""
        stages = self._stages
        view = stages.warn.state.view
        display = stages.display.health(now.at_ns)
        uptime_s = round((now.at_ns - (self.state.started_ns or now.at_ns)) / NS_PER_S, 1)
        return {
            "utc_s": status.utc_s(now),
            "uptime_s": uptime_s,
            "version": status.version(),
            "clock": status.clock(stages.timing.status(now), stages.receiver.offsets.own(now)),
            "bsm": status.bsm(stages.transmit),
            "air": status.air(now, stages.receiver),
            "power": stages.powering.status(now, own),
            "vehicle": status.vehicle(stages.installation.state),
            "can": status.can(now, stages.decoder.state, stages.health.state.buses),
            "gnss": status.gnss(now, own, {**stages.gnss.state.reading.dropped, **stages.gate.state.refused}),
            "security": status.security(now, stages.transmit, stages.trusting.snapshot.is_bench),
            "trust": stages.trusting.status(now),
            "misbehaviour": status.misbehaviour(stages.reports),
            "radio": stages.health.radio(),
            "drivers": stages.health.drivers(),
            "display": {"state": display.condition.value, "why": status.words(display.why)},
            "neighbours": len(view.neighbours) if view else 0,
            "maps": stages.datum.status(),
            "apps": stages.health.apps(stages.warn.apps),
            "coprocessor": stages.board.status(now),
            "claims": status.claims(stages.warn.state.claims),
            "unavailable": self._unavailable(),
            "light": status.light(now, content.place_now(now, own)),
            "host": stages.health.host(uptime_s),
            "alerts": stages.health.alerts(stages.display),
        }

    def _unavailable(self) -> list[dict[str, Any]]:
        """Warnings that cannot come, with their reasons; before the first look nothing can be said."""
        stages = self._stages
        view, apps = stages.warn.state.view, stages.warn.apps
        if view is None:
            return []
        health = unavailable.Health(
            stages.health.down(), len(stages.trusting.snapshot.roots), bool(stages.datum.apart())
        )
        return unavailable.told(unavailable.lacks(view, apps, stages.warn.off, health), apps)

    def _wake_at_ns(self, now: Now) -> int:
        stages = self._stages
        wakes = (
            stages.warn.due_ns(),
            stages.health.wake_at_ns(),
            stages.transmit.wake_at_ns(now),
            stages.asker.wake_at_ns(),
        )
        return min(wake for wake in wakes if wake is not None)

    def pending(self) -> int:
        """Packets heard whose verdict is still to come."""
        return self._stages.receiver.pending()

    def final(self, now: Now) -> Outbox:
        """When the unit ends, outside any turn: the last status, and all that is still to be kept."""
        self._stages.powering.ended(now)
        self._stages.reports.hurry()
        last = FeedEvent("status", self._status(now, self._own(now, Inbox())))
        return Outbox(events=(last,), saves=self._saves())

    def checkpoint(self) -> dict[str, Any]:
        """The changing state of every part; never key material. Plain values for runtime/freeze."""
        return {"station": self.state, **{name: part.state for name, part in self._stages.kept.items()}}

    def restore(self, kept: dict[str, Any]) -> None:
        """Puts a checkpoint back. The stages must have been made from the same configuration."""
        self.state = kept["station"]
        for name, part in self._stages.kept.items():
            part.state = kept[name]
        self._stages.trusting.apply()
        self._stages.transmit.pseudonyms.apply()
