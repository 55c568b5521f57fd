"""RLVW speaks when the light will not be green as we pass the line, and we do not brake for it."""

import pytest

from hil import windows
from obu.apps import rlvw
from obu.core.world import Lamp, Signal, Turn
from tests.apps.seen import view

P = rlvw.Parameters()


def look(signal, speed_mps=11.0, kind="taxi", accel_mps2=0.0, **seen):
    return rlvw.look(
        view(speed_mps=speed_mps, kind=kind, bus={"accel_long_mps2": accel_mps2}, signal=signal, **seen), P
    )


def red(stop_m, left_s=20.0, green=None, **more):
    return Signal(Lamp.RED, stop_m, left_s, green, **more)


@pytest.mark.parametrize("kind", ["taxi", "bus12", "bus18"])
@pytest.mark.parametrize("speed_mps", [5.0, 8.3, 11.1, 13.9, 16.7])
def test_it_speaks_within_the_window_of_kinematics(kind, speed_mps):
    least_m, most_m = windows.before_m(kind, speed_mps)
    assert look(red(least_m), speed_mps, kind)
    assert not look(red(most_m + 1.5), speed_mps, kind)


@pytest.mark.parametrize(
    ("signal", "warns"),
    [
        (red(20.0), True),
        (red(22.0, 1.5, (1.5, 20.0)), False),  # it is green when we get there, in 2 s
        (red(22.0, 2.5, (2.5, 20.0)), True),
        (Signal(Lamp.PERMISSIVE_GREEN, 22.0, 20.0, (0.0, 20.0)), False),
        (Signal(Lamp.PROTECTED_GREEN, 22.0, 1.0, (0.0, 1.0)), True),  # over before we are there
        (Signal(Lamp.YELLOW, 22.0, 3.0, None), False),  # we pass while it is yellow
        (Signal(Lamp.YELLOW, 22.0, 1.0, None), True),
        (red(-2.0), False),  # passed
        (None, False),
    ],
)
def test_the_light_as_we_pass_decides(signal, warns):
    assert bool(look(signal)) is warns


def test_who_brakes_enough_is_not_told():
    need = 11.0**2 / (2 * 25.0)
    assert look(red(25.0), accel_mps2=-0.5 * need) and not look(red(25.0), accel_mps2=-0.9 * need)


def test_a_right_turn_that_may_go_on_red_is_no_violation():
    assert not look(red(15.0, is_right_on_red=True), turn=Turn.RIGHT)
    assert look(red(15.0, is_right_on_red=True), turn=Turn.STRAIGHT)


def test_creeping_and_boarding_are_silent():
    assert not look(red(5.0), speed_mps=2.0) and not look(red(15.0), is_boarding=True)
