"""Our generated code, asn1tools and pycrate agree on random values of every message, every edition, both ways."""

import random

import pytest

from obu.codec import coer, uper
from obu.codec.editions import Edition
from obu.codec.shape import EncodeError
from tests.codec import reference
from tests.codec.reference import DAY_2

FRAMES = {
    "bsmFrame": "BasicSafetyMessage",
    "mapFrame": "MapData",
    "rsmFrame": "RoadsideSafetyMessage",
    "spatFrame": "SPAT",
    "rsiFrame": "RoadSideInformation",
    "msgFrameExt": "MessageFrameExt",
}
SECURITY = ("V2XSecData", "Certificate", "ToBeSignedData", "ToBeSignedCertificate", "RootCtl", "PkiCtl", "CrlContents")


@pytest.mark.fuzz
@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("frame", FRAMES)
def test_messages(frame, edition, oracle_of, draw_value, draws):
    pycrate, asn1tools = oracle_of(edition.value), reference.compiled(edition.value)
    rng = random.Random(f"{frame} {edition}")
    for number in range(draws):
        value = draw_value(edition.value, FRAMES[frame], rng, number)
        data = uper.encode(frame, value, edition)
        sealed = frame, reference.sealed(reference.types(edition.value), frame, value, asn1tools.encode)
        assert data == asn1tools.encode("MessageFrame", sealed)
        assert data == pycrate.encode("MessageFrame", sealed)
        assert uper.decode(data, edition, max_bytes=1 << 20).value == value
        assert asn1tools.decode("MessageFrame", data) == sealed
        assert pycrate.decode("MessageFrame", data) == pycrate.theirs("MessageFrame", sealed)


@pytest.mark.fuzz
@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("number", DAY_2)
def test_messages_of_day_2(number, edition, oracle_of, draw_value, draws):
    pycrate, asn1tools = oracle_of(edition.value), reference.compiled(edition.value)
    rng, type_name = random.Random(f"{number} {edition}"), DAY_2[number]
    for drawn in range(draws):
        value = draw_value(edition.value, type_name, rng, drawn)
        inside = asn1tools.encode(type_name, value)
        assert inside == pycrate.encode(type_name, value)
        frame = {"messageId": number, "value": value}
        data = uper.encode("msgFrameExt", frame, edition)
        assert data == asn1tools.encode("MessageFrame", ("msgFrameExt", {"messageId": number, "value": inside}))
        assert uper.decode(data, edition, max_bytes=1 << 20).value == frame
        assert asn1tools.decode(type_name, inside) == value
        assert pycrate.decode(type_name, inside) == pycrate.theirs(type_name, value)


@pytest.mark.fuzz
@pytest.mark.parametrize("type_name", SECURITY)
def test_security(type_name, oracle_of, draw_value, draws):
    pycrate, asn1tools = oracle_of("security"), reference.compiled("security")
    rng = random.Random(type_name)
    for number in range(draws):
        value = draw_value("security", type_name, rng, number)
        data = coer.encode(type_name, value)
        assert data == asn1tools.encode(type_name, value)
        assert data == pycrate.encode(type_name, value)
        decoded = coer.decode(type_name, data)
        assert decoded == asn1tools.decode(type_name, data)
        assert coer.encode(type_name, decoded) == data
        pycrate.decode(type_name, data)


def test_every_type_of_the_security_schema_is_as_asn1tools_has_it(draw_value):
    rng, asn1tools = random.Random(7), reference.compiled("security")
    for type_name in coer.security.DECODE.keys() & reference.types("security").keys():
        for number in range(20):
            value = draw_value("security", type_name, rng, number)
            try:
                data = coer.encode(type_name, value)
            except EncodeError as error:
                pytest.fail(f"{type_name}: {error}")
            assert data == asn1tools.encode(type_name, value)
            assert coer.decode(type_name, data) == asn1tools.decode(type_name, data)
