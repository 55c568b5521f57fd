"""Commands to a vehicle's payment device and its answers (T/CSAE 157-2020 TransInfo): the last steps of VPM.

Octets, keys and file ranges are those of the device's own standard (GB/T 20851), as they are sent.
"""

from dataclasses import dataclass

from obu.codec.messages.choice import OneOf
from obu.codec.messages.instants import DATE_TIME, DateTime
from obu.codec.messages.record import PLAIN, At, Inside, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.codec.messages.toll_vehicle import SITE, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRange:
    """So many octets of a file, from an offset."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """The same, with the octets (a whole File of 127)."""

    offset: int
    length: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTollData:
    """To read the vehicle's and the toll file."""

    vehicle: FileRange
    toll: FileRange | None = None
    access_key: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TollData:
    """What was read."""

    vehicle: bytes
    toll: bytes | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSecure:
    """To read with an authentication."""

    vehicle: FileRange
    random: bytes
    authentication_key: int
    encryption_key: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secure:
    """What was read, authenticated."""

    file: FileRange
    authenticator: bytes
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """TransPara, all octets as sent."""

    amount: bytes
    kind: bytes
    terminal: bytes
    serial: bytes
    time: bytes
    station: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTollData:
    """To pay and to write where."""

    random: bytes | None = None
    transaction: Transaction | None = None
    toll: FilePart | None = None
    site: Site | None = None
    authentication_key: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TollDataSet:
    """What paying gave."""

    authentication_code: bytes | None = None
    authenticator: bytes | None = None
    account: bytes | None = None
    credential: bytes | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Command units for a channel (name of ChannelID) of the device."""

    channel: str
    units: tuple[bytes, ...]
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """Response units of a channel."""

    channel: str
    units: tuple[bytes, ...]
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What the device shows the driver: name of TollResult."""

    result: str
    rest: Rest = None


Command = GetTollData | TollData | GetSecure | Secure | SetTollData | TollDataSet | Commands | Responses | Show


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Action-Request. is_confirmed: mode as sent; entity: name of PaymentEntityID; command None is a later text's."""

    time: DateTime
    is_confirmed: bool
    source: bytes
    entity: str
    command: Command | None
    target: bytes | None = None
    credentials: bytes | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Action-Response. status: name of ReturnStatus."""

    time: DateTime
    source: bytes
    entity: str
    status: str
    target: bytes | None = None
    answer: Command | None = None
    rest: Rest = None


_RANGE = Record(FileRange, At("offset", "offset"), At("length", "length"))
_PART = Record(FilePart, At("offset", "offset"), At("length", "length"), At("fileContent", "content"))
_TRANSACTION = Record(
    Transaction,
    At("transAmount", "amount"),
    At("transType", "kind"),
    At("terminalID", "terminal"),
    At("transSN", "serial"),
    At("transTime", "time"),
    At("transStationID", "station"),
)
_COMMAND = OneOf(
    {
        "getTollDataRq": Record(
            GetTollData,
            At("vehicleInfo", "vehicle", _RANGE),
            At("tollInfo?", "toll", _RANGE),
            At("keyIdForAC?", "access_key"),
            ...,
        ),
        "getTollDataRs": Record(TollData, At("vehicleInfo", "vehicle"), At("tollInfo?", "toll"), ...),
        "getSecureRq": Record(
            GetSecure,
            At("vehicleInfo", "vehicle", _RANGE),
            At("rndRsuForAuthen", "random"),
            At("keyIdForAuthen", "authentication_key"),
            At("keyIdForEncrypt?", "encryption_key"),
            ...,
        ),
        "getSecureRs": Record(Secure, At("file", "file", _RANGE), At("authenticator", "authenticator"), ...),
        "setTollDataRq": Record(
            SetTollData,
            At("rndRSU?", "random"),
            At("transPara?", "transaction", _TRANSACTION),
            At("tollInfo?", "toll", _PART),
            At("tollingPos?", "site", SITE),
            At("keyIdForAuthen?", "authentication_key"),
            ...,
        ),
        "setTollDataRs": Record(
            TollDataSet,
            At("tacInfo?", "authentication_code"),
            At("authenticator?", "authenticator"),
            Inside("accountInfo?", At("account", "account"), ...),
            Inside("transCredential?", At("tc", "credential"), ...),
            ...,
        ),
        "transferChannelRq": Record(Commands, At("channelid", "channel"), At("apdu", "units", ListOf(PLAIN)), ...),
        "transferChannelRs": Record(Responses, At("channelid", "channel"), At("apdu", "units", ListOf(PLAIN)), ...),
        "setMMIRq": Record(Show, At("toll", "result"), ...),
    }
)
ACTION = Record(
    Action,
    At("time", "time", DATE_TIME),
    At("mode", "is_confirmed"),
    At("sourceId", "source"),
    At("targetId?", "target"),
    At("paymentEntityId", "entity"),
    At("actionParameter", "command", _COMMAND),
    At("accessCredentials?", "credentials"),
    ...,
)
OUTCOME = Record(
    Outcome,
    At("time", "time", DATE_TIME),
    At("sourceId", "source"),
    At("targetId?", "target"),
    At("paymentEntityId", "entity"),
    At("responseParameter?", "answer", _COMMAND),
    At("ret", "status"),
    ...,
)
