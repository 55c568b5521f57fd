"""A roadside unit whose certificate is on a revocation list goes on talking."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as certificate_revoked; nothing shows"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.REVOKED, parameters)
