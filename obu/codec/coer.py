"""Secured packets, certificates and lists of YD/T 3957-2021 as canonical OER; what is not canonical is refused."""

from typing import Any

from obu.codec import oer
from obu.codec.explain import explain
from obu.codec.generated import security
from obu.codec.shape import EncodeError

__all__ = ["EncodeError", "decode", "encode"]


def encode(type_name: str, value: Any) -> bytes:
    """The octets of a value of a type of asn1/security.asn that has parts (V2XSecData, Certificate, ...).

    Values are in the Python form of docs/codec.md. Raises EncodeError that names the field.
    """
    try:
        return security.ENCODE[type_name](value)
    except Exception:  # whatever Python says of a value of another form
        raise explain("security", type_name, value, type_name) from None


def decode(type_name: str, data: bytes) -> Any:
    """The value of octets. Raises RemoteError: truncated, trailing_bytes, not_canonical, unknown_alternative, ..."""
    return oer.decode_whole(security.DECODE[type_name], data)
