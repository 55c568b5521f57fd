"""What a message claims of its sender in its first bytes, in SI units; its one rule: cheap, and nothing is promised.

That these can be read says nothing about the bytes after them.
"""

from dataclasses import dataclass

from obu.codec import header
from obu.codec.messages.scales import DEGREE_STEPS, HEADING, LATITUDE_UNAVAILABLE, LONGITUDE_UNAVAILABLE, SPEED
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
    lat, lon, speed, heading = head.lat, head.long, head.speed, head.heading
    place = None
    if lat is not None and lon is not None and lat != LATITUDE_UNAVAILABLE and lon != LONGITUDE_UNAVAILABLE:
        place = LatLon(lat / DEGREE_STEPS, lon / DEGREE_STEPS)
    motion = None
    if speed is not None and heading is not None and speed != SPEED.unavailable and heading != HEADING.unavailable:
        motion = (speed * SPEED.step, heading * HEADING.step)
    return Claim(head.name, head.id, place, motion)
