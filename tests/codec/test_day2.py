"""Messages of T/CSAE 157-2020: what does not fit is refused by name, what is not known is kept, no import is early."""

import subprocess
import sys
from pathlib import Path

import pytest

from obu.codec import habits, json_form, uper
from obu.codec.editions import Edition
from obu.codec.generated import index
from obu.codec.messages import unpack
from obu.codec.plausible import implausibility
from obu.codec.shape import EncodeError
from obu.core.errors import RemoteError

ROOT = Path(__file__).parents[2]
PSM = {
    "msgCnt": 5,
    "id": b"12345678",
    "secMark": 12345,
    "pos": {"lat": 312_000_000, "long": 1_215_000_000},
    "posAccuracy": {"semiMajor": 1, "semiMinor": 2, "orientation": 3},
    "speed": 70,
    "heading": 7200,
    "overallRadius": 6,
    "non-motorData": {"basicType": "aPEDALCYCLIST", "propulsion": ("human", "onFoot")},
}
FRAME = {"messageId": 15, "value": PSM}
DATA = uper.encode("msgFrameExt", FRAME, Edition.YDT3709)
INSIDE = DATA[5:]  # after: the alternative, a length, the number, a length
CORRECTION = {"msgCnt": 1, "corrections": [{"rev": "rtcmRev3-2", "payload": b"x"}]}


def frame_of(number: int, inside: bytes) -> bytes:
    return b"\x80" + with_length(number.to_bytes(2, "big") + with_length(inside))


def with_length(data: bytes) -> bytes:
    return (bytes((len(data),)) if len(data) < 128 else (0x8000 | len(data)).to_bytes(2, "big")) + data


def reason(data: bytes) -> str:
    with pytest.raises(RemoteError) as caught:
        uper.decode(data, Edition.YDT3709)
    return caught.value.reason


def test_the_frame_is_a_length_a_number_a_length_and_the_message():
    assert frame_of(15, INSIDE) == DATA
    assert uper.decode(DATA, None).value == FRAME


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"messageId": 15, "value": {**PSM, "heading": 28801}}, "value.heading: 28801 is above 28800"),
        ({"messageId": 15, "value": {**PSM, "height": 1}}, "value.height: is not a field of this type"),
        ({"messageId": 15, "value": {"msgCnt": 1}}, "value.id: is missing"),
        ({"messageId": 15, "value": DATA}, "value: bytes where an object is expected"),
        ({"messageId": 16, "value": PSM}, "value.pid: is missing"),
        ({"messageId": 99, "value": PSM}, "value: dict where bytes is expected"),
        ({"messageId": 99, "value": b""}, "value: 0 bytes is below 1"),
        ({"messageId": 32768, "value": b"x"}, "messageId: 32768 is above 32767"),
        ({"messageId": [15], "value": PSM}, "messageId: list where an integer is expected"),
        ({"value": PSM}, "messageId: is missing"),
        ({"messageId": 15}, "value: is missing"),
        (
            {"messageId": 15, "value": {**PSM, "non-motorData": {"basicType": "aROBOT"}}},
            "value.non-motorData.basicType: unknown name 'aROBOT'",
        ),
        (
            {"messageId": 10, "value": {**CORRECTION, "corrections": [{"payload": b""}]}},
            "value.corrections[0].payload: 0 bytes is below 1",
        ),
    ],
)
def test_our_own_mistake_is_named_by_its_path(value, text):
    with pytest.raises(EncodeError) as caught:
        uper.encode("msgFrameExt", value, Edition.YDT3709)
    assert caught.value.text == f"msgFrameExt.{text}"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (frame_of(15, INSIDE[:-1]), "truncated"),
        (frame_of(15, INSIDE + b"\0"), "trailing_bytes"),
        (frame_of(15, INSIDE[:-1] + bytes((INSIDE[-1] | 1,))), "nonzero_padding"),
        (frame_of(15, b""), "truncated"),
        (frame_of(99, b""), "not_canonical"),
        (DATA + b"\0", "trailing_bytes"),
        (DATA[:-1], "truncated"),
    ],
)
def test_what_an_open_type_holds_is_one_whole_message(data, why):
    assert reason(data) == why


