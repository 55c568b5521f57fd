"""What a scene test hears and is: one own vehicle, cars by their BSMs, the facts of them."""

from obu.codec.messages.bsm import Bsm
from obu.core.geo import LatLon
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Body, Fix, FixKind, Light, Own, VehicleState
from obu.core.world import View
from obu.scene.facts import Facts, Message
from obu.scene.view import Scene

HERE = LatLon(28.2, 112.9)
UTC_NS = 1_800_000_000 * NS_PER_S  # on a full minute: secMark 0
SIGNER = bytes(8)


def own(speed_mps=10.0, yaw_deg_s=0.0, heading_deg=0.0, place=HERE, sigma_m=0.2, lights=(), **bus):
    fix = Fix(
        at_ns=0, utc_ns=UTC_NS, lat_deg=place.lat_deg, lon_deg=place.lon_deg, kind=FixKind.SINGLE, satellites=20,
        semi_major_m=sigma_m,
    )  # fmt: skip
    return Own(
        body=Body(width_m=2.55, length_m=12.0), vehicle=VehicleState(yaw_rate_deg_s=yaw_deg_s, **bus), fix=fix,
        lat_deg=place.lat_deg, lon_deg=place.lon_deg, speed_mps=speed_mps, heading_deg=heading_deg,
        lights=frozenset(lights),
    )  # fmt: skip


def car(place, heading_deg, speed_mps=10.0, name=b"neighbor", **said):
    usual = {"width_m": 1.8, "length_m": 4.8, "basic_class": 10, "yaw_rate_deg_s": 0.0, "semi_major_m": 0.3}
    return Bsm(
        msg_count=0, id=name, sec_mark_ms=0, place=place, gear=None, speed_mps=speed_mps, heading_deg=heading_deg,
        **(usual | said),
    )  # fmt: skip


def view(ours: Own, *messages: Message, after_s: float = 0.0) -> View:
    """The View after_s seconds after these were said."""
    facts = Facts()
    for message in messages:
        facts.heard(message, 111, UTC_NS, SIGNER)
    return Scene().build(Now(0, UTC_NS + round(after_s * NS_PER_S)), ours, facts)


LEFT, RIGHT = Light.LEFT_TURN, Light.RIGHT_TURN
