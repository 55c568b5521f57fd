"""The air of this machine: a hub behind a modem's address (docs/radio-modem.md)."""

import time
from collections import deque
from dataclasses import dataclass

from hil.air import Air, Weather
from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness
from obu.core.frames import TxPacket
from obu.core.now import NS_PER_MS
from obu.drivers.radio_udp import Address, Datagram

LOAD_NS = 100 * NS_PER_MS  # a modem measures over this (3GPP TS 36.214, CBR)
PLAYS, CARRIES = "radio", ("packets", "busy", "is_air_lost")


@dataclass(frozen=True, slots=True)
class Options:
    """port: of loopback where a unit finds its modem, 0 for any. busy_percent: what the modem says of the channel."""

    port: int = 0
    busy_percent: int | None = None


class RadioAir:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options, self._context = options, context
        self._air: Air | None = None
        self._heard: deque[Datagram] = deque()
        self._load_ns = 0

    def begin(self) -> None:
        """Opens the hub."""
        weather = Weather(busy_percent=self._options.busy_percent)
        self._air = Air(self._options.port, weather, on_packet=self._take)
        self._context.sections["radio"] = {"type": "udp", "modem": self._air.where, "bind": "127.0.0.1:0"}

    def carry(self, given: Given) -> None:
        """Its packets, whether the modem answers, and what it measures of the channel."""
        if self._air is None:
            return
        self._air.switch(not given.is_air_lost)
        for packet in given.packets:
            self._air.say(packet.datagram, packet.of, given.at_ns)
        if given.busy is not None and given.at_ns >= self._load_ns:
            self._load_ns = given.at_ns + LOAD_NS
            self._air.tell_load(round(100 * given.busy))

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What the unit sent."""
        if self._air:
            self._air.poll(time.monotonic_ns())
        while self._heard:
            witness.said(packet_of(self._heard.popleft()), at_s, utc_ns)

    def close(self) -> None:
        """Ends it."""
        if self._air:
            self._air.close()

    def _take(self, datagram: Datagram, sender: Address) -> None:
        self._heard.append(datagram)


def packet_of(datagram: Datagram) -> TxPacket:
    """A packet of the unit, as its station gave it to the modem."""
    return TxPacket(datagram.sdu, datagram.aid, datagram.pppp, datagram.l2_source, datagram.l2_destination)


make = RadioAir
