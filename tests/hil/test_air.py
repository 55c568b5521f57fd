"""The bench's air with real radio drivers: everybody hears everybody else, and it forgets, loses and delays as told."""

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.air import Air, Weather
from obu.core.frames import AirPacket, ChannelLoad, DriverState, TxPacket
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import radio_udp
from obu.drivers.radio_udp import Datagram, Kind, Options, RadioUdp

S = NS_PER_S
SDU = b"\x04\x00\x6f\x00\x01\xaa"


@pytest.fixture
def join() -> Iterator[Callable[..., RadioUdp]]:
    made = []

    def station(air: Air, at_ns: int = 0, receive_only: bool = False) -> RadioUdp:
        options = Options(modem=air.where, bind="127.0.0.1:0", receive_only=receive_only)
        made.append(radio_udp.make("radio", options))
        made[-1].poll(at_ns)
        air.poll(at_ns)
        (state,) = made[-1].poll(at_ns)
        assert isinstance(state, DriverState) and state.is_up
        return made[-1]

    yield station
    for radio in made:
        radio.close()


def sdus(radio: RadioUdp, at_ns: int = 0) -> list[bytes]:
    return [arrival.sdu for arrival in radio.poll(at_ns) if isinstance(arrival, AirPacket)]


def packet(sdu: bytes = SDU) -> TxPacket:
    return TxPacket(sdu=sdu, aid=111, pppp=5, l2_source=0x010203, l2_destination=1)


def said(sdu: bytes = SDU) -> Datagram:
    return Datagram(kind=Kind.DATA, sdu=sdu, aid=111, pppp=5, l2_source=0x020202, l2_destination=1)


def test_what_one_sends_all_others_hear(join: Callable[..., RadioUdp]) -> None:
    air = Air()
    one, two, three = join(air), join(air), join(air, receive_only=True)
    one.send([packet()])
    air.poll(0)
    assert (sdus(one), sdus(two), sdus(three)) == ([], [SDU], [SDU])
    assert [station.heard for station in air.stations.values()] == [1, 0, 0]
    air.close()


def test_it_says_how_busy_it_is_when_told_to() -> None:
    air = Air(weather=Weather(busy_percent=63))
    radio = radio_udp.make("radio", Options(modem=air.where, bind="127.0.0.1:0"))
    for second in range(2):
        radio.poll(second * S)
        air.poll(second * S)
        assert ChannelLoad(0.63, second * S) in radio.poll(second * S)
    radio.close()
    air.close()


def test_the_citys_own_packets_reach_all_and_are_counted_by_label(join: Callable[..., RadioUdp]) -> None:
    air = Air()
    air.say(said(), "genuine", 0)  # before anybody came: sent, and heard by nobody
    one = join(air)
    air.say(said(), "genuine", 0)
    air.say(said(), "forged", 0)
    (station,) = air.stations.values()
    assert (air.sent, station.delivered) == ({"genuine": 2, "forged": 1}, {"genuine": 1, "forged": 1})
    assert [arrival.l2_source for arrival in one.poll(0) if isinstance(arrival, AirPacket)] == [0x020202] * 2
    air.close()


def test_who_does_not_join_again_is_forgotten_and_who_does_is_not(join: Callable[..., RadioUdp]) -> None:
    air = Air()
    silent, alive = join(air), join(air)
    for second in range(1, 7):
        alive.poll(second * S)
        air.poll(second * S)
    assert len(air.stations) == 1
    air.say(said(), "genuine", 6 * S)
    assert (sdus(silent), sdus(alive)) == ([], [SDU])
    air.close()


def test_a_station_that_leaves_is_forgotten_at_once_and_its_counts_are_kept(join: Callable[..., RadioUdp]) -> None:
    air = Air()
    one = join(air)
    air.say(said(), "genuine", 0)
    one.close()
    air.poll(0)
    assert not air.stations
    assert [station.delivered for station in air.departed.values()] == [{"genuine": 1}]
    air.close()


def test_a_power_cut_needs_nothing_from_the_stations(join: Callable[..., RadioUdp]) -> None:
    air = Air()
    one = join(air)
    air.switch(False)
    assert air.fileno() == -1
    air.say(said(), "genuine", 0)
    states = [state for second in range(1, 5) for state in one.poll(second * S)]
    assert [state.is_up for state in states if isinstance(state, DriverState)] == [False]
    air.switch(True)
    one.poll(5 * S)
    air.poll(5 * S)
    (state,) = one.poll(5 * S)
    assert isinstance(state, DriverState) and state.is_up
    air.say(said(), "genuine", 5 * S)
    assert sdus(one, 5 * S) == [SDU]
    assert air.sent == {"genuine": 1}
    air.close()


def test_losses_have_their_rate_and_repeat_with_their_seed(join: Callable[..., RadioUdp]) -> None:
    def heard(seed: int) -> list[bool]:
        air = Air(weather=Weather(loss=0.3, seed=seed))
        radio = join(air)
        kept = []
        for _ in range(400):
            air.say(said(), "genuine", 0)
            kept.append(bool(sdus(radio)))
        air.close()
        return kept

    assert heard(1) == heard(1) != heard(2)
    assert 0.62 < sum(heard(1)) / 400 < 0.78


def test_a_delay_is_kept_in_order(join: Callable[..., RadioUdp]) -> None:
    air = Air(weather=Weather(latency_ms=20))
    one = join(air)
    air.say(said(b"first"), "genuine", 0)
    air.say(said(b"second"), "genuine", 5 * NS_PER_MS)
    assert air.wake_at_ns() == 20 * NS_PER_MS
    air.poll(19 * NS_PER_MS)
    assert sdus(one) == []
    air.poll(30 * NS_PER_MS)
    assert sdus(one) == [b"first", b"second"]
    air.close()


def test_the_record_is_a_pcap_of_sdus(tmp_path: Path) -> None:
    path = tmp_path / "air.pcap"
    air = Air(capture=path)
    air.say(said(), "genuine", 0)
    air.close()
    data = path.read_bytes()
    assert int.from_bytes(data[20:24], sys.byteorder) == 147  # LINKTYPE_USER0
    assert data[24 + 16 :] == SDU  # behind the file's and the packet's header


def test_strangers_are_counted_and_carry_nothing(join: Callable[..., RadioUdp]) -> None:
    air = Air()
    one = join(air)
    host, _, port = air.where.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"hello", (host, int(port)))
        stranger.sendto(said().encode(), (host, int(port)))
        stranger.sendto(Datagram(kind=Kind.JOIN_ACK).encode(), (host, int(port)))
    air.poll(0)
    assert sdus(one) == []
    assert air.refused == {"modem_truncated": 1, "not_joined": 1, "modem_kind": 1}
    air.close()
