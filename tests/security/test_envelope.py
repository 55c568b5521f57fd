"""The signed packet's two ways in, cutting and the codec, against each other; and the way out against the codec."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.security import certificate as certificates
from obu.security import envelope
from tests.security.forge import Workshop
from tests.security.test_p256 import EDIT, edited


def by_codec(spdu: bytes) -> envelope.Spdu | str:
    try:
        return envelope.decoded(spdu, envelope.CURVES)
    except RemoteError as error:
        return error.reason


@pytest.fixture(params=["sm2", "p256"])
def mine(request: pytest.FixtureRequest, shop: Workshop, shop_p256: Workshop) -> Workshop:
    return shop if request.param == "sm2" else shop_p256


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 900])
@pytest.mark.parametrize("aid", [0, 111, 127, 128, 3618, 2**64 - 1])
def test_both_ways_say_the_same_of_good_packets(mine: Workshop, full: bool, size: int, aid: int) -> None:
    spdu = mine.spdu(full=full, payload=bytes(size), aid=aid)
    assert envelope.cut(spdu) == by_codec(spdu)


@settings(max_examples=400)
@given(full=st.booleans(), edits=st.lists(EDIT, min_size=1, max_size=4))
def test_what_is_cut_is_what_the_codec_reads(shop: Workshop, shop_p256: Workshop, full: bool, edits: Any) -> None:
    for each in (shop, shop_p256):
        spdu = edited(bytearray(each.spdu(full=full)), edits)
        parts = envelope.cut(spdu)
        if parts is None:
            continue
        expected = by_codec(spdu)
        if isinstance(expected, str):  # only the certificate, which cutting does not look into, may be at fault
            with pytest.raises(RemoteError):
                coer.decode("Certificate", parts.certificate)
        else:
            assert parts == expected


@settings(max_examples=200)
@given(at=st.integers(0, 80), value=st.integers(0, 255))
def test_every_octet_of_the_head_counts(shop: Workshop, at: int, value: int) -> None:
    spdu = bytearray(shop.spdu(full=False))
    spdu[at] = value
    parts = envelope.cut(bytes(spdu))
    assert parts is None or parts == by_codec(bytes(spdu))


@given(st.binary(max_size=200))
def test_any_octets_are_cut_or_left(data: bytes) -> None:
    for head in (b"", b"\x03\x81\x02\x40\x03\x80", b"\x03\x81\x00\x40\x03\x80"):
        parts = envelope.cut(head + data)
        assert parts is None or parts.certificate or parts == by_codec(head + data)


def test_what_is_assembled_is_what_the_codec_writes(mine: Workshop) -> None:
    certificate = mine.vehicle.certificate
    for full in (True, False):
        spdu = mine.spdu(full=full)
        parts = envelope.parse(spdu)
        assert envelope.assemble(parts.tbs, certificate, full, parts.r, parts.s) == spdu
        assert (certificates.parse(parts.certificate) if full else parts.signer) == (
            certificate if full else certificate.digest8
        )
        assert envelope.tbs(parts.payload, parts.aid, parts.generation_us or 0) == parts.tbs
