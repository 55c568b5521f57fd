"""Lanes as MAP and its day-2 additions describe them: what a lane is for, its limits, where it may lead."""

from dataclasses import dataclass
from enum import Enum

from obu.codec.messages.choice import Either
from obu.codec.messages.names import flags
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.codec.messages.scales import SPEED


class Maneuver(Enum):
    """What is allowed from a lane (AllowedManeuvers), in the order of the bits."""

    STRAIGHT = 0
    LEFT = 1
    RIGHT = 2
    U_TURN = 3
    LEFT_ON_RED = 4
    RIGHT_ON_RED = 5
    LANE_CHANGE = 6
    NO_STOPPING = 7
    YIELD_ALWAYS = 8
    GO_WITH_HALT = 9
    CAUTION = 10
    RESERVED_1 = 11


MANEUVERS = flags(tuple(Maneuver), len(Maneuver))

# The standard's names of the bits (YD/T 3709-2020), bit 0 first, by alternative of LaneTypeAttributes.
LANE_ATTRIBUTES = {
    "vehicle": (  # LaneAttributes-Vehicle
        "isVehicleRevocableLane isVehicleFlyOverLane hovLaneUseOnly restrictedToBusUse "
        "restrictedToTaxiUse restrictedFromPublicUse hasIRbeaconCoverage permissionOnRequest"
    ),
    "crosswalk": (  # LaneAttributes-Crosswalk
        "crosswalkRevocableLane bicyleUseAllowed isXwalkFlyOverLane fixedCycleTime "
        "biDirectionalCycleTimes hasPushToWalkButton audioSupport rfSignalRequestPresent "
        "unsignalizedSegmentsPresent"
    ),
    "bikeLane": (  # LaneAttributes-Bike
        "bikeRevocableLane pedestrianUseAllowed isBikeFlyOverLane fixedCycleTime biDirectionalCycleTimes "
        "isolatedByBarrier unsignalizedSegmentsPresent"
    ),
    "sidewalk": (  # LaneAttributes-Sidewalk
        "sidewalk-RevocableLane bicyleUseAllowed isSidewalkFlyOverLane walkBikes"
    ),
    "median": (  # LaneAttributes-Barrier
        "median-RevocableLane median whiteLineHashing stripedLines doubleStripedLines trafficCones "
        "constructionBarrier trafficChannels lowCurbs highCurbs"
    ),
    "striping": (  # LaneAttributes-Striping
        "stripeToConnectingLanesRevocableLane stripeDrawOnLeft stripeDrawOnRight "
        "stripeToConnectingLanesLeft stripeToConnectingLanesRight stripeToConnectingLanesAhead"
    ),
    "trackedVehicle": (  # LaneAttributes-TrackedVehicle
        "spec-RevocableLane spec-commuterRailRoadTrack spec-lightRailRoadTrack spec-heavyRailRoadTrack "
        "spec-otherRailType"
    ),
    "parking": (  # LaneAttributes-Parking
        "parkingRevocableLane parallelParkingInUse headInParkingInUse doNotParkZone parkingForBusUse "
        "parkingForTaxiUse noPublicParkingUse"
    ),
}
_SHARING = (  # LaneSharing; the standard has pedestrians twice
    "overlappingLaneDescriptionProvided multipleLanesTreatedAsOneLane otherNonMotorizedTrafficTypes "
    "individualMotorizedVehicleTraffic busVehicleTraffic taxiVehicleTraffic pedestriansTraffic "
    "cyclistVehicleTraffic trackedVehicleTraffic pedestrianTraffic"
)


@dataclass(frozen=True, slots=True)
class LaneKind:
    """name: alternative of LaneTypeAttributes (vehicle, bikeLane, ...); the others: the standard's names of bits."""

    name: str
    attributes: frozenset[str] = frozenset()
    shared_with: frozenset[str] | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True)
class SpeedLimit:
    """A limit; kind is the name of SpeedLimitType (vehicleMaxSpeed, vehicleMinSpeed, ...)."""

    kind: str
    speed_mps: float | None


def lane_kind(vehicle: str) -> Record:
    """LaneAttributes, with these names of LaneAttributes-Vehicle's bits: the texts differ in two."""
    names = {**LANE_ATTRIBUTES, "vehicle": vehicle}
    kinds = {name: flags(bits.split(), 8 if name == "vehicle" else 16) for name, bits in names.items()}
    return Record(
        LaneKind,
        At("shareWith?", "shared_with", flags(_SHARING.split(), 10)),
        Either("laneType", "name", "attributes", kinds, empty=frozenset()),
    )


SPEED_LIMITS = ListOf(Record(SpeedLimit, At("type", "kind"), At("speed", "speed_mps", SPEED)))
