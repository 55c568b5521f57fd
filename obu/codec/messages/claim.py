"""What a message claims of its sender in its first bytes, in SI units; its one rule: cheap, and nothing is promised.

That these can be read says nothing about the bytes after them.
"""

from dataclasses import dataclass

from obu.codec import header
from obu.codec.messages import degrees
from obu.codec.messages.scales import HEADING, SPEED
from obu.core.errors import RemoteError
from obu.core.geo import LatLon

VEHICLE = "bsmFrame"


@dataclass(frozen=True, slots=True)
class Claim:
    """frame: the name of the message. place, motion: None where it has none or they are unavailable.

    id: the sender's own identity (8 bytes), None where the message has none before its lists.
    motion: (speed in m/s, heading in degrees clockwise from north).
    """

    frame: str
    id: bytes | None
    place: LatLon | None
    motion: tuple[float, float] | None

    @property
    def is_vehicle(self) -> bool:
        """A vehicle speaks of itself."""
        return self.frame == VEHICLE


def read(payload: bytes) -> Claim | None:
    """The claim of a MessageFrame; None where not even that can be read."""
    try:
        head = header.read(payload)
    except RemoteError:
        return None
    place = None
    if head.lat not in (None, degrees.LATITUDE_UNAVAILABLE) and head.long not in (None, degrees.LONGITUDE_UNAVAILABLE):
        place = LatLon(head.lat / degrees.STEPS, head.long / degrees.STEPS)
    speed_mps = None if head.speed is None else SPEED.read(head.speed)
    heading_deg = None if head.heading is None else HEADING.read(head.heading)
    motion = None if speed_mps is None or heading_deg is None else (speed_mps, heading_deg)
    return Claim(head.name, head.id, place, motion)
