"""What a later text adds is passed over, kept, and encodes to the same octets: the later text is written here."""

import random
import re

import pytest

from obu.codec import coer, json_form, uper
from obu.codec import later as later_form
from obu.codec.compiler.sources import modules, source_texts, types_of
from obu.codec.editions import Edition
from obu.codec.messages import unpack
from obu.core.errors import RemoteError
from tests.codec import reference
from tests.codec.reference import DAY_2

# The end of a type with an extension mark, and what the later text has after it.
ADDED = {
    "BasicSafetyMessage": ", laterText OCTET STRING (SIZE (1..40)) OPTIONAL, laterNumber INTEGER (0..9) OPTIONAL",
    "VehicleSafetyExtensions": ", laterFlag BOOLEAN OPTIONAL",
    "Node": ", laterNames SEQUENCE (SIZE (1..4)) OF DescriptiveName OPTIONAL, laterWidth LaneWidth OPTIONAL",
    "Lane": ", laterMark INTEGER (0..1) OPTIONAL",
    "RTEData": ", laterSpeed INTEGER (0..255)",
    "PhaseState": ", laterMark BOOLEAN OPTIONAL, laterOther INTEGER (0..300) OPTIONAL",
    "LightState": ", later-blue (9), later-white (10)",
    "EventSource": ", later-satellite (6)",
    "TimeChangeDetails": ", laterWay INTEGER (0..65535)",
    "LaneTypeAttributes": ", laterKind BIT STRING (SIZE (16))",
    "MessageFrameExt": ", laterTail OCTET STRING",
    "PersonalSafetyMessage": ", laterText OCTET STRING (SIZE (1..40)) OPTIONAL",
    "PropelledInformation": ", laterWay BOOLEAN",
    "SensorSharingMsg": ", laterNumber INTEGER (0..9) OPTIONAL",
    "ObstacleType": ", later-hole (13)",
    "ReqInfo": ", laterRequest SEQUENCE { laterNumber INTEGER (0..9) }",
    "RTCM-Revision": ", later-rev (40), later-other (50)",
    "TransInfo": ", laterCommand OCTET STRING",
    "ParkingSlot": ", laterFlag BOOLEAN OPTIONAL",
    "MemberNode": ", laterNumber INTEGER (0..9) OPTIONAL",
    "VehicleCoordination": ", laterText IA5String (SIZE (1..9)) OPTIONAL",
}
FRAMES = {
    "bsmFrame": "BasicSafetyMessage",
    "mapFrame": "MapData",
    "spatFrame": "SPAT",
    "rsiFrame": "RoadSideInformation",
    "msgFrameExt": "MessageFrameExt",
}


def later_texts(schema: str, added: dict[str, str]) -> tuple[str, ...]:
    """The sources of a schema, with more after some types' extension marks."""

    def extended(found: re.Match[str]) -> str:
        return found[0] + added.get(found[1], "")

    # Comments have colons as well: a type's body is what holds no other "::=".
    body = r"^([\w-]+) ::= (?:(?!::=)[\s\S])*?\.\.\.(?:,\n[^}]*?)?(?=\n})"
    return tuple(re.sub(body, extended, text, flags=re.MULTILINE) for text in source_texts(schema))


@pytest.fixture(scope="module")
def later():
    texts = later_texts("ydt3709", ADDED)
    assert sum(text.count("later") for text in texts) == sum(more.count("later") for more in ADDED.values())
    return reference.compile_texts(texts, "uper"), types_of(modules(texts))


@pytest.mark.parametrize("frame", FRAMES)
def test_additions_are_passed_over_and_kept(frame, later, draw_from):
    compiled, types = later
    rng = random.Random(frame)
    seen = 0
    for number in range(100):
        value = draw_from(FRAMES[frame], types, rng, number)
        data = compiled.encode("MessageFrame", (frame, reference.sealed(types, frame, value, compiled.encode)))
        got = uper.decode(data, Edition.YDT3709, max_bytes=1 << 20)
        assert uper.encode(frame, got.value, Edition.YDT3709) == data
        assert without_later(got.value) == without_later(value)
        seen += '"...' in repr(got.value).replace("'", '"')
        tree = json_form.frame_tree(got)
        assert json_form.frame_of(tree) == got
        try:
            unpack(got)
        except RemoteError as refused:
            assert refused.reason.startswith("position")
    assert seen > 20


