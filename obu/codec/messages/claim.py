"""What a message claims of its sender in its first bytes, in SI units; its one rule: cheap, and nothing is promised.

That these can be read says nothing about the bytes after them.
"""

from obu.codec import header
from obu.codec.messages import degrees
from obu.codec.messages.scales import HEADING, SPEED
from obu.core.errors import RemoteError
from obu.core.geo import LatLon
from obu.core.quick import quick

VEHICLE = "bsmFrame"


@quick
class Claim:
    """frame: the name of the message. place: None where it has none or it is unavailable.

    id: the sender's own identity (8 bytes), None where the message has none before its lists.
    speed_steps, heading_steps: as on the wire, None where the message has none.
    """

    frame: str
    id: bytes | None
    place: LatLon | None
    speed_steps: int | None
    heading_steps: int | None

    @property
    def is_vehicle(self) -> bool:
        """A vehicle speaks of itself."""
        return self.frame == VEHICLE

    @property
    def motion(self) -> tuple[float, float] | None:
        """(speed in m/s, heading in degrees clockwise from north); None where one of them is not told."""
        speed_mps = None if self.speed_steps is None else SPEED.read(self.speed_steps)
        heading_deg = None if self.heading_steps is None else HEADING.read(self.heading_steps)
        return None if speed_mps is None or heading_deg is None else (speed_mps, heading_deg)


def read(payload: bytes) -> Claim | None:
    """The claim of a MessageFrame; None where not even that can be read."""
    try:
        name, sender, lat, lon, speed, heading, _, _ = header.read(payload)
    except RemoteError:
        return None
    place = None
    if (
        lat is not None
        and lon is not None
        and lat != degrees.LATITUDE_UNAVAILABLE
        and lon != degrees.LONGITUDE_UNAVAILABLE
    ):
        place = LatLon(lat / degrees.STEPS, lon / degrees.STEPS)
    return Claim(name, sender, place, speed, heading)
