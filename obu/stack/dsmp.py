"""DSMP (YD/T 3707-2020): the header between a secured packet and the radio, and nothing about what it carries.

adaptation byte 4 | version (3 bits) 0, extension mark (1), reserved (4) 0 | [extensions] | AID | length | data
"""

from dataclasses import dataclass

from obu.core.errors import LocalError, RemoteError

PROTOCOL_DSMP = 4  # adaptation layer protocol type (YD/T 3707-2020); 0 is IPv6, 5 IPv4
SDU_MAX_BYTES = 1400  # DsmMaxLength, the default of YD/T 3708-2020
AID_MAX = 16511  # of two bytes in p-encoding

LENGTH_MAX = 65535  # what the length field could say
BYTE_MAX = 255

_EXTENSION_MARK = 0x10
_HEAD_BYTES = 2  # adaptation byte and flags
_AID_ONE_BYTE_MAX = 0x7F
_AID_TWO_BYTES_OFFSET = 0x7F80  # 128 -> 0x8000 ... 16511 -> 0xBFFF
_AID_FIRST_BYTE_MAX = 0xBF

NOT_DSMP = "dsmp_not_dsmp"
BAD_VERSION = "dsmp_bad_version"
BAD_RESERVED = "dsmp_bad_reserved"
BAD_AID = "dsmp_bad_aid"
BAD_LENGTH = "dsmp_bad_length"
BAD_EXTENSION = "dsmp_bad_extension"
TRUNCATED = "dsmp_truncated"
TOO_LONG = "dsmp_too_long"


@dataclass(frozen=True, slots=True)
class Extension:
    """One header extension; what the identifiers mean is left to others (the normative layout was not seen)."""

    element_id: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Dsm:
    """A message of the network layer: the application it is for and its octets."""

    aid: int
    payload: bytes
    extensions: tuple[Extension, ...] = ()


def encode(aid: int, payload: bytes, extensions: tuple[Extension, ...] = (), max_bytes: int = SDU_MAX_BYTES) -> bytes:
    """The PDCP SDU that carries `payload` to application `aid`. LocalError if it or the AID is too long.

    max_bytes: of the whole SDU, DsmMaxLength on the air.
    """
    head = bytes((PROTOCOL_DSMP, _EXTENSION_MARK if extensions else 0)) + _encode_extensions(extensions)
    sdu = head + encode_aid(aid) + (len(payload) & LENGTH_MAX).to_bytes(2, "big") + payload
    if len(sdu) > max_bytes or len(payload) > LENGTH_MAX:
        raise LocalError(
            f"a packet of {len(sdu)} bytes is over DSMP's {max_bytes}",
            f"数据包长 {len(sdu)} 字节，超过 DSMP 上限 {max_bytes}",
        )
    return sdu


def decode(sdu: bytes, max_bytes: int = SDU_MAX_BYTES) -> Dsm:
    """The message in a PDCP SDU. Raises RemoteError; header extensions are passed over, and kept."""
    if len(sdu) > max_bytes:
        raise RemoteError(TOO_LONG)
    if len(sdu) < _HEAD_BYTES:
        raise RemoteError(TRUNCATED)
    protocol, flags = sdu[0], sdu[1]
    if protocol != PROTOCOL_DSMP:
        raise RemoteError(NOT_DSMP)
    if flags >> 5:
        raise RemoteError(BAD_VERSION)
    if flags & 0x0F:
        raise RemoteError(BAD_RESERVED)
    extensions, at = _decode_extensions(sdu, _HEAD_BYTES) if flags & _EXTENSION_MARK else ((), _HEAD_BYTES)
    aid, at = _decode_aid(sdu, at)
    if len(sdu) < at + 2:
        raise RemoteError(TRUNCATED)
    length = int.from_bytes(sdu[at : at + 2], "big")
    payload = sdu[at + 2 :]
    if len(payload) != length:
        raise RemoteError(TRUNCATED if len(payload) < length else BAD_LENGTH)
    return Dsm(aid, payload, extensions)


def encode_aid(aid: int) -> bytes:
    """An AID in p-encoding: one byte to 127, two from 128 to 16511. LocalError beyond."""
    if not 0 <= aid <= AID_MAX:
        raise LocalError(f"AID {aid} is not within 0..{AID_MAX}", f"AID {aid} 不在 0..{AID_MAX} 范围内")
    if aid <= _AID_ONE_BYTE_MAX:
        return bytes((aid,))
    return (aid + _AID_TWO_BYTES_OFFSET).to_bytes(2, "big")


def _decode_aid(sdu: bytes, at: int) -> tuple[int, int]:
    if len(sdu) <= at:
        raise RemoteError(TRUNCATED)
    if sdu[at] <= _AID_ONE_BYTE_MAX:
        return sdu[at], at + 1
    if sdu[at] > _AID_FIRST_BYTE_MAX:
        raise RemoteError(BAD_AID)
    if len(sdu) < at + 2:
        raise RemoteError(TRUNCATED)
    return int.from_bytes(sdu[at : at + 2], "big") - _AID_TWO_BYTES_OFFSET, at + 2


def _encode_extensions(extensions: tuple[Extension, ...]) -> bytes:
    if not extensions:
        return b""
    if len(extensions) > BYTE_MAX or any(len(each.data) > BYTE_MAX for each in extensions):
        raise LocalError("a DSMP header extension is over 255", "DSMP 扩展头超过 255")
    body = b"".join(bytes((each.element_id, len(each.data))) + each.data for each in extensions)
    return bytes((len(extensions),)) + body


def _decode_extensions(sdu: bytes, at: int) -> tuple[tuple[Extension, ...], int]:
    # count, then (element id, length, value) before the AID: as one shipped stack sends it.
    if len(sdu) <= at:
        raise RemoteError(TRUNCATED)
    count, at = sdu[at], at + 1
    if not count:
        raise RemoteError(BAD_EXTENSION)
    found: list[Extension] = []
    for _ in range(count):
        if len(sdu) < at + 2 or len(sdu) < at + 2 + sdu[at + 1]:
            raise RemoteError(TRUNCATED)
        end = at + 2 + sdu[at + 1]
        found.append(Extension(sdu[at], sdu[at + 2 : end]))
        at = end
    return tuple(found), at
