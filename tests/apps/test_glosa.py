"""GLOSA's advice, followed, brings us to the line while it is green; where none does there is no advice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.apps import glosa
from obu.core.world import Lamp, Signal
from tests.apps.seen import other, view

P = glosa.Parameters()


def look(signal, *others, speed_mps=11.0, **seen):
    return glosa.look(view(*others, speed_mps=speed_mps, signal=signal, limit_mps=16.7, **seen), P)


@given(st.floats(31, 299), st.floats(0, 60), st.floats(5, 40))
def test_every_advised_speed_is_there_while_it_is_green(stop_m, from_s, lasts_s):
    lamp = Lamp.RED if from_s > 0 else Lamp.PERMISSIVE_GREEN
    alerts = look(Signal(lamp, stop_m, from_s or lasts_s, (from_s, from_s + lasts_s)))
    for alert in alerts:
        why = dict(alert.why)
        for kph in (why["low_kph"], why["high_kph"]):
            assert 20 <= kph <= 50 and kph % 5 == 0
            assert from_s <= stop_m / (kph / 3.6) <= from_s + lasts_s
    if not alerts:
        fine = [kph for kph in (25, 30, 35, 40, 45) if from_s + 1 <= stop_m / (kph / 3.6) <= from_s + lasts_s - 1]
        assert not fine, "there was a speed"


QUEUE = other(along_m=60.0, speed_mps=0.0)


@pytest.mark.parametrize(
    "seen",
    [{"speed_mps": 1.0}, {"is_boarding": True}, {"signal": None}, {"signal": Signal(Lamp.RED, 20.0, 5.0, (5.0, 30.0))},
     {"signal": Signal(Lamp.RED, 100.0, None, None)}],
)  # fmt: skip
def test_when_there_is_nothing_to_advise(seen):
    usual = {"signal": Signal(Lamp.RED, 100.0, 9.0, (9.0, 30.0))}
    assert look(**usual)
    assert not look(**(usual | seen))


def test_a_queue_before_the_line_ends_the_advice():
    assert not look(Signal(Lamp.RED, 100.0, 9.0, (9.0, 30.0)), QUEUE)
    assert look(Signal(Lamp.RED, 100.0, 9.0, (9.0, 30.0)), other(along_m=-60.0, speed_mps=0.0))


@pytest.mark.parametrize(("stop_m", "warns"), [(40.0, False), (3.0, True), (-3.0, True), (120.0, True), (None, True)])
def test_a_stop_before_the_line_ends_the_advice_until_it_has_been_served(stop_m, warns):
    assert bool(look(Signal(Lamp.RED, 100.0, 9.0, (9.0, 30.0)), stop_m=stop_m)) is warns
