"""asn1tools, compiled from our own sources: the first of two codecs that ours is held against."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import asn1tools

from obu.codec.compiler.sources import PER_SCHEMAS, modules, source_texts, types_of
from obu.codec.shape import Named, Sequence, Types, chosen

# T/CSAE 157-2020: the message of each number in MessageFrameExt.
DAY_2 = {
    0: "TestMsg",
    10: "RTCMcorrections",
    11: "RoadsideCoordination",
    12: "SensorSharingMsg",
    13: "VehIntentionAndRequest",
    14: "PAMData",
    15: "PersonalSafetyMessage",
    16: "CLPMM",
    17: "VehiclePaymentMessage",
}
NAMES = ("ydt3709", "csae53", "security")


@cache
def types(name: str) -> Types:
    """The types of a schema, fresh from the sources."""
    return types_of(modules(source_texts(name)))


@cache
def compiled(name: str) -> Any:
    """asn1tools' reading of the sources; encode(type, value) and decode(type, data)."""
    return compile_texts(source_texts(name), "uper" if name in PER_SCHEMAS else "oer")


def sealed(types: Types, frame: str, value: Any, encode: Callable[[str, Any], bytes]) -> Any:
    """The value of a MessageFrame's alternative as the other codecs take it: what an open type holds as octets."""
    extension = types["MessageFrameExt"]
    assert isinstance(extension, Sequence)
    inner = chosen(extension.members[1].shape, value)
    if frame != "msgFrameExt" or not isinstance(inner, Named):
        return value
    return {**value, "value": encode(inner.name, value["value"])}


@cache
def compile_texts(texts: tuple[str, ...], codec: str) -> Any:
    """asn1tools' reading of ASN.1 modules.

    It turns DEFAULT '10000000'B into 00000001; a ready pair passes untouched.
    """
    parsed = asn1tools.parse_string("\n".join(texts))
    for module in parsed.values():
        for descriptor in module["types"].values():
            for member in descriptor.get("members", ()):
                default = member.get("default") if isinstance(member, dict) else None
                if isinstance(default, str) and default.startswith("0b"):
                    bits = default[2:]
                    member["default"] = (int(bits, 2).to_bytes(len(bits) // 8, "big"), len(bits))
    return asn1tools.compile_dict(deepcopy(parsed), codec)
