"""The co-processor's word beside the bus's: taps where the bus is silent."""

from obu.core.frames import BoardHealth, BoardInputs
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Gear, VehicleState
from obu.station.board import BRAKE, DOOR, LEFT_TURN, REVERSE, RIGHT_TURN, TAP_AGE_NS, Board

T = 1_000 * NS_PER_S
ALL = LEFT_TURN | RIGHT_TURN | BRAKE | REVERSE


def tapped(levels, wired=ALL):
    board = Board()
    board.take((BoardInputs(levels, wired, T),), ())
    return board


def test_a_wire_tells_what_the_bus_does_not():
    told = tapped(LEFT_TURN | BRAKE | REVERSE).fill(T, VehicleState())
    assert (told.left_turn, told.right_turn, told.brake_applied, told.gear) == (True, False, True, Gear.REVERSE)
    assert told.door_open is None and told.ignition_on is None


def test_the_bus_comes_first():
    bus = VehicleState(left_turn=False, brake_applied=False, gear=Gear.FORWARD)
    told = tapped(LEFT_TURN | BRAKE | REVERSE).fill(T, bus)
    assert (told.left_turn, told.brake_applied, told.gear) == (False, False, Gear.FORWARD)


def test_what_is_not_wired_or_old_is_unknown():
    assert tapped(DOOR).fill(T, VehicleState()).door_open is None
    board = tapped(BRAKE)
    assert board.fill(T + TAP_AGE_NS, VehicleState()).brake_applied is True
    assert board.fill(T + TAP_AGE_NS + 1, VehicleState()) == VehicleState()
    assert Board().fill(T, VehicleState()) == VehicleState()


def test_a_board_that_fell_silent_is_no_longer_told_of():
    board = Board()
    assert board.status(Now(T, None)) is None
    health = BoardHealth(
        board="x 1", uptime_s=1, free_bytes=2, can_received=3, can_filtered=4, can_dropped=5, link_bad=6,
        link_resent=7, gnss_lost=8, faults=0, refused=0, at_ns=T,
    )  # fmt: skip
    board.take((), (health,))
    assert board.status(Now(T + NS_PER_S, None))["can_dropped"] == 5
    assert board.status(Now(T + 6 * NS_PER_S, None)) is None
