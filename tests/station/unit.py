"""A whole station on virtual time: real codec, real certificates, real signatures, no driver but libcrypto."""

import dataclasses
from pathlib import Path

from obu.codec import uper
from obu.codec.editions import Edition
from obu.core.frames import AirPacket, CanFrame, GnssBytes, Inbox, JobOutcome, JobResult
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S, NS_PER_US, Now
from obu.drivers import key_file
from obu.runtime import bench_pki, config, made_from, wiring
from obu.security import envelope
from obu.stack import dsmp

from .frames import driving

START_UTC_NS = 1_790_000_000 * NS_PER_S  # 2026-09-21T14:13:20Z, inside the PKI's life
START = LatLon(28.2282, 112.9388)


def make_pki(folder: Path) -> Path:
    bench_pki.make_test(folder, START_UTC_NS, 30, 3, 2, False)
    return folder


def settings(pki: Path, sections: dict, **bsm) -> config.Config:
    """sections: whole sections of the configuration in place of the usual ones."""
    usual = config.Config(
        vehicle=config.Vehicle(profile="city_bus_j1939", width_m=2.55),
        can={"main": {"interface": "virtual", "channel": "x"}},
        gnss={"type": "udp", "port": 1},
        radio={"type": "udp", "modem": "127.0.0.1:1"},
        security=config.Security(
            trust=str(pki / "trust"), certificates=str(pki / "unit/certs"), keys=str(pki / "unit/keys")
        ),
        hmi=config.Hmi(socket="unused"),
        bsm=config.Bsm(**bsm),
    )
    return dataclasses.replace(usual, **sections)


def nmea(utc_ns: int, place: LatLon, speed_mps: float, heading_deg: float) -> bytes:
    """RMC, GGA and GST of one epoch (NMEA 0183 4.11), written out by hand."""
    import datetime

    at = datetime.datetime.fromtimestamp(utc_ns / NS_PER_S, datetime.UTC)
    clock, date = at.strftime("%H%M%S.") + f"{at.microsecond // 10_000:02d}", at.strftime("%d%m%y")
    lat = f"{int(place.lat_deg):02d}{place.lat_deg % 1 * 60:010.7f},N"
    lon = f"{int(place.lon_deg):03d}{place.lon_deg % 1 * 60:010.7f},E"
    bodies = (
        f"GNRMC,{clock},A,{lat},{lon},{speed_mps / 0.514444:.3f},{heading_deg:.2f},{date},,,A",
        f"GNGGA,{clock},{lat},{lon},4,18,0.7,45.0,M,-12.0,M,,",
        f"GNGST,{clock},0.5,0.4,0.3,30.0,0.3,0.4,0.6",
    )
    lines = []
    for body in bodies:
        checksum = 0
        for byte in body.encode():
            checksum ^= byte
        lines.append(f"${body}*{checksum:02X}\r\n")
    return "".join(lines).encode()


@dataclasses.dataclass
class Feedings:
    """Which of the unit's sources live."""

    can: bool = True
    gnss: bool = True
    utc: bool = True


def own_bsms(unit):
    """(DSMP AID, SPDU, decoded BSM) of every packet sent."""
    for _, packet in unit.packets():
        dsm = dsmp.decode(packet.sdu)
        spdu = envelope.parse(dsm.payload)
        yield dsm.aid, spdu, uper.decode(spdu.payload, Edition.YDT3709).value


