"""Where the rooms are joined: a configuration becomes a station and its drivers, found by folder and `type`."""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import obu
from obu import feed
from obu.apps import base
from obu.can_input import dbc
from obu.can_input.assembler import Assembler
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Profile
from obu.codec.editions import Edition
from obu.codec.messages import import_day_2
from obu.core.errors import ConfigError
from obu.core.frames import FeedEvent, Inbox, Outbox
from obu.core.now import NS_PER_MS, Now
from obu.core.time_scale import TimeScale
from obu.drivers import clips, crypto_pool, libcrypto, local_socket, service_manager
from obu.drivers.contract import KeyStore, Publisher
from obu.drivers.host import Host
from obu.drivers.sign_guard import SignGuard
from obu.hmi.arbiter import Arbiter, ArbiterOptions
from obu.hmi.display import DisplayWatch
from obu.hmi.indicator import Indicator
from obu.hmi.sounds import Sounds
from obu.positioning.gate import Gate
from obu.positioning.gpsd import Gpsd
from obu.positioning.nmea import Nmea
from obu.positioning.own import OwnTracker
from obu.runtime import (
    boarding,
    body,
    devices,
    diagnosing,
    freeze,
    journal,
    made_from,
    own_certificates,
    provision_record,
    store,
    strict,
    timekeeping,
    trust_store,
)
from obu.runtime.config import Config
from obu.runtime.keeper import Keeper, material_of
from obu.runtime.loop import Loop, Outer
from obu.runtime.made_from import Material
from obu.runtime.narrator import Narrator
from obu.runtime.trust_keeper import TrustKeeper
from obu.scene.datum import DatumCheck
from obu.scene.facts import Facts
from obu.security import book as books
from obu.security import pseudonym, verifier
from obu.security.book import Book, Tools
from obu.security.misbehaviour import Reports
from obu.security.signer import Options as SignerOptions
from obu.security.signer import Signer
from obu.stack import aids, dsmp
from obu.stack.edition_binding import EditionBinding
from obu.stack.edition_binding import Options as EditionOptions
from obu.stack.receiver import Receiver
from obu.stack.sender import Sender
from obu.station.board import Board
from obu.station.events import CriticalEvents
from obu.station.health import Health
from obu.station.installation import Installation, is_vin
from obu.station.pace_channel import ByChannel
from obu.station.pace_density import ByDensity
from obu.station.power import Options as PowerOptions
from obu.station.powering import Powering
from obu.station.rear import RearPanel
from obu.station.road import RoadPicture
from obu.station.station import Stages, Station
from obu.station.timing import Timing
from obu.station.transmit import Transmit
from obu.station.trusting import Trusting
from obu.station.warn import Warn

PACES: dict[str, type[ByChannel] | type[ByDensity]] = {"channel": ByChannel, "density": ByDensity}
SENT_EDITION = Edition.YDT3709  # GB/T 45315-2025 refers to YD/T 3709-2020


