"""How makers protect their frames: one function a rule, over the whole payload and what the rule needs beside it."""

from collections.abc import Callable

# (identifier, payload, which octet the checksum is, the message's data ids) -> what that octet must be
Rule = Callable[[int, bytes, int, tuple[int, ...]], int]

_POLYNOMIAL = 0x2F


def _table() -> bytes:
    found = []
    for first in range(256):
        rest = first
        for _ in range(8):
            rest = (rest << 1) ^ _POLYNOMIAL if rest & 0x80 else rest << 1
        found.append(rest & 0xFF)
    return bytes(found)


_CRC8 = _table()


def sum8_id_length(can_id: int, payload: bytes, at: int, data_ids: tuple[int, ...]) -> int:
    """Sum of the identifier's octets, the length and all other octets (Toyota)."""
    return (sum(can_id.to_bytes(4, "big")) + len(payload) + sum(payload) - payload[at]) & 0xFF


def crc8_data_id(can_id: int, payload: bytes, at: int, data_ids: tuple[int, ...]) -> int:
    """CRC-8 0x2F over the octets after the checksum, then the data id of the counter in the next octet's low half.

    AUTOSAR E2E profile 2; Volkswagen has it on MQB.
    """
    crc = 0xFF
    for octet in payload[at + 1 :]:
        crc = _CRC8[crc ^ octet]
    counter = payload[at + 1] & 0x0F
    return _CRC8[crc ^ data_ids[counter % len(data_ids)]] ^ 0xFF


def xor8(can_id: int, payload: bytes, at: int, data_ids: tuple[int, ...]) -> int:
    """Exclusive or of all other octets."""
    found = 0
    for octet in payload[:at] + payload[at + 1 :]:
        found ^= octet
    return found


RULES: dict[str, Rule] = {"sum8_id_length": sum8_id_length, "crc8_data_id": crc8_data_id, "xor8": xor8}
