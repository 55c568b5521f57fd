"""Our unit in one of the corridor's vehicles: the real station on virtual time, fed by what its vehicle does.

Its one rule: what reaches the station is bytes (CAN frames, NMEA sentences, packets), as in a real vehicle.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.encode import BusTraffic
from hil.nmea import EPOCH_NS, Mount, Receiver
from hil.plant import FINAL_DRIVE, GEAR_RATIOS, IDLE_RPM, SHIFT_MPS, STEERING_RATIO, WHEEL_RADIUS_M, Truth
from hil.remembering import Keys, Memory
from hil.traffic.net import Net
from hil.traffic.trace import AT_STOP, BRAKING, LEFT, RIGHT, Kind, Mover
from obu.core.frames import AirPacket, CanFrame, GnssBytes, Inbox, JobResult, TxPacket
from obu.core.now import Now
from obu.drivers import key_file
from obu.runtime import config, made_from, wiring
from obu.scene.facts import FactsState
from obu.station.warn import WarnState

CLASSES = {"host_taxi": 10, "host_bus12": 70, "host_bus18": 70}  # GB/T 45315-2025 annex D
STILL_MPS = 0.1
WHEELBASE_PART = 0.5  # of the length
ANTENNA_AHEAD_M = 0.0  # of the outline's middle, in each of them, whatever the profile has


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning that the driver got. at_s: the traffic's time of its display. why: the values that decided."""

    host: str
    at_s: float
    app: str
    level: int
    subject: str
    why: tuple[tuple[str, float | str], ...]


class Host:
    """One vehicle of ours. turn() at each instant. folder: its certs and keys; trust: the anchors.

    air: what its unit last said of the packets it heard. apps: its applications.
    """

    def __init__(
        self, name: str, kind: Kind, net: Net, folder: Path, trust: Path, memory: Memory, sigma_m: float, seed: int
    ) -> None:
        self.name, self.kind = name, kind
        self.warned: list[Warned] = []
        self._net, self._memory = net, memory
        self._dice = random.Random(f"host {name} {seed}")
        self._receiver = Receiver(
            Mount(antenna_ahead_m=ANTENNA_AHEAD_M, sigma_m=max(sigma_m, 0.02)), self._dice.randrange(1 << 30)
        )
        self._traffic = BusTraffic()
        self._keys = Keys(key_file.open_folder(folder / "keys"), memory)
        settings = _settings(kind, folder, trust)
        self._station = wiring.station(settings, made_from.gather(settings, self._keys.points()))
        self.apps = wiring.applications(settings)[0]
        self._results: tuple[JobResult, ...] = ()
        self._wanted = 0
        self._numbers: set[int] = set()
        self._since_s: float | None = None
        self.rode_s = 0.0
        self.air: dict[str, Any] = {}

    def turn(self, now: Now, at_s: float, mover: Mover, air: Iterable[AirPacket]) -> tuple[TxPacket, ...]:
        """What the vehicle and the air give at this instant; what our unit sends."""
        self._since_s = at_s if self._since_s is None else self._since_s
        self.rode_s = at_s - self._since_s
        truth = self._truth(mover)
        assert now.utc_ns is not None
        is_epoch = now.utc_ns % EPOCH_NS == 0
        frames = self._traffic.due(now.at_ns, truth)
        inbox = Inbox(
            can=tuple(CanFrame("main", each.can_id, True, each.data, now.at_ns) for each in frames),
            gnss=(GnssBytes(self._receiver.epoch(now.utc_ns, truth), now.at_ns),) if is_epoch else (),
            air=tuple(air),
            results=self._results,
            random=self._dice.randbytes(self._wanted),
        )
        outbox = self._station.step(now, inbox)
        signed = tuple(self._keys.result(job) for job in outbox.sign_jobs)
        self._results = signed + tuple(self._memory.verify(job) for job in outbox.verify_jobs)
        self._wanted = outbox.want_random
        for event in outbox.events:
            if event.kind == "status":
                self.air = event.body["air"]
            if event.kind == "alert" and event.body["number"] not in self._numbers:
                self._numbers.add(event.body["number"])
                body = event.body
                why = tuple(sorted(body["why"].items()))
                self.warned.append(Warned(self.name, at_s, body["app"], body["level"], body["subject"], why))
        return outbox.packets

    def seen(self) -> tuple[WarnState, FactsState]:
        """What its warnings were made of in the last turn."""
        kept = self._station.checkpoint()
        return kept["warn"], kept["facts"]

    def _truth(self, mover: Mover) -> Truth:
        speed_mps = mover.speed_mps
        curvature = math.radians(mover.yaw_rate_deg_s) / speed_mps if speed_mps > 1.0 else 0.0
        gear = 0 if speed_mps < STILL_MPS else 1 + sum(speed_mps > shift for shift in SHIFT_MPS)
        wheel_rpm = speed_mps / (2 * math.pi * WHEEL_RADIUS_M) * 60.0
        is_at_stop = bool(mover.flags & AT_STOP)
        return Truth(
            lap=0,
            lap_s=0.0,
            along_m=0.0,
            place=self._net.plane.place(mover.x, mover.y),
            heading_deg=mover.heading_deg,
            speed_mps=speed_mps,
            accel_long_mps2=mover.accel_mps2,
            accel_lat_mps2=speed_mps * math.radians(mover.yaw_rate_deg_s),
            yaw_rate_deg_s=mover.yaw_rate_deg_s,
            curvature_per_m=curvature,
            steering_wheel_deg=STEERING_RATIO
            * math.degrees(math.atan(WHEELBASE_PART * self.kind.length_m * curvature)),
            gear=gear,
            engine_rpm=max(IDLE_RPM, wheel_rpm * FINAL_DRIVE * GEAR_RATIOS[gear - 1]) if gear else IDLE_RPM,
            accelerator_percent=30.0 if mover.accel_mps2 > 0.2 else 0.0,
            brake_percent=20.0 if mover.flags & BRAKING or speed_mps < STILL_MPS else 0.0,
            parking_brake=is_at_stop,
            doors=(is_at_stop,) * 3,
            left_turn=bool(mover.flags & LEFT),
            right_turn=bool(mover.flags & RIGHT),
        )


def _settings(kind: Kind, folder: Path, trust: Path) -> config.Config:
    profile = "articulated_bus_j1939" if kind.name == "host_bus18" else "city_bus_j1939"
    return config.Config(
        vehicle=config.Vehicle(
            profile=profile,
            length_m=kind.length_m,
            width_m=kind.width_m,
            basic_class=CLASSES[kind.name],
            antenna_ahead_m=ANTENNA_AHEAD_M,
        ),
        can={"main": {"interface": "virtual", "channel": "city"}},
        gnss={"type": "udp", "port": 1},
        radio={"type": "udp", "modem": "127.0.0.1:1"},
        security=config.Security(trust=str(trust), certificates=str(folder / "certs"), keys=str(folder / "keys")),
        hmi=config.Hmi(socket="unused"),
    )
