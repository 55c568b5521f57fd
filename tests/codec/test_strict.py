"""What asn1tools would let pass is refused: our own values with the field's path, strangers' octets with a reason."""

import copy
import random
from typing import Any

import pytest

from obu.codec import coer, uper
from obu.codec.editions import Edition
from obu.codec.explain import types
from obu.codec.messages import unpack
from obu.codec.shape import EncodeError, Misfit, Named
from obu.core.errors import RemoteError
from tests.codec.reference import DAY_2

BSM = {
    "msgCnt": 5,
    "id": b"12345678",
    "secMark": 12345,
    "pos": {"lat": 312000000, "long": 1215000000},
    "transmission": "forwardGears",
    "speed": 500,
    "heading": 7200,
    "accelSet": {"long": 100, "lat": 0, "vert": 0, "yaw": 500},
    "brakes": {},
    "size": {"width": 250, "length": 1200},
    "vehicleClass": {"classification": 10},
    "safetyExt": {"events": (b"\x01\x00", 13), "lights": (b"\x00\x00", 9)},
}
DATA = uper.encode("bsmFrame", BSM, Edition.YDT3709)


def changed(path: str, value: object) -> dict:
    frame = copy.deepcopy(BSM)
    *outer, last = path.split(".")
    place = frame
    for step in outer:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return frame


def reason(data: bytes, edition: Edition | None = None) -> str:
    with pytest.raises(RemoteError) as caught:
        uper.decode(data, edition)
    return caught.value.reason


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("speed", 8192, "bsmFrame.speed: 8192 is above 8191"),
        ("speed", -1, "bsmFrame.speed: -1 is below 0"),
        ("msgCnt", 128, "bsmFrame.msgCnt: 128 is above 127"),
        ("id", b"1234567", "bsmFrame.id: 7 bytes is below 8"),
        ("speed", 5.0, "bsmFrame.speed: float where an integer is expected"),
        ("speed", True, "bsmFrame.speed: bool where an integer is expected"),
        ("speed", None, "bsmFrame.speed: NoneType where an integer is expected"),
        ("speed", 1 << 70, "bsmFrame.speed: is over 64 bits"),
        ("speed", KeyError, "bsmFrame.speed: is missing"),
        ("pos.lat", KeyError, "bsmFrame.pos.lat: is missing"),
        ("pos.height", 1, "bsmFrame.pos.height: is not a field of this type"),
        ("brakes.brakePedal", "on", "bsmFrame.brakes.brakePedal: is not a field of this type"),
        ("transmission", "sideways", "bsmFrame.transmission: unknown name 'sideways'"),
        ("brakes.wheelBrakes", (b"\x00", 6), "bsmFrame.brakes.wheelBrakes: 6 bits is above 5"),
        ("brakes", [], "bsmFrame.brakes: list where an object is expected"),
        ("size", None, "bsmFrame.size: NoneType where an object is expected"),
        ("safetyExt.events", (b"\x01", 8), "bsmFrame.safetyExt.events: 8 bits is below 13"),
        ("safetyExt.events", (b"\x01\x01", 13), "bsmFrame.safetyExt.events: octets do not fit the number of bits"),
        ("safetyExt.pathHistory", {"crumbData": []}, "bsmFrame.safetyExt.pathHistory.crumbData: 0 items is below 1"),
        (
            "safetyExt.pathHistory",
            {"crumbData": [{"llvOffset": {"offsetLL": ("position-LL1", {"lon": 0, "lat": 2048})}, "timeOffset": 1}]},
            "bsmFrame.safetyExt.pathHistory.crumbData[0].llvOffset.offsetLL.position-LL1.lat: 2048 is above 2047",
        ),
    ],
)
def test_our_own_mistake_is_named_by_its_path(path, value, text):
    with pytest.raises(EncodeError) as caught:
        uper.encode("bsmFrame", changed(path, value), Edition.YDT3709)
    assert caught.value.text == text
    assert caught.value.zh != text


def test_an_unknown_message_is_refused():
    with pytest.raises(EncodeError, match="unknown alternative 'xsmFrame'"):
        uper.encode("xsmFrame", BSM, Edition.YDT3709)


def test_truncated_at_every_byte():
    for size in range(len(DATA)):
        assert reason(DATA[:size]) == "truncated"


def test_trailing_bytes():
    assert reason(DATA + b"\x00") == "trailing_bytes"
    assert reason(DATA + b"\x01") == "trailing_bytes"


def test_padding_must_be_zero():
    assert reason(DATA[:-1] + bytes((DATA[-1] | 1,))) == "nonzero_padding"


def test_too_long():
    assert reason(bytes(1401)) == "too_long"
    with pytest.raises(RemoteError, match="too_long"):
        uper.decode(DATA, None, max_bytes=len(DATA) - 1)


