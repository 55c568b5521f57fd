"""The rules of SAE J1939 for every parameter; a raw value passes here before it is scaled, or it is nothing.

Widths and reserved patterns: SAE J1939-71 5.1.4 and tables 1 and 2. Identifier: SAE J1939-21 5.2.
"""

NOT_AVAILABLE = "not_available"
ERROR_PATTERN = "error_pattern"
OUT_OF_RANGE = "out_of_range"

PGN_MASK = 0x3FFFF
PDU2_FIRST_FORMAT = 240  # below it the low byte of the PGN field is a destination address

BYTE = 8
VIN = 0xFEEC  # PGN 65260, SPN 237
_VIN_LETTERS = frozenset(b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789")  # ISO 3779
_VIN_OCTETS = 17


def vin(data: bytes) -> str | None:
    """The VIN of its parameter group, which ends with an asterisk; None where it is none."""
    text = data.partition(b"*")[0]
    return text.decode("ascii") if len(text) == _VIN_OCTETS and _VIN_LETTERS.issuperset(text) else None


def key(can_id: int, is_extended: bool) -> int | None:
    """What tells messages apart: the PGN. Priority and source address are the maker's choice (FMS v04)."""
    return pgn(can_id) if is_extended else None


def accepted(group: int) -> tuple[int, int, bool]:
    """(identifier, mask, is_extended) that let through exactly this PGN, from any sender."""
    return group << 8, filter_mask(group), True


def pgn(can_id: int) -> int:
    """The parameter group number of a 29-bit identifier, without priority, source and destination address."""
    number = can_id >> 8 & PGN_MASK
    return number if _is_pdu2(number) else number & ~0xFF


def filter_mask(group: int) -> int:
    """The identifier bits that tell a PGN, so that every priority and every address passes."""
    return (PGN_MASK if _is_pdu2(group) else PGN_MASK & ~0xFF) << 8


def _is_pdu2(number: int) -> bool:
    return (number >> 8 & 0xFF) >= PDU2_FIRST_FORMAT


def source_address(can_id: int) -> int:
    """Which control unit sent it, 0..255."""
    return can_id & 0xFF


def highest_valid(bits: int) -> int:
    """The largest raw value that is a measurement: 0xFA, 0xFAFF, 0xFAFFFFFF; 13 of 4 bits, 1 of 2 bits.

    Raises ValueError for a width for which the standard defines no patterns.
    """
    if 1 < bits < BYTE:
        return (1 << bits) - 3
    if bits in (8, 16, 24, 32):
        return (0xFB << bits - BYTE) - 1
    raise ValueError(f"no J1939 patterns for {bits} bits")


def span(bits: int, lowest: int, highest: int) -> tuple[int, int]:
    """The raw values that are a measurement; what the DBC says of them (lowest, highest) is SAE's anyway."""
    return 0, highest_valid(bits)


def refusal(raw: int, bits: int) -> str:
    """The reason why a raw value above highest_valid(bits) is no measurement."""
    top = raw >> max(0, bits - BYTE)  # a wide parameter's first byte decides
    all_ones = 0xFF if bits >= BYTE else (1 << bits) - 1
    if top == all_ones:
        return NOT_AVAILABLE
    if top == all_ones - 1:
        return ERROR_PATTERN
    return OUT_OF_RANGE