def station(config: Config, material: Material) -> Station:
    """The whole unit without drivers. Raises LocalError (a configuration key, a certificate) in one sentence."""
    profile = strict.parse_toml(material.profile, Profile, str(material.profile_path))
    plans = dbc.compile_plans(material.dbc, profile, str(material.profile_path))
    decoder = Decoder(plans)
    tracker = OwnTracker(
        config.bsm.max_fix_age_ms * NS_PER_MS,
        config.bsm.max_sigma_m,
        has_yaw_sensor=bool(profile.values.yaw_rate_deg_s),
    )
    scale = TimeScale(config.security.time_scale)
    believed_now = books.snapshot_of(book_of(config, material), tools(config))
    must_be_encrypted(config, believed_now.is_bench)
    pseudonyms = own_certificates.identities(config, material)
    signer = Signer(SignerOptions(time_scale=scale))
    sender = Sender(signer, SENT_EDITION)
    judge = verifier.Verifier(believed_now, judging(config))
    spoken = editions(config)
    receiver = Receiver(judge, spoken, heard_aids(config))
    facts, arbiter = Facts(), Arbiter(ArbiterOptions())
    transmit = transmitting(config, pseudonyms, sender, tracker)
    power, warn = powering(config), Warn(*applications(config), facts, arbiter, config.stops)
    parts = {
        "decoder": decoder,
        "asker": diagnosing.asker(config, plans),
        "assembler": Assembler(profile, plans, decoder, str(material.profile_path)),
        "gnss": Gpsd() if config.gnss.get("type") == "gpsd" else Nmea(),
        "gate": Gate(),
        "tracker": tracker,
        "events": CriticalEvents(),
        "transmit": transmit,
        "receiver": receiver,
        "reports": Reports(),
        "warn": warn,
        "datum": DatumCheck(is_stopping=config.bsm.if_gcj02 == "stop"),
        "road": RoadPicture(),
        "rear": RearPanel(config.hmi.rear_panel),
        "display": DisplayWatch(),
        "health": Health(),
        "trusting": Trusting(believed_now, judge, trust_store.schemes(), scale),
        "powering": power,
        "installation": Installation(vin(config)),
        "board": Board(),
        "sounds": Sounds(config.hmi.language, clips.names()),
        "timing": Timing(timekeeping.options(config.clock)),
        "indicator": Indicator(boarding.options(config).language if config.coprocessor else "zh"),
    }
    inner = {
        "pseudonyms": pseudonyms, "signer": signer, "sender": sender, "verifier": judge, "facts": facts,
        "fusion": tracker.fusion, "arbiter": arbiter, "schedule": transmit.schedule,
        "periods": transmit.periods, "pace": transmit.pace, "editions": spoken, "offsets": receiver.offsets,
        "power": power.machine, "runs": power.runs, "scene": warn.scene,
    }  # fmt: skip
    lasting = {
        "pseudonyms": pseudonyms, "misbehaviour": parts["reports"], "events": parts["events"],
        "vehicle": parts["installation"], "runs": power.runs,
        "pseudonyms_later": pseudonym.LaterRecord(pseudonyms),
    }  # fmt: skip
    kept, car = parts | inner, body.of(config.vehicle, profile.body)
    return Station(Stages(body=car, kept=kept, lasting=lasting, **parts))  # type: ignore[arg-type]


def transmitting(config: Config, pseudonyms: pseudonym.Pseudonyms, sender: Sender, tracker: OwnTracker) -> Transmit:
    """The sending of own BSMs as the configuration has it."""
    return Transmit(
        enabled=config.bsm.transmit and not config.radio.get("receive_only", False),
        max_clock_error_ns=timekeeping.options(config.clock).max_error_ns,
        pseudonyms=pseudonyms,
        sender=sender,
        tracker=tracker,
        pace=PACES[config.bsm.congestion](),
    )


def powering(config: Config) -> Powering:
    """The states of power as the configuration bounds them."""
    settings = config.power
    options = PowerOptions(
        after_run_s=settings.after_run_s,
        longest_after_run_s=settings.longest_after_run_s,
        low_supply_v=settings.low_supply_v,
        low_supply_s=settings.low_supply_s,
    )
    return Powering(settings.ignition, options)


def vin(config: Config) -> str:
    """The VIN of the configuration, empty when it has none. Raises ConfigError for what cannot be one."""
    said = config.vehicle.vin
    if said and not is_vin(said):
        raise ConfigError(f"vehicle.vin: {said!r} is no VIN: 17 letters and digits without I, O, Q (ISO 3779)",
                          f"vehicle.vin：{said!r} 不是 VIN：应为 17 位字母数字，不含 I、O、Q（ISO 3779）")  # fmt: skip
    return said


def judging(config: Config) -> verifier.Options:
    """How packets are judged."""
    settings = config.security
    return verifier.Options(
        max_age_ms=settings.max_message_age_ms,
        min_assurance=settings.min_assurance,
        time_scale=TimeScale(settings.time_scale),
    )


