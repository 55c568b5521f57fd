"""A whole unit driven over a road in simulated time: bus and receiver in, packets out, read by wire.py.

Nothing here waits, and but for one test nothing signs: a signature's octets change no rule of sending.
"""

import dataclasses
from pathlib import Path

from obu.core.frames import ChannelLoad, GnssBytes
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import key_file
from obu.runtime import places
from obu.runtime.config import Pseudonyms, Vehicle
from tests.conformity import wire
from tests.positioning import roads
from tests.station.frames import frame, word
from tests.station.unit import Unit, nmea

BEGIN_NS = 10 * NS_PER_S  # the monotonic clock when a drive begins
TURN_NS = 100 * NS_PER_MS  # of bus and receiver

# Signals of the shipped bus that it does not use stand in for those that few buses have.
STAND_INS = "\n".join(
    f"""
[[values.{value}]]
signals = ["{signal}"]
states = {{ "0" = false, "1" = true }}
max_age_ms = 1000"""
    for value, signal in (
        ("flat_tire", "CCVS1.ClutchSwitch"),
        ("airbag_deployed", "CCVS1.CruiseCtrlActive"),
        ("disabled", "EBC1.HaltBrakeSwitch"),
        ("siren", "VDC1.VdcBrakeLightReq"),
        ("light_bar", "VDC1.VdcFullyOperational"),
    )
)


