"""A J1939 bus for tests, encoded from its own table by its own bit code; knows nothing of the shipped DBC."""

import json
from pathlib import Path

from obu.core.frames import CanFrame

TABLE = json.loads(Path(__file__).with_name("j1939_table.json").read_text(encoding="utf-8"))["groups"]

# Where a driver's rules of the road meet SAE's signs: SPN 1807 and 1808 count counterclockwise, SPN 1809 to the left.
RIGHT_TURN = {"SteerWheelAngle": -1.2, "YawRate": -0.2, "LateralAccel": -1.5, "LongitudinalAccel": 0.0}


def payload(group: str, **physical: float) -> bytes:
    """The bytes of a group with these physical values; everything else "not available" (all ones)."""
    return raw_payload(group, **{name: to_raw(group, name, value) for name, value in physical.items()})


def to_raw(group: str, name: str, value: float) -> int:
    signal = TABLE[group]["signals"][name]
    return round((value - signal["offset"]) / signal["scale"])


def raw_payload(group: str, **raws: int) -> bytes:
    """The same with raw values."""
    bits = ["1"] * 8 * TABLE[group]["bytes"]  # bits[n] is bit n, counted from the first byte's lowest
    for name, raw in raws.items():
        signal = TABLE[group]["signals"][name]
        for number in range(signal["bits"]):
            bits[signal["start"] + number] = "1" if raw & 1 << number else "0"
    return bytes(int("".join(reversed(bits[at : at + 8])), 2) for at in range(0, len(bits), 8))


def frame(group: str, data: bytes, at_ms: float = 0.0, priority: int | None = None, sender: int = 0x31) -> CanFrame:
    """A frame of a group from a control unit."""
    priority = TABLE[group]["priority"] if priority is None else priority
    can_id = priority * 2**26 + TABLE[group]["pgn"] * 2**8 + sender
    return CanFrame("main", can_id, True, data, int(at_ms * 1_000_000))