def heard_aids(config: Config) -> Mapping[int, aids.Application]:
    """What may be heard, ready to be read. Raises ConfigError for an AID that is none, or has another meaning."""
    for aid in config.receive.day2_aids:
        if not 0 <= aid <= dsmp.AID_MAX or aid in aids.BY_AID or aid in aids.OF_SECURITY:
            raise ConfigError(f"receive.day2_aids: {aid} has another meaning, or is not 0..{dsmp.AID_MAX}",
                              f"receive.day2_aids：{aid} 已有其他含义，或不在 0..{dsmp.AID_MAX} 之内")  # fmt: skip
    if config.receive.day2_aids:
        import_day_2()
    return aids.with_day_2(config.receive.day2_aids)


def editions(config: Config) -> EditionBinding:
    """Who judges in which edition a message was meant."""
    said = config.receive.edition
    fixed = None if said == "auto" else Edition(said)
    return EditionBinding(EditionOptions(fixed=fixed, default=Edition(config.receive.edition_default)))


def tools(config: Config) -> Tools:
    """What judging trust needs."""
    return trust_store.tools(config.security.list_grace_days, TimeScale(config.security.time_scale))


def book_of(config: Config, material: Material) -> Book:
    """The trust store as it was read. A list in it that does not hold is left out; the trust keeper says so."""
    book, _ = trust_store.book_of(material.trust, material.lists, tools(config))
    return book


def applications(config: Config) -> tuple[tuple[base.Installed, ...], tuple[base.Installed, ...]]:
    """Those of the folder that are on, and those that are off, by section [apps.<name>]. Raises ConfigError."""
    known = base.names()
    for name in config.apps:
        if name not in known:
            raise ConfigError(f"apps.{name}: there is no such application; there are: {', '.join(known)}",
                              f"apps.{name}：没有这个应用；可用：{'、'.join(known)}")  # fmt: skip
    found: dict[bool, list[base.Installed]] = {True: [], False: []}
    for name in known:
        module, section = base.load(name), dict(config.apps.get(name, {}))
        is_on = strict.convert(section.pop("enabled", True), bool, f"apps.{name}.enabled")
        parameters = strict.convert(section, module.Parameters, f"apps.{name}")
        for key, value in strict.numbers(section, f"apps.{name}"):
            if value < 0:
                raise ConfigError(f"{key}: must be 0 or more, not {value}", f"{key}：应不小于 0，现为 {value}")
        parts = getattr(module, "PARTS", ())
        found[is_on].append(base.Installed(module.NAME, module.look, parameters, module.TITLE, module.NEEDS, parts))
    return tuple(found[True]), tuple(found[False])


def outer(config: Config, material: Material, keys: KeyStore, journal_written: Callable[[], int]) -> Outer:
    """Every driver of the unit. Raises ConfigError for nonsense; an absent device comes up later.

    journal_written: bytes of the journal since the start.
    """
    profile = strict.parse_toml(material.profile, Profile, str(material.profile_path))
    plans = dbc.compile_plans(material.dbc, profile, str(material.profile_path))
    radio: Any = devices.driver("radio", "radio", config.radio)
    kept = store.Store(Path(config.unit.state))
    not_done = provision_record.open_steps(Path(config.unit.state))
    machine = Host(Path(config.unit.state), {"state": lambda: kept.written, "journal": journal_written}, not_done)
    certificates = own_certificates.watch(config, keys, material)
    allowed = (0, os.geteuid(), *config.hmi.allow_uids)
    clock = timekeeping.clock_of(config.clock)
    heard = [*timekeeping.asked(clock), *devices.senses(config, plans)]
    return Outer(
        clock=clock,
        sources=[*heard, machine, certificates, service_manager.make()],
        radio=radio,
        pool=crypto_pool.make("pool", keys, config.pool.workers),
        store=kept,
        trust=TrustKeeper(Path(config.security.trust), book_of(config, material), tools(config)),
        socket=local_socket.make("socket", Path(config.hmi.socket), allowed, feed.decode_client_line),
        board=boarding.make(config, plans.filters()),
        asked=diagnosing.make(config, plans),
        audio=devices.loudspeaker(config),
    )


