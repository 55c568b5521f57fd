"""Views made by hand: one road user 40 m ahead in our lane, and what a test changes of it."""

import dataclasses
from typing import Any

from obu.core.driving import class_of
from obu.core.geo import LatLon, Offset
from obu.core.vehicle import Body, Own, VehicleState
from obu.core.world import Course, Kind, Neighbour, View, Zone

LENGTHS_M = {"taxi": 4.7, "bus12": 12.0, "bus18": 18.0}
AHEAD = Neighbour(
    id=b"ahead-01", subject=b"ahead-01".hex(), kind=Kind.VEHICLE, place=LatLon(30, 120), offset=Offset(40.0, 0.0),
    along_m=40.0, right_m=0.0, gap_m=31.6, zone=Zone.SAME, course=Course.SAME, heading_deg=0.0, heading_diff_deg=0.0,
    speed_mps=8.0, accel_long_mps2=0.0, events=frozenset(), lights=frozenset(), length_m=4.8, width_m=1.8,
    basic_class=10, age_s=0.1, sigma_m=0.3,
)  # fmt: skip


def other(**change: Any) -> Neighbour:
    """The road user, changed."""
    return dataclasses.replace(AHEAD, **change)


def view(
    *neighbours: Neighbour,
    speed_mps: float | None = 12.0,
    kind: str = "bus12",
    bus: dict[str, Any] | None = None,
    **seen: Any,
) -> View:
    """What is around us. bus: of our VehicleState; seen: of the View."""
    body = Body(width_m=1.8 if kind == "taxi" else 2.55, length_m=LENGTHS_M[kind])
    own = Own(body=body, vehicle=VehicleState(**(bus or {})), fix=None, speed_mps=speed_mps)
    return View(at_ns=0, utc_ns=0, own=own, vehicle=class_of(body), neighbours=neighbours, **seen)
