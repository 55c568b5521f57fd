"""The table of application identifiers: which message an AID carries, and how the radio is to treat it.

Numbers: the AID list of the IMT-2020 (5G) C-V2X "new four-cross" event of 2020; GB/T 45315-2025 tables 4 and 7 and
7.3.1.4; T/CSAE 159-2020 table 3. Day-2 messages have no public assignment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BSM = 111
BSM_EVENT = 112
BSM_EMERGENCY = 113
BSM_EMERGENCY_EVENT = 114
MAP = 3618
SPAT = 3619
RSI_STATIC = 3620
RSI_SEMI_STATIC = 3621
RSI_DYNAMIC = 3622
RSM = 3623
CERTIFICATE_MANAGEMENT = 3627
CRL = 3628
MISBEHAVIOUR = 3629
OF_SECURITY = (CERTIFICATE_MANAGEMENT, CRL, MISBEHAVIOUR)


@dataclass(frozen=True, slots=True)
class Application:
    """One AID. frames: the message frames it may carry. pppp: 1 (most urgent) .. 8; l2_destination: 24 bits.

    dsm_priority is 0..255; pppp follows from it as 8 - floor(priority / 32).
    """

    aid: int
    name: str
    frames: tuple[str, ...]
    dsm_priority: int
    l2_destination: int

    @property
    def pppp(self) -> int:
        """ProSe per-packet priority, 1 (most urgent) .. 8."""
        return 8 - self.dsm_priority // 32


_ROWS = (
    Application(BSM, "BSM", ("bsmFrame",), 112, 0x000001),
    Application(BSM_EVENT, "BSM event", ("bsmFrame",), 208, 0x000002),
    Application(BSM_EMERGENCY, "BSM emergency vehicle", ("bsmFrame",), 112, 0x000003),
    Application(BSM_EMERGENCY_EVENT, "BSM emergency vehicle event", ("bsmFrame",), 208, 0x000004),
    Application(MAP, "MAP", ("mapFrame",), 16, 0x000006),
    Application(SPAT, "SPAT", ("spatFrame",), 176, 0x000007),
    Application(RSI_STATIC, "RSI static", ("rsiFrame",), 48, 0x000008),
    Application(RSI_SEMI_STATIC, "RSI semi-static", ("rsiFrame",), 80, 0x000009),
    Application(RSI_DYNAMIC, "RSI dynamic", ("rsiFrame",), 112, 0x00000A),
    Application(RSM, "RSM", ("rsmFrame",), 208, 0x00000B),
)

BY_AID: dict[int, Application] = {row.aid: row for row in _ROWS}


def with_day_2(heard: Iterable[int]) -> Mapping[int, Application]:
    """The table and, for reception alone, the AIDs under which messages of T/CSAE 157 come here."""
    return {aid: Application(aid, "day 2", ("msgFrameExt",), 0, 0) for aid in heard} | BY_AID
