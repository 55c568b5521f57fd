"""Messages worked out by hand, field by field: our octets are these octets, and they read back as that value."""

import json
import tomllib
from pathlib import Path

import pytest

from obu.codec import coer, json_form, uper
from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack

VECTORS = Path(__file__).parents[1] / "vectors"
DAY2 = ("clpmm", "future", "pam", "psm", "rsc", "rtcm", "ssm", "test_message", "vir", "vpm")
MESSAGES = ("bsm", "map", "rsi", "rsm", "spat", *DAY2)
FIRST_BYTE = {"bsm": 0x00, "map": 0x10, "rsm": 0x20, "spat": 0x30, "rsi": 0x40} | dict.fromkeys(DAY2, 0x80)


def read(name: str) -> dict:
    return tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))


def octets(bits: str) -> bytes:
    text = ""
    for line in bits.split("\n"):
        if line:
            label, width, number = line.split()
            assert int(number, 0) < 1 << int(width), label
            text += f"{int(number, 0):0{width}b}"
    size = -(-len(text) // 8)
    return int(text.ljust(size * 8, "0"), 2).to_bytes(size, "big")


def frame_of(vector: dict) -> uper.Frame:
    return json_form.frame_of({"message": vector["message"], "value": json.loads(vector["value"])})


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_as_worked_by_hand(name):
    vector = read(name)
    data = octets(vector["bits"])
    frame = frame_of(vector)
    assert uper.encode(frame.name, frame.value, Edition.YDT3709) == data
    assert uper.decode(data, None) == frame
    assert data[0] & 0xF0 == FIRST_BYTE[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_typed_message_keeps_what_the_vector_says(name):
    frame = frame_of(read(name))
    message = unpack(frame)
    assert pack(message)[0] == frame.name
    again = uper.decode(uper.encode(*pack(message), Edition.YDT3709), Edition.YDT3709)
    assert unpack(again) == message


def test_mandatory_bsm_is_46_bytes():
    # GB/T 45315-2025 7.3; with the optional timeConfidence too, and 80 or 145 with 5 or 15 path points of 28 bits.
    frame = frame_of(read("bsm"))
    assert len(uper.encode(frame.name, frame.value, Edition.YDT3709)) == 46
    value = {**frame.value, "timeConfidence": "time-000-001"}
    crumb = {"llvOffset": {"offsetLL": ("position-LL2", {"lon": 8191, "lat": -8192})}, "timeOffset": 100}
    for count, size in ((0, 46), (5, 80), (15, 145)):
        value["safetyExt"] = {**frame.value["safetyExt"], "pathHistory": {"crumbData": [crumb] * count}}
        if not count:
            value["safetyExt"] = frame.value["safetyExt"]
        assert len(uper.encode("bsmFrame", value, Edition.YDT3709)) == size
    value["safetyExt"] = {**frame.value["safetyExt"], "events": (b"\x01\x00", 13)}
    assert len(uper.encode("bsmFrame", value, Edition.YDT3709)) == 48


def test_to_be_signed_data_of_the_standard():
    vector = read("spdu")
    value = json_form.from_tree("security", vector["type"], json.loads(vector["value"]))
    assert coer.encode(vector["type"], value).hex() == vector["hex"]
    assert coer.decode(vector["type"], bytes.fromhex(vector["hex"])) == value


def test_sm2_parts_have_the_octets_of_the_standard():
    # YD/T 3957-2021: SM2 enters as extension alternatives, hence the lengths 40 and 21 before them.
    r, s, x = b"r" * 32, b"s" * 32, b"x" * 32
    assert coer.encode("Signature", ("sm2Signature", {"rSig": r, "sSig": s})) == b"\x84\x40" + r + s
    for sign, tag in ((0, 0x82), (1, 0x83)):
        point = ("ecsigSm2", (f"compressed-y-{sign}", x))
        assert coer.encode("PublicVerificationKey", point) == b"\x84\x21" + bytes((tag,)) + x
