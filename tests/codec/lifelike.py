"""Messages that look like real ones: roads of some tens of metres between places of one town, seeded.

Sizes and habits after the facts known of roadside units of 2020: MAP in the T/CSAE 53 form without linkWidth, points
as absolute places, 20 bytes to the limit of the air; no captured message is copied here.
"""

import random
from typing import Any

from obu.codec.messages import bsm, pack, rsi
from obu.codec.messages import map as road_map
from obu.codec.messages.lanes import Maneuver
from obu.codec.messages.references import NodeRef, ReferencePath
from obu.core.geo import LatLon, move

Wire = dict[str, Any]


def some_map(rng: random.Random, centre: LatLon | None = None) -> road_map.MapData:
    """A MAP that both forms have room for."""
    centre = centre or LatLon(rng.uniform(22, 41), rng.uniform(100, 122))
    return road_map.MapData(
        msg_count=rng.randrange(128),
        minute=rng.choice((None, rng.randrange(527_040))),
        nodes=tuple(_node(move(centre, rng.uniform(0, 360), 400 * n), n, rng) for n in range(rng.randrange(1, 4))),
    )


def _node(place: LatLon, number: int, rng: random.Random) -> road_map.Node:
    links = tuple(_link(place, rng) for _ in range(rng.randrange(5)))
    return road_map.Node(ref=NodeRef(rng.choice((None, 3)), number), place=place, links=links)


def _link(place: LatLon, rng: random.Random) -> road_map.Link:
    heading = rng.uniform(0, 360)
    points = tuple(move(place, heading, 30.0 * step) for step in range(rng.choice((0, 2, 9))))
    lanes = tuple(
        road_map.Lane(
            id=number + 1,
            width_m=3.5,
            maneuvers=frozenset(rng.sample(list(Maneuver), 2)),
            connections=tuple(
                road_map.Connection(node=NodeRef(None, rng.randrange(9)), phase=rng.randrange(1, 17))
                for _ in range(rng.randrange(3))
            ),
            points=points,
        )
        for number in range(rng.randrange(1, 5))
    )
    return road_map.Link(upstream=NodeRef(None, rng.randrange(99)), lanes=lanes, width_m=10.5, points=points)


def some_rsi(rng: random.Random, place: LatLon | None = None) -> rsi.Rsi:
    """An RSI of one to three events, some with paths."""
    place = place or LatLon(rng.uniform(22, 41), rng.uniform(100, 122))
    return rsi.Rsi(
        msg_count=rng.randrange(128),
        id=rng.randbytes(8),
        place=place,
        events=tuple(
            rsi.RoadEvent(
                number=number,
                event_type=rng.choice((501, 707, 904)),
                place=move(place, rng.uniform(0, 360), rng.uniform(0, 500)),
                radius_m=rng.uniform(0, 100),
                paths=tuple(_path(place, rng) for _ in range(rng.randrange(3))),
            )
            for number in range(rng.randrange(1, 4))
        ),
    )


def _path(place: LatLon, rng: random.Random) -> ReferencePath:
    heading, bend = rng.uniform(0, 360), rng.uniform(-10, 10)
    points = [move(place, rng.uniform(0, 360), rng.uniform(0, 300))]
    for step in range(rng.randrange(1, 12)):
        points.append(move(points[-1], heading + bend * step, rng.uniform(20, 60)))
    return ReferencePath(tuple(points), rng.choice((5.0, 10.0, 20.0)))


def roadside_map(rng: random.Random, centre: LatLon) -> Wire:
    """A MAP as a roadside unit of 2020 sends it, as a value for uper.encode in the T/CSAE 53 form.

    Either one crossing in every detail, or a corridor of 33 to 63 nodes, which YD/T 3709 has no room for.
    """
    if rng.random() < 0.2:
        count = rng.randrange(33, 64)
        nodes = [_bare_node(move(centre, 90.0, 300.0 * n), n + 1) for n in range(count)]
        return {"msgCnt": rng.randrange(128), "nodes": nodes}
    value = {"msgCnt": rng.randrange(128), "nodes": [_crossing(centre, rng)]}
    return value if rng.random() < 0.5 else {**value, "timeStamp": rng.randrange(527_040)}


def _bare_node(place: LatLon, number: int) -> Wire:
    return {"id": {"region": 310, "id": number}, "refPos": _position(place)}


def _crossing(centre: LatLon, rng: random.Random) -> Wire:
    is_absolute, has_width = rng.random() < 0.7, rng.random() < 0.2
    links = []
    for number in range(rng.randrange(2, 5)):
        line = [move(centre, 90.0 * number, 40.0 * step + 15.0) for step in range(rng.choice((2, 3, 5)))]
        points = [{"posOffset": {"offsetLL": _offset(centre, place, is_absolute)}} for place in line]
        lanes = [_turning_lane(each + 1, points, rng) for each in range(rng.randrange(1, 4))]
        link: Wire = {"upstreamNodeId": {"region": 310, "id": 20 + number}, "points": points, "lanes": lanes}
        if has_width:
            link["linkWidth"] = 350 * len(lanes)
        if rng.random() < 0.5:
            link["name"] = f"Road {number}"
        if rng.random() < 0.7:
            link["movements"] = [{"remoteIntersection": {"region": 310, "id": 20 + rng.randrange(4)}, "phaseId": 1}]
        links.append(link)
    node = {"id": {"region": 310, "id": 5}, "refPos": _position(centre), "inLinks": links}
    return {**node, "name": "NODE5"} if rng.random() < 0.5 else node