def bits_with(change_at: str, bits: str) -> bytes:
    """DATA with `bits` in place of the events' plain form; after them come ten bits of lights."""
    text = f"{int.from_bytes(DATA, 'big'):0{len(DATA) * 8}b}"
    at = text.rindex(change_at)
    text = text[:at] + bits + text[at + len(change_at) :][:10]
    text = text.ljust(-(-len(text) // 8) * 8, "0")
    return int(text, 2).to_bytes(len(text) // 8, "big")


def test_bit_string_longer_than_its_root_is_kept_whole():
    # safetyExt: mark 0, events and lights there, then the events' mark 0 and 13 bits.
    plain = "0" + "1001" + "0" + "0000000100000"
    data = bits_with(plain, "0" + "1001" + "1" + "00001110" + "00000001000001")
    frame = uper.decode(data, None)
    assert frame.value["safetyExt"]["events"] == (b"\x01\x04", 14)
    assert uper.encode(frame.name, frame.value, frame.edition) == data
    assert [event.name for event in unpack(frame).events] == ["HARD_BRAKING"]
    assert reason(bits_with(plain, "0" + "1001" + "1" + "00001101" + "0000000100000")) == "not_canonical"


def test_a_later_alternative_of_the_frame_has_its_own_reason():
    assert reason(bytes.fromhex("81 03 c0ffee".replace(" ", ""))) == "unknown_alternative"


def test_a_later_field_is_kept_as_octets():
    # SPAT: mark 1, no optional, msgCnt 1, ... then one addition of 16 bits that this text does not know.
    spat = {
        "msgCnt": 1,
        "intersections": [
            {
                "intersectionId": {"id": 1},
                "status": (b"\0\0", 16),
                "phases": [{"id": 1, "phaseStates": [{"light": "red"}]}],
            }
        ],
    }
    bare = uper.encode("spatFrame", spat, Edition.YDT3709)
    used = 4 + 1 + 3 + 7 + 5 + (1 + 3 + 1 + 16 + 16 + 4 + 8 + 4 + 1 + 1 + 1 + 4)
    text = f"{int.from_bytes(bare, 'big'):0{len(bare) * 8}b}"[:used]
    text = text[:4] + "1" + text[5:] + "0000000" + "1" + "00000010" + "1010101010101010"
    text = text.ljust(-(-len(text) // 8) * 8, "0")
    data = int(text, 2).to_bytes(len(text) // 8, "big")
    frame = uper.decode(data, None)
    assert frame.value == {**spat, "...": (b"\xaa\xaa",)}
    assert uper.encode("spatFrame", frame.value, frame.edition) == data
    assert unpack(frame).msg_count == 1


def test_value_outside_its_range_though_the_bits_hold_it():
    value = changed("heading", 28800)
    text = f"{int.from_bytes(uper.encode('bsmFrame', value, Edition.YDT3709), 'big'):b}"
    at = text.index(f"{28800:015b}")
    text = text[:at] + f"{28801:015b}" + text[at + 15 :]
    data = int(text, 2).to_bytes(len(DATA), "big")
    assert reason(data) == "out_of_range"


def test_unknown_message_of_day_2_keeps_its_octets():
    data = uper.encode("msgFrameExt", {"messageId": 32767, "value": b"later"}, Edition.YDT3709)
    assert unpack(uper.decode(data, None)).data == b"later"


SECURE = {"protocolVersion": 3, "content": ("unsecuredData", b"payload")}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "truncated"),
        (b"\x03", "truncated"),
        (b"\x03\x80\x05payl", "truncated"),
        (b"\x03\x80\x07payload!", "trailing_bytes"),
        (b"\x03\x80\x81\x07payload", "not_canonical"),
        (b"\x03\x80\x82\x00\x07payload", "not_canonical"),
        (b"\x03\x9e\x01\x00", "unknown_alternative"),
        (b"\x03\xbf" + b"\xff" * 20, "truncated"),
    ],
)
def test_secured_packet_must_be_canonical(data, why):
    with pytest.raises(RemoteError) as caught:
        coer.decode("V2XSecData", data)
    assert caught.value.reason == why


@pytest.mark.parametrize("levels", [20, 150, 400])
def test_packets_inside_packets_end_somewhere(levels):
    # signedData, hashId sm3, payload with data: four octets open one more packet.
    opening = bytes.fromhex("03810240")
    with pytest.raises(RemoteError) as caught:
        coer.decode("V2XSecData", opening * levels)
    assert caught.value.reason in {"too_deep", "truncated"}
    whole = coer.encode("V2XSecData", SECURE)
    rest = bytes.fromhex("00 0101 82 8080".replace(" ", "")) + b"r" * 32 + b"s" * 32
    with pytest.raises(RemoteError) as caught:
        coer.decode("V2XSecData", opening * levels + whole + rest * levels)
    assert caught.value.reason == "too_deep"


def test_an_aid_of_a_thousand_octets_is_nobody_s():
    head = coer.encode("HeaderInfo", {"aid": 5})
    long = head[:1] + b"\x82\x07\xd0" + b"\x7f" * 2000
    with pytest.raises(RemoteError) as caught:
        coer.decode("HeaderInfo", long)
    assert caught.value.reason == "out_of_range"


def test_defaults_are_left_out_on_the_wire():
    # AidGroupPermissions: 1, 0 and {app} are DEFAULT, so canonical octets do not show them.
    full = {"subjectPermissions": ("all", None), "minChainLength": 1, "chainLengthRange": 0, "eeType": (b"\x80", 8)}
    assert coer.encode("AidGroupPermissions", full) == b"\x00\x81"
    assert coer.decode("AidGroupPermissions", b"\x00\x81") == full
    with pytest.raises(RemoteError):
        coer.decode("AidGroupPermissions", b"\x80\x81\x01\x01")


@pytest.mark.fuzz
def test_nothing_but_remote_error_leaves_the_decoders(fuzz_runs, draw_value):
    rng = random.Random(11)
    seeds = [DATA]
    for frame, kind in (("mapFrame", "MapData"), ("spatFrame", "SPAT"), ("rsiFrame", "RoadSideInformation"),
                        ("rsmFrame", "RoadsideSafetyMessage"), ("bsmFrame", "BasicSafetyMessage")):  # fmt: skip
        for edition in Edition:
            seeds += [uper.encode(frame, draw_value(edition.value, kind, rng), edition) for _ in range(4)]
    for number, kind in DAY_2.items():
        for edition in Edition:
            values = ({"messageId": number, "value": draw_value(edition.value, kind, rng)} for _ in range(2))
            seeds += [uper.encode("msgFrameExt", value, edition) for value in values]
    secured = [coer.encode("V2XSecData", draw_value("security", "V2XSecData", rng)) for _ in range(20)]
    for number in range(max(2000, fuzz_runs)):  # of each codec
        noise = rng.randbytes(rng.randrange(1, 120)) if number % 4 == 0 else None
        _take_frame(noise or _mutated(rng.choice(seeds), rng))
        _take_secured(noise or _mutated(rng.choice(secured), rng))


def test_refusing_is_explaining(draw_value):
    # The quick code and the table of types are two judges of one law: where one refuses, the other can say why.
    rng = random.Random(3)
    frames = {"bsmFrame": "BasicSafetyMessage", "spatFrame": "SPAT", "rsiFrame": "RoadSideInformation", **DAY_2}
    for key, kind in frames.items():
        for _ in range(300 if isinstance(key, str) else 60):
            value = draw_value("ydt3709", kind, rng)
            frame, value = (key, value) if isinstance(key, str) else ("msgFrameExt", {"messageId": key, "value": value})
            value = _spoilt(value, rng)
            try:
                Named("MessageFrame").judge((frame, value), types("ydt3709"), 0)
            except Misfit as misfit:
                with pytest.raises(EncodeError) as caught:
                    uper.encode(frame, value, Edition.YDT3709)
                assert caught.value.text == f"{misfit.path}: {misfit.en}"
            else:
                uper.encode(frame, value, Edition.YDT3709)


def _spoilt(value: Any, rng: random.Random) -> Any:
    """The same value with one part of it changed, which need not be wrong."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.15:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: _spoilt(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        return [*value[:at], _spoilt(value[at], rng), *value[at + 1 :]]
    if isinstance(value, tuple) and isinstance(value[1], dict) and rng.random() < 0.8:
        return value[0], _spoilt(value[1], rng)
    plain = (None, True, -1, 1 << 40, 1.0, "", "x", b"", b"\xff" * 9, [], [1], {})
    return rng.choice((*plain, {"...": 1}, ("...0", b"x"), "...0", (b"\0", 5)))


def _mutated(data: bytes, rng: random.Random) -> bytes:
    octets = bytearray(data[: rng.randrange(1, len(data) + 1)] if rng.random() < 0.3 else data)
    for _ in range(rng.randrange(1, 4)):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    return bytes(octets[:1400])


def _take_frame(data: bytes) -> None:
    try:
        frame = uper.decode(data, None)
        assert uper.encode(frame.name, frame.value, frame.edition) == data
        unpack(frame)
    except RemoteError as refused:
        assert refused.reason.isidentifier()


def _take_secured(data: bytes) -> None:
    try:
        assert coer.encode("V2XSecData", coer.decode("V2XSecData", data)) == data
    except RemoteError as refused:
        assert refused.reason.isidentifier()
