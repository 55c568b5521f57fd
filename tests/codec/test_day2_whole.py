"""Whole messages RSC, SSM, VIR and PAM, in SI units: worked by hand from steps, not from declarations.

That they lose nothing is in test_total.py; here two fields of a kind that are mixed up, or a wrong step, are found.
"""

from typing import Any

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack, pam, rsc, unpack, vir
from obu.codec.messages.future import FutureMessage
from obu.codec.messages.instants import DateTime
from obu.codec.messages.map_ex import MovementEx
from obu.codec.messages.places import Height
from obu.codec.messages.planning import PlanPoint
from obu.codec.messages.references import NodeRef
from obu.core.geo import LatLon
from tests.codec.planned import HERE, LINK, LINK_SAID, NODE, OTHER, PATH, PATH_SAID, POINT, POINT_SAID, SAID, START, at
from tests.codec.sensed import SSM, SSM_SAID

RSC = {
    **START,
    "refPos": {**HERE, "elevation": 45},
    "coordinates": [
        {
            "vehId": b"abcdefgh",
            "driveSuggestion": {
                "suggestion": (b"\x40\x08", 14),
                "lifeTime": 500,
                "relatedLink": LINK,
                "relatedPath": PATH,
            },
            "pathGuidance": [POINT],
            "info": (b"\x81", 8),
        }
    ],
    "laneCoordinates": [
        {
            "targetLane": LINK,
            "relatedPath": PATH,
            "tBegin": {"hour": 7, "minute": 59},
            "tEnd": {"hour": 8, "minute": 0},
            "recommendedSpeed": 700,
            "recommendedBehavior": (b"\x00\x10", 14),
            "info": (b"\x02", 8),
            "description": ("textGB2312", "施工".encode("gb2312")),
        }
    ],
}
RSC_SAID = rsc.Rsc(
    **SAID,
    elevation_m=4.5,
    vehicles=(
        rsc.VehicleAdvice(
            vehicle_id=b"abcdefgh",
            suggestion=rsc.DriveSuggestion(
                behavior=frozenset({"laneChangingToLeft", "speed-up"}), lifetime_s=5.0, link=LINK_SAID, path=PATH_SAID
            ),
            plan=(POINT_SAID,),
            purposes=frozenset({"cooperativeLaneChanging", "signalPriority"}),
        ),
    ),
    lanes=(
        rsc.LaneAdvice(
            link=LINK_SAID,
            path=PATH_SAID,
            start=DateTime(hour=7, minute=59),
            end=DateTime(hour=8, minute=0),
            speed_mps=14.0,
            behavior=frozenset({"slow-down"}),
            purposes=frozenset({"laneRestriction"}),
            description="施工",
        ),
    ),
)


def request(number: int, info: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"reqID": number, "status": "request", "info": info}


LANE = {"upstreamNode": NODE, "downstreamNode": OTHER, "targetLane": 2}
LANE_SAID = {"upstream": NodeRef(5, 11), "downstream": NodeRef(None, 12), "lane": 2}
VIR = {
    **START,
    "refPos": HERE,
    "intAndReq": {
        "currentPos": {"pos": at(0, 0), "speed": 8191},
        "path-Planning": [POINT],
        "currentBehavior": (b"\x00\x04", 14),
        "reqs": [
            {
                "reqID": 3,
                "status": "comfirmed",
                "reqPriority": b"\xa0",
                "targetVeh": b"vehicle8",
                "targetRSU": b"roadunit",
                "info": ("laneChange", LANE),
                "lifeTime": 250,
            },
            request(
                4,
                ("clearTheWay", {**LANE, "relatedPath": PATH, "tBegin": {"second": 1}, "tEnd": {"second": 2}}),
            ),
            request(
                5,
                (
                    "signalPriority",
                    {
                        "intersectionId": NODE,
                        "requiredMov": {"remoteIntersection": OTHER, "phaseId": 3, "turn-direction": "maneuverUTurn"},
                        "estimatedArrivalTime": 900,
                        "distance2Intersection": 1234,
                    },
                ),
            ),
            request(6, ("sensorSharing", {"detectArea": [PATH]})),
            request(
                7,
                (
                    "parking",
                    {
                        "vehicleClass": {"classification": 60, "fuelType": 4},
                        "req": (b"\x28\x00", 12),
                        "parkingType": (b"\x04\x00", 10),
                        "expectedParkingSlotID": 77,
                    },
                ),
            ),
        ],
    },
}
VIR_SAID = vir.Vir(
    **SAID,
    here=PlanPoint(place=LatLon(31.2, 121.5), rest={"speed": 8191}),
    plan=(POINT_SAID,),
    behavior=frozenset({"parking"}),
    requests=(
        vir.Request(
            number=3,
            status="comfirmed",
            priority=5,
            to_vehicle=b"vehicle8",
            to_unit=b"roadunit",
            wish=vir.LaneChange(**LANE_SAID),
            lifetime_s=2.5,
        ),
        vir.Request(
            number=4,
            status="request",
            wish=vir.ClearTheWay(**LANE_SAID, path=PATH_SAID, start=DateTime(second_ms=1), end=DateTime(second_ms=2)),
        ),
        vir.Request(
            number=5,
            status="request",
            wish=vir.SignalPriority(
                intersection=NodeRef(5, 11),
                movement=MovementEx(node=NodeRef(None, 12), phase=3, turn="maneuverUTurn"),
                arrival_s=9.0,
                distance_m=123.4,
            ),
        ),
        vir.Request(number=6, status="request", wish=vir.SensorSharing(paths=(PATH_SAID,))),
        vir.Request(
            number=7,
            status="request",
            wish=vir.Parking(
                basic_class=60,
                fuel_type=4,
                wishes=frozenset({"park", "unloadPassenger"}),
                slot_types=frozenset({"charging"}),
                slot=77,
            ),
        ),
    ),
)

