"""Which warnings the driver cannot have now, and why; its one rule: said from what the applications need and lack.

A reason that stands against all of them stands alone. Order: what is wrong with the unit, what this place does not
offer, what was switched off.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from obu.apps.base import Installed, Need
from obu.core.alert import Text
from obu.core.driving import VehicleClass
from obu.core.frames import RADIO
from obu.core.world import View
from obu.scene.movers import UNKNOWN_SIGMA_M
from obu.station.content import NO_POSITION, NO_SPEED, NO_TIME
from obu.station.status import words


class Because(Enum):
    """Whose lack it is, which decides how loudly the screen says it."""

    UNIT = "unit"
    PLACE = "place"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Health:
    """What the view does not tell: down, drivers by name; roots of trust; whether a MAP here is of another datum."""

    down: frozenset[str]
    roots: int
    is_map_apart: bool


@dataclass(frozen=True, slots=True)
class Lack:
    """Some warnings and one reason. is_silent: they are still shown, without sound."""

    apps: tuple[Installed, ...]
    why: Text
    because: Because
    is_silent: bool = False


NO_HEADING = Text("没有航向", "no heading")
NO_RADIO = Text("电台断开", "the radio is down")
NO_TRUST = Text("没有信任根证书", "no root certificate is trusted")
NO_MAP = Text("此处无地图", "no road map here")
OTHER_DATUM = Text("地图坐标系不同", "the road map is of another datum")
NO_LIGHT = Text("无信号灯数据", "no signal data")
NO_TURN_SIGNAL = Text("总线无转向灯信号", "no turn signals on the bus")
SWITCHED_OFF = Text("已在配置中关闭", "switched off in the configuration")


def lacks(view: View, installed: Sequence[Installed], off: Sequence[Installed], health: Health) -> list[Lack]:
    """At most a dozen."""
    against_all = tuple(Lack((*installed,), why, Because.UNIT) for why in _against_all(view, health))
    return [*(against_all or _some(view, installed, health)), *_of(off, SWITCHED_OFF, Because.SETTING)]


def told(found: Iterable[Lack], installed: Sequence[Installed]) -> list[dict[str, Any]]:
    """For the local socket; apps is null for all of them."""
    return [
        {
            "apps": None
            if len(lack.apps) == len(installed) and lack.because is Because.UNIT
            else [{"name": app.name, "title": words(app.title)} for app in lack.apps],
            "why": words(lack.why),
            "because": lack.because.value,
            "is_silent": lack.is_silent,
        }
        for lack in found
    ]


def _against_all(view: View, health: Health) -> Iterable[Text]:
    if RADIO in health.down:
        yield NO_RADIO
    if health.roots == 0:
        yield NO_TRUST
    if view.utc_ns is None:
        yield NO_TIME
    if view.own.lat_deg is None:
        yield NO_POSITION
    elif view.own.heading_deg is None:
        yield NO_HEADING


def _some(view: View, installed: Sequence[Installed], health: Health) -> Iterable[Lack]:
    for lack, needs, why, because in MISSING:
        if lack(view, health):
            of_it = [app for app in installed if needs in app.needs]
            yield from _of(of_it, why, because, is_silent=needs is Need.LEVEL)
    yield from _uncertain(view, installed)


def _uncertain(view: View, installed: Sequence[Installed]) -> Iterable[Lack]:
    """Applications that go by places, and parts of them, when not even the best known neighbour's is good enough."""
    own_m = UNKNOWN_SIGMA_M if view.sigma_m is None else view.sigma_m
    best_m = min((other.sigma_m for other in view.neighbours), default=own_m)
    why = Text(f"定位误差 {best_m:.1f} 米", f"position uncertain by {best_m:.1f} m")
    gated = [app for app in installed if app.silent_sigma_m is not None and best_m > app.silent_sigma_m]
    blind = [app for app in gated if app.off_sigma_m is not None and best_m > app.off_sigma_m]
    yield from _of(blind, why, Because.UNIT)
    yield from _of([app for app in gated if app not in blind], why, Because.UNIT, is_silent=True)
    for app in installed:
        off = [part for part in app.parts if app not in blind and best_m > getattr(app.parameters, part.limit)]
        is_bus = view.vehicle is not VehicleClass.TAXI
        yield from _of(
            [replace(app, title=part.title) for part in off if is_bus or not part.is_of_buses], why, Because.UNIT
        )


def _of(apps: Sequence[Installed], why: Text, because: Because, is_silent: bool = False) -> Iterable[Lack]:
    if apps:
        yield Lack((*apps,), why, because, is_silent)


def _is_apart(view: View, health: Health) -> bool:
    return not view.is_on_map and health.is_map_apart


def _is_mapless(view: View, health: Health) -> bool:
    return not view.is_on_map and not health.is_map_apart


Missing = tuple[Callable[[View, Health], bool], Need, Text, Because]
MISSING: Sequence[Missing] = (
    (lambda view, health: view.own.speed_mps is None, Need.SPEED, NO_SPEED, Because.UNIT),
    (lambda view, health: view.own.vehicle.left_turn is None, Need.TURN_SIGNAL, NO_TURN_SIGNAL, Because.UNIT),
    (_is_apart, Need.LANE, OTHER_DATUM, Because.UNIT),
    (_is_apart, Need.LEVEL, OTHER_DATUM, Because.UNIT),
    (_is_mapless, Need.LANE, NO_MAP, Because.PLACE),
    (_is_mapless, Need.LEVEL, NO_MAP, Because.PLACE),
    (lambda view, health: view.is_on_map and view.signal is None, Need.LIGHT, NO_LIGHT, Because.PLACE),
)
