"""RLVW, red light violation warning: we come to the stop line when it is not green, and do not brake (T/CSAE 53)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, all_hold, at_least, at_most, is_same, is_there
from obu.core.driving import DELAY_S, ByClass, braking, stopping_m
from obu.core.right_of_way import is_green_at
from obu.core.world import Signal, Turn, View

NAME = "RLVW"
TITLE = Text("闯红灯", "Red light")
NEEDS = frozenset({Need.SPEED, Need.LANE, Need.LIGHT})
PRIORITY = 2  # after an imminent collision (order of two vendor lists): who stands before the line is reached first
ABOUT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. brake_mps2: AASHTO and ITE design a stop for 3.4 m/s2; standing passengers bear less.

    braking_share: who brakes with so much of what is needed is not warned (CICAS-V: the deceleration tells it, not the
    pedal). min_speed_mps: creeping up to the line is no violation. past_m: so far behind the line it is too late.
    """

    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = ByClass(taxi=3.4, bus12=2.6, bus18=2.4)
    margin_m: float = 1.0
    min_speed_mps: float = 2.8
    braking_share: float = 0.8
    past_m: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert, or none."""
    signal, speed_mps = view.signal, view.own.speed_mps
    if signal is None or speed_mps is None or not all_hold(ours(view, parameters)):
        return []
    return [_alert(signal, speed_mps, _reach_m(view, speed_mps, parameters))]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us, and of the light."""
    signal, speed_mps = view.signal, view.own.speed_mps
    yield is_there("light", None if signal is None else signal.lamp)
    yield at_least("own_speed_mps", speed_mps, parameters.min_speed_mps)
    if signal is None or not speed_mps:
        return
    yield is_same("is_boarding", view.is_boarding, False)
    yield at_least("stop_m", signal.stop_m, -parameters.past_m)
    yield is_same("right_on_red", signal.is_right_on_red and view.turn is Turn.RIGHT, False)
    yield at_most("stop_m", signal.stop_m, _reach_m(view, speed_mps, parameters) + parameters.margin_m)
    yield is_same("green_at_line", is_green_at(signal, max(0.0, signal.stop_m) / speed_mps), False)
    yield is_same("own_braking", is_braking(view, signal.stop_m, speed_mps, parameters), False)


def _reach_m(view: View, speed_mps: float, parameters: Parameters) -> float:
    return stopping_m(speed_mps, *braking(view.vehicle, parameters))


def is_braking(view: View, stop_m: float, speed_mps: float, parameters: Parameters) -> bool:
    """Whether the driver does what the warning would ask of him."""
    accel_mps2 = view.own.vehicle.accel_long_mps2
    needed_mps2 = speed_mps * speed_mps / (2.0 * max(stop_m, 0.5))
    return accel_mps2 is not None and accel_mps2 < -0.5 and -accel_mps2 >= parameters.braking_share * needed_mps2


def _alert(signal: Signal, speed_mps: float, reach_m: float) -> Alert:
    return Alert(
        app=NAME,
        subject="light",
        level=Level.IMMINENT,
        priority=PRIORITY,
        text=Text("前方红灯", "Red light ahead"),
        symbol="red_light",
        direction=Direction.AHEAD,
        distance_m=max(0.0, signal.stop_m),
        time_s=max(0.0, signal.stop_m) / speed_mps,
        why=(
            ("stop_m", round(signal.stop_m, 1)),
            ("reach_m", round(reach_m, 1)),
            ("at_line_s", round(max(0.0, signal.stop_m) / speed_mps, 1)),
            ("light", signal.lamp.value),
            ("left_s", round(signal.left_s, 1) if signal.left_s is not None else "unknown"),
        ),
    )
