"""Somebody signs with certificates of a root of his own."""

from hil import attack
from hil.attacking import CHANGES, Attack, Parameters

EFFECT = "Refused as certificate_issuer_unknown; nothing shows"

__all__ = ["CHANGES", "EFFECT", "Parameters", "make"]


def make(parameters: Parameters) -> Attack:
    """At work."""
    return Attack(attack.FORGED, parameters)
