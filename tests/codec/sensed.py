"""An SSM as it travels, with the fields of its own types, and what it says by steps worked by hand."""

from obu.codec.messages import ssm
from obu.codec.messages.non_motor import NonMotor
from obu.codec.messages.path import Crumb
from obu.codec.messages.places import Area
from obu.codec.messages.planning import PlanPoint
from obu.codec.messages.rsi import RoadEvent
from obu.codec.messages.rsm import Kind, Participant, Source
from obu.codec.messages.ssm_obstacle import Obstacle
from obu.core.geo import LatLon
from obu.core.vehicle import Light
from tests.codec.planned import HERE, POINT, SAID, START, at

PARTICIPANT = {
    "ptcType": "motor",
    "ptcId": 7,
    "source": "lidar",
    "secMark": 31_390,
    "pos": at(10, 20),
    "posConfidence": {"pos": "a1m"},
    "speed": 50,
    "heading": 28_800,
    "size": {"width": 180, "length": 450},
}
PARTICIPANT_SAID = Participant(
    kind=Kind.MOTOR,
    number=7,
    source=Source.LIDAR,
    sec_mark_ms=31_390,
    place=LatLon(31.200001, 121.500002),
    width_m=1.8,
    length_m=4.5,
    accuracy_m=1.0,
    speed_mps=1.0,
)
SQUARE = [at(0, 0), at(0, 10), at(10, 10), at(10, 0)]
SQUARE_SAID = Area(
    (LatLon(31.2, 121.5), LatLon(31.2, 121.500001), LatLon(31.200001, 121.500001), LatLon(31.200001, 121.5))
)
SSM = {
    **START,
    "equipmentType": "rsu",
    "sensorPos": HERE,
    "detectedRegion": [SQUARE],
    "participants": [
        {
            "ptc": PARTICIPANT,
            "objSizeConfidence": {"widthConf": "size-000-10", "lengthConf": "size-001-00", "heightConf": "size-005-00"},
            "detectedPTCType": "bus",
            "typeConfidence": 180,
            "acc4WayConfidence": POINT["acc4WayConfidence"],
            "statusDuration": 1200,
            "pathHistory": {"crumbData": [{"llvOffset": at(0, -30), "timeOffset": 100}]},
            "planningList": [
                {
                    "duration": 45,
                    "planConfidence": 60,
                    "drivingBehavior": (b"\x20\x00", 14),
                    "pathPlanning": [{"pos": at(0, 90)}],
                }
            ],
            "tracking": 33,
            "polygon": SQUARE,
            "type-relatedExt": (
                "motorExt",
                {
                    "lights": (b"\x20\x00", 9),
                    "vehAttitude": {"pitch": -80, "roll": 160, "yaw": 14_400},
                    "vehAttitudeConfidence": {
                        "pitchConfidence": "prec10deg",
                        "rollRateConfidence": "prec05deg",
                        "yawRate": "prec01deg",
                    },
                    "vehAngVel": {"pitchRate": 100, "rollRate": 32_767, "yawRate": -300},
                    "vehAngVelConfidence": {
                        "pitchRate": "prec0-1deg",
                        "rollRate": "unavailable",
                        "yawRate": "prec0-05deg",
                    },
                },
            ),
        },
        {
            "ptc": {**PARTICIPANT, "ptcType": "pedestrian"},
            "type-relatedExt": (
                "non-motorExt",
                {"overallRadius": 6, "non-motorData": {"basicType": "aPEDESTRIAN", "clusterSize": "small"}},
            ),
        },
    ],
    "obstacles": [
        {
            "obsType": "trafficcone",
            "objTypeConfidence": 200,
            "obsId": 9,
            "source": "video",
            "secMark": 65_535,
            "pos": at(200, -100),
            "posConfidence": {"pos": "a50cm"},
            "speed": 8191,
            "speedCfd": "prec1ms",
            "heading": 14_400,
            "headingCfd": "prec05deg",
            "verSpeed": 25,
            "verSpeedConfidence": "prec10ms",
            "accelSet": {"long": 10, "lat": -30, "vert": 0, "yaw": 1},
            "size": {"width": 4, "length": 5, "height": 7},
            "objSizeConfidence": {"widthConf": "size-000-02", "lengthConf": "size-000-05", "heightConf": "size-020-00"},
            "tracking": 2,
            "polygon": SQUARE,
        }
    ],
    "rtes": [{"rteId": 1, "eventType": 401, "eventSource": "detection", "eventRadius": 25}],
}
SSM_SAID = ssm.Ssm(
    **SAID,
    equipment="rsu",
    areas=(SQUARE_SAID,),
    participants=(
        ssm.Detected(
            participant=PARTICIPANT_SAID,
            width_accuracy_m=0.1,
            length_accuracy_m=1.0,
            height_accuracy_m=5.0,
            kind="bus",
            kind_confidence_percent=90.0,
            accel_long_accuracy_mps2=0.1,
            accel_lat_accuracy_mps2=1.0,
            yaw_rate_accuracy_deg_s=5.0,
            steady_s=12.0,
            path=(Crumb(place=LatLon(31.2, 121.499997), age_s=1.0),),
            plans=(
                ssm.Plan(
                    duration_s=4.5,
                    confidence_percent=30.0,
                    behavior=frozenset({"laneChangingToRight"}),
                    path=(PlanPoint(place=LatLon(31.2, 121.500009)),),
                ),
            ),
            tracking=33,
            area=SQUARE_SAID,
            state=ssm.MotorState(
                lights=frozenset({Light.LEFT_TURN}),
                pitch_deg=-1.0,
                roll_deg=2.0,
                yaw_deg=180.0,
                pitch_accuracy_deg=10.0,
                roll_accuracy_deg=5.0,
                yaw_accuracy_deg=1.0,
                pitch_rate_deg_s=1.0,
                yaw_rate_deg_s=-3.0,
                pitch_rate_accuracy_deg_s=0.1,
                yaw_rate_accuracy_deg_s=0.05,
            ),
        ),
        ssm.Detected(
            participant=Participant(
                kind=Kind.PEDESTRIAN,
                number=7,
                source=Source.LIDAR,
                sec_mark_ms=31_390,
                place=LatLon(31.200001, 121.500002),
                width_m=1.8,
                length_m=4.5,
                accuracy_m=1.0,
                speed_mps=1.0,
            ),
            state=ssm.NonMotorState(radius_m=0.6, person=NonMotor(kind="aPEDESTRIAN", cluster_size="small")),
        ),
    ),
    obstacles=(
        Obstacle(
            kind="trafficcone",
            number=9,
            source=Source.VIDEO,
            sec_mark_ms=None,
            place=LatLon(31.20002, 121.49999),
            width_m=0.4,
            length_m=0.5,
            height_m=0.7,
            kind_confidence_percent=100.0,
            accuracy_m=0.5,
            speed_accuracy_mps=1.0,
            heading_deg=180.0,
            heading_accuracy_deg=5.0,
            vertical_speed_mps=0.5,
            vertical_speed_accuracy_mps=10.0,
            width_accuracy_m=0.02,
            length_accuracy_m=0.05,
            height_accuracy_m=20.0,
            accel_long_mps2=0.1,
            accel_lat_mps2=-0.3,
            accel_vert_mps2=0.0,
            yaw_rate_deg_s=0.01,
            tracking=2,
            area=SQUARE_SAID,
        ),
    ),
    events=(RoadEvent(number=1, event_type=401, source=5, radius_m=2.5),),
)
