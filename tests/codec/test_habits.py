"""Habits of real units: each is read as it is meant and has its name; what nobody really sends is refused."""

import random
import re
from dataclasses import replace

import pytest

from obu.codec import habits, uper
from obu.codec.compiler.sources import source_texts
from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.codec.messages.bsm import Bsm
from obu.codec.messages.path import Crumb
from obu.core.errors import RemoteError
from obu.core.geo import LatLon, distance_m, move
from tests.codec import reference
from tests.codec.lifelike import announced, lights, roadside_map, some_map, some_rsi

PLACE = LatLon(31.2, 121.4)


def absolute(place: LatLon) -> dict:
    return {"offsetLL": ("position-LatLon", {"lon": round(place.lon_deg * 1e7), "lat": round(place.lat_deg * 1e7)})}


def bsm(path: tuple[LatLon, ...]) -> dict:
    crumbs = tuple(Crumb(place, 1.0 + number) for number, place in enumerate(path))
    one = Bsm(msg_count=1, id=b"car-0001", sec_mark_ms=0, place=PLACE, yaw_rate_deg_s=0.0, width_m=1.8, length_m=4.8,
              basic_class=10, path=crumbs)  # fmt: skip
    return pack(one)[1]


def rsi(**change) -> dict:
    event = {"rteId": 1, "eventType": 501, "eventSource": "police", **change}
    place = {"lat": round(PLACE.lat_deg * 1e7), "long": round(PLACE.lon_deg * 1e7)}
    return {"msgCnt": 1, "id": b"rsu-0001", "refPos": place, "rtes": [event]}


def road(rng: random.Random) -> dict:
    """A MAP whose points are absolute."""
    while True:
        value = roadside_map(rng, PLACE)
        if "position-LatLon" in repr(value):
            return value


def tell(value: dict) -> object:
    """What a driver's unit understands of an RSI's one event."""
    return unpack(heard("rsiFrame", value)).events[0]


def heard(name: str, value: dict) -> uper.Frame:
    """As it comes out of a decoder."""
    return uper.decode(uper.encode(name, value, Edition.CSAE53), Edition.CSAE53)


def with_absolute_crumbs() -> tuple[str, dict]:
    value = bsm((move(PLACE, 180.0, 20.0),))
    for crumb in value["safetyExt"]["pathHistory"]["crumbData"]:
        crumb["llvOffset"] = absolute(move(PLACE, 180.0, 20.0))
    return "bsmFrame", value


SAMPLES = {
    habits.ABSOLUTE_CRUMBS: with_absolute_crumbs(),
    habits.ABSOLUTE_MAP_POINTS: ("mapFrame", road(random.Random(1))),
    habits.ABSOLUTE_RSI_POINTS: ("rsiFrame", rsi(eventPos=absolute(move(PLACE, 90.0, 80.0)))),
    habits.UNKNOWN_NUMBER: ("msgFrameExt", {"messageId": 99, "value": b"later"}),
    habits.VENDOR_EVENT: ("rsiFrame", rsi(eventType=9902)),
    habits.RESERVED_PRIORITY_BITS: ("rsiFrame", rsi(priority=b"\xbf")),
    habits.NOT_GB2312: ("rsiFrame", rsi(description=("textGB2312", "前方拥堵".encode()))),
}


@pytest.mark.parametrize("habit", SAMPLES)
def test_each_habit_is_read_and_named(habit):
    frame = heard(*SAMPLES[habit])
    assert frame.value == SAMPLES[habit][1]
    assert habits.of_frame(frame) == (habit,)
    unpack(frame)


def test_every_habit_has_its_sample():
    assert set(SAMPLES) == {value for name, value in vars(habits).items() if name.isupper() and name[0] != "_"}


def test_what_a_habit_says_is_what_the_letter_says():
    behind, ahead = move(PLACE, 180.0, 20.0), move(PLACE, 90.0, 80.0)
    crumb = unpack(heard(*SAMPLES[habits.ABSOLUTE_CRUMBS])).path[0]
    assert distance_m(crumb.place, behind) < 0.02
    assert crumb.age_s == unpack(heard("bsmFrame", bsm((behind,)))).path[0].age_s
    event = unpack(heard(*SAMPLES[habits.ABSOLUTE_RSI_POINTS])).events[0]
    assert distance_m(event.place, ahead) < 0.02
    assert replace(tell(rsi(priority=b"\xbf")), rest=None) == tell(rsi(priority=b"\xa0"))
    assert tell(rsi(eventType=9902)).event_type == 9902
    assert tell(rsi(description=("textGB2312", b"\xb5\xc0\xc2\xb7\xff"))).description == "道路\ufffd"


def test_messages_by_the_letter_have_none():
    rng = random.Random(4)
    frames = [heard(*pack(make(rng, PLACE))) for make in (some_map, some_rsi) for _ in range(50)]
    frames += [heard("rsiFrame", announced(rng, PLACE)), heard("spatFrame", lights(rng)), heard("bsmFrame", bsm(()))]
    frames.append(heard("rsiFrame", rsi(description=("textGB2312", "道路施工".encode("gb2312")), priority=b"\xe0")))
    assert not [frame for frame in frames if habits.of_frame(frame)]


def test_a_spat_as_the_printed_drafts_have_it_is_refused():
    # They lack the mark at the end of IntersectionState; every real unit sends it, so there is no such habit.
    texts = tuple(re.sub(r"(?<=phases          PhaseList),\s*\.\.\.", "", text) for text in source_texts("ydt3709"))
    assert texts != source_texts("ydt3709")
    draft, rng = reference.compile_texts(texts, "uper"), random.Random(6)
    for _ in range(400):
        value = lights(rng)
        assert uper.readings(uper.encode("spatFrame", value, Edition.YDT3709)).agree
        with pytest.raises(RemoteError):
            uper.readings(draft.encode("MessageFrame", ("spatFrame", value)))
