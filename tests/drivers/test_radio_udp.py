"""The radio driver against a modem made of one socket: joins, leases, both ways, strangers, a modem that goes away."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import ConfigError
from obu.core.frames import AirPacket, ChannelLoad, DriverState, RadioCounts, TxPacket
from obu.core.now import NS_PER_S
from obu.drivers import radio_udp
from obu.drivers.radio_udp import Datagram, Kind, Options, RadioUdp

S = NS_PER_S
# docs/radio-modem.md, written out by hand: magic, version 1, data, PPPP 5, no flags, L2 010203 to 000001, AID 111,
# time 1 us, length 3, SDU.
DATA_HEX = "5632584d01040500010203000001006f000000000000000100030400aa"


class Modem:
    """One end of a datagram line."""

    def __init__(self) -> None:
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.bind(("127.0.0.1", 0))
        self.link.settimeout(2.0)

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.link.getsockname()[1]}"

    def hear(self) -> tuple[Datagram, tuple[str, int]]:
        data, sender = self.link.recvfrom(65_535)
        datagram = radio_udp.decode(data)
        assert isinstance(datagram, Datagram)
        return datagram, sender


@pytest.fixture
def modem() -> Iterator[Modem]:
    modem = Modem()
    yield modem
    modem.link.close()


@pytest.fixture
def radio(modem: Modem) -> Iterator[RadioUdp]:
    radio = radio_udp.make("radio", Options(modem=modem.where, bind="127.0.0.1:0"))
    yield radio
    radio.close()


def joined(radio: RadioUdp, modem: Modem, at_ns: int = 0) -> tuple[str, int]:
    """Brings the radio up; where it is."""
    assert list(radio.poll(at_ns)) == []
    datagram, sender = modem.hear()
    assert datagram.kind is Kind.JOIN
    modem.link.sendto(Datagram(kind=Kind.JOIN_ACK).encode(), sender)
    (state,) = radio.poll(at_ns)
    assert isinstance(state, DriverState) and state.is_up
    return sender


def packet(sdu: bytes = b"\x04\x00\xaa") -> TxPacket:
    return TxPacket(sdu=sdu, aid=111, pppp=5, l2_source=0x010203, l2_destination=1)


def test_the_documented_bytes_are_what_is_read_and_written() -> None:
    datagram = Datagram(
        kind=Kind.DATA, sdu=b"\x04\x00\xaa", aid=111, pppp=5, l2_source=0x010203, l2_destination=1, time_us=1
    )
    assert datagram.encode().hex() == DATA_HEX
    assert radio_udp.decode(bytes.fromhex(DATA_HEX)) == datagram


def test_the_load_of_the_channel_is_taken_and_nonsense_is_counted(radio: RadioUdp, modem: Modem) -> None:
    sender = joined(radio, modem)
    for octets in (bytes((63,)), b"", bytes((101,)), b"\x01\x02"):
        modem.link.sendto(Datagram(kind=Kind.LOAD, sdu=octets).encode(), sender)
    assert list(radio.poll(7)) == [ChannelLoad(0.63, 7)]
    assert radio.counts == {"modem_load": 3}


@given(st.binary(max_size=60))
def test_no_bytes_raise(data: bytes) -> None:
    for each in (data, bytes.fromhex(DATA_HEX)[:20] + data):
        read = radio_udp.decode(each)
        assert isinstance(read, str) or read.sdu == each[radio_udp.HEADER.size :]


@pytest.mark.parametrize(
    ("at", "byte", "reason"),
    [(0, 0x00, "modem_magic"), (4, 2, "modem_version"), (5, 9, "modem_kind"), (25, 4, "modem_length")],
)
def test_each_wrong_byte_has_its_reason(at: int, byte: int, reason: str) -> None:
    data = bytearray.fromhex(DATA_HEX)
    data[at] = byte
    assert radio_udp.decode(bytes(data)) == reason
    assert radio_udp.decode(bytes(data)[:10]) == "modem_truncated"


def test_packets_go_out_with_what_the_modem_must_know(radio: RadioUdp, modem: Modem) -> None:
    joined(radio, modem)
    radio.send([packet()])
    datagram, _ = modem.hear()
    assert (datagram.kind, datagram.sdu, datagram.aid, datagram.pppp) == (Kind.DATA, b"\x04\x00\xaa", 111, 5)
    assert (datagram.l2_source, datagram.l2_destination) == (0x010203, 1)


def test_packets_come_in_with_their_source_where_the_modem_tells(radio: RadioUdp, modem: Modem) -> None:
    unit = joined(radio, modem)
    modem.link.sendto(Datagram(kind=Kind.DATA, sdu=b"one", l2_source=0x0A0B0C).encode(), unit)
    modem.link.sendto(Datagram(kind=Kind.DATA, sdu=b"two").encode(), unit)
    assert list(radio.poll(7)) == [AirPacket(b"one", 7, 0x0A0B0C), AirPacket(b"two", 7, None)]


def test_it_joins_again_each_second_and_wakes_for_it(radio: RadioUdp, modem: Modem) -> None:
    joined(radio, modem)
    assert radio.wake_at_ns() == 1 * S
    radio.poll(S - 1)
    radio.poll(S)
    assert modem.hear()[0].kind is Kind.JOIN
    assert radio.wake_at_ns() == 2 * S


def test_a_modem_that_does_not_answer_is_down_after_three_seconds(radio: RadioUdp) -> None:
    assert list(radio.poll(0)) == []
    assert list(radio.poll(3 * S - 1)) == []
    (state,) = radio.poll(3 * S)
    assert isinstance(state, DriverState) and not state.is_up and "no answer" in state.why
    assert "没有应答" in state.why_zh
    assert list(radio.poll(4 * S)) == []


def test_a_modem_that_was_restarted_needs_nothing_from_the_unit(modem: Modem, radio: RadioUdp) -> None:
    joined(radio, modem)
    port = modem.link.getsockname()[1]
    modem.link.close()
    states = [state for second in range(1, 6) for state in radio.poll(second * S)]
    radio.send([packet()])
    assert [state.is_up for state in states if isinstance(state, DriverState)] == [False]
    modem.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    modem.link.bind(("127.0.0.1", port))
    modem.link.settimeout(2.0)
    radio.poll(6 * S)
    datagram, sender = modem.hear()
    assert datagram.kind is Kind.JOIN
    modem.link.sendto(Datagram(kind=Kind.JOIN_ACK).encode(), sender)
    (state,) = radio.poll(6 * S + 1)
    assert isinstance(state, DriverState) and state.is_up


def test_nobody_but_the_modem_is_heard(radio: RadioUdp, modem: Modem) -> None:
    unit = joined(radio, modem)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(Datagram(kind=Kind.DATA, sdu=b"x").encode(), unit)
    assert list(radio.poll(1)) == []


def test_garbage_of_the_modem_is_counted_and_the_rest_still_read(radio: RadioUdp, modem: Modem) -> None:
    unit = joined(radio, modem)
    modem.link.sendto(b"hello", unit)
    modem.link.sendto(Datagram(kind=Kind.JOIN).encode(), unit)
    modem.link.sendto(Datagram(kind=Kind.DATA, sdu=b"x").encode(), unit)
    assert list(radio.poll(1)) == [AirPacket(b"x", 1, None)]
    assert radio.counts == {"modem_truncated": 1, "modem_kind": 1}


def test_what_was_not_sent_or_understood_is_told_when_it_has_changed_once_a_second_at_most(
    radio: RadioUdp, modem: Modem
) -> None:
    unit = joined(radio, modem, 5 * S)
    told = []
    for tick in range(40):  # 4 s
        if tick < 20:
            modem.link.sendto(b"hello", unit)
        told += [each for each in radio.poll(5 * S + tick * S // 10) if isinstance(each, RadioCounts)]
    assert [each.counts for each in told] == [(("modem_truncated", count),) for count in (1, 11, 20)]


def test_one_poll_takes_no_more_than_its_share(radio: RadioUdp, modem: Modem) -> None:
    unit = joined(radio, modem)
    data = Datagram(kind=Kind.DATA, sdu=b"x").encode()
    for _ in range(300):
        modem.link.sendto(data, unit)
    assert [len(radio.poll(1)), len(radio.poll(2))] == [256, 44]


def test_a_receive_only_station_joins_as_one_and_sends_nothing(modem: Modem) -> None:
    radio = radio_udp.make("radio", Options(modem=modem.where, receive_only=True))
    radio.poll(0)
    join, _ = modem.hear()
    assert join.kind is Kind.JOIN and join.is_receive_only
    radio.send([packet()])
    radio.close()
    assert modem.hear()[0].kind is Kind.LEAVE
    assert radio.counts == {"receive_only": 1}


def test_it_leaves_once_and_is_silent_afterwards(radio: RadioUdp, modem: Modem) -> None:
    joined(radio, modem)
    radio.close()
    radio.close()
    assert modem.hear()[0].kind is Kind.LEAVE
    radio.send([packet()])
    assert (radio.fileno(), radio.wake_at_ns(), list(radio.poll(9 * S))) == (-1, None, [])


@pytest.mark.parametrize("bad", ["here:1", "127.0.0.1", "127.0.0.1:70000", "127.0.0.1:0", ":5905", ""])
def test_an_address_that_is_none_names_the_key(bad: str) -> None:
    with pytest.raises(ConfigError, match=r"radio\.modem: "):
        radio_udp.make("radio", Options(modem=bad))


def test_both_ends_must_be_of_one_kind_of_address() -> None:
    with pytest.raises(ConfigError, match=r"radio\.bind: "):
        radio_udp.make("radio", Options(modem="127.0.0.1:5905", bind="[::1]:0"))
