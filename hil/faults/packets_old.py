"""A roadside unit's message arrives five seconds late."""

from hil import attack
from hil.attacking import Attack, Parameters

EFFECT = "Refused as generation_too_old; nothing shows"

__all__ = ["EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.OLD, parameters)
