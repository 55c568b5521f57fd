"""Somebody changes the content of a genuine roadside unit's message, so that its signature no longer fits."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as bad_signature; nothing shows"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.CHANGED, parameters)