def write_profile(folder: Path) -> Path:
    """The shipped city bus with the stand-ins."""
    shipped = places.vehicles() / "city_bus_j1939"
    (folder / "all_events.dbc").write_text(shipped.with_suffix(".dbc").read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / "all_events.toml"
    path.write_text(shipped.with_suffix(".toml").read_text(encoding="utf-8") + STAND_INS, encoding="utf-8")
    return path


@dataclasses.dataclass(frozen=True)
class Sham:
    """The unit's real keys by name, and signatures that are none."""

    folder: Path

    def points(self) -> dict[str, tuple[str, bytes]]:
        return key_file.open_folder(self.folder).points()

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        return b"\x11" * 32, b"\x22" * 32


@dataclasses.dataclass(frozen=True)
class Sent:
    """One packet on the air. at_ms: since the drive began."""

    at_ms: float
    l2_source: int
    l2_destination: int
    pppp: int
    outer: wire.Packet
    bsm: dict


SWITCHES = ("airbag", "flat", "disabled", "abs", "traction", "stability", "siren", "light_bar", "hazard", "brake",
            "low_beam", "left", "right")  # fmt: skip
GEARS = {"reverse": 124, "neutral": 125, "forward": 126, "park": 251}


def frames(at_ns: int, speed_mps: float, yaw_deg_s: float, said: dict):
    """CCVS1, EBC1, VDC1, VDC2, ETC2, OEL by the layout of SAE J1939-71, all other bits "not available".

    yaw_deg_s: to the right positive, as the BSM counts; SPN 1808 counts the other way. "without": speed, yaw, or
    all but these two.
    """
    on = {name: int(bool(said.get(name))) for name in SWITCHES}
    speed, steer = word(speed_mps * 3.6, 1 / 256, 0), word(0.0, 1 / 1024, -31.374)
    yaw = word(-yaw_deg_s * 3.141592653589793 / 180, 1 / 8192, -3.92)
    lateral, longitudinal = word(0.0, 1 / 2048, -15.687), round((said.get("accel_mps2", 0.0) + 12.5) / 0.1)
    if said.get("without") == "speed":
        speed = [255, 255]
    if said.get("without") == "yaw":
        yaw = [255, 255]
    if said.get("without") == "gear and aids":
        return (
            frame(65265, [0xFF, *speed, *[255] * 5], at_ns),
            frame(61449, [255, 255, 255, *yaw, *[255] * 3], at_ns),
        )
    turn = 1 if on["left"] else 2 if on["right"] else 0
    return (
        frame(65265, [0xF3, *speed, on["airbag"] | 0x0C | on["brake"] << 4 | on["flat"] << 6, *[255] * 4], at_ns),
        frame(61441, [3 | on["traction"] << 2 | on["abs"] << 4 | 0xC0, *[255] * 6, 0xF3 | on["disabled"] << 2], at_ns),
        frame(65103, [0xC3 | on["light_bar"] << 2 | on["siren"] << 4, 0x3F | on["stability"] << 6, *[255] * 6], at_ns),
        frame(61449, [*steer, 255, *yaw, *lateral, longitudinal], at_ns),
        frame(61445, [255, 255, 255, GEARS[said.get("gear", "forward")], *[255] * 4], at_ns),
        frame(64972, [0x0F | on["low_beam"] << 5, turn | on["hazard"] << 4 | 0xC0, *[255] * 6], at_ns),
    )


class Drive:
    """go() along a road; sent() is what went on the air, status what the unit said of itself last."""

    def __init__(self, pki: Path, profile: Path | None = None, *, seed=1, job_ms=1, basic_class=70, keys=None, **bsm):
        body = {"width_m": 3.05, "length_m": 12.0, "height_m": 3.2, "basic_class": basic_class}
        vehicle = Vehicle(profile=str(profile) if profile else "city_bus_j1939", **body)
        sections = {"vehicle": vehicle}
        if 60 <= basic_class < 70:
            sections["pseudonyms"] = Pseudonyms(identity=str(pki / "duty/certs"))
        keys = keys or Sham(pki / "unit/keys")
        self.unit = Unit(pki, random_seed=seed, job_ms=job_ms, sections=sections, keys=keys, **bsm)
        self.unit.utc_of = lambda at_ns: roads.UTC0_NS + at_ns - BEGIN_NS
        self.unit.at_ns, self.unit.wanted = BEGIN_NS, 32  # so that its grid is the bus's, and a turn serves both
        self.said: dict = {}
        self.bus = self.gnss = True
        self.gnss_lag_ms = 0  # how late the receiver's lines are, whole turns
        self.busy_percent: int | None = None  # what the modem says of the channel, each second
        self.moments: list[roads.Moment] = []
        self.status: dict = {}
        self._air: list = []

    def now_ms(self) -> float:
        return (self.unit.at_ns - BEGIN_NS) / NS_PER_MS

    def go(self, seconds: float, kph: float = 36.0, radius_m: float | None = None, *, air_at=None, **said):
        """So long so fast on an arc (to the right positive) or straight on. said: what else the bus says from now on.

        air_at: ms of this leg -> SDUs heard. Bus and receiver speak each 100 ms, and the bus when it says new things.
        Between, as in the unit's loop, there is a turn when something arrives and when the unit asked for one.
        """
        self._plan(seconds, kph / 3.6, radius_m)
        begin_ns, news, self.said = self.unit.at_ns, bool(said), self.said | said
        end_ns = begin_ns + round(seconds * 1000) * NS_PER_MS
        air = {begin_ns + ms * NS_PER_MS: sdus for ms, sdus in (air_at or {}).items()}
        while self.unit.at_ns < end_ns:
            outbox = self._turn(news, air.get(self.unit.at_ns, ()))
            news = False
            self.unit.at_ns = self._next_ns(outbox.wake_at_ns, [*air, end_ns])
        return self

    def _turn(self, is_news: bool, air):
        is_due = (self.unit.at_ns - BEGIN_NS) % TURN_NS == 0
        moment = self.moments[min((self.unit.at_ns - BEGIN_NS) // TURN_NS, len(self.moments) - 1)]
        can = self._frames(moment) if self.bus and (is_due or is_news) else ()
        fixed = (self.unit.at_ns - BEGIN_NS) // TURN_NS - self.gnss_lag_ms // 100
        gnss = self._gnss(self.moments[fixed]) if self.gnss and is_due and fixed >= 0 else ()
        loads = ()
        if self.busy_percent is not None and (self.unit.at_ns - BEGIN_NS) % NS_PER_S == 0:
            loads = (ChannelLoad(self.busy_percent / 100, self.unit.at_ns),)
        outbox = self.unit.step(tuple(air), can=can, gnss=gnss, loads=loads)
        self._air += [(self.now_ms(), packet) for packet in outbox.packets]
        self.status = next((event.body for event in outbox.events if event.kind == "status"), self.status)
        self.unit.inboxes.clear()  # ten minutes of them are a heap to search for garbage
        self.unit.outboxes.clear()
        return outbox

    def _next_ns(self, wake_ns: int, others: list[int]) -> int:
        """The next instant at which something arrives or is asked for."""
        at_ns = self.unit.at_ns
        turn_ns = at_ns + TURN_NS - (at_ns - BEGIN_NS) % TURN_NS
        wanted = [turn_ns, wake_ns, *self.unit.results_ns(), *others]
        return min(wanted_ns for wanted_ns in wanted if wanted_ns > at_ns)

    def _plan(self, seconds: float, speed_mps: float, radius_m: float | None) -> None:
        """The road goes on from where it ended."""
        count = round((self.now_ms() + seconds * 1000) / 100) + 1 - len(self.moments)
        last = self.moments[-1] if self.moments else roads.Moment(0.0, 0.0, 0.0, 0.0, speed_mps, 0.0)
        leg = roads.drive([((count + 1) * 0.1, speed_mps, radius_m)], heading_deg=last.heading_deg)
        skip = 1 if self.moments else 0
        for each in leg[skip : skip + count]:
            self.moments.append(dataclasses.replace(
                each, t_s=len(self.moments) * 0.1, east_m=last.east_m + each.east_m, north_m=last.north_m + each.north_m
            ))  # fmt: skip

    def _frames(self, moment: roads.Moment):
        return frames(self.unit.at_ns, moment.speed_mps, moment.yaw_deg_s, self.said)

    def _gnss(self, moment: roads.Moment):
        place = LatLon(moment.lat_deg, moment.lon_deg)
        return (GnssBytes(nmea(moment.utc_ns, place, moment.speed_mps, moment.heading_deg), self.unit.at_ns),)

    def sent(self, from_ms: float = 0.0, until_ms: float = float("inf")) -> list[Sent]:
        """What went on the air in that time."""
        found = []
        for at_ms, packet in self._air:
            if from_ms <= at_ms < until_ms:
                outer = wire.packet(packet.sdu)
                assert outer.aid == packet.aid
                found.append(Sent(at_ms, packet.l2_source, packet.l2_destination, packet.pppp, outer,
                                  wire.bsm(outer.payload)))  # fmt: skip
        return found

    def times_ms(self, from_ms: float = 0.0, until_ms: float = float("inf")) -> list[float]:
        """When BSMs went on the air."""
        return [at_ms for at_ms, _ in self._air if from_ms <= at_ms < until_ms]
