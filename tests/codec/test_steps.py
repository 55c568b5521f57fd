"""Reading takes steps in proportion to the octets, whatever they are: counted in lines of Python, not in seconds."""

import random
import sys
from collections.abc import Callable
from typing import Any

import pytest

from obu.codec import coer, header, uper
from obu.codec.editions import Edition
from obu.core.errors import RemoteError
from tests.codec.reference import DAY_2

# Most lines for an octet: an empty string in a list without bounds takes 26; each edition reads and judges a frame.
LINES_PER_OCTET = 100
LINES_AT_ALL = 1_000
HEADER_LINES = 100
FILE_BYTES = 65_535


def lines_run(work: Callable[[], Any]) -> int:
    """How many lines, calls and returns of Python it takes; a refusal is an answer too."""
    steps = 0

    def count(*_: Any) -> Any:
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    except RemoteError:
        pass
    finally:
        sys.settrace(before)
    return steps


def test_a_long_map_takes_no_more_lines_per_octet_than_a_short_one():
    lane = {"laneID": 1, "points": [{"posOffset": {"offsetLL": ("position-LL1", {"lon": 1, "lat": 2})}}] * 2}
    link = {"upstreamNodeId": {"id": 1}, "linkWidth": 1, "lanes": [lane] * 32}
    node = {"id": {"id": 1}, "refPos": {"lat": 1, "long": 1}, "inLinks": [link] * 3}
    _is_linear([("mapFrame", {"msgCnt": 1, "nodes": [node] * count}) for count in (1, 8, 32)])


def test_a_long_list_of_additions_takes_no_more_lines_per_octet_than_a_short_one():
    lane = {"laneRefID": 1, "st-points": [{"s-axis": 1, "t-axis": 2}] * 4}
    link = {"upstreamNodeId": {"id": 1}, "sections": [{"secId": 1, "lanes": [lane] * 8}] * 4}
    node = {"id": {"id": 1}, "refPos": {"lat": 1, "long": 1}, "inLinks-ex": [link] * 2}
    _is_linear([("mapFrame", {"msgCnt": 1, "nodes": [node] * count}) for count in (1, 8, 32)])


def test_many_obstacles_take_no_more_lines_per_octet_than_a_few():
    place = {"offsetLL": ("position-LL1", {"lon": 1, "lat": 2})}
    plan = {"pathPlanning": [{"pos": place}] * 20}
    participant = {
        "ptcType": "motor",
        "ptcId": 1,
        "source": "lidar",
        "secMark": 1,
        "pos": place,
        "posConfidence": {"pos": "a1m"},
        "speed": 1,
        "heading": 1,
        "size": {"width": 1, "length": 1},
    }
    sensors = {"msgCnt": 1, "id": b"12345678", "equipmentType": "rsu", "secMark": 1, "sensorPos": {"lat": 1, "long": 1}}
    seen = [{"ptc": participant, "planningList": [plan] * 4, "polygon": [place] * 8}]
    _is_linear(
        [("msgFrameExt", {"messageId": 12, "value": {**sensors, "participants": seen * n}}) for n in (2, 20, 120)]
    )


def _is_linear(messages: list[tuple[str, dict[str, Any]]]) -> None:
    per_octet = []
    for name, value in messages:
        data = uper.encode(name, value, Edition.YDT3709)
        assert len(data) < FILE_BYTES
        per_octet.append(lines_run(lambda d=data: uper.decode(d, Edition.YDT3709, FILE_BYTES)) / len(data))
    assert len(data) > 8_000
    assert max(per_octet) < 1.2 * min(per_octet)


def test_the_shortest_items_of_all_keep_the_bound():
    answer = {"time": {"offset": 480}, "sourceId": b"12345678", "paymentEntityId": "system", "ret": "noError"}
    answer["responseParameter"] = ("transferChannelRs", {"channelid": "obu", "apdu": [b""] * 1200})
    value = {"messageId": 17, "value": {"msgCnt": 1, "payment": ("action-response", answer)}}
    data = uper.encode("msgFrameExt", value, Edition.YDT3709)
    lines = lines_run(lambda: uper.decode(data, None))
    assert LINES_PER_OCTET // 2 * len(data) < lines < LINES_AT_ALL + LINES_PER_OCTET * len(data)


@pytest.mark.fuzz
def test_every_input_has_a_bound(fuzz_runs, draw_value):
    rng = random.Random(23)
    frames = [("bsmFrame", "BasicSafetyMessage"), ("mapFrame", "MapData"), ("spatFrame", "SPAT")]
    seeds = [uper.encode(name, draw_value("csae53", kind, rng), Edition.CSAE53) for name, kind in frames * 3]
    for number, kind in DAY_2.items():
        values = [{"messageId": number, "value": draw_value("csae53", kind, rng)} for _ in range(3)]
        seeds += [uper.encode("msgFrameExt", value, Edition.CSAE53) for value in values]
    secured = [coer.encode("V2XSecData", draw_value("security", "V2XSecData", rng)) for _ in range(9)]
    for run in range(max(200, fuzz_runs // 100)):
        data = bytearray(rng.choice((*seeds, *secured)) if run % 4 else rng.randbytes(rng.randrange(1, 1400)))
        for _ in range(rng.randrange(4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        octets = bytes(data[: rng.choice((len(data), rng.randrange(1, len(data) + 1)))])
        bound = LINES_AT_ALL + LINES_PER_OCTET * len(octets)
        assert lines_run(lambda d=octets: uper.decode(d, None, FILE_BYTES)) < bound
        assert lines_run(lambda d=octets: coer.decode("V2XSecData", d)) < bound
        assert lines_run(lambda d=octets: header.read(d)) < HEADER_LINES
