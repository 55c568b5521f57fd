"""What the unit is given in one turn, before it is: what faults act upon, and nothing inside the unit."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from hil.attack import Attacker
from hil.encode import Frame
from hil.plant import Truth
from obu.core.frames import BoardHealth, CanCounts, CanFrame, DriverState, GnssBytes, HostState, JobResult
from obu.core.now import NS_PER_MS
from obu.drivers.radio_udp import Datagram


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of the air. of: who sent it, an actor's name, "roadside", or that of a fault."""

    of: str
    datagram: Datagram


@dataclass(slots=True)
class Given:
    """at_s: of the scenario. at_ns, utc_ns: the true instant. dice: of the unit's randomness; chance: of faults.

    Faults change what follows: truth, as the receiver measures it; frames of the bus; an epoch's sentences (None: as it
    has them); packets; results of jobs; the unit's clock by clock_off_ns and clock_days, and its bound error_ns (None:
    it has no UTC); busy: of the channel, 0..1; acknowledges, beats: whether the page does; is_cut: the unit loses its
    power; saves_fail: what it saves is lost; bus: how its controller finds it; is_air_lost: the modem does not answer.
    line, garbled (a share of the octets), is_board_cut: of the co-processor, where the unit has one.

    drivers, buses, host: what the unit's drivers say of all that, where there are none: on virtual time. can, gnss and
    board are what came through the co-processor's line there. last: the roadside unit's last packet.
    """

    at_s: float
    at_ns: int
    utc_ns: int
    truth: Truth
    dice: Random
    chance: Random
    attacker: Attacker
    frames: list[Frame] = field(default_factory=list)
    sentences: bytes | None = None
    is_epoch: bool = False
    packets: list[Packet] = field(default_factory=list)
    results: list[JobResult] = field(default_factory=list)
    drivers: list[DriverState] = field(default_factory=list)
    buses: list[CanCounts] = field(default_factory=list)
    host: list[HostState] = field(default_factory=list)
    clock_off_ns: int = 0
    clock_days: int = 0
    error_ns: int | None = NS_PER_MS
    busy: float | None = None
    acknowledges: bool = True
    beats: bool = True
    is_cut: bool = False
    saves_fail: bool = False
    bus: Literal["good", "off", "other_rate"] = "good"
    is_air_lost: bool = False
    last: Datagram | None = None
    line: Literal["good", "dead", "other_firmware"] = "good"
    garbled: float = 0.0
    is_board_cut: bool = False
    can: list[CanFrame] = field(default_factory=list)
    gnss: list[GnssBytes] = field(default_factory=list)
    board: list[BoardHealth] = field(default_factory=list)

    def heard(self) -> list[Frame]:
        """The bus's frames, as the unit's controller reads them."""
        return self.frames if self.bus == "good" else []
