"""The rules of a maker's own bus: a message is an identifier, its range is the DBC's, and one control unit sends it."""

from obu.can_input.j1939 import OUT_OF_RANGE

_EXTENDED = 1 << 29


def key(can_id: int, is_extended: bool) -> int:
    """What tells messages apart: the identifier and its length."""
    return can_id | _EXTENDED if is_extended else can_id


def accepted(message: int) -> tuple[int, int, bool]:
    """(identifier, mask, is_extended) that let through exactly this message."""
    is_extended = bool(message & _EXTENDED)
    return message & ~_EXTENDED, _EXTENDED - 1 if is_extended else 0x7FF, is_extended


def source_address(can_id: int) -> int:
    """Which control unit sent it: there is one."""
    return 0


def span(bits: int, lowest: int, highest: int) -> tuple[int, int]:
    """The raw values that are a measurement: those that the DBC allows."""
    return lowest, highest


def refusal(raw: int, bits: int) -> str:
    """The reason why a raw value outside span() is no measurement."""
    return OUT_OF_RANGE
