"""The header reader gives what the whole decode gives, of every shape and edition, and refuses what ends before it."""

import random

import pytest

from obu.codec import header, uper
from obu.codec.editions import Edition
from obu.core.errors import RemoteError

FRAMES = {
    "bsmFrame": "BasicSafetyMessage",
    "mapFrame": "MapData",
    "rsmFrame": "RoadsideSafetyMessage",
    "spatFrame": "SPAT",
    "rsiFrame": "RoadSideInformation",
    "msgFrameExt": "MessageFrameExt",
}


def expected(name: str, value: dict) -> header.Header:
    if name not in ("bsmFrame", "rsmFrame", "rsiFrame"):
        return header.Header(name)
    place = value["pos" if name == "bsmFrame" else "refPos"]
    motion = (value["speed"], value["heading"], value["secMark"]) if name == "bsmFrame" else (None, None, None)
    return header.Header(name, value["id"], place["lat"], place["long"], *motion)


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("frame", FRAMES)
def test_it_is_what_the_whole_decode_gives(frame, edition, draw_value):
    rng = random.Random(f"{frame} {edition}")
    for number in range(100):
        value = draw_value(edition.value, FRAMES[frame], rng, number)
        assert header.read(uper.encode(frame, value, edition)) == expected(frame, value)


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
        data = rng.randbytes(rng.randrange(50))
        try:
            header.read(data)
        except RemoteError as refused:
            assert refused.reason.isidentifier()
