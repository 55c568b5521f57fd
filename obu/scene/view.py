"""The View of one step: facts joined with the own vehicle, predicted to now, ordered by distance."""

from obu.codec.messages.bsm import Bsm
from obu.codec.messages.rsi import Rsi
from obu.core.geo import LatLon
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Own
from obu.core.world import Hazard, Neighbour, View
from obu.scene.facts import Facts, is_active
from obu.scene.relation import relate
from obu.scene.relevance import ahead_m


def build(now: Now, own: Own, facts: Facts) -> View:
    """What the applications see. Without own position, heading or UTC there is nobody around us to speak of."""
    if own.lat_deg is None or own.lon_deg is None or own.heading_deg is None or now.utc_ns is None:
        return View(at_ns=now.at_ns, utc_ns=now.utc_ns, own=own)
    place = LatLon(own.lat_deg, own.lon_deg)
    return View(
        at_ns=now.at_ns,
        utc_ns=now.utc_ns,
        own=own,
        neighbours=_neighbours(now.utc_ns, own, place, facts),
        hazards=_hazards(now.utc_ns, place, own.heading_deg, facts),
    )


def _neighbours(utc_ns: int, own: Own, place: LatLon, facts: Facts) -> tuple[Neighbour, ...]:
    found = []
    for fact in facts.of_kind(Bsm):
        assert isinstance(fact.message, Bsm)
        age_s = (utc_ns - fact.content_utc_ns) / NS_PER_S
        neighbour = relate(own, place, fact.message, age_s)
        if neighbour is not None:
            found.append(neighbour)
    return tuple(sorted(found, key=lambda other: (abs(other.offset.ahead_m), other.id)))


def _hazards(utc_ns: int, place: LatLon, heading_deg: float, facts: Facts) -> tuple[Hazard, ...]:
    found = []
    for fact in facts.of_kind(Rsi):
        assert isinstance(fact.message, Rsi)
        for event in fact.message.events:
            if not is_active(event.start_minute, event.end_minute, utc_ns):
                continue
            distance_m = ahead_m(event, place, heading_deg)
            if distance_m is not None:
                found.append(
                    Hazard(
                        id=(fact.message.id, event.number),
                        event_type=event.event_type,
                        description=event.description,
                        priority=event.priority or 0,
                        ahead_m=distance_m,
                        age_s=(utc_ns - fact.content_utc_ns) / NS_PER_S,
                    )
                )
    return tuple(sorted(found, key=lambda hazard: (hazard.ahead_m, hazard.id)))
