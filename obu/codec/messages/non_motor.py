"""Who goes without a motor vehicle, and what moves him (T/CSAE 157-2020 Non-motorData); of PSM and SSM."""

from dataclasses import dataclass

from obu.codec.messages.choice import Either
from obu.codec.messages.names import NAME, flags
from obu.codec.messages.record import At, Inside, Leaf, Record
from obu.codec.messages.rest import Rest

_USE = "unavailable other idle listeningToAudio typing calling playingGames reading viewing"
_ASSISTANCE = "unavailable otherType vision hearing movement cognition"
_ACTIVITY = "unavailable workingOnRoad settingUpClosures respondingToEvents directingTraffic otherActivities"
_AS_IT_IS = Leaf(lambda raw: raw, lambda value: value, lambda *_: True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonMotor:
    """kind: name of PersonalDeviceUserType; moved_by: human, animal or motor, and by the name in propulsion.

    The others are names of the standard's enumerations and bits; None is not said.
    """

    kind: str | None
    moved_by: str | None = None
    propulsion: str | None = None
    cluster_size: str | None = None
    attachment: str | None = None
    device_use: frozenset[str] | None = None
    assistance: frozenset[str] | None = None
    worker: str | None = None
    activity: frozenset[str] | None = None
    crossing: str | None = None
    rest: Rest = None


NON_MOTOR = Record(
    NonMotor,
    At("basicType", "kind", NAME),
    Either("propulsion?", "moved_by", "propulsion", {name: _AS_IT_IS for name in ("human", "animal", "motor")}),
    At("clusterSize?", "cluster_size", NAME),
    At("attachment?", "attachment", NAME),
    Inside(
        "personalExt?",
        At("useState?", "device_use", flags(_USE.split(), 9, nothing=0)),
        At("assistType?", "assistance", flags(_ASSISTANCE.split(), 6, nothing=0)),
        ...,
    ),
    Inside(
        "roadWorkerExt?",
        At("workerType?", "worker", NAME),
        At("activityType?", "activity", flags(_ACTIVITY.split(), 6, nothing=0)),
        ...,
    ),
    Inside("personalReq?", At("crossing?", "crossing", NAME), ...),
    ...,
)