def _turning_lane(number: int, points: list[Wire], rng: random.Random) -> Wire:
    lane: Wire = {
        "laneID": number,
        "laneAttributes": {"laneType": ("vehicle", (b"\0", 8))},
        "maneuvers": (bytes((rng.randrange(16) << 4, 0)), 12),
        "connectsTo": [
            {"remoteIntersection": {"region": 310, "id": 20 + exit_}, "phaseId": rng.randrange(1, 17)}
            for exit_ in range(rng.choice((1, 2, 3)))
        ],
    }
    if rng.random() < 0.5:
        lane["laneWidth"] = 350
    if rng.random() < 0.5:
        lane["speedLimits"] = [{"type": "vehicleMaxSpeed", "speed": 833}]
    if rng.random() < 0.5:
        lane["points"] = points
    return lane


def _position(place: LatLon) -> Wire:
    return {"lat": round(place.lat_deg * 1e7), "long": round(place.lon_deg * 1e7)}


def _offset(centre: LatLon, place: LatLon, is_absolute: bool) -> tuple[str, Wire]:
    here, there = _position(centre), _position(place)
    if is_absolute:
        return "position-LatLon", {"lon": there["long"], "lat": there["lat"]}
    return "position-LL4", {"lon": there["long"] - here["long"], "lat": there["lat"] - here["lat"]}


def announced(rng: random.Random, centre: LatLon) -> Wire:
    """An RSI with paths, as a value for uper.encode in either form."""
    while True:
        _, value = pack(some_rsi(rng, centre))
        if any("referencePaths" in event for event in value["rtes"]):
            return value


def advice(rng: random.Random, centre: LatLon, offset_minutes: int | None) -> Wire:
    """A RoadsideCoordination of T/CSAE 157-2020, as a value of msgFrameExt: a lane, its path, from when to when."""
    event = next(each for each in announced(rng, centre)["rtes"] if "referencePaths" in each)
    times = [{"hour": rng.randrange(24), "minute": rng.randrange(60)} for _ in range(2)]
    if offset_minutes is not None:
        times = [time | {"offset": offset_minutes} for time in times]
    lane = {
        "targetLane": {"upstreamNodeId": {"id": 1}, "downstreamNodeId": {"id": 2}},
        "relatedPath": event["referencePaths"][0],
        "tBegin": times[0],
        "tEnd": times[1],
    }
    message = {"msgCnt": 1, "id": b"rsu-0001", "secMark": 0, "refPos": _position(centre), "laneCoordinates": [lane]}
    return {"messageId": 11, "value": message}


def passed_by(rng: random.Random, centre: LatLon) -> Wire:
    """A BSM with the place where its path began, as a value for uper.encode in either form."""
    heading = rng.uniform(0, 360)
    crumbs = tuple(bsm.Crumb(move(centre, heading, 20.0 * n), n * 1.5) for n in range(1, rng.randrange(3, 16)))
    one = bsm.Bsm(msg_count=rng.randrange(128), id=rng.randbytes(8), sec_mark_ms=rng.randrange(60_000), place=centre,
                  speed_mps=rng.uniform(0, 30), heading_deg=heading, yaw_rate_deg_s=0.0, width_m=1.8, length_m=4.8,
                  basic_class=10, path=crumbs)  # fmt: skip
    _, value = pack(one)
    began: Wire = {"pos": _position(move(centre, heading, 320.0)), "heading": rng.randrange(28_800)}
    if rng.random() < 0.5:
        began |= {"utcTime": {"hour": rng.randrange(24), "minute": rng.randrange(60), "offset": 0}, "speed": 500}
    value["safetyExt"]["pathHistory"]["initialPosition"] = began
    return value


def lights(rng: random.Random) -> Wire:
    """A SPAT of one crossing, as a value for uper.encode in either form."""
    crossing: Wire = {
        "intersectionId": {"region": rng.randrange(1, 900), "id": rng.randrange(1, 300)},
        "status": (b"\x04\0", 16),
        "phases": [_phase(number + 1, rng) for number in range(rng.randrange(1, 13))],
    }
    if rng.random() < 0.5:
        crossing |= {"moy": rng.randrange(527_040), "timeStamp": rng.randrange(60_000)}
    value: Wire = {"msgCnt": rng.randrange(128), "intersections": [crossing]}
    if rng.random() < 0.5:
        value |= {"moy": rng.randrange(527_040), "timeStamp": rng.randrange(60_000)}
    return value


def _phase(number: int, rng: random.Random) -> Wire:
    states = []
    for place in range(rng.randrange(1, 4)):
        marks = {"startTime": place and rng.randrange(600), "likelyEndTime": rng.randrange(1200)}
        if rng.random() < 0.3:
            marks |= {"nextStartTime": rng.randrange(1200), "nextDuration": rng.randrange(600)}
        states.append(
            {
                "light": rng.choice(("red", "protected-green", "permissive-green", "yellow")),
                "timing": ("counting", marks),
            }
        )
    return {"id": number, "phaseStates": states}
