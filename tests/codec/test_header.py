"""The header reader gives what the whole decode gives, of every shape and edition, and refuses what ends before it."""

import random

import pytest

from obu.codec import header, uper
from obu.codec.editions import Edition
from obu.core.errors import RemoteError
from tests.codec.reference import DAY_2

FRAMES = {
    "bsmFrame": "BasicSafetyMessage",
    "mapFrame": "MapData",
    "rsmFrame": "RoadsideSafetyMessage",
    "spatFrame": "SPAT",
    "rsiFrame": "RoadSideInformation",
    "msgFrameExt": "MessageFrameExt",
}
# Where the place and the motion of a message are.
PLACES = {"bsmFrame": "pos", "rsmFrame": "refPos", "rsiFrame": "refPos"}
PLACES |= {11: "refPos", 12: "sensorPos", 13: "refPos", 15: "pos"}


def expected(name: str, value: dict) -> header.Header:
    number = value["messageId"] if name == "msgFrameExt" else None
    message = value["value"] if number in DAY_2 else value
    if (number or name) not in (*PLACES, 16):
        return header.Header(name, message_id=number)
    place = message[PLACES[number or name]] if number != 16 else {}
    motion = message.get("speed"), message.get("heading"), message.get("secMark")
    return header.Header(name, message["id"], place.get("lat"), place.get("long"), *motion, number)


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("frame", FRAMES)
def test_it_is_what_the_whole_decode_gives(frame, edition, draw_value):
    rng = random.Random(f"{frame} {edition}")
    for number in range(100):
        value = draw_value(edition.value, FRAMES[frame], rng, number)
        assert header.read(uper.encode(frame, value, edition)) == expected(frame, value)


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("number", DAY_2)
def test_it_is_what_the_whole_decode_of_day_2_gives(number, edition, draw_value):
    rng = random.Random(f"{number} {edition}")
    for drawn in range(60):
        value = {"messageId": number, "value": draw_value(edition.value, DAY_2[number], rng, drawn)}
        data = uper.encode("msgFrameExt", value, edition)
        assert header.read(data) == expected("msgFrameExt", value)
        size = rng.randrange(len(data))
        try:
            assert header.read(data[:size]) == expected("msgFrameExt", value)  # of what comes later it says nothing
        except RemoteError as refused:
            assert refused.reason == "truncated"


def test_a_later_name_of_who_sees_is_passed_over():
    # SSM, its equipmentType as the hundredth name of a later text.
    place = {"lat": 312_000_000, "long": 1_215_000_000}
    value = {"msgCnt": 5, "id": b"12345678", "equipmentType": "...99", "secMark": 12345, "sensorPos": place}
    data = uper.encode("msgFrameExt", {"messageId": 12, "value": value}, Edition.YDT3709)
    assert header.read(data) == expected("msgFrameExt", {"messageId": 12, "value": value})


def test_the_usual_shape_of_a_bsm_too():
    place = {"lat": 312_000_000, "long": 1_215_000_000}
    value = {
        "msgCnt": 5,
        "id": b"12345678",
        "secMark": 12345,
        "pos": place,
        "posAccuracy": {"semiMajor": 1, "semiMinor": 2, "orientation": 3},
        "transmission": "forwardGears",
        "speed": 500,
        "heading": 7200,
        "angle": 3,
        "accelSet": {"long": 100, "lat": 0, "vert": 0, "yaw": 500},
        "brakes": {"brakePadel": "on", "wheelBrakes": (b"\x50", 5), "traction": "off"},
        "size": {"width": 250, "length": 1200},
        "vehicleClass": {"classification": 10},
        "safetyExt": {},
    }
    data = uper.encode("bsmFrame", value, Edition.YDT3709)
    assert header.read(data) == expected("bsmFrame", value)
    assert uper.decode(data, None).value == value
    for size in range(28):
        with pytest.raises(RemoteError, match="truncated"):
            header.read(data[:size])


def test_what_it_cannot_name_it_refuses():
    for octets in ("50", "70", "81", "90", "ff"):
        with pytest.raises(RemoteError, match="unknown_alternative"):
            header.read(bytes.fromhex(octets) + bytes(60))


@pytest.mark.fuzz
def test_nothing_but_remote_error_leaves_it(fuzz_runs):
    rng = random.Random(5)
    for _ in range(fuzz_runs):
        data = rng.choice((b"", b"\x80", b"\x80\x30\x00\x0f\x2c")) + rng.randbytes(rng.randrange(50))
        try:
            header.read(data)
        except RemoteError as refused:
            assert refused.reason.isidentifier()
