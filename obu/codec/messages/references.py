"""Nodes and stretches of the road net that MAP, SPAT, RSI and others name; a node is the same by (region, id)."""

from dataclasses import dataclass

from obu.codec.messages import scales
from obu.codec.messages.names import flags
from obu.codec.messages.places import Height, Line
from obu.codec.messages.record import At, Record
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node of the road net: region None where the message leaves it out."""

    region: int | None
    id: int


@dataclass(frozen=True, slots=True)
class ReferencePath:
    """A stretch of road: points along the driving direction, and how far beside it still counts."""

    points: tuple[LatLon, ...]
    radius_m: float
    heights: tuple[Height | None, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True)
class ReferenceLink:
    """A stretch of road by the map's nodes; lanes None is all of them. Lane 0 is the reserved bit."""

    upstream: NodeRef
    downstream: NodeRef
    lanes: frozenset[int] | None = None
    rest: Rest = None


NODE_REF = Record(NodeRef, At("region?", "region"), At("id", "id"))
REFERENCE_PATH = Record(ReferencePath, Line("activePath"), At("pathRadius", "radius_m", scales.RADIUS))
REFERENCE_LINK = Record(
    ReferenceLink,
    At("upstreamNodeId", "upstream", NODE_REF),
    At("downstreamNodeId", "downstream", NODE_REF),
    At("referenceLanes?", "lanes", flags(range(16), 16)),  # ReferenceLanes: bit n is lane n
)
