"""The one form of a certificate that is hashed and signed, of all it may be sent in. Its one rule: IEEE 1609.2 6.4.3.

toBeSigned has its points compressed; the signature's rSig is x-only.
"""

from typing import Any

from obu.security import keys

_COMPRESSED = ("compressed-y-0", "compressed-y-1")


def certificate(value: dict[str, Any]) -> dict[str, Any]:
    """The form that is hashed, of a value in the codec's form: the same object where it has it already, as with SM2."""
    if value["signature"][0] != "ecdsaNistP256Signature":
        return value
    tbs = _tbs(value["toBeSigned"])
    kind, body = value["signature"]
    form, x = body["rSig"]
    if tbs is value["toBeSigned"] and form == "x-only":
        return value
    r = r_of(keys.P256, form, x)
    return {**value, "toBeSigned": tbs, "signature": (kind, {**body, "rSig": ("x-only", r)})}


def r_of(curve: str, form: str, x: bytes) -> bytes:
    """r (32 bytes) of an rSig: itself, or the x of a point, of which r is the rest by the order n."""
    if form not in _COMPRESSED:
        return x
    return (int.from_bytes(x, "big") % keys.CURVES[curve].n).to_bytes(32, "big")


def _tbs(tbs: dict[str, Any]) -> dict[str, Any]:
    kind, (algorithm, point) = tbs["verifyKeyIndicator"]
    changed: dict[str, Any] = {}
    if point[0] == "uncompressed":
        changed["verifyKeyIndicator"] = (kind, (algorithm, _compressed(point[1])))
    encryption = tbs.get("encryptionKey")
    if encryption is not None and encryption["publicKey"][1][0] == "uncompressed":
        algorithm, (_, body) = encryption["publicKey"]
        changed["encryptionKey"] = {**encryption, "publicKey": (algorithm, _compressed(body))}
    return {**tbs, **changed} if changed else tbs


def _compressed(body: dict[str, bytes]) -> tuple[str, bytes]:
    return _COMPRESSED[body["y"][-1] & 1], body["x"]
