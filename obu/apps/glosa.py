"""GLOSA, green light optimal speed advisory: with which speed we come to the line while it is green (T/CSAE 53)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, all_hold, at_least, at_most, is_same, is_there
from obu.core.driving import ByClass
from obu.core.units import mps
from obu.core.vehicle import Light
from obu.core.world import Signal, View, Zone

NAME = "GLOSA"
TITLE = Text("绿波车速", "Green wave")
NEEDS = frozenset({Need.SPEED, Need.LANE, Need.LIGHT})
PRIORITY = 6  # comfort, below every warning
ABOUT = ""
STEP_KPH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. least_kph: slower is no advice in traffic, a bus may hold it up a little more (ours).
    top_kph: also where the MAP allows more or tells no limit: 50 km/h is a city road's (Implementation Regulations,
    art. 45), 60 a trunk road's by its sign.

    near_m: nearer to the line a driver looks at the light. range_m: T/CSAE 53. reserve_s: after the light has changed
    and before it does again. passed_m: so near before our front a stop has been served.
    """

    least_kph: ByClass = ByClass(taxi=25.0, bus12=20.0, bus18=20.0)
    top_kph: ByClass = ByClass(taxi=60.0, bus12=50.0, bus18=50.0)
    near_m: float = 30.0
    range_m: float = 300.0
    reserve_s: float = 1.0
    passed_m: float = 5.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One advice, or none: while we are going to stop before the line, or a queue stands there, there is none."""
    signal = view.signal
    band = advice_kph(view, signal, parameters) if signal is not None else None
    if signal is None or band is None or not all_hold(ours(view, parameters)):
        return []
    return [_alert(signal, band)]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us, and of the light."""
    signal = view.signal
    yield is_there("light", None if signal is None else signal.lamp)
    if signal is None:
        return
    yield at_least("own_speed_mps", view.own.speed_mps, 2.0)
    yield is_same("is_boarding", view.is_boarding, False)
    yield at_least("stop_m", signal.stop_m, parameters.near_m)
    yield at_most("stop_m", signal.stop_m, parameters.range_m)
    is_stopping = view.stop_m is not None and parameters.passed_m < view.stop_m < signal.stop_m
    yield is_same("stop_before_line", is_stopping, False)
    yield is_same("is_queue", _is_queue(view, signal), False)
    for light in (Light.RIGHT_TURN, Light.HAZARD):  # to a stop, or into a bend
        yield "own_lights", view.own.lights, "lacks", light, light not in view.own.lights
    yield is_there("green_s", signal.green)
    yield is_there("advice_kph", advice_kph(view, signal, parameters))


def advice_kph(view: View, signal: Signal, parameters: Parameters) -> tuple[int, int] | None:
    """The speeds, in whole fives, that reach the line while it is green; None where none does."""
    if signal.green is None:
        return None
    from_s, to_s = signal.green
    limit_mps = min(
        view.limit_mps or mps(parameters.top_kph.of(view.vehicle)), mps(parameters.top_kph.of(view.vehicle))
    )
    least_mps = mps(parameters.least_kph.of(view.vehicle))
    is_green = from_s <= 0.0
    fastest_mps = limit_mps if is_green else min(limit_mps, signal.stop_m / (from_s + parameters.reserve_s))
    slowest_mps = max(least_mps, signal.stop_m / max(to_s - parameters.reserve_s, 0.1))
    low, high = -(-slowest_mps * 3.6 // STEP_KPH) * STEP_KPH, fastest_mps * 3.6 // STEP_KPH * STEP_KPH
    return (int(low), int(high)) if low <= high else None


def _is_queue(view: View, signal: Signal) -> bool:
    half_m = view.own.body.length_m / 2.0
    return any(
        other.zone is Zone.SAME and 0.0 < other.along_m - half_m < signal.stop_m and other.speed_mps < 1.0
        for other in view.neighbours
    )


def _alert(signal: Signal, band: tuple[int, int]) -> Alert:
    low, high = band
    speed = f"{low}" if low == high else f"{low}–{high}"
    return Alert(
        app=NAME,
        subject="light",
        level=Level.INFORMATION,
        priority=PRIORITY,
        text=Text(f"建议车速 {speed}", f"Advised {speed} km/h"),
        symbol="green_wave",
        direction=Direction.AHEAD,
        distance_m=signal.stop_m,
        why=(
            ("low_kph", float(low)),
            ("high_kph", float(high)),
            ("stop_m", round(signal.stop_m, 1)),
            ("light", signal.lamp.value),
            ("green_from_s", round(signal.green[0], 1) if signal.green else "unknown"),
            ("green_to_s", round(signal.green[1], 1) if signal.green else "unknown"),
        ),
    )
