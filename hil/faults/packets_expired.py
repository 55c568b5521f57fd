"""A roadside unit signs with a certificate that is past its end."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as certificate_expired; nothing shows"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.EXPIRED, parameters)
