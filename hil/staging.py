"""What a scenario's trigger makes of the demonstration's road: who takes part, and what each of them does."""

import dataclasses
from collections.abc import Iterable

from hil.drive import Act
from hil.neighbour import ROLES, Acts, Cast
from hil.route import Route
from hil.scenario import During
from hil.script import BRAKING, HAZARDS, TRIGGERS, Script, script_for

OF_SCRIPT = {
    "hazards": HAZARDS, "works_elsewhere": HAZARDS,
    "braking": BRAKING, "oncoming_brakes": BRAKING, "follower_brakes": BRAKING,
}  # fmt: skip
ELSEWHERE_M = 60.0  # a road beside ours
ONCOMING_M = 180.0  # so that it is still ahead of us when it brakes
OWN_BRAKING_MPS2, DOWN_TO_MPS = -5.0, 1.0
IN_FRONT, BEHIND, ONCOMING = 0, 1, 4  # of ROLES


def script_of(route: Route, trigger: str | None) -> Script:
    """The script with what the trigger needs, and nothing else."""
    wanted = {OF_SCRIPT[trigger]} if trigger else set()
    return script_for(route, frozenset(TRIGGERS) - wanted)


def roles_of(trigger: str | None) -> tuple[Cast, ...]:
    """The neighbours."""
    roles, replace = list(ROLES), dataclasses.replace
    if trigger in ("oncoming_brakes", "follower_brakes"):
        roles[IN_FRONT] = replace(roles[IN_FRONT], acts=Acts.NOTHING)
    if trigger == "oncoming_brakes":
        roles[ONCOMING] = replace(roles[ONCOMING], from_m=ONCOMING_M, acts=Acts.BRAKES)
    if trigger == "follower_brakes":
        roles[BEHIND] = replace(roles[BEHIND], acts=Acts.BRAKES)
    return tuple(roles)


def works_right_m(trigger: str | None) -> float:
    """Where the works are, beside our road."""
    return ELSEWHERE_M if trigger == "works_elsewhere" else 0.0


def bus_acts(script: Script, during: Iterable[During]) -> tuple[Act, ...]:
    """What our driver does: the script's part, and hard braking of his own."""
    own = (Act(each.from_s, each.to_s, OWN_BRAKING_MPS2, DOWN_TO_MPS) for each in during if each.what == "hard_braking")
    return (*script.bus_acts(), *own)
