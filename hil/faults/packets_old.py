"""A roadside unit's message arrives five seconds late."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as generation_too_old; nothing shows"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.OLD, parameters)
