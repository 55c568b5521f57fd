"""Signatures from a file through the unit's own back end. Its one rule: a row that is not whole ends it, unjudged."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obu.core.errors import LocalError
from obu.core.frames import JobOutcome
from obu.drivers import libcrypto
from obu.security.keys import SM2

BYTES = {"pub": 64, "e": 32, "r": 32, "s": 32}


@dataclass(frozen=True, slots=True)
class Vector:
    """One signature over the digest e. pub: x || y, 64 bytes; e, r, s: 32 bytes each; valid: what it ought to be."""

    pub: bytes
    e: bytes
    r: bytes
    s: bytes
    valid: bool


def read(path: Path) -> list[Vector]:
    """The rows of a JSON list of {pub, e, r, s, valid}, all hex, other keys ignored. Raises LocalError with the row."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested beyond all reason
        raise LocalError(f"{path}: not JSON", f"{path}：不是 JSON") from None
    if not isinstance(rows, list):
        raise LocalError(f"{path}: not a JSON list of vectors", f"{path}：不是由向量组成的 JSON 列表")
    return [_vector(row, f"{path}: row {number}", f"{path}：第 {number} 行") for number, row in enumerate(rows, 1)]


def judge(vector: Vector) -> JobOutcome:
    """What the back end says of it."""
    return libcrypto.load().verify(SM2, b"\x04" + vector.pub, vector.e, vector.r, vector.s)


def is_as_expected(vector: Vector, outcome: JobOutcome) -> bool:
    """A back end that fails is never right, also where the signature is bad."""
    return outcome is not JobOutcome.BACKEND_FAILED and (outcome is JobOutcome.OK) is vector.valid


def _vector(row: Any, where: str, where_zh: str) -> Vector:
    if not isinstance(row, dict):
        raise LocalError(f"{where}: not an object", f"{where_zh}：不是对象")
    if not isinstance(row.get("valid"), bool):
        raise LocalError(f"{where}: valid: true or false is wanted", f"{where_zh}：valid：应为 true 或 false")
    return Vector(**{key: _octets(row, key, where, where_zh) for key in BYTES}, valid=row["valid"])


def _octets(row: dict[str, Any], key: str, where: str, where_zh: str) -> bytes:
    try:
        octets = bytes.fromhex(row[key])
    except (KeyError, TypeError, ValueError):
        octets = b""
    if len(octets) != BYTES[key]:
        raise LocalError(f"{where}: {key}: {2 * BYTES[key]} hex digits are wanted",
                         f"{where_zh}：{key}：应为 {2 * BYTES[key]} 位十六进制")  # fmt: skip
    return octets
