"""Messages of T/CSAE 157-2020 of the size and shape that their purposes make likely; no real ones are public."""

import random
from typing import Any

from tests.bench.samples import HERE, place, point

_ID = b"\x01\x02\x03\x04\x05\x06\x07\x08"
_START = {"msgCnt": 17, "id": _ID, "secMark": 31_400}
_STILL = {"long": 30, "lat": -4, "vert": 1, "yaw": -120}


def all_of_them() -> dict[int, tuple[str, dict[str, Any]]]:
    """By messageId: a short name, and the value."""
    rng = random.Random(7)
    return {
        0: ("test message", {"msgCnt": 17, "userData": bytes(range(100))}),
        10: ("rtcm", _rtcm()),
        11: ("rsc", _rsc(rng)),
        12: ("ssm", _ssm(rng)),
        13: ("vir", _vir(rng)),
        14: ("pam", _pam(rng)),
        15: ("psm", _psm()),
        16: ("clpmm", _clpmm()),
        17: ("vpm", _vpm()),
    }


def _offset(rng: random.Random) -> dict[str, Any]:
    offset: dict[str, Any] = point(rng, 18)["posOffset"]
    return offset


def _node(number: int) -> dict[str, int]:
    return {"region": 11, "id": number}


def _stretch() -> dict[str, Any]:
    return {"upstreamNodeId": _node(1), "downstreamNodeId": _node(2), "referenceLanes": (b"\x40\x00", 16)}


def _plan(rng: random.Random, points: int) -> list[dict[str, Any]]:
    return [
        {"pos": _offset(rng), "speed": 600 + each, "heading": 7_200, "estimatedTime": 100 * (each + 1)}
        for each in range(points)
    ]


def _rtcm() -> dict[str, Any]:
    """Two correction messages."""
    payload = bytes(range(150))
    return {"msgCnt": 1, "corrections": [{"rev": "rtcmRev3-2", "rtcmID": 1074, "payload": payload}] * 2}


def _rsc(rng: random.Random) -> dict[str, Any]:
    """Advice to two vehicles and a lane."""
    vehicle = {
        "vehId": _ID,
        "driveSuggestion": {"suggestion": (b"\x40\x00", 14), "lifeTime": 500, "relatedLink": _stretch()},
        "pathGuidance": _plan(rng, 5),
        "info": (b"\x80", 8),
    }
    lane = {
        "targetLane": _stretch(),
        "tBegin": {"hour": 12, "minute": 30, "second": 0},
        "recommendedSpeed": 700,
        "recommendedBehavior": (b"\x40\x00", 14),
        "info": (b"\x08", 8),
        "description": ("textGB2312", "前方施工".encode("gb2312")),
    }
    return {**_START, "refPos": place(HERE), "coordinates": [vehicle] * 2, "laneCoordinates": [lane]}


def _ssm(rng: random.Random) -> dict[str, Any]:
    """Eight participants, four of them with a plan, and two obstacles."""
    seen = [
        {
            "ptc": {
                "ptcType": "motor",
                "ptcId": number + 1,
                "source": "integrated",
                "secMark": 31_400,
                "pos": _offset(rng),
                "posConfidence": {"pos": "a50cm"},
                "speed": 500 + number,
                "heading": 7_200,
                "accelSet": _STILL,
                "size": {"width": 180, "length": 450, "height": 30},
                "vehicleClass": {"classification": 10},
            },
            "objSizeConfidence": {"widthConf": "size-000-20", "lengthConf": "size-000-20"},
            "detectedPTCType": "car",
            "typeConfidence": 180,
            **({"planningList": [{"duration": 30, "pathPlanning": _plan(rng, 4)}]} if number % 2 else {}),
            "tracking": 1_000,
        }
        for number in range(8)
    ]
    obstacle = {
        "obsType": "trafficcone",
        "obsId": 3,
        "source": "video",
        "secMark": 31_400,
        "pos": _offset(rng),
        "posConfidence": {"pos": "a50cm"},
        "speed": 0,
        "heading": 0,
        "size": {"width": 3, "length": 3},
    }
    start = {**_START, "equipmentType": "rsu", "sensorPos": place(HERE)}
    return {**start, "participants": seen, "obstacles": [obstacle] * 2}


def _vir(rng: random.Random) -> dict[str, Any]:
    """A lane change that is planned and asked for."""
    asked = {
        "reqID": 1,
        "status": "request",
        "reqPriority": b"\x60",
        "targetVeh": _ID,
        "info": ("laneChange", {"upstreamNode": _node(1), "downstreamNode": _node(2), "targetLane": 2}),
        "lifeTime": 500,
    }
    intention = {
        "currentPos": _plan(rng, 1)[0],
        "path-Planning": _plan(rng, 8),
        "currentBehavior": (b"\x40\x00", 14),
        "reqs": [asked],
    }
    return {**_START, "refPos": place(HERE), "intAndReq": intention}


def _pam(rng: random.Random) -> dict[str, Any]:
    """Four nodes with a drive of twelve slots each."""
    slots = [
        {
            "slotID": number,
            "position": {corner: _offset(rng) for corner in ("topLeft", "topRight", "bottomLeft")},
            "parkingType": (b"\x40\x00", 10),
            "status": "available",
            "parkingSpaceTheta": "vertical",
            "parkingLock": "nolock",
        }
        for number in range(12)
    ]
    drive = {
        "upstreamPAMNodeId": 1,
        "driveID": 1,
        "twowaySepration": False,
        "speedLimit": 70,
        "driveWidth": 500,
        "points": [point(rng, 18) for _ in range(4)],
        "movements": [2, 3],
        "parkingSlots": slots,
    }
    nodes = [{"id": number, "refPos": place(HERE), "floor": -1, "inDrives": [drive]} for number in range(4)]
    lot = {"id": 7, "name": "P1", "number": 400, "buildingLayerNum": 2, "avpType": "p1"}
    guide = {"vehId": _ID, "drivePath": [1, 2, 3], "targetParkingSlot": 5}
    return {"msgCnt": 3, "parkingLotInfo": lot, "pamNodes": nodes, "parkingAreaGuidance": [guide]}


def _psm() -> dict[str, Any]:
    """A cyclist."""
    return {
        **_START,
        "pos": place(HERE),
        "posAccuracy": {"semiMajor": 20, "semiMinor": 18, "orientation": 1200},
        "speed": 250,
        "heading": 7_200,
        "accelSet": _STILL,
        "overallRadius": 8,
        "non-motorData": {"basicType": "aPEDALCYCLIST", "propulsion": ("motor", "bicycle"), "clusterSize": "small"},
    }


def _clpmm() -> dict[str, Any]:
    """The leader of four."""
    members = [{"vid": bytes((number,)) * 8} for number in range(4)]
    leading = {"memberList": members, "capacity": 8, "openToJoin": True}
    return {**_START, "pid": bytes(17), "role": "leader", "status": "navigating", "leadingExt": leading}


def _vpm() -> dict[str, Any]:
    """What a toll station offers."""
    now = {"year": 2026, "month": 11, "day": 26, "hour": 12, "minute": 30, "second": 31_400, "offset": 480}
    station = {"id": 4_000_000, "tollingNodeType": "entranceStation", "tollingDirection": "north"}
    toll = {"price": 1_500, "tollRoad": [_node(1), _node(2)], "timeBegin": now}
    offer = {"pid": "enclosed", "paymentInfo": ("paymentInfoType1", {"tollingNodeInfo": station, "tollInfo": toll})}
    return {
        "msgCnt": 17,
        "payment": ("initialzation-request", {"time": now, "id": b"roadside", "paymentList": [offer] * 2}),
    }
