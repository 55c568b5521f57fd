"""Somebody records what a genuine roadside unit says and says it again."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as replayed; nothing changes"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.REPLAYED, parameters)
