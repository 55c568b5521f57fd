"""A GNSS signal simulator that speaks SCPI: the receiver's antenna input is led along the scenario's road.

The command set of the GSG-5/6 series (user manual with SCPI guide, rev. 27, 6.3.3 and 6.5.3), with its real-time
option: SOURce:SCENario:LOAD, CONTrol, POSition and ENUVELocity at once, SOURce:POWer. A tunnel is a transmit power that
no receiver hears. The simulator's own scenario must be led by UTC (its NTP server), or nothing fits.
"""

import math
import time
from dataclasses import dataclass

from hil import nmea
from hil.given import Given
from hil.instruments import Context
from hil.scpi import Scpi
from hil.witness import Witness

PLAYS, CARRIES = "gnss", ("sentences", "truth")
DARK_DBM = -160.0  # the least it can
ASK_S = 0.2


@dataclass(frozen=True, slots=True)
class Options:
    """device: socket://HOST:5025, or a serial line. scenario: its own, that is loaded; none: the one it has.

    dbm: transmit power. altitude_m: above the ellipsoid. starts_s: so long may it take, which waits for a full minute.
    """

    device: str
    baud: int = 115_200
    scenario: str = ""
    dbm: float = -125.0
    altitude_m: float = 20.0
    answer_s: float = 2.0
    starts_s: float = 240.0


class GnssScpi:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._scpi = Scpi("gnss", options.device, options.baud, options.answer_s)
        self._is_dark = False

    def begin(self) -> None:
        """Loads and starts its scenario. Raises ConfigError when it does not answer, refuses, or does not start."""
        words, scpi = self._options, self._scpi
        scpi.open()
        if words.scenario:
            scpi.say("SOUR:SCEN:CONT STOP")
            scpi.say(f"SOUR:SCEN:LOAD {words.scenario}")
        scpi.say(f"SOUR:POW {words.dbm:.1f}")
        scpi.check()
        if scpi.ask("SOUR:SCEN:CONT?").upper() != "START":
            scpi.say("SOUR:SCEN:CONT START")
        end_s = time.monotonic() + words.starts_s
        while (state := scpi.ask("SOUR:SCEN:CONT?").upper()) != "START":
            if state == "STOP" or time.monotonic() > end_s:
                raise scpi.wrong(f"{scpi.name} does not start its scenario: {state}",
                                 f"{scpi.name} 未能启动场景：{state}")  # fmt: skip
            time.sleep(ASK_S)
        scpi.check()

    def carry(self, given: Given) -> None:
        """Where the receiver is, and how it moves; nothing is read back, for the world goes on meanwhile."""
        if not given.is_epoch:
            return
        is_dark = given.sentences in (None, b"", nmea.without_fix(given.utc_ns))
        if is_dark != self._is_dark:
            self._is_dark = is_dark
            self._scpi.say(f"SOUR:POW {DARK_DBM if is_dark else self._options.dbm:.1f}")
        truth = given.truth
        place, heading = truth.place, math.radians(truth.heading_deg)
        east_mps, north_mps = truth.speed_mps * math.sin(heading), truth.speed_mps * math.cos(heading)
        self._scpi.say(f"SOUR:SCEN:POS IMM,{place.lat_deg:.8f},{place.lon_deg:.8f},{self._options.altitude_m:.2f}")
        self._scpi.say(f"SOUR:SCEN:ENUVEL IMM,{east_mps:.3f},{north_mps:.3f},0.000")

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A transmitter sees nothing."""

    def close(self) -> None:
        """It is silent."""
        self._scpi.close("SOUR:SCEN:CONT STOP")


make = GnssScpi