def must_be_encrypted(config: Config, is_bench: bool) -> None:
    """Raises ConfigError for plain key files in a unit whose trust is not the bench's."""
    if not is_bench and config.keys.get("type", "file") == "file" and "kek_file" not in config.keys:
        raise ConfigError("keys.kek_file: is missing: only a bench's keys may lie unencrypted; see docs/key-stores.md",
                          "keys.kek_file：没有给出：只有测试密钥可以不加密；见 docs/key-stores.md")  # fmt: skip


class FeedOut:
    """Events to the local socket's lines, and what a newcomer is told."""

    def __init__(self, socket: Publisher) -> None:
        self._socket = socket
        self._greeting = feed.Greeting()

    def publish(self, events: Sequence[FeedEvent]) -> None:
        """Each event as a line to every client."""
        lines = [feed.encode_event(event) for event in events]
        for event, line in zip(events, lines, strict=True):
            self._greeting.take(event, line)
        self._socket.greet(self._greeting.lines())
        self._socket.publish(lines)


def check(config: Config) -> None:
    """Everything that can be known to be wrong before anything is opened. Raises LocalError in one sentence."""
    keys = devices.key_store(config)
    material = made_from.gather(config, keys.points())
    unit = station(config, material)
    store.check(Path(config.unit.state))
    kept, broken = store.read(Path(config.unit.state))
    if strange := unit.recall(tuple(kept)):
        broken = f"not of this version: {', '.join(strange)}"
    if broken:
        raise ConfigError(f"unit.state: {config.unit.state}: {broken}; the unit starts without it",
                          f"unit.state：{config.unit.state}：{broken}；单元将不使用这些内容")  # fmt: skip
    profile = strict.parse_toml(material.profile, Profile, str(material.profile_path))
    plans = dbc.compile_plans(material.dbc, profile, str(material.profile_path))
    boarding.make(config, plans.filters())
    others = [each for each in [diagnosing.make(config, plans), devices.loudspeaker(config)] if each]
    for source in (*devices.senses(config, plans), *others, devices.driver("radio", "radio", config.radio)):
        source.close()
    fault = SignGuard(keys, libcrypto.load(), time.monotonic_ns, lambda _: None).start()
    keys.close()
    if fault:
        raise ConfigError(f"keys: {fault.text}", f"keys：{fault.zh}")


def run(config: Config, journal_folder: Path | None, log: logging.Logger) -> str:
    """The main job, until a signal ends it (empty), or the unit ends itself (why: station/power.End)."""
    keys = devices.key_store(config)
    material = made_from.gather(config, keys.points())
    unit = station(config, material)
    keeper: Keeper | None = None
    drivers = outer(config, material, keys, lambda: keeper.written() if keeper else 0)
    observers: list[Callable[[Now, Inbox, Outbox], None]] = [Narrator(log).observe]
    if journal_folder:
        keeper = Keeper(journal_folder, config, material, unit, log, drivers.clock.now())
    if keeper:
        observers.append(keeper.observe)
    log.info("%s %s: %s, listening on %s", config.unit.name, obu.__version__, config.vehicle.profile, config.hmi.socket)
    try:
        loop = Loop(unit, drivers, FeedOut(drivers.socket).publish, observers)
        loop.run()
    finally:
        if keeper:
            keeper.close()
    log.info("%s: ended %s", config.unit.name, loop.ended.replace("_", " "))
    return loop.ended


def station_of_journal(head: journal.Head, path: Path) -> tuple[Station, dict[str, str]]:
    """The station of a kept segment in its kept state, and the hashes of what it is made from today."""
    config, material = material_of(head, path)
    unit = station(config, material)
    unit.restore(freeze.thaw(head.state))
    return unit, material.hashes()