@pytest.mark.parametrize("number", [number for number in DAY_2 if DAY_2[number] != "TestMsg"])  # which cannot grow
def test_additions_of_day_2_are_kept_too(number, later, draw_from):
    compiled, types = later
    rng = random.Random(number)
    seen = 0
    for drawn in range(100):
        value = draw_from(DAY_2[number], types, rng, drawn)
        sealed = {"messageId": number, "value": compiled.encode(DAY_2[number], value)}
        data = compiled.encode("MessageFrame", ("msgFrameExt", sealed))
        got = uper.decode(data, Edition.YDT3709, max_bytes=1 << 20)
        assert uper.encode(got.name, got.value, Edition.YDT3709) == data
        assert without_later(got.value) == {"messageId": number, "value": without_later(value)}
        seen += '"...' in repr(got.value).replace("'", '"')
        assert json_form.frame_of(json_form.frame_tree(got)) == got
    assert seen > 5


def without_later(value):
    """What both texts can name."""
    match value:
        case dict():
            return {name: without_later(each) for name, each in value.items() if not name.startswith(("later", "..."))}
        case list():
            return [without_later(each) for each in value]
        case (str(name), inner):
            return "later" if name.startswith(("later", "...")) else (name, without_later(inner))
        case str() if value.startswith(("later", "...")):
            return "later"
    return value


def test_an_older_text_with_fewer_additions_encodes_to_the_same_octets():
    # A text that knows three additions reads one that knows one, and the other way round.
    known = (("one", lambda n, left: (n >> left - 8 & 255, left - 8)),) * 3
    value: dict = {}
    bits = 1 << 7 + 1 + 16 | 0 << 17 | 1 << 16 | 1 << 8 | 0x55
    left = later_form.read_additions(bits, 7 + 1 + 16, value, known)
    assert left == 0
    assert value == {"one": 0x55, "...": 1}
    acc = later_form.write_additions(1, value, (("one", lambda each: 1 << 8 | each), ("two", int), ("three", int)))
    assert acc == bits


@pytest.mark.parametrize("size", [1, 127, 128, 16383, 16384, 40_000, 65_535, 65_536, 150_000])
def test_lengths_with_fragments_are_as_asn1tools_writes_them(size):
    data = random.Random(size).randbytes(size)
    ours = uper.encode("msgFrameExt", {"messageId": 7, "value": data}, Edition.YDT3709)
    assert uper.decode(ours, Edition.YDT3709, max_bytes=1 << 20).value["value"] == data
    if size < 16300:  # asn1tools cuts an open type that is longer
        theirs = reference.compiled("ydt3709").encode("MessageFrame", ("msgFrameExt", {"messageId": 7, "value": data}))
        assert ours == theirs


@pytest.mark.parametrize("number", [0, 1, 63, 64, 65, 255, 256, 65_535])
def test_later_numbers_of_any_size(number):
    acc = later_form.write_later_name(1, f"...{number}", {})
    assert later_form.read_later_name(acc, acc.bit_length() - 2, ()) == (f"...{number}", 0)


def test_sixty_five_additions_have_the_long_count():
    value = {"...": (b"x", *[None] * 63, b"y")}
    acc = later_form.write_additions(1, value)
    got: dict = {}
    assert later_form.read_additions(acc, acc.bit_length() - 1, got) == 0
    assert got == value


def test_later_fields_of_a_certificate_are_kept():
    # HeaderInfo: mark 1, nothing optional; aid 111; 4 additions of which the last is of a later text.
    data = bytes.fromhex("80 01 6f 02 04 10 03 c0ffee".replace(" ", ""))
    value = coer.decode("HeaderInfo", data)
    assert value == {"aid": 111, "...": (b"\xc0\xff\xee",)}
    assert coer.encode("HeaderInfo", value) == data
    for odd in ("80016f020400", "80016f02041103c0ffee", "80016f02041000", "80016f03040010", "80016f0109"):
        with pytest.raises(RemoteError):
            coer.decode("HeaderInfo", bytes.fromhex(odd))


@pytest.mark.parametrize(
    ("type_name", "data", "why"),
    [
        ("PublicEncryptionKey", "058081", "unknown_enumeration"),  # supportedSymmAlg 5
        ("V2XSecData", "038401aa", "unknown_alternative"),  # content 4
        ("Signature", "8502beef", "unknown_alternative"),
    ],
)
def test_what_security_cannot_name_is_refused(type_name, data, why):
    # Critical information in the words of IEEE 1609.2: what is not understood is not verified.
    with pytest.raises(RemoteError, match=why):
        coer.decode(type_name, bytes.fromhex(data))
