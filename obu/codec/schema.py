"""The one door to asn1tools: ASN.1 sources to compiled schemas, kept in a cache.

Its rule: nothing it decodes is believed until the value fits its type and encodes to the same octets again.

asn1tools 0.169 checks no constraint unless asked, ignores unknown keys, returns None for what it does not know, accepts
trailing octets and raises NotImplementedError on a BIT STRING longer than its root: all of it is met here.
`python -m obu.codec.schema` builds the cache.
"""

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import asn1tools
from asn1tools.codecs import OutOfDataError, oer, uper

from obu.codec.shape import (
    LONG_BIT_STRING,
    TOO_DEEP,
    Bits,
    Choice,
    EncodeError,
    Enumerated,
    Ia5,
    Integer,
    ListOf,
    Member,
    Misfit,
    Named,
    Null,
    Octets,
    Sequence,
    Shape,
    Types,
    Utf8,
)
from obu.core.errors import RemoteError

TRUNCATED = "truncated"
TRAILING_BYTES = "trailing_bytes"
NONZERO_PADDING = "nonzero_padding"
NOT_CANONICAL = "not_canonical"
MALFORMED = "malformed"
UNKNOWN_EXTENSION = "unknown_extension"

_DAY_1 = ("common", "bsm", "map", "rsm", "spat", "rsi", "frame")
_SOURCES = {
    "ydt3709": ("uper", (*_DAY_1, "ydt3709")),
    "csae53": ("uper", (*_DAY_1, "csae53")),
    "security": ("oer", ("security",)),
}
_MAKERS = ("schema.py", "shape.py")  # whoever changes how a schema is made makes another cache


class _UperDecoder(uper.Decoder):  # type: ignore[misc]  # asn1tools is untyped
    """asn1tools' reader, which also remembers that it passed over an extension it does not know."""

    has_skipped = False

    def skip_bits(self, number_of_bits: int) -> None:
        self.has_skipped = self.has_skipped or number_of_bits >= 8
        super().skip_bits(number_of_bits)


class _OerDecoder(oer.Decoder):  # type: ignore[misc]  # asn1tools is untyped
    """The same for OER."""

    has_skipped = False

    def skip_bits(self, number_of_bits: int) -> None:
        self.has_skipped = True
        super().skip_bits(number_of_bits)


_DECODERS: dict[str, Any] = {"uper": _UperDecoder, "oer": _OerDecoder}


@dataclass(frozen=True, slots=True)
class Schema:
    """A compiled set of modules: encodes and decodes its types, strictly."""

    name: str
    codec: str  # uper or oer
    types: Types
    compiled: Any  # asn1tools' Specification

    def encode(self, type_name: str, value: Any, root: str = "") -> bytes:
        """The octets of a value. Raises EncodeError that opens with the field's path, under `root` if that is given."""
        try:
            Named(type_name).judge(value, self.types, 0)
        except Misfit as misfit:
            path = misfit.under(root).path if root else misfit.path or type_name
            raise EncodeError(f"{path}: {misfit.en}", f"{path}：{misfit.zh}") from None
        return self._write(type_name, value)

    def decode(self, type_name: str, data: bytes) -> Any:
        """The value of octets, whole. Raises RemoteError, whatever the octets are."""
        decoder = _DECODERS[self.codec](bytearray(data))
        try:
            value = self.compiled.types[type_name].type.decode(decoder)
            Named(type_name).judge(value, self.types, 0)
        except Misfit as misfit:
            raise RemoteError(misfit.reason, misfit.path) from None
        except Exception as error:  # asn1tools raises whatever Python does on a stranger's octets
            raise RemoteError(_reason(error)) from None
        if decoder.number_of_bits >= 8:
            raise RemoteError(TRAILING_BYTES)
        if decoder.read_non_negative_binary_integer(decoder.number_of_bits):
            raise RemoteError(NONZERO_PADDING)
        try:
            is_same = self._write(type_name, value) == data
        except Exception as error:
            raise RemoteError(_reason(error)) from None
        if not is_same:
            raise RemoteError(UNKNOWN_EXTENSION if decoder.has_skipped else NOT_CANONICAL)
        return value

    def _write(self, type_name: str, value: Any) -> bytes:
        return bytes(self.compiled.encode(type_name, value, check_types=False))


def _reason(error: Exception) -> str:
    if isinstance(error, OutOfDataError):
        return TRUNCATED
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if isinstance(error, NotImplementedError):
        return LONG_BIT_STRING if "BIT STRING" in str(error) else UNKNOWN_EXTENSION
    return MALFORMED


@cache
def load(name: str) -> Schema:
    """The schema `name` (ydt3709, csae53, security): from the cache, compiled where that does not fit."""
    path = cache_path(name)
    try:
        return _unpack(path.read_bytes(), name)
    except Exception:  # absent, torn or foreign: whatever it is, the sources are the truth
        schema = compile_schema(name)
        _keep(path, schema)
        return schema


