"""PSM (T/CSAE 157-2020 PersonalSafetyMessage): what a pedestrian, cyclist or road worker says of himself."""

from dataclasses import dataclass

from obu.codec.messages import motion, scales
from obu.codec.messages.instants import SECOND_MS
from obu.codec.messages.names import TIME_ACCURACY_S
from obu.codec.messages.non_motor import NON_MOTOR, NonMotor
from obu.codec.messages.numbered import numbered
from obu.codec.messages.path import PATH_HISTORY, Crumb, FullPosition
from obu.codec.messages.places import Origin
from obu.codec.messages.planning import PLAN, PlanPoint
from obu.codec.messages.record import At, Inside
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class Psm:
    """One person at one instant; units, signs and path as in a BSM. radius_m: of all who travel together."""

    msg_count: int
    id: bytes
    sec_mark_ms: int | None
    place: LatLon
    radius_m: float
    person: NonMotor
    elevation_m: float | None = None
    time_accuracy_s: float | None = None
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    orientation_deg: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    accel_long_mps2: float | None = None
    accel_lat_mps2: float | None = None
    accel_vert_mps2: float | None = None
    yaw_rate_deg_s: float | None = None
    path: tuple[Crumb, ...] = ()
    path_start: FullPosition | None = None
    path_gnss: frozenset[str] | None = None
    plan: tuple[PlanPoint, ...] = ()
    rest: Rest = None


MESSAGE = Psm
RECORD = numbered(
    Psm,
    15,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    At("timeConfidence?", "time_accuracy_s", TIME_ACCURACY_S),
    Origin("pos"),
    Inside("posAccuracy", *motion.ELLIPSE),
    At("speed", "speed_mps", scales.SPEED),
    At("heading", "heading_deg", scales.HEADING),
    motion.acceleration("accelSet?"),
    PATH_HISTORY,
    At("path-Planning?", "plan", PLAN, empty=()),
    At("overallRadius", "radius_m", scales.GROUP_RADIUS),
    At("non-motorData", "person", NON_MOTOR),
    ...,
)
