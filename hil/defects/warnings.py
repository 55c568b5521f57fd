"""Defects of the applications: what each of them overlooks, or takes for a danger."""

import dataclasses

from hil.defects.planting import Defect, Patch, changed, constant, result
from hil.defects.scene import but
from obu.apps import bsw, dnpw, ebw, fcw, glosa, lcw, rlvw
from obu.core import moving_off, on_our_way, turn_over
from obu.core.world import Lamp, Signal, View
from obu.scene import bodies, conflict, movers, sweep, ways
from obu.scene.facts import Facts
from obu.scene.signals import Signals
from obu.scene.sweep import Sweep
from obu.scene.view import Scene

FAR_M = 1000.0


def _never_brakes() -> tuple[Patch, ...]:
    """Nobody's own braking is seen."""
    return tuple(Patch(app, "is_braking", lambda *_: False) for app in (fcw, rlvw))


def _crowded() -> tuple[Patch, ...]:
    """Everybody within 3 m is on our way, and walks before our front."""
    return (
        Patch(on_our_way, "is_on_our_way", lambda view, other: abs(other.right_m) < view.own.body.width_m / 2.0 + 3.0),
        Patch(moving_off, "walks_through_m", lambda *_: (0.0, 0.0)),
    )


def _always_hurries() -> tuple[Patch, ...]:
    """As if we drove, and fast."""
    return Patch(ebw, "ours", lambda *_: ()), Patch(ebw, "reach_m", lambda *_: FAR_M)


def _without_signs(seen: View) -> View:
    return dataclasses.replace(seen, signs=())


def _red(signal: Signal | None) -> Signal | None:
    return signal and dataclasses.replace(signal, lamp=Lamp.RED, left_s=30.0, green=None)


def _both_sides() -> tuple[Patch, ...]:
    wrong = {light: (-sign, zone, side) for light, (sign, zone, side) in lcw.SIDES.items()}
    return (Patch(lcw, "SIDES", wrong),)


def _never_stops() -> tuple[Patch, ...]:
    """Whoever comes is taken to go on as fast."""
    right = conflict.time_to_s
    return (Patch(conflict, "time_to_s", lambda gap_m, speed_mps, _: right(gap_m, max(speed_mps, 8.3), 0.0)),)


def _waits_on_red(seen: View) -> View:
    return dataclasses.replace(seen, signal=seen.signal and dataclasses.replace(seen.signal, is_right_on_red=False))


def _on_duty(seen: View) -> View:
    there = tuple(dataclasses.replace(other, is_on_duty=True) for other in seen.neighbours)
    return dataclasses.replace(seen, neighbours=there)


SETTINGS: dict[str, tuple[str, str, object]] = {
    "early_or_late": ("apps.icw", "apart_s", 99.0),  # whoever crosses our way at any time is a danger
    "lawless": ("apps.vrucw", "we_stop_mps2", 0.0),  # no driver stops for a red light
    "petty": ("apps.slw", "top_kph", {"taxi": 40.0, "bus12": 40.0, "bus18": 40.0}),  # 40 km/h is the limit everywhere
    "quick_passer": ("apps.dnpw", "accel_mps2", {"taxi": 3.0, "bus12": 3.0, "bus18": 3.0}),  # every class is a fast car
    "classless_limit": ("apps.slw", "top_kph", {"taxi": 120.0, "bus12": 120.0, "bus18": 120.0}),  # no class is slower
    "attentive": ("apps.bsw", "passed_s", 0.0),  # it marks every parked car that it drives past
    "aloof": ("apps.bsw", "passed_s", 99.0),  # it marks nobody who stands
    "wide_eyed": ("apps.bsw", "farthest_m", 8.0),  # it sees two lanes beside us
    "hurried": ("apps.lcw", "pull_out_s", {"taxi": 1.0, "bus12": 1.0, "bus18": 1.0}),  # a bus is as quick as a car
    "timid_puller": ("apps.lcw", "pull_out_s", {"taxi": 9.0, "bus12": 9.0, "bus18": 9.0}),  # 9 s are too few for it
    "overcautious": ("apps.avw", "slow_share", 99.0),  # hazard lights are a danger at any speed
}
DEFECTS: dict[str, Defect] = {
    "brakeless": Defect("it does not see its own driver brake", _never_brakes),
    "crowded": Defect("everybody near the road is on it", _crowded),
    "flat": constant("it knows no bridges: who crosses is on our level", ways, "are_joined", lambda *_: True),
    "farsighted": constant("nobody who brakes is too far away for it", ebw, "reach_m", lambda *_: FAR_M),
    "nervous": Defect("it speaks of who brakes while we stand", _always_hurries),
    "unmoved": Defect("it does not see the others brake", _never_stops),
    "lightless": changed("it makes nothing of SPAT", Facts, "heard", but("Spat")),
    "cameraless": changed("it makes nothing of RSM", Facts, "heard", but("Rsm")),
    "roadless": changed("it makes nothing of RSI", Facts, "heard", but("Rsi")),
    "signblind": result("it shows no sign", Scene, "build", _without_signs),
    "colourblind": result("every light is red", Signals, "of", _red),
    "by_the_letter": result("it knows no turning to the right on red", Scene, "build", _waits_on_red),
    "optimist": constant("it always has an advice", glosa, "advice_kph", lambda *_: (30, 40)),
    "hasty": result(
        "whoever signals moves over", Scene, "build", lambda seen: dataclasses.replace(seen, drift_mps=None)
    ),
    "broad": result("it takes itself for three metres wider", fcw, "_beside_m", lambda beside_m: beside_m - 3.0),
    "kerbless": constant("nobody waits at a kerb", on_our_way, "waits_at_kerb", lambda *_: False),
    "untimed": constant("whoever is behind us is there when we turn", turn_over, "_apart_s", lambda *_: 0.0),
    "sideless": Defect("it takes left for right", _both_sides),
    "timid_passer": constant("it forbids every overtaking", dnpw, "theirs", lambda *_: ()),
    "one_piece": constant("it takes every bus for one stiff body", movers, "BUSES", frozenset()),
    "stopless": result("it knows no stop", Scene, "build", lambda seen: dataclasses.replace(seen, stop_m=None)),
    "ever_departing": result(
        "it pulls out of a stop everywhere", Scene, "build", lambda seen: dataclasses.replace(seen, is_departing=True)
    ),
    "inward": constant("it thinks that nothing swings out", bsw, "_is_by_overhang", lambda *_: False),
    "stiff": constant("it takes itself for one piece", bodies, "behind", lambda *_: ()),
    "unlooking": constant("it minds nobody over whose way it turns", on_our_way, "rides_on_beside", lambda *_: False),
    "rigid_behind": constant("it does not know what its rear does in a turn", Sweep, "reached_s", lambda *_: None),
    "sweeping": constant("it takes every bend for a turn", sweep, "TURNING_PER_M", 1 / 200.0),
    "sirened": result("every ambulance is on duty", Scene, "build", _on_duty),
}
