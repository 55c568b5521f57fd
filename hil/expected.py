"""What must be seen of the unit in a scenario: the values of its TOML's tables; hil/judging.py judges by them."""

from dataclasses import dataclass
from typing import Literal

Law = Literal[
    "ahead", "before", "notice", "touched", "acts", "signals", "beside", "comes_up", "moves_over", "drives_off",
    "faster", "slower",
]  # fmt: skip
Rule = Literal["within", "equal", "near_truth", "has", "lacks", "counts_up", "steady", "changes", "each_ms", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """app (the scenario's, when not given) is shown; the first time within from_s..to_s, and between most_m and
    least_m from bumper to bumper of the actor `of`.

    level: of the first showing. within_ms: after the first packet of `of` ("roadside" is the roadside unit) that the
    unit heard since since_s. most: how often it may be shown in all. until_s: it stays on the screen till then at
    least. over_s: by when it must be gone again.
    law: its window is hil/laws.py's: ahead of who is `of` (least_m and most_m), or from_s and to_s of `of`, of
    ourselves, or of what is past_m beyond place_m of the road; each way wider by slack_s.
    """

    app: str | None = None
    law: Law | None = None
    place_m: float | None = None
    past_m: float = 0.0
    slack_s: float = 0.0
    from_s: float = 0.0
    to_s: float = 1e9
    of: str | None = None
    least_m: float | None = None
    most_m: float | None = None
    level: Literal["information", "caution", "imminent"] | None = None
    since_s: float = 0.0
    within_ms: float | None = None
    most: int | None = None
    until_s: float | None = None
    over_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bsms:
    """The unit's own BSMs from from_s to to_s.

    none: there is none. most_gap_ms: no further apart, and from either end; least_gap_ms: no closer. has_event: only
    those with a critical event, under the AID of such, count.
    field: of the BSM (obu/codec/messages/bsm.py) or of what carries it (hil/sent.py), of which `rule` says what must be
    so of all of them: within (least, most), equal (value), near_truth (most: how far off), has and lacks (value: a
    member), counts_up (by 1, modulo 128), steady (always the same), changes (to another value), each_ms (there once in
    most ms at least, and no sooner than least ms), absent.
    """

    from_s: float
    to_s: float
    none: bool = False
    most_gap_ms: float | None = None
    least_gap_ms: float | None = None
    has_event: bool = False
    field: str | None = None
    rule: Rule | None = None
    least: float | None = None
    most: float | None = None
    value: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of the unit's status (docs/local-socket.md), by dotted path, at at_s or at the end: no less than least,
    no more than most, or equal to value."""

    path: str
    at_s: float | None = None
    least: float | None = None
    most: float | None = None
    value: str | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """What the driver is told that he cannot have, at at_s or at the end: the warning of app (the scenario's, when not
    given) for a reason that has the words `why` in its English; is_silent: he has it, without sound."""

    app: str | None = None
    at_s: float | None = None
    why: str = ""
    is_silent: bool = False
