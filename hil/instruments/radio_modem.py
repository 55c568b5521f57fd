"""A real modem on the bench's side, behind its adapter's address (docs/radio-modem.md): what it hears is the unit."""

import time
from dataclasses import dataclass

from hil.given import Given
from hil.instruments import Context
from hil.instruments.radio_air import packet_of
from hil.witness import Witness
from obu.core.errors import RemoteError
from obu.core.frames import AirPacket, TxPacket
from obu.drivers import radio_udp
from obu.security import envelope
from obu.stack import dsmp

PLAYS, CARRIES = "radio", ("packets",)
UNKNOWN = 0  # what the modem does not tell of a packet


@dataclass(frozen=True, slots=True)
class Options:
    """modem: ADDRESS:PORT. bind: where we are, of the same form."""

    modem: str
    bind: str | None = None


class RadioModem:
    """The Instrument. foreign: packets that were none of a unit's."""

    def __init__(self, options: Options, context: Context) -> None:
        self._radio = radio_udp.make("radio", radio_udp.Options(modem=options.modem, bind=options.bind))
        self.foreign = 0

    def begin(self) -> None:
        """Joins."""
        self._radio.poll(time.monotonic_ns())

    def carry(self, given: Given) -> None:
        """Its packets."""
        self._radio.send([packet_of(packet.datagram) for packet in given.packets])

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What the unit sent."""
        for arrival in self._radio.poll(time.monotonic_ns()):
            if isinstance(arrival, AirPacket):
                try:
                    witness.said(_packet(arrival.sdu), at_s, utc_ns)
                except (RemoteError, AssertionError):
                    self.foreign += 1

    def close(self) -> None:
        """Leaves."""
        self._radio.close()


def _packet(sdu: bytes) -> TxPacket:
    return TxPacket(sdu, envelope.parse(dsmp.decode(sdu).payload).aid, UNKNOWN, UNKNOWN, UNKNOWN)


make = RadioModem
