"""What a roadside unit offers to be paid for (T/CSAE 157-2020 RST): the first step of VPM."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from obu.codec.messages import degrees
from obu.codec.messages.choice import OneOf
from obu.codec.messages.instants import DATE_TIME, DateTime
from obu.codec.messages.places import Height, Offset, position, steps
from obu.codec.messages.record import At, Code, ListOf, Record
from obu.codec.messages.references import NODE_REF, REFERENCE_PATH, NodeRef, ReferencePath
from obu.codec.messages.rest import Rest, Wire
from obu.core.geo import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class TollNode:
    """A toll station or gantry. kind, direction: names of TollingNodeType and TollingDirection."""

    id: int | None = None
    place: LatLon | None = None
    elevation_m: float | None = None
    kind: str | None = None
    direction: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What is to be paid (price_fen, a hundredth of a yuan), and for which way or time."""

    price_fen: int | None = None
    entrance: LatLon | None = None
    entrance_height: Height | None = None
    exit: LatLon | None = None
    exit_height: Height | None = None
    road: tuple[NodeRef, ...] = ()
    path: ReferencePath | None = None
    begin: DateTime | None = None
    end: DateTime | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Of the first kind (PaymentInfoType1)."""

    node: TollNode | None = None
    toll: Toll | None = None
    service: bytes | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One kind of payment: name of PaymentEntityID, and what there is to pay; None of a kind of a later text."""

    entity: str
    payment: Payment | None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """RST: what can be paid for here."""

    time: DateTime
    id: bytes
    applications: tuple[Application, ...]
    rest: Rest = None


# No place is within an offset of it: where the node says not where it is, only absolute places can be read.
_NOWHERE = (20 * degrees.QUARTER_TURN, 0)


@dataclass(frozen=True, slots=True)
class _FromNode:
    """No field: offsets are from the place of the toll node (docs/open-questions.md)."""

    gives_origin: bool = True
    needs_origin: bool = False

    @property
    def fills(self) -> Mapping[str, Any]:
        return {}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        code.line(f"lat0, lon0 = {code.name(_origin)}({of})")

    def always(self, code: Code) -> tuple[str, str] | None:
        code.line(f"lat0, lon0 = {code.name(_origin_of)}(m)")
        return None

    def sometimes(self, code: Code, into: str) -> None:
        """Nothing is written."""


def _origin(raw: Wire) -> tuple[int, int]:
    at = raw.get("tollingNodeInfo", {}).get("pos")
    return _NOWHERE if at is None else (at["lat"], at["long"])


def _origin_of(payment: Payment) -> tuple[int, int]:
    node = payment.node
    return _NOWHERE if node is None or node.place is None else steps(node.place)


_NODE = Record(
    TollNode,
    At("id?", "id"),
    position("pos?"),
    At("tollingNodeType?", "kind"),
    At("tollingDirection?", "direction"),
    ...,
)
_TOLL = Record(
    Toll,
    At("price?", "price_fen"),
    Offset("entrancePos?", "entrance", "entrance_height"),
    Offset("exitPos?", "exit", "exit_height"),
    At("tollRoad?", "road", ListOf(NODE_REF), empty=()),
    At("tollPath?", "path", REFERENCE_PATH),
    At("timeBegin?", "begin", DATE_TIME),
    At("timeEnd?", "end", DATE_TIME),
    ...,
)
_PAYMENT = Record(
    Payment,
    _FromNode(),
    At("tollingNodeInfo?", "node", _NODE),
    At("tollInfo?", "toll", _TOLL),
    At("serviceInfo?", "service"),
    ...,
)
_APPLICATION = Record(
    Application,
    At("pid", "entity"),
    At("paymentInfo", "payment", OneOf({"paymentInfoType1": _PAYMENT})),
    ...,
)
OFFER = Record(
    Offer,
    At("time", "time", DATE_TIME),
    At("id", "id"),
    At("paymentList", "applications", ListOf(_APPLICATION)),
    ...,
)
