"""RSM (YD/T 3709-2020 RoadsideSafetyMessage): the participants that a roadside unit sees."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from obu.codec.messages import scales
from obu.codec.messages.places import offset_to, place_at, place_of, position_of
from obu.codec.messages.scales import without_none
from obu.core.geo import LatLon

FRAME = "rsmFrame"


class Kind(Enum):
    """What a participant is (ParticipantType)."""

    UNKNOWN = "unknown"
    MOTOR = "motor"
    NON_MOTOR = "non-motor"
    PEDESTRIAN = "pedestrian"
    ROADSIDE_UNIT = "rsu"


class Source(Enum):
    """Who saw it (SourceType)."""

    UNKNOWN = "unknown"
    SELF = "selfinfo"
    V2X = "v2x"
    VIDEO = "video"
    RADAR = "microwaveRadar"
    LOOP = "loop"
    LIDAR = "lidar"
    FUSED = "integrated"


_KINDS = {kind.value: kind for kind in Kind}  # a later text's is unknown
_SOURCES = {source.value: source for source in Source}
# PositionConfidence: the bound in m that each name stands for, coarsest first.
_ACCURACIES = (
    ("a500m", 500.0),
    ("a200m", 200.0),
    ("a100m", 100.0),
    ("a50m", 50.0),
    ("a20m", 20.0),
    ("a10m", 10.0),
    ("a5m", 5.0),
    ("a2m", 2.0),
    ("a1m", 1.0),
    ("a50cm", 0.5),
    ("a20cm", 0.2),
    ("a10cm", 0.1),
    ("a5cm", 0.05),
    ("a2cm", 0.02),
    ("a1cm", 0.01),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One road user. number: ptcId, 0 the roadside unit itself; id: the BSM id where it was heard by V2X.

    Units and signs as in a BSM; accuracy_m: bound of the position's error; None is unavailable.
    """

    kind: Kind
    number: int
    source: Source
    sec_mark_ms: int | None
    place: LatLon
    width_m: float
    length_m: float
    id: bytes | None = None
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    accel_long_mps2: float | None = None
    accel_lat_mps2: float | None = None
    accel_vert_mps2: float | None = None
    yaw_rate_deg_s: float | None = None
    height_m: float | None = None
    basic_class: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsm:
    """What one roadside unit sees at one instant, 1 to 16 participants."""

    msg_count: int
    id: bytes
    place: LatLon
    participants: tuple[Participant, ...]


MESSAGE = Rsm


def from_wire(value: dict[str, Any]) -> Rsm:
    """The message of a decoded frame. Raises RemoteError where a place is unavailable or off the globe."""
    place = place_of(value["refPos"])
    return Rsm(
        msg_count=value["msgCnt"],
        id=bytes(value["id"]),
        place=place,
        participants=tuple(_participant(place, each) for each in value["participants"]),
    )


def to_wire(message: Rsm) -> dict[str, Any]:
    """The value for uper.encode."""
    return {
        "msgCnt": message.msg_count,
        "id": message.id,
        "refPos": position_of(message.place),
        "participants": [_participant_wire(message.place, each) for each in message.participants],
    }


def _participant(reference: LatLon, value: dict[str, Any]) -> Participant:
    accel, size = value.get("accelSet"), value["size"]
    height = size.get("height")
    return Participant(
        kind=_KINDS.get(value["ptcType"], Kind.UNKNOWN),
        number=value["ptcId"],
        source=_SOURCES.get(value["source"], Source.UNKNOWN),
        id=bytes(value["id"]) if "id" in value else None,
        sec_mark_ms=scales.second_ms(value["secMark"]),
        place=place_at(reference, value["pos"]),
        accuracy_m=dict(_ACCURACIES).get(value["posConfidence"]["pos"]),
        speed_mps=scales.SPEED.si(value["speed"]),
        heading_deg=scales.HEADING.si(value["heading"]),
        accel_long_mps2=scales.ACCELERATION.si(accel["long"]) if accel else None,
        accel_lat_mps2=scales.ACCELERATION.si(accel["lat"]) if accel else None,
        accel_vert_mps2=scales.VERTICAL_ACCELERATION.si(accel["vert"]) if accel else None,
        yaw_rate_deg_s=scales.YAW_RATE.sure(accel["yaw"]) if accel else None,
        width_m=scales.WIDTH.sure(size["width"]),
        length_m=scales.LENGTH.sure(size["length"]),
        height_m=None if height is None else scales.HEIGHT.sure(height),
        basic_class=value.get("vehicleClass", {}).get("classification"),
    )


def _participant_wire(reference: LatLon, each: Participant) -> dict[str, Any]:
    size = {
        "width": scales.WIDTH.raw(each.width_m),
        "length": scales.LENGTH.raw(each.length_m),
        "height": None if each.height_m is None else scales.HEIGHT.raw(each.height_m),
    }
    return without_none(
        {
            "ptcType": each.kind.value,
            "ptcId": each.number,
            "source": each.source.value,
            "id": each.id,
            "secMark": scales.SECOND_UNAVAILABLE if each.sec_mark_ms is None else each.sec_mark_ms,
            "pos": offset_to(reference, each.place),
            "posConfidence": {"pos": _accuracy_name(each.accuracy_m)},
            "speed": scales.SPEED.raw(each.speed_mps),
            "heading": scales.HEADING.raw(each.heading_deg),
            "accelSet": _accel_wire(each),
            "size": without_none(size),
            "vehicleClass": None if each.basic_class is None else {"classification": each.basic_class},
        }
    )


def _accel_wire(each: Participant) -> dict[str, int] | None:
    # The set has no way to leave the yaw rate out: without one there is no set.
    if each.yaw_rate_deg_s is None:
        return None
    return {
        "long": scales.ACCELERATION.raw(each.accel_long_mps2),
        "lat": scales.ACCELERATION.raw(each.accel_lat_mps2),
        "vert": scales.VERTICAL_ACCELERATION.raw(each.accel_vert_mps2),
        "yaw": scales.YAW_RATE.raw(each.yaw_rate_deg_s),
    }


def _accuracy_name(accuracy_m: float | None) -> str:
    if accuracy_m is None or accuracy_m > _ACCURACIES[0][1]:
        return "unavailable"
    return [name for name, bound_m in _ACCURACIES if accuracy_m <= bound_m][-1]