def load_all() -> None:
    """Make every schema ready, so that no packet waits for a compiler."""
    for name in _SOURCES:
        load(name)


def is_cached() -> bool:
    """Whether every schema is ready on this machine, without a compiler."""
    return all(cache_path(name).is_file() for name in _SOURCES)


def cache_path(name: str) -> Path:
    """Where schema `name` is kept; the name of the file tells sources, makers, asn1tools and Python."""
    key = hashlib.sha256(f"{asn1tools.__version__} {sys.version_info[:2]}".encode())
    makers = tuple((files("obu.codec") / maker).read_text(encoding="utf-8") for maker in _MAKERS)
    for text in makers + source_texts(name):
        key.update(text.encode())
    return Path(sys.prefix) / "var" / "obu" / f"schema-{name}-{key.hexdigest()[:16]}.pickle"


def source_texts(name: str) -> tuple[str, ...]:
    """The ASN.1 modules that make schema `name`."""
    folder = files("obu.codec") / "asn1"
    return tuple((folder / f"{stem}.asn").read_text(encoding="utf-8") for stem in _SOURCES[name][1])


def compile_schema(name: str) -> Schema:
    """Compile the sources of `name`, in about a second."""
    codec = _SOURCES[name][0]
    parsed = asn1tools.parse_string("\n".join(source_texts(name)))
    types: dict[str, Shape] = {}
    for module in parsed.values():
        for type_name, descriptor in module["types"].items():
            types[type_name] = _shape(descriptor)
            _mend_bit_defaults(descriptor)
    compiled = asn1tools.compile_dict(deepcopy(parsed), codec)
    return Schema(name, codec, types, compiled)


def _unpack(data: bytes, name: str) -> Schema:
    schema = pickle.loads(data)
    if not isinstance(schema, Schema) or schema.name != name:
        raise ValueError(f"{name}: the cache holds something else")
    return schema


def _keep(path: Path, schema: Schema) -> None:
    # A folder that cannot be written costs the next start a second, and nothing else.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(pickle.dumps(schema, pickle.HIGHEST_PROTOCOL))
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
        for outdated in set(path.parent.glob(f"schema-{schema.name}-*.pickle")) - {path}:
            outdated.unlink(missing_ok=True)
    except OSError:
        return


def _mend_bit_defaults(descriptor: dict[str, Any]) -> None:
    # asn1tools turns DEFAULT '10000000'B into the bits 00000001; a ready pair passes untouched.
    for member in descriptor.get("members", ()):
        default = member.get("default") if member else None
        if isinstance(default, str) and default.startswith("0b"):
            bits = default[2:]
            member["default"] = (int(bits, 2).to_bytes(len(bits) // 8, "big"), len(bits))


def _shape(descriptor: dict[str, Any]) -> Shape:
    kind = descriptor["type"]
    if kind == "SEQUENCE":
        return Sequence(tuple(_members(descriptor)), None in descriptor["members"])
    if kind == "CHOICE":
        return Choice({member.name: member.shape for member in _members(descriptor)})
    if kind == "SEQUENCE OF":
        return ListOf(*_size(descriptor), _shape(descriptor["element"]))
    if kind == "INTEGER":
        return Integer(*_bounds(descriptor.get("restricted-to", [("MIN", "MAX")])))
    if kind == "ENUMERATED":
        return Enumerated(tuple(item[0] for item in descriptor["values"] if item))
    if kind == "OCTET STRING":
        return Octets(*_size(descriptor))
    if kind == "IA5String":
        return Ia5(*_size(descriptor))
    if kind == "BIT STRING":
        return _bits(descriptor)
    if kind == "UTF8String":
        return Utf8()
    return Null() if kind == "NULL" else Named(kind)


def _members(descriptor: dict[str, Any]) -> Iterator[Member]:
    is_addition = False
    for member in descriptor["members"]:
        if member is None:
            is_addition = not is_addition
            continue
        may_lack = is_addition or "default" in member or member.get("optional", False)
        yield Member(member["name"], _shape(member), may_lack)


def _bits(descriptor: dict[str, Any]) -> Bits:
    size = descriptor["size"][0]
    by_index = {int(index): name for name, index in descriptor.get("named-bits", ())}
    return Bits(size, None in descriptor["size"], tuple(by_index.get(index) for index in range(size)))


def _size(descriptor: dict[str, Any]) -> tuple[int, int | None]:
    minimum, maximum = _bounds(descriptor.get("size", [(0, "MAX")]))
    return minimum or 0, maximum


def _bounds(constraint: list[Any]) -> tuple[int | None, int | None]:
    first = constraint[0]
    low, high = first if isinstance(first, tuple) else (first, first)
    return (None if low == "MIN" else low), (None if high == "MAX" else high)


if __name__ == "__main__":
    # Under its own name: what is pickled as __main__ would load nowhere else.
    import_module("obu.codec.schema").load_all()
