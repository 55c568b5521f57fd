"""A receive-only station for `obu listen`: the configuration's radio and trust, and nothing that signs."""

import dataclasses
import select
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obu.core.alert import Text
from obu.core.errors import RemoteError
from obu.core.frames import AirPacket, DriverState, JobResult
from obu.core.now import NS_PER_MS, Now
from obu.drivers import libcrypto
from obu.drivers.clock import SystemClock
from obu.runtime import devices, trust_store, wiring
from obu.runtime.config import Config
from obu.security import book as books
from obu.security.verifier import Judgement, Pending, Verdict, Verifier
from obu.stack import aids, dsmp, receiver
from obu.stack.edition_binding import EditionBinding

WAIT_MS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet of the air and what the unit would say of it; None where it did not get so far."""

    sdu: bytes
    utc_ns: int
    l2_source: int | None
    aid: int | None
    message: str | None
    sender: str | None
    verdict: str


class Listener:
    """Judges packets one by one, with the verify jobs done on the spot."""

    def __init__(
        self, verifier: Verifier, editions: EditionBinding, applications: Mapping[int, aids.Application]
    ) -> None:
        self._verifier = verifier
        self._applications = applications
        self._editions = editions
        self._library = libcrypto.load()
        self._waiting: dict[int, Packet] = {}

    def take(self, now: Now, arrived: AirPacket) -> list[Packet]:
        """This packet's line, and the lines of those that waited for what it brought."""
        assert now.utc_ns is not None
        packet = Packet(
            sdu=arrived.sdu, utc_ns=now.utc_ns, l2_source=arrived.l2_source,
            aid=None, message=None, sender=None, verdict="",
        )  # fmt: skip
        try:
            dsm = dsmp.decode(arrived.sdu)
        except RemoteError as error:
            return [dataclasses.replace(packet, verdict=error.reason)]
        row = self._applications.get(dsm.aid)
        packet = dataclasses.replace(packet, aid=dsm.aid, message=row.name if row else None)
        if row is None:
            return [dataclasses.replace(packet, verdict="unregistered_aid")]
        answer = self._verifier.judge(now, dsm.payload, dsm.aid)
        if isinstance(answer, Pending):
            self._waiting[answer.ticket] = packet
            return [self._line(judgement) for judgement in self._work(now)]
        self._waiting[answer.ticket] = packet
        return [self._line(answer)]

    def expire(self, now: Now) -> list[Packet]:
        """Lines of packets whose certificate never came."""
        return [self._line(judgement) for judgement in self._verifier.expire(now)]

    def _work(self, now: Now) -> list[Judgement]:
        judgements: list[Judgement] = []
        while jobs := self._verifier.take_jobs():
            for job in jobs:
                outcome = self._library.verify(job.curve, job.point, job.e, job.r, job.s)
                judgements += self._verifier.settle(now, JobResult(job.number, outcome))
        return judgements

    def _line(self, judgement: Judgement) -> Packet:
        packet = self._waiting.pop(judgement.ticket)
        verdict, message = judgement.verdict.value, packet.message
        if judgement.verdict is Verdict.VALID:
            try:
                _, heard = receiver.read(judgement, self._editions, None, self._applications)
                message = type(heard).__name__.upper()
            except RemoteError as error:
                verdict = error.reason
        sender = judgement.signer.hex() if judgement.signer else None
        return dataclasses.replace(packet, message=message, sender=sender, verdict=verdict)


def packets(config: Config, tell: Callable[[Text], None]) -> Iterator[Packet]:
    """Every packet, for ever; `tell` hears of the radio's trouble."""
    options = wiring.judging(config)
    book, _ = trust_store.load(Path(config.security.trust), wiring.tools(config))
    snapshot = books.snapshot_of(book, wiring.tools(config))
    listener = Listener(Verifier(snapshot, options), wiring.editions(config), wiring.heard_aids(config))
    radio: Any = devices.driver("radio", "radio", {**config.radio, "receive_only": True})
    clock = SystemClock(config.clock.error_ms)
    poller = select.poll()
    try:
        while True:
            if (fd := radio.fileno()) >= 0:
                poller.register(fd, select.POLLIN)
            wake_ns = radio.wake_at_ns()
            wait_ms = WAIT_MS if wake_ns is None else max(0, (wake_ns - clock.now().at_ns) // NS_PER_MS + 1)
            poller.poll(min(WAIT_MS, wait_ms))
            now = clock.now()
            for arrival in radio.poll(now.at_ns):
                if isinstance(arrival, AirPacket):
                    yield from listener.take(now, arrival)
                elif isinstance(arrival, DriverState) and not arrival.is_up:
                    tell(_no_air(config, arrival.why))
            yield from listener.expire(now)
    finally:
        radio.close()


def _no_air(config: Config, why: str) -> Text:
    modem = config.radio.get("modem", "")
    return Text(
        f"{modem} 没有应答（{why}）；在试验台上可先启动：make run",
        f"nobody answers at {modem} ({why}); on the bench start the air first: make run",
    )
