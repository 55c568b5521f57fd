"""The bench's co-processor on its line: what goes in comes out, whole and once; what the line does to it is said."""

import random

from hil.board_line import NAME, BoardLine
from hil.encode import Frame
from hil.given import Given


def _turns(board: BoardLine, first: int, count: int, **more: object) -> list[Given]:
    given = []
    for turn in range(first, first + count):
        one = Given(
            at_s=turn / 100, at_ns=10**9 + turn * 10_000_000, utc_ns=0, truth=None, dice=random.Random(1),
            chance=random.Random(turn), attacker=None,
            frames=[Frame(0x18FEF100, bytes((turn % 256,) * 8)), Frame(0x24, b"12345678")],
            sentences=b"$GNRMC," + str(turn).encode() * 100 + b"\r\n" if turn % 10 == 0 else None, **more,
        )  # fmt: skip
        board.carry(one)
        given.append(one)
    return given


def test_what_the_board_hears_the_unit_gets_whole_in_order_and_once() -> None:
    line = BoardLine("main")
    given = _turns(line, 0, 200)
    frames = [frame for each in given for frame in each.can]
    said = [frame.data[0] for frame in frames if frame.is_extended]
    assert len(said) > 190 and said == [turn % 256 for turn in range(said[0], said[0] + len(said))]
    assert {(frame.channel, frame.can_id, frame.is_extended) for frame in frames} == {
        ("main", 0x18FEF100, True), ("main", 0x24, False),
    }  # fmt: skip
    heard = b"".join(each.data for one in given for each in one.gnss)
    assert heard.endswith(b"$GNRMC," + b"190" * 100 + b"\r\n") and heard.count(b"$GNRMC") >= 19
    assert [state.is_up for one in given for state in one.drivers] == [True]
    assert [health.uptime_s for one in given for health in one.board] == [1, 2]
    assert not any(one.frames or one.sentences for one in given)  # nothing goes past the line


def test_a_dead_line_is_told_and_a_new_life_of_the_board_is_greeted() -> None:
    line = BoardLine("main")
    _turns(line, 0, 100)
    dead = _turns(line, 100, 350, line="dead")
    assert [(state.name, state.is_up) for one in dead for state in one.drivers] == [(NAME, False)]
    assert not any(one.can for one in dead[10:])
    back = _turns(line, 450, 200)
    assert any(one.can for one in back[-10:])
    cut = _turns(line, 650, 50, is_board_cut=True)
    assert not any(one.can for one in cut[2:])
    again = _turns(line, 700, 100)
    assert any(one.can for one in again[-10:]) and [each.uptime_s for one in again for each in one.board][-1] <= 2


def test_a_board_with_another_firmware_is_not_listened_to_and_it_is_said_which_to_flash() -> None:
    line = BoardLine("main")
    given = _turns(line, 0, 200, line="other_firmware")
    assert not any(one.can or one.gnss for one in given)
    assert any("flash the co-processor" in state.why for one in given for state in one.drivers)


def test_nothing_garbled_comes_through() -> None:
    line = BoardLine("main")
    _turns(line, 0, 100)
    given = _turns(line, 100, 200, garbled=0.004)
    whole = {bytes((value,) * 8) for value in range(256)} | {b"12345678"}
    assert all(frame.data in whole for one in given for frame in one.can)