def test_truncated_at_every_byte():
    for size in range(len(DATA)):
        assert reason(DATA[:size]) == "truncated"


def test_a_number_that_no_text_has_keeps_its_octets():
    data = frame_of(99, b"\xc0\xff\xee")
    frame = uper.decode(data, None)
    assert frame.value == {"messageId": 99, "value": b"\xc0\xff\xee"}
    assert uper.encode(frame.name, frame.value, frame.edition) == data
    assert json_form.frame_tree(frame)["value"] == {"messageId": 99, "value": "c0ffee"}
    assert habits.of_frame(frame) == ("unknown_message_id",)
    assert unpack(frame).data == b"\xc0\xff\xee"


def test_habits_in_the_events_of_an_ssm_have_the_names_of_those_of_an_rsi():
    event = {"rteId": 1, "eventType": 9902, "eventSource": "detection"}
    start = {"msgCnt": 5, "id": b"12345678", "equipmentType": "rsu", "secMark": 1, "sensorPos": PSM["pos"]}
    value = {"messageId": 12, "value": {**start, "rtes": [event]}}
    assert habits.of_frame(uper.Frame("msgFrameExt", value, Edition.YDT3709)) == ("vendor_event_type",)
    assert habits.of_frame(uper.Frame("msgFrameExt", FRAME, Edition.YDT3709)) == ()


def test_names_of_an_enumeration_with_gaps_are_written_by_their_place():
    # Mark, msgCnt 1, one correction: mark, rev and no rtcmID, then the mark of the names and the place.
    data = uper.encode("msgFrameExt", {"messageId": 10, "value": CORRECTION}, Edition.YDT3709)
    bits = f"{int.from_bytes(data[5:], 'big'):0{len(data[5:]) * 8}b}"
    assert bits.startswith("0" + "0000001" + "000" + "0" + "10" + "0" + f"{17:05b}")


def payment(contract_type: str) -> str:
    """The bits of a VPM whose contractType is given in bits."""
    time, octets = "0" * 7, "0" * 64
    info = "0" + "00100"  # OBUPaymentInfoType1: only sysInfo
    system = "0" + octets + contract_type + "0" + "0000000" + octets + "0" * 42 + "0" * 64 * 8
    member = "0" + "0000" + "0" + info + system  # pid system, obuPaymentInfoType1
    answer = "0" + "0010" + time + octets + "0000" + member
    return "0" + "0000001" + "001" + answer


@pytest.mark.parametrize(
    ("contract_type", "wanted"),
    [
        ("0" + "1111111", 127),
        ("1" + "00000010" + f"{128:016b}", 128),
        ("1" + "00000001" + "11111111", -1),
        ("1" + "00001000" + f"{1 << 62:064b}", 1 << 62),
        ("1" + "00001001" + f"{(1 << 64) - 1:072b}", (1 << 64) - 1),
        ("1" + "00000001" + "00000101", "not_canonical"),  # 5 is within the range
        ("1" + "00000011" + f"{128:024b}", "not_canonical"),  # an octet too many
        ("1" + "00000000", "out_of_range"),
        ("1" + "00001001" + "1" + "0" * 71, "out_of_range"),  # -2^71
        ("1" + "00001010" + "0" * 80, "out_of_range"),
    ],
)
def test_a_number_beyond_its_range_is_read_as_one_without_bounds(contract_type, wanted):
    bits = payment(contract_type)
    inside = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    data = frame_of(17, inside)
    if isinstance(wanted, str):
        assert reason(data) == wanted
        return
    frame = uper.decode(data, Edition.YDT3709)
    _, answer = frame.value["value"]["payment"]
    _, info = answer["vpapplicationList"][0]["obuPaymentInfo"]
    assert info["sysInfo"]["contractType"] == wanted
    assert uper.encode(frame.name, frame.value, frame.edition) == data


