"""Marks beside us: a side each, on with the claim, off half a second after the last one."""

from dataclasses import replace

from obu.apps import bsw
from obu.core.alert import Direction
from obu.core.now import NS_PER_MS
from obu.hmi.marks import HELD_NS, Marks
from tests.apps.seen import other, view

(LEFT,) = bsw.look(view(other(along_m=-4.0, right_m=-3.2, speed_mps=11.0), speed_mps=11.0), bsw.Parameters())
RIGHT = replace(LEFT, direction=Direction.RIGHT)
WARNING = replace(LEFT, is_mark=False)


def test_a_side_is_marked_while_it_is_claimed_and_half_a_second_longer() -> None:
    marks, at_ns = Marks(), 7 * HELD_NS
    marks.take(at_ns, [WARNING])
    assert marks.beside(at_ns) == {"left": False, "right": False}
    marks.take(at_ns, [LEFT])
    assert marks.beside(at_ns) == {"left": True, "right": False}
    marks.take(at_ns + 100 * NS_PER_MS, [RIGHT])
    assert marks.beside(at_ns + HELD_NS - 1) == {"left": True, "right": True}
    assert marks.beside(at_ns + HELD_NS) == {"left": False, "right": True}