class Unit:
    """Steps a station through virtual time; its jobs are done between the steps, `job_ms` later.

    verify_us: how long one core is busy with each verification, one after another; 0: all are done at once.
    """

    def __init__(
        self, pki: Path, random_seed: int = 1, job_ms: int = 1, sections: dict | None = None, keys=None,
        verify_us: int = 0, **bsm,
    ):  # fmt: skip
        self.config = settings(pki, sections or {}, **bsm)
        self.keys = keys or key_file.open_folder(pki / "unit/keys")
        self.material = made_from.gather(self.config, self.keys.points())
        self.station = wiring.station(self.config, self.material)
        self.at_ns = 10 * NS_PER_S
        self.outboxes = []
        self.feedings = Feedings()
        self.utc_of = lambda at_ns: START_UTC_NS + at_ns
        self.place, self.heading_deg, self.speed_mps = START, 30.0, 11.0
        self._random_seed = random_seed
        self._results: list[tuple[int, JobResult]] = []
        self._job_ns = job_ms * NS_PER_MS
        self._verify_ns, self._free_ns = verify_us * NS_PER_US, 0
        self._library = wiring.libcrypto.load()
        self.wanted = 0  # bytes of randomness in the next inbox
        self.can_state: dict[str, object] = {}
        self.inboxes: list[tuple[Now, Inbox]] = []

    def now(self) -> Now:
        utc_ns = self.utc_of(self.at_ns) if self.feedings.utc else None
        return Now(self.at_ns, utc_ns, NS_PER_MS)

    def step(self, air: tuple[bytes, ...] = (), **more):
        """One turn at this instant with everything that is due, and these SDUs from the air."""
        ready = tuple(result for at_ns, result in self._results if at_ns <= self.at_ns)
        self._results = [(at_ns, result) for at_ns, result in self._results if at_ns > self.at_ns]
        random = bytes((self._random_seed * 31 + index * 7) % 256 for index in range(self.wanted))
        self._random_seed += 1
        inbox = Inbox(air=tuple(AirPacket(sdu, self.at_ns) for sdu in air), results=ready, random=random, **more)
        outbox = self.station.step(self.now(), inbox)
        self.inboxes.append((self.now(), inbox))
        self.wanted = outbox.want_random
        self._work(outbox)
        self.outboxes.append((self.at_ns, outbox))
        return outbox

    def results_ns(self) -> list[int]:
        """When the jobs under way are done."""
        return [at_ns for at_ns, _ in self._results]

    def _work(self, outbox) -> None:
        due_ns = self.at_ns + self._job_ns
        for job in outbox.sign_jobs:
            r, s = self.keys.sign(job.key, job.e)
            self._results.append((due_ns, JobResult(job.number, JobOutcome.OK, r, s)))
        for job in outbox.verify_jobs:
            outcome = self._library.verify(job.curve, job.point, job.e, job.r, job.s)
            self._free_ns = max(self._free_ns, self.at_ns) + self._verify_ns
            self._results.append((max(due_ns, self._free_ns), JobResult(job.number, outcome)))

    def run(self, seconds: float, air_at=None) -> None:
        """Virtual time goes on in steps of 10 ms, the bus and the receiver at 10 Hz. air_at: ms of the run -> SDUs."""
        for tick in range(round(seconds * 100)):
            self.at_ns += 10 * NS_PER_MS
            can: tuple[CanFrame, ...] = ()
            gnss: tuple[GnssBytes, ...] = ()
            if tick % 10 == 0:
                self.place = move(self.place, self.heading_deg, self.speed_mps * 0.1)
                if self.feedings.can:
                    can = driving(self.at_ns, speed_kph=self.speed_mps * 3.6, **self.can_state)
                if self.feedings.gnss:
                    data = nmea(self.utc_of(self.at_ns), self.place, self.speed_mps, self.heading_deg)
                    gnss = (GnssBytes(data, self.at_ns),)
            self.step(tuple((air_at or {}).get(tick * 10, ())), can=can, gnss=gnss)

    def packets(self):
        """(at_ns, packet) of all that was sent."""
        return [(at_ns, packet) for at_ns, outbox in self.outboxes for packet in outbox.packets]

    def status(self) -> dict:
        """The last status."""
        bodies = [event.body for _, outbox in self.outboxes for event in outbox.events if event.kind == "status"]
        return bodies[-1]

    def events(self, kind: str) -> list[dict]:
        """The bodies of one kind of event, in order."""
        return [event.body for _, outbox in self.outboxes for event in outbox.events if event.kind == kind]
