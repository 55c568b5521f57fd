"""One situation for several classes of own vehicle and at several own speeds; and the windows that a law gives.

Our front stays where the file has it. At another speed the road is stretched lengthwise: whatever is ahead of our
front, or behind our rear, is as many seconds away as in the file, and who drives along the road is faster or slower by
as much as we are; what lies or moves across stays as it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

from hil import laws
from hil.people import KIN
from hil.scenario import Act, Actor, Notice, Own, Scenario

KMH = 3.6
ON_FOOT = ("pedestrian", "bicycle")
Along = Callable[[float], float]


def each(found: Scenario) -> dict[str, Scenario]:
    """What it stands for, by the name of each variant; "" where it has none."""
    axes = found.variants
    if not (axes.kind or axes.speed_kmh):
        return {"": replace(found, warning=laws.of(found))}
    return dict(_variants(found))


def _variants(found: Scenario) -> Iterator[tuple[str, Scenario]]:
    axes = found.variants
    for kind, speed_kmh in product(axes.kind or (found.own.kind,), axes.speed_kmh or (None,)):
        words = [kind] if axes.kind else []
        words += [] if speed_kmh is None else [f"{speed_kmh:g} km/h"]
        times = 1.0 if speed_kmh is None else speed_kmh / KMH / found.own.speed_mps
        own = _own(replace(found.own, kind=kind), KIN[found.own.kind].length_m, times)
        told = replace(_stretched(found, own, times), title=f"{found.title} ({', '.join(words)})")
        yield "_".join(words).replace(" km/h", "kmh"), replace(told, warning=laws.of(told))


def _own(own: Own, was_length_m: float, times: float) -> Own:
    at_m = own.at_m + (was_length_m - KIN[own.kind].length_m) / 2.0
    return replace(own, at_m=at_m, speed_mps=own.speed_mps * times, act=_acts(own.act, lambda at_m: at_m, times))


def _stretched(found: Scenario, own: Own, times: float) -> Scenario:
    half_m, was_half_m = KIN[own.kind].length_m / 2.0, KIN[found.own.kind].length_m / 2.0

    def along(at_m: float) -> float:
        if at_m < found.own.at_m:
            return own.at_m - half_m + (at_m - found.own.at_m + was_half_m) * times
        return own.at_m + half_m + (at_m - found.own.at_m - was_half_m) * times

    return replace(
        found,
        own=own,
        actor=tuple(_actor(actor, along, times) for actor in found.actor),
        signal=tuple(
            replace(light, at_m=along(light.at_m), approach_m=light.approach_m * times) for light in found.signal
        ),
        crossroad=tuple(replace(across, at_m=along(across.at_m)) for across in found.crossroad),
        event=tuple(_notice(notice, along) for notice in found.event),
        sign=tuple(_notice(notice, along) for notice in found.sign),
        warning=tuple(
            each if each.place_m is None else replace(each, place_m=along(each.place_m)) for each in found.warning
        ),
    )


def _actor(actor: Actor, along: Along, times: float) -> Actor:
    is_driving = actor.heading_deg in (0.0, 180.0) and actor.kind not in ON_FOOT
    faster = times if is_driving else 1.0
    acts = _acts(actor.act, along, faster)
    return replace(actor, at_m=along(actor.at_m), speed_mps=actor.speed_mps * faster, act=acts)


def _acts(acts: tuple[Act, ...], along: Along, times: float) -> tuple[Act, ...]:
    return tuple(
        replace(
            act,
            to_mps=None if act.to_mps is None else act.to_mps * times,
            at_m=None if act.at_m is None else along(act.at_m),
        )
        for act in acts
    )


def _notice(notice: Notice, along: Along) -> Notice:
    to_m = None if notice.path_to_m is None else along(notice.path_to_m)
    return replace(notice, at_m=along(notice.at_m), path_from_m=along(notice.path_from_m), path_to_m=to_m)
