"""The bus of each kind of vehicle that a scenario can give us: its frames, and the unit's profile for it."""

from hil import encode, taxi_bus
from hil.encode import BusTraffic
from hil.taxi_bus import TaxiTraffic

PROFILE = {"bus12": "city_bus_j1939", "bus18": "articulated_bus_j1939", "taxi": "taxi_toyota_tnga"}
LONGEST_STANDARD = 0x7FF


def traffic_of(kind: str) -> BusTraffic | TaxiTraffic:
    """What its bus carries."""
    return TaxiTraffic() if kind == "taxi" else BusTraffic()


def ids_of(group: str) -> frozenset[int]:
    """The identifier of a group, by the name that the bench has for it. Raises ValueError for none."""
    buses = encode.load()
    known = {name: each.can_id for name, each in buses.items()}
    known |= {name: each.can_id for name, each in taxi_bus.GROUPS.items()}
    if group not in known:
        raise ValueError(f"group: there is no {group!r}; there are {', '.join(sorted(known))}")
    return frozenset((known[group],))


def is_extended(can_id: int) -> bool:
    """Whether a frame of this identifier has 29 bits."""
    return can_id > LONGEST_STANDARD
