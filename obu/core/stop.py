"""A stop of the line, as the operator lists it: a plain value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a bus's front stands (the stop's sign), WGS-84/CGCS2000; heading_deg: of the traffic, from true north."""

    name: str
    lat_deg: float
    lon_deg: float
    heading_deg: float