PAM = {
    "msgCnt": 5,
    "timeStamp": 527_040,
    "parkingLotInfo": {"id": 7, "name": "P1", "number": 120, "buildingLayerNum": 3, "avpType": "p4"},
    "pamNodes": [
        {
            "id": 1,
            "refPos": {**HERE, "elevation": -25},
            "floor": -2,
            "attributes": (b"\x82", 8),
            "inDrives": [
                {
                    "upstreamPAMNodeId": 2,
                    "driveID": 8,
                    "twowaySepration": False,
                    "speedLimit": 150,
                    "heightRestriction": 21,
                    "driveWidth": 350,
                    "laneNum": 2,
                    "points": [{"posOffset": at(0, 100)}, {"posOffset": at(0, 0)}],
                    "movements": [4, 5],
                    "parkingSlots": [
                        {
                            "slotID": 301,
                            "position": {
                                "topLeft": at(50, 0),
                                "topRight": at(50, 20, offsetV=("elevation", 30)),
                                "bottomLeft": at(0, 0),
                            },
                            "sign": "A301",
                            "parkingType": (b"\x44\x00", 10),
                            "status": "occupied",
                            "parkingSpaceTheta": "oblique",
                            "parkingLock": "nolock",
                        }
                    ],
                }
            ],
        }
    ],
    "parkingAreaGuidance": [{"vehId": b"abcdefgh", "drivePath": [2, 1], "targetParkingSlot": 301}],
}
PAM_SAID = pam.Pam(
    msg_count=5,
    id=7,
    name="P1",
    slots=120,
    floors=3,
    valet="p4",
    nodes=(
        pam.ParkNode(
            id=1,
            place=LatLon(31.2, 121.5),
            elevation_m=-2.5,
            floor=-2,
            kinds=frozenset({"entrance", "passAfterPayment"}),
            drives=(
                pam.Drive(
                    upstream=2,
                    id=8,
                    is_separated=False,
                    limit_mps=3.0,
                    height_limit_m=2.1,
                    width_m=3.5,
                    lanes=2,
                    points=(LatLon(31.2, 121.50001), LatLon(31.2, 121.5)),
                    movements=(4, 5),
                    slots=(
                        pam.Slot(
                            id=301,
                            types=frozenset({"ordinary", "charging"}),
                            status="occupied",
                            direction="oblique",
                            lock="nolock",
                            corners=pam.Corners(
                                top_left=LatLon(31.200005, 121.5),
                                top_right=LatLon(31.200005, 121.500002),
                                bottom_left=LatLon(31.2, 121.5),
                                top_right_height=Height(elevation_m=3.0),
                            ),
                            name="A301",
                        ),
                    ),
                ),
            ),
        ),
    ),
    guides=(pam.Guide(vehicle=b"abcdefgh", nodes=(2, 1), slot=301),),
    rest={"value": {"timeStamp": 527_040}},
)
CASES = {"rsc": (11, RSC, RSC_SAID), "ssm": (12, SSM, SSM_SAID), "vir": (13, VIR, VIR_SAID), "pam": (14, PAM, PAM_SAID)}


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("name", CASES)
def test_every_field_says_what_was_sent(name, edition):
    number, value, said = CASES[name]
    data = uper.encode("msgFrameExt", {"messageId": number, "value": value}, edition)
    assert unpack(uper.decode(data, edition)) == said
    assert uper.encode(*pack(said), edition) == data


def test_a_message_of_a_later_text_with_its_tail_is_read_alike():
    data = uper.encode("msgFrameExt", {"messageId": 11, "value": RSC, "...": (b"tail",)}, Edition.YDT3709)
    read = unpack(uper.decode(data, Edition.YDT3709))
    assert type(read) is rsc.Rsc and read.rest == {"...": (b"tail",)}
    assert uper.encode(*pack(read), Edition.YDT3709) == data


def test_a_number_that_no_file_has_stays_a_future_message():
    frame = uper.Frame("msgFrameExt", {"messageId": 18, "value": b"later"}, Edition.YDT3709)
    assert unpack(frame) == FutureMessage(18, b"later")
    assert pack(FutureMessage(18, b"later")) == ("msgFrameExt", frame.value)
