"""asn1tools behind our door and pycrate agree on random values of every message, every edition, both ways."""

import random

import pytest

from obu.codec import coer, schema, uper
from obu.codec.editions import Edition
from obu.codec.shape import EncodeError

FRAMES = {
    "bsmFrame": "BasicSafetyMessage",
    "mapFrame": "MapData",
    "rsmFrame": "RoadsideSafetyMessage",
    "spatFrame": "SPAT",
    "rsiFrame": "RoadSideInformation",
    "msgFrameExt": "MessageFrameExt",
}
SECURITY = ("V2XSecData", "Certificate", "ToBeSignedData", "ToBeSignedCertificate", "RootCtl", "PkiCtl", "CrlContents")


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("frame", FRAMES)
def test_messages(frame, edition, oracle_of, draw_value, draws):
    oracle, rng = oracle_of(edition.value), random.Random(f"{frame} {edition}")
    for _ in range(draws if frame != "mapFrame" else draws // 2):
        value = draw_value(edition.value, FRAMES[frame], rng)
        data = uper.encode(frame, value, edition)
        assert data == oracle.encode("MessageFrame", (frame, value))
        assert uper.decode(data, edition, max_bytes=1 << 20).value == value
        assert oracle.decode("MessageFrame", data) == oracle.theirs("MessageFrame", (frame, value))


@pytest.mark.parametrize("type_name", SECURITY)
def test_security(type_name, oracle_of, draw_value, draws):
    oracle, rng = oracle_of("security"), random.Random(type_name)
    for _ in range(draws):
        value = draw_value("security", type_name, rng)
        data = coer.encode(type_name, value)
        assert data == oracle.encode(type_name, value)
        assert coer.encode(type_name, coer.decode(type_name, data)) == data
        oracle.decode(type_name, data)


def test_every_type_of_every_schema_round_trips(draw_value):
    rng = random.Random(7)
    for name in ("ydt3709", "csae53", "security"):
        loaded = schema.load(name)
        for type_name in loaded.types:
            for _ in range(5):
                value = draw_value(name, type_name, rng)
                try:
                    data = loaded.encode(type_name, value)
                except EncodeError as error:
                    pytest.fail(f"{name} {type_name}: {error}")
                if data:
                    assert loaded.encode(type_name, loaded.decode(type_name, data)) == data
