"""Secured packets, certificates and lists of YD/T 3957-2021 as canonical OER; what is not canonical is refused."""

from typing import Any

from obu.codec import schema
from obu.codec.shape import EncodeError

__all__ = ["EncodeError", "decode", "encode"]


def encode(type_name: str, value: Any) -> bytes:
    """The octets of a value of a type of asn1/security.asn (V2XSecData, Certificate, ToBeSignedData, ...).

    Values are in the Python form of codec/shape. Raises EncodeError that names the field.
    """
    return schema.load("security").encode(type_name, value, type_name)


def decode(type_name: str, data: bytes) -> Any:
    """The value of octets. Raises RemoteError: truncated, trailing_bytes, not_canonical, unknown_alternative, ..."""
    return schema.load("security").decode(type_name, data)