def lifelike(edition: Edition) -> list[tuple[int, dict]]:
    """Messages with what the editions write differently: dates, paths of a road, where a path began."""
    accuracy = PSM["posAccuracy"] if edition is Edition.CSAE53 else {"pos": "a1m"}
    began = {"pos": {"lat": 312_000_500, "long": 1_215_000_300}, "posAccuracy": accuracy}
    crumbs = [{"llvOffset": crumb(-30 * each), "timeOffset": 100} for each in (1, 2)]
    history = {"initialPosition": began, "crumbData": crumbs}
    advice = {
        "vehId": b"12345678",
        "driveSuggestion": {
            "suggestion": (b"\x40\x00", 14),
            "relatedPath": {"activePath": [crumb(30 * each) for each in range(5)], "pathRadius": 35},
        },
    }
    rsc = {"msgCnt": 1, "id": b"roadside", "secMark": 1, "refPos": PSM["pos"], "coordinates": [advice]}
    when = {"year": 2026, "month": 11, "day": 26, "hour": 14, "minute": 5, "second": 0, "offset": 480}
    vpm = {"msgCnt": 1, "payment": ("initialzation-response", {"time": when, "obuId": b"12345678"})}
    return [(11, rsc), (15, {**PSM, "pathHistory": history}), (17, vpm)]


def crumb(steps: int) -> dict:
    return {"offsetLL": ("position-LL2", {"lon": steps, "lat": 3 * steps})}


@pytest.mark.parametrize("edition", Edition)
def test_the_edition_of_what_differs_is_found(edition):
    for number, message in lifelike(edition):
        value = {"messageId": number, "value": message}
        frame = uper.decode(uper.encode("msgFrameExt", value, edition), None)
        assert (frame.edition, frame.value) == (edition, value)
        assert implausibility("msgFrameExt", value) == 0


def test_what_does_not_differ_is_read_alike():
    for value in (FRAME, {"messageId": 99, "value": b"later"}, {"messageId": 10, "value": CORRECTION}):
        assert uper.readings(uper.encode("msgFrameExt", value, Edition.CSAE53)).agree


def test_no_module_of_day_2_is_imported_before_it_is_met():
    names = ("map_ex", "common_day2", *index.NUMBERS.values())
    script = (
        "import sys; from obu.codec import header, uper; from obu.codec.editions import Edition;"
        f"loaded = lambda: sorted(n.split('.')[-1] for n in sys.modules if 'generated' in n and n.split('.')[-1]"
        f".removesuffix('_ydt3709').removesuffix('_csae53') in {names});"
        f"print(loaded()); uper.decode(bytes.fromhex('{DATA.hex()}'), Edition.YDT3709); print(loaded())"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    before, after = said.stdout.splitlines()
    assert before == "[]"
    assert after == "['common_day2', 'psm_ydt3709']"


def messages_imported(work: str) -> list[str]:
    """The day-2 messages whose modules are there after `work`, in a Python of its own that has all of day 1."""
    script = (
        "import sys; from obu.codec import uper; from obu.codec.editions import Edition;"
        "from obu.codec.messages import unpack;"
        "from obu.runtime import wiring; from obu.runtime.config import Receive; from types import SimpleNamespace;"
        f"{work}; print(*[n for n in {tuple(index.NUMBERS.values())} if 'obu.codec.messages.' + n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.split()


def test_a_typed_message_of_day_2_is_imported_when_it_is_met():
    assert messages_imported("wiring.station") == []
    assert messages_imported(f"unpack(uper.decode(bytes.fromhex('{DATA.hex()}'), Edition.YDT3709))") == ["psm"]


def test_a_unit_that_will_hear_day_2_has_its_messages_from_the_start():
    heard = "wiring.heard_aids(SimpleNamespace(receive=Receive(day2_aids={})))"
    assert messages_imported(heard.format("()")) == []
    assert messages_imported(heard.format("(3616,)")) == list(index.NUMBERS.values())
