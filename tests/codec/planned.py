"""Parts of day-2 messages as they travel, each beside what it says (SAID) by steps worked by hand."""

from typing import Any

from obu.codec.messages.places import Height
from obu.codec.messages.planning import PlanPoint
from obu.codec.messages.references import NodeRef, ReferenceLink, ReferencePath
from obu.core.geo import LatLon

HERE = {"lat": 312_000_000, "long": 1_215_000_000}
NODE, OTHER = {"region": 5, "id": 11}, {"id": 12}
START = {"msgCnt": 5, "id": b"12345678", "secMark": 31_400}
SAID = {"msg_count": 5, "id": b"12345678", "sec_mark_ms": 31_400, "place": LatLon(31.2, 121.5)}


def at(lat: int, lon: int, **height: Any) -> dict[str, Any]:
    """PositionOffsetLLV, steps of 1e-7 degree from HERE."""
    return {"offsetLL": ("position-LL1", {"lon": lon, "lat": lat}), **height}


PATH = {"activePath": [at(0, 100), at(0, 200)], "pathRadius": 35}
PATH_SAID = ReferencePath((LatLon(31.2, 121.50001), LatLon(31.2, 121.50002)), 3.5)
LINK = {"upstreamNodeId": NODE, "downstreamNodeId": OTHER, "referenceLanes": (b"\x60\x00", 16)}
LINK_SAID = ReferenceLink(NodeRef(5, 11), NodeRef(None, 12), frozenset({1, 2}))

POINT = {
    "posInMap": LINK,
    "pos": at(200, -100, offsetV=("offset1", -12)),
    "posAccuracy": {"pos": "a50cm", "elevation": "elev-002-00"},
    "speed": 650,
    "speedCfd": "prec0-1ms",
    "heading": 7200,
    "headingCfd": "prec01deg",
    "accelSet": {"long": 150, "lat": -20, "vert": 0, "yaw": -250},
    "acc4WayConfidence": {
        "lonAccConfidence": "prec0-1deg",
        "latAccConfidence": "prec1deg",
        "vertAccConfidence": "unavailable",
        "yawRateCon": "prec5deg",
    },
    "estimatedTime": 320,
    "timeConfidence": 150,
}
POINT_SAID = PlanPoint(
    place=LatLon(31.20002, 121.49999),
    height=Height(rise_m=-1.2),
    link=LINK_SAID,
    accuracy_m=0.5,
    elevation_accuracy_m=2.0,
    speed_mps=13.0,
    speed_accuracy_mps=0.1,
    heading_deg=90.0,
    heading_accuracy_deg=1.0,
    accel_long_mps2=1.5,
    accel_lat_mps2=-0.2,
    accel_vert_mps2=0.0,
    yaw_rate_deg_s=-2.5,
    accel_long_accuracy_mps2=0.1,
    accel_lat_accuracy_mps2=1.0,
    yaw_rate_accuracy_deg_s=5.0,
    after_s=3.2,
    time_confidence_percent=75.0,
)
