"""GB/T 45315-2025 7.4: what a signed BSM is, when its certificate goes whole, and what a receiver refuses."""

import hashlib
import itertools

import pytest
from gmssl import sm2

from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS
from obu.drivers import key_file
from tests.conformity import wire
from tests.conformity.drive import BEGIN_NS, Drive
from tests.positioning import roads
from tests.station.others import BSM, Other, car

# GM/T 0003.5-2012 A.1.
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
G = "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7" \
    "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"  # fmt: skip


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def point_of(certificate: bytes) -> bytes:
    """x || y of the key, which stands there as 84 21 82|83 and x (YD/T 3957-2021)."""
    at = certificate.index(b"\x84\x21") + 2
    x = int.from_bytes(certificate[at + 1 : at + 33], "big")
    y = pow((x**3 + A * x + B) % P, (P + 1) // 4, P)
    y = y if y & 1 == certificate[at] & 1 else P - y
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


def holds(packet: wire.Packet, certificate: bytes) -> bool:
    """By gmssl; e = SM3(ZA || ToBeSignedData), the user id being the SM3 of the certificate (YD/T 3957-2021 D.2)."""
    point, user = point_of(certificate), sm3(certificate)
    domain = A.to_bytes(32, "big") + B.to_bytes(32, "big") + bytes.fromhex(G)
    za = sm3((8 * len(user)).to_bytes(2, "big") + user + domain + point)
    judge = sm2.CryptSM2(private_key="", public_key=point.hex())
    return judge.verify((packet.r + packet.s).hex(), sm3(za + packet.tbs))


@pytest.mark.clause("spdu", "no-location")
def test_every_packet_is_the_envelope_of_the_clause_and_nothing_more(pki, profile):
    drive = Drive(pki, profile).go(3).go(1, hazard=True)
    for each in drive.sent():  # wire.packet refuses any other form
        assert each.outer.header_aid == each.outer.aid
        generated_ms = each.outer.time_us / 1000 - (roads.UTC0_NS // 1_000_000 - 1_072_915_200_000)
        assert 0 <= each.at_ms - generated_ms <= 100


@pytest.mark.clause("signature", "digest")
def test_signatures_hold_under_the_certificate_that_was_sent_or_named(pki):
    drive = Drive(pki, keys=key_file.open_folder(pki / "unit/keys")).go(1.2)
    sent = drive.sent()
    certificate = sent[0].outer.certificate
    assert certificate is not None
    for each in sent[:6]:
        assert each.outer.signer in (None, sm3(certificate)[-8:])
        assert holds(each.outer, certificate)
    assert any(each.outer.signer for each in sent[:6])


@pytest.mark.clause("full-certificate", "digest")
def test_it_goes_whole_at_first_and_each_450_ms_else_its_digest(pki):
    sent = Drive(pki).go(10).sent()
    whole = [each.at_ms for each in sent if each.outer.certificate]
    assert whole[0] == sent[0].at_ms
    assert {after - before for before, after in itertools.pairwise(whole)} == {500.0}  # the fifth of 100 ms
    assert all((each.outer.certificate is None) != (each.outer.signer is None) for each in sent)


@pytest.mark.clause("full-certificate")
def test_with_an_event_it_goes_whole_each_time(pki):
    drive = Drive(pki).go(2).go(2, hazard=True)
    events = [each for each in drive.sent() if each.bsm["events"]]
    assert len(events) > 15 and all(each.outer.certificate for each in events)


@pytest.mark.clause("no-certificate")
def test_after_the_last_certificate_none_goes(pki):
    drive = Drive(pki).go(2)
    drive.unit.utc_of = lambda at_ns: roads.UTC0_NS + 31 * 86_400 * 10**9 + at_ns - BEGIN_NS
    drive.go(3)
    assert drive.times_ms(2020) == []


@pytest.fixture(scope="module")
def other(pki):
    return Other(pki / "neighbours/00")


def heard(pki, sdu):
    """(verified, dropped by reason) of a unit that hears it 2 s after its start."""
    drive = Drive(pki).go(2)
    drive.go(2, air_at={0: [sdu]})
    air = drive.status["air"]
    return air["verified"], air["dropped"]


def said_at(other, t_s):
    utc_ns = roads.UTC0_NS + round(t_s * 1000) * NS_PER_MS
    message = car(LatLon(roads.ORIGIN_LAT + 0.0005, roads.ORIGIN_LON), 0.0, utc_ns)
    return other.sdu(message, BSM, utc_ns)


@pytest.mark.parametrize(
    ("t_s", "verified", "reason"),
    [
        pytest.param(1.99, 1, None, marks=pytest.mark.clause("old-message", "future-message")),
        pytest.param(1.01, 1, None, marks=pytest.mark.clause("old-message")),
        pytest.param(0.98, 0, "generation_too_old", marks=pytest.mark.clause("old-message")),
        pytest.param(2.05, 0, "generation_in_future", marks=pytest.mark.clause("future-message")),
    ],
)
def test_a_message_counts_for_one_second_and_not_before_it_was_made(pki, other, t_s, verified, reason):
    assert heard(pki, said_at(other, t_s)) == (verified, {reason: 1} if reason else {})


@pytest.mark.clause("unknown-parts")
def test_a_bsm_with_an_addition_of_a_later_text_is_read_without_it(pki, other):
    utc_ns = roads.UTC0_NS + 1990 * NS_PER_MS
    plain = wire.packet(said_at(other, 1.99)).payload
    padding = wire.bsm(plain)["padding"]
    bits = f"{int.from_bytes(plain, 'big'):0{8 * len(plain)}b}"[: 8 * len(plain) - padding]
    assert bits[4] == "0"
    # X.691 19.7 to 19.9: extension bit; one addition (count - 1 in 6 bits), present, an open type of two octets.
    later = bits[:4] + "1" + bits[5:] + "0" + "000000" + "1" + f"{2:08b}" + "1010101111001101"
    later += "0" * (-len(later) % 8)
    payload = int(later, 2).to_bytes(len(later) // 8, "big")
    assert heard(pki, other.signed(payload, BSM, utc_ns)) == (1, {})
