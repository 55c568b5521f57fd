"""DSMP headers: the examples seen, the tests of YD/T 3708-2020, and what a stranger may send."""

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import LocalError, RemoteError
from obu.stack import aids, dsmp

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "dsmp.toml").read_text(encoding="utf-8"))["packet"]


def reason(sdu: bytes) -> str:
    with pytest.raises(RemoteError) as caught:
        dsmp.decode(sdu)
    return caught.value.reason


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["head"])
def test_headers_seen(vector):
    payload = bytes(range(vector["bytes"]))
    sdu = bytes.fromhex(vector["head"]) + payload
    assert dsmp.decode(sdu) == dsmp.Dsm(vector["aid"], payload)
    assert dsmp.encode(vector["aid"], payload) == sdu


@pytest.mark.parametrize(("aid", "octets"), [(0, "00"), (127, "7f"), (128, "8000"), (3618, "8da2"), (16511, "bfff")])
def test_p_encoding(aid, octets):
    assert dsmp.encode_aid(aid).hex() == octets


@pytest.mark.parametrize("aid", [-1, 16512])
def test_aid_beyond_two_bytes_is_our_fault(aid):
    with pytest.raises(LocalError):
        dsmp.encode(aid, b"")


@given(st.integers(0, dsmp.AID_MAX), st.binary(max_size=200))
def test_data_is_unchanged(aid, payload):
    assert dsmp.decode(dsmp.encode(aid, payload)) == dsmp.Dsm(aid, payload)


@pytest.mark.parametrize(
    ("aid", "extensions", "head"),
    [
        (111, (), "04006f0574"),
        (3618, (), "04008da20573"),
        (3618, (dsmp.Extension(4, b"\xaa\xbb"),), "0410010402aabb8da2056e"),
    ],
)
def test_longest_packet_and_one_more(aid, extensions, head):
    # YD/T 3708-2020: DsmMaxLength less header less adaptation byte passes; one byte more is refused on both sides.
    longest = bytes(1400 - len(bytes.fromhex(head)))
    assert len(dsmp.encode(aid, longest, extensions)) == 1400
    assert dsmp.decode(dsmp.encode(aid, longest, extensions)) == dsmp.Dsm(aid, longest, extensions)
    with pytest.raises(LocalError, match="1401") as refused:
        dsmp.encode(aid, longest + b"x", extensions)
    assert "1401" in refused.value.zh
    assert reason(bytes.fromhex(head) + longest + b"x") == dsmp.TOO_LONG


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("", dsmp.TRUNCATED),
        ("04", dsmp.TRUNCATED),
        ("0400", dsmp.TRUNCATED),
        ("04006f", dsmp.TRUNCATED),
        ("04006f00", dsmp.TRUNCATED),
        ("04008d", dsmp.TRUNCATED),
        ("04006f0002aa", dsmp.TRUNCATED),
        ("04006f0001aabb", dsmp.BAD_LENGTH),
        ("05006f0001aa", dsmp.NOT_DSMP),
        ("00006f0001aa", dsmp.NOT_DSMP),
        ("04206f0001aa", dsmp.BAD_VERSION),
        ("04e06f0001aa", dsmp.BAD_VERSION),
        ("04016f0001aa", dsmp.BAD_RESERVED),
        ("0400c0000001aa", dsmp.BAD_AID),
        ("0400ff0001aa", dsmp.BAD_AID),
        ("0410", dsmp.TRUNCATED),
        ("0410006f0001aa", dsmp.BAD_EXTENSION),
        ("041001040a6f", dsmp.TRUNCATED),
    ],
)
def test_refused(octets, why):
    assert reason(bytes.fromhex(octets)) == why


def test_extensions_are_passed_over_and_kept():
    sdu = bytes.fromhex("0410020401aa0f008da20001bb")
    packet = dsmp.decode(sdu)
    assert (packet.aid, packet.payload) == (aids.MAP, b"\xbb")
    assert dsmp.encode(packet.aid, packet.payload, packet.extensions) == sdu


def test_random_octets_raise_nothing_but_remote_error():
    rng = random.Random(3)
    for _ in range(20_000):
        sdu = rng.choice((b"", b"\x04", b"\x04\x00", b"\x04\x10")) + rng.randbytes(rng.randrange(12))
        try:
            packet = dsmp.decode(sdu)
        except RemoteError:
            continue
        assert dsmp.encode(packet.aid, packet.payload, packet.extensions) == sdu


def test_priorities_are_those_of_the_table():
    # GB/T 45315-2025 table 4 and T/CSAE 159-2020 table 3; PPPP 8 - floor(priority / 32).
    pppp = {row.aid: row.pppp for row in aids.BY_AID.values()}
    assert pppp == {111: 5, 112: 2, 113: 5, 114: 2, 3618: 8, 3619: 3, 3620: 7, 3621: 6, 3622: 5, 3623: 2}
    destinations = [row.l2_destination for row in aids.BY_AID.values()]
    assert destinations == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
