"""Messages of the size and shape that real senders send, with the security layer's packets around them."""

import random
from typing import Any

from obu.codec import coer, uper
from obu.codec.editions import Edition
from obu.core.geo import LatLon

HERE = LatLon(31.2, 121.5)
_CRUMB = {"llvOffset": {"offsetLL": ("position-LL2", {"lon": -3000, "lat": 2000})}, "timeOffset": 100}


def bsm(points: int = 0) -> tuple[str, dict[str, Any]]:
    """What GB/T 45315-2025 7.3 makes a vehicle send; with path points where there are some."""
    safety: dict[str, Any] = {"pathPrediction": {"radiusOfCurve": 32767, "confidence": 200}}
    if points:
        safety = {"pathHistory": {"crumbData": [_CRUMB] * points}, **safety, "lights": (b"\x20\x00", 9)}
    return "bsmFrame", {
        "msgCnt": 17,
        "id": b"\x01\x02\x03\x04\x05\x06\x07\x08",
        "secMark": 31_400,
        "pos": place(HERE),
        "posAccuracy": {"semiMajor": 20, "semiMinor": 18, "orientation": 1200},
        "transmission": "forwardGears",
        "speed": 612,
        "heading": 7_200,
        "angle": 2,
        "accelSet": {"long": 30, "lat": -4, "vert": 1, "yaw": -120},
        "brakes": {"brakePadel": "off", "wheelBrakes": (b"\x00", 5), "traction": "off"},
        "size": {"width": 255, "length": 1200},
        "vehicleClass": {"classification": 72},
        "safetyExt": safety,
    }


def road_map() -> tuple[str, dict[str, Any]]:
    """An intersection with four arms of four lanes."""
    rng = random.Random(4)
    return "mapFrame", {"msgCnt": 3, "timeStamp": 300_000, "nodes": [_node(number, rng) for number in range(1)]}


def _node(number: int, rng: random.Random) -> dict[str, Any]:
    links = [_link(arm, rng) for arm in range(4)]
    return {"name": "NODE", "id": {"region": 11, "id": number}, "refPos": place(HERE), "inLinks": links}


def _link(arm: int, rng: random.Random) -> dict[str, Any]:
    return {
        "upstreamNodeId": {"region": 11, "id": 20 + arm},
        "speedLimits": [{"type": "vehicleMaxSpeed", "speed": 833}],
        "linkWidth": 1400,
        "movements": [
            {"remoteIntersection": {"region": 11, "id": 40 + each}, "phaseId": each + 1} for each in range(3)
        ],
        "lanes": [_lane(arm, lane, rng) for lane in range(4)],
    }


def _lane(arm: int, lane: int, rng: random.Random) -> dict[str, Any]:
    return {
        "laneID": lane + 1,
        "laneWidth": 350,
        "laneAttributes": {"laneType": ("vehicle", (b"\x00", 8))},
        "maneuvers": (b"\x80\x00", 12),
        "connectsTo": [
            {
                "remoteIntersection": {"region": 11, "id": 40 + arm},
                "connectingLane": {"lane": lane + 1, "maneuver": (b"\x80\x00", 12)},
                "phaseId": arm + 1,
            }
        ],
        "points": [point(rng, 18) for _ in range(8)],
    }


def point(rng: random.Random, bits: int) -> dict[str, Any]:
    """A RoadPoint anywhere within offsets of so many bits."""
    form = {14: "position-LL2", 18: "position-LL4"}[bits]
    limit = 1 << bits - 1
    return {
        "posOffset": {"offsetLL": (form, {"lon": rng.randrange(-limit, limit), "lat": rng.randrange(-limit, limit)})}
    }


def spat() -> tuple[str, dict[str, Any]]:
    """Twelve phases of three states."""
    timing = {"startTime": 0, "minEndTime": 150, "maxEndTime": 450, "likelyEndTime": 320, "timeConfidence": 180}
    states = [{"light": light, "timing": ("counting", timing)} for light in ("red", "protected-green", "yellow")]
    return "spatFrame", {
        "msgCnt": 9,
        "moy": 300_000,
        "timeStamp": 31_400,
        "name": "CROSS",
        "intersections": [
            {
                "intersectionId": {"region": 11, "id": 5},
                "status": (b"\x04\x00", 16),
                "phases": [{"id": number + 1, "phaseStates": states} for number in range(12)],
            }
        ],
    }


def rsm() -> tuple[str, dict[str, Any]]:
    """Eight participants that a camera sees."""
    rng = random.Random(5)
    participants = [
        {
            "ptcType": "motor",
            "ptcId": number + 1,
            "source": "integrated",
            "secMark": 31_400,
            "pos": point(rng, 14)["posOffset"],
            "posConfidence": {"pos": "a50cm"},
            "speed": 500 + number,
            "heading": 7_200,
            "accelSet": {"long": 10, "lat": 0, "vert": 0, "yaw": 100},
            "size": {"width": 180, "length": 450, "height": 30},
            "vehicleClass": {"classification": 10},
        }
        for number in range(8)
    ]
    return "rsmFrame", {"msgCnt": 7, "id": b"roadside", "refPos": place(HERE), "participants": participants}


def rsi() -> tuple[str, dict[str, Any]]:
    """Two events and a sign, each for two stretches of road."""
    rng = random.Random(6)
    paths = [{"activePath": [point(rng, 18)["posOffset"] for _ in range(8)], "pathRadius": 100} for _ in range(2)]
    shared = {
        "description": ("textGB2312", "前方施工".encode("gb2312")),
        "timeDetails": {"startTime": 300_000, "endTime": 301_000, "endTimeConfidence": "time-000-001"},
        "priority": b"\xa0",
        "referencePaths": paths,
    }
    events = [{"rteId": number, "eventType": 501, "eventSource": "police", **shared} for number in range(2)]
    signs = [{"rtsId": 1, "signType": 85, **shared}]
    return "rsiFrame", {
        "msgCnt": 2,
        "moy": 300_000,
        "id": b"roadside",
        "refPos": place(HERE),
        "rtes": events,
        "rtss": signs,
    }


def packet() -> dict[str, Any]:
    """A BSM signed by digest, as V2XSecData."""
    payload = uper.encode(*bsm(), Edition.YDT3709)
    return {
        "protocolVersion": 3,
        "content": (
            "signedData",
            {
                "hashId": "sm3",
                "tbsData": {
                    "payload": {"data": {"protocolVersion": 3, "content": ("unsecuredData", payload)}},
                    "headerInfo": {"aid": 111, "generationTime": 700_000_000_000_000},
                },
                "signer": ("digest", b"12345678"),
                "signature": ("sm2Signature", {"rSig": b"r" * 32, "sSig": b"s" * 32}),
            },
        ),
    }


def packet_octets() -> bytes:
    return coer.encode("V2XSecData", packet())


def place(at: LatLon) -> dict[str, int]:
    """A Position3D."""
    return {"lat": round(at.lat_deg * 1e7), "long": round(at.lon_deg * 1e7)}
