"""What a vehicle answers to an offer (T/CSAE 157-2020 VSI): its payment device, cards, contract, itself."""

from dataclasses import dataclass

from obu.codec.messages import scales, text
from obu.codec.messages.choice import OneOf
from obu.codec.messages.instants import DATE_TIME, NO_PART, DateTime
from obu.codec.messages.places import position
from obu.codec.messages.record import At, Inside, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A toll place by its id."""

    id: int
    place: LatLon | None = None
    elevation_m: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A toll place that was passed, when, and what it took (octets as sent)."""

    site: Site
    time: DateTime
    amount: bytes | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of a contract; a part may be unknown."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """SysInfo: octets and numbers as the contract's own standard (GB/T 20851) has them."""

    provider: bytes
    kind: int
    version: int
    serial: bytes
    signed: Day
    expires: Day
    reserved: bytes
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """GBICCInfo: three files of the card, as they are."""

    issue: bytes
    toll: bytes
    balance: bytes
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TollVehicle:
    """VehicleInfo, classes and octets as sent. wheelbase_m: vehicleWheelBases; weight_limit_kg: vehicleWeightLimits."""

    plate: str
    plate_colour: bytes
    toll_class: int
    user_type: int
    length_m: float
    width_m: float
    height_m: float
    wheels: int
    axles: int
    wheelbase_m: float
    weight_limit_kg: int
    specifics: bytes
    engine: bytes
    description: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """OBUPaymentInfoType1. equipment: name of EquipmentClass; entrance, passed: where it has been."""

    equipment: str | None = None
    card: Card | None = None
    contract: Contract | None = None
    vehicle: TollVehicle | None = None
    entrance: Passed | None = None
    passed: tuple[Passed, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """How one kind of payment (name of PaymentEntityID) can be paid; None of a kind of a later text."""

    entity: str
    account: Account | None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Where the device is and how it moves."""

    place: LatLon | None = None
    elevation_m: float | None = None
    heading_deg: float | None = None
    speed_mps: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """kind: name of OBUType."""

    kind: str
    motion: Motion | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """VSI: who answers, with what it can pay; random: eight octets for authentication."""

    time: DateTime
    id: bytes
    to: bytes | None = None
    device: Device | None = None
    means: tuple[Means, ...] = ()
    random: bytes | None = None
    rest: Rest = None


SITE = Record(Site, At("id", "id"), position("pos?"), ...)
_PASSED = Record(
    Passed,
    At("tollingPos", "site", SITE),
    At("tollingTime", "time", DATE_TIME),
    At("tollingAmount?", "amount"),
    ...,
)
_DAY = Record(Day, At("year", "year", NO_PART), At("month", "month", NO_PART), At("day", "day", NO_PART))
_CONTRACT = Record(
    Contract,
    At("contractProvider", "provider"),
    At("contractType", "kind"),
    At("contractVersion", "version"),
    At("contractSerialNumer", "serial"),
    At("contractSignedDate", "signed", _DAY),
    At("contractExpiredDate", "expires", _DAY),
    At("reserved", "reserved"),
    ...,
)
_CARD = Record(Card, At("iccIssueInfo", "issue"), At("iccUniTollInfo", "toll"), At("iccBalance", "balance"), ...)
_VEHICLE = Record(
    TollVehicle,
    At("vehicleLicencePlateNumber", "plate", text.octets(12)),
    At("vehicleLicencePlateColor", "plate_colour"),
    At("vehicleTollingClass", "toll_class"),
    At("vehicleUserType", "user_type"),
    Inside(
        "vehicleDimensions",
        At("vehicleLength", "length_m", scales.DECIMETRES),
        At("vehicleWidth", "width_m", scales.DECIMETRES_8),
        At("vehicleHeigth", "height_m", scales.DECIMETRES_8),
        ...,
    ),
    At("vehicleWheels", "wheels"),
    At("vehicleAxles", "axles"),
    At("vehicleWheelBases", "wheelbase_m", scales.DECIMETRES),
    At("vehicleWeightLimits", "weight_limit_kg"),
    At("vehicleSpecificInformation", "specifics"),
    At("vehicleEngineNumber", "engine"),
    At("description?", "description", text.octets()),
    ...,
)
_ACCOUNT = Record(
    Account,
    At("equipmentClass?", "equipment"),
    At("gbiCCInfo?", "card", _CARD),
    At("sysInfo?", "contract", _CONTRACT),
    At("vehicleInfo?", "vehicle", _VEHICLE),
    Inside(
        "passedSitesInfo?",
        At("entranceInfo?", "entrance", _PASSED),
        At("passedPos?", "passed", ListOf(_PASSED), empty=()),
        ...,
    ),
    ...,
)
_MEANS = Record(
    Means,
    At("pid", "entity"),
    At("obuPaymentInfo", "account", OneOf({"obuPaymentInfoType1": _ACCOUNT})),
    ...,
)
_MOTION = Record(
    Motion,
    position("pos?"),
    At("heading?", "heading_deg", scales.HEADING),
    At("speed?", "speed_mps", scales.SPEED),
    ...,
)
_DEVICE = Record(Device, At("obuType", "kind"), At("obuMotionStatus?", "motion", _MOTION), ...)
ANSWER = Record(
    Answer,
    At("time", "time", DATE_TIME),
    At("obuId", "id"),
    At("targetId?", "to"),
    At("obuInfo?", "device", _DEVICE),
    At("vpapplicationList?", "means", ListOf(_MEANS), empty=()),
    At("rndOBU?", "random"),
    ...,
)
