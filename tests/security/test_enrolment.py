"""Requests for certificates: what a stranger may hand in, and what proves a key. Real signatures, any bytes."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import RemoteError
from obu.drivers import libcrypto
from obu.security import certificate as certificates
from obu.security import enrolment
from obu.security.enrolment import Kind, Request, Response, Signed
from tests.security.forge import LIFETIME, Workshop

LIB = libcrypto.load()


def signed(shop: Workshop, count: int = 2, kind: Kind = Kind.PSEUDONYM) -> Signed:
    keys = [LIB.generate(shop.way.curve) for _ in range(count)]
    request = Request(kind=kind, curve=shop.way.curve, aids=(111, 112), days=7, points=tuple(key.point for key in keys),
                      name="京A 12345")  # fmt: skip
    body = request.body()
    own = LIB.generate(shop.way.curve)
    by = certificates.parse(shop.pki.enrol(own.point, LIFETIME, "unit"))
    proofs = tuple(LIB.sign(key, enrolment.proof_e(request, key.point, body)) for key in keys)
    return Signed(request=request, body=body, proofs=proofs, enrolment=by,
                  signature=LIB.sign(own, by.e_of(body.encode())))  # fmt: skip


@pytest.fixture(params=["shop", "shop_p256"])
def workshop(request: pytest.FixtureRequest) -> Workshop:
    made: Workshop = request.getfixturevalue(request.param)
    return made


def test_a_request_comes_back_as_it_was_and_holds(workshop: Workshop) -> None:
    made = signed(workshop)
    again = enrolment.parse(enrolment.pack(made))
    assert again == made
    assert enrolment.fault(again, LIB.verifies) is None


def test_what_does_not_hold_is_named(workshop: Workshop) -> None:
    made, other = signed(workshop), signed(workshop)
    replaced = dataclasses.replace
    for spoilt, why in (
        (replaced(made, proofs=other.proofs), "request_proof"),
        (replaced(made, proofs=made.proofs[:1]), "request_malformed"),
        (replaced(made, signature=other.signature), "request_signature"),
        (replaced(made, enrolment=other.enrolment), "request_signature"),
        (replaced(made, enrolment=None, signature=None), "request_not_enrolled"),
        (replaced(made, request=replaced(made.request, points=made.request.points[:1] * 2)), "request_malformed"),
        (replaced(made, request=replaced(made.request, points=(b"\4" + bytes(64), made.request.points[1]))),
         "key_not_on_curve"),
    ):  # fmt: skip
        assert enrolment.fault(spoilt, LIB.verifies) == why


def test_a_text_that_says_otherwise_than_what_was_signed_is_malformed(shop: Workshop) -> None:
    value = json.loads(enrolment.pack(signed(shop)))
    for change in (
        {"body": value["body"].replace('"days":7', '"days":8.0')},
        {"body": value["body"].replace('"days":7', '"days":7 ')},
        {"body": value["body"].replace("pseudonym", "everything")},
        {"proofs": ["00"]},
        {"enrolment": {"certificate": "00", "signature": "00" * 64}},
        {"enrolment": 7},
    ):
        with pytest.raises(RemoteError):
            enrolment.parse(json.dumps(value | change).encode())
    with pytest.raises(RemoteError, match="request_malformed"):
        enrolment.parse(b"{" + b" " * enrolment.MAX_BYTES)


NAMES = ("body", "proofs", "form", "request", "certificates", "refused", "enrolment")
texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
)  # fmt: skip


@given(raw=st.binary(max_size=60) | texts.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_and_raise_nothing_else(raw: bytes) -> None:
    for parse in (enrolment.parse, enrolment.parse_response):
        try:
            parse(raw)
        except RemoteError:
            continue
        assert parse is enrolment.parse_response


def test_an_answer_comes_back_as_it_was(shop: Workshop) -> None:
    response = Response(request="ab", certificates=(shop.vehicle.certificate.raw,), refused="")
    assert enrolment.parse_response(enrolment.pack_response(response)) == response
    assert enrolment.issued_for(response, [shop.vehicle.certificate.point]) == [shop.vehicle.certificate]
    with pytest.raises(RemoteError, match="response_other_key"):
        enrolment.issued_for(response, [LIB.generate("sm2").point])
