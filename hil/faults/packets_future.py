"""A roadside unit's clock is five seconds ahead."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as generation_in_future; nothing shows"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.FUTURE, parameters)
