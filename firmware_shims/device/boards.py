"""The boards as data: pins, buses, lamps. A new board is an entry here. None of them was tried on hardware yet.

kind: which adapter opens the buses. uart: of the link, (number, tx, rx), or "usb": the chip's own. pps, ignition and
the like: pins, or None where not wired.
Lamps: pins in the order of their bits. cycle_after_s: seconds of a silent host before its power is cycled, 0 never.
"""

INPUTS = ("ignition", "left_turn", "right_turn", "brake", "reverse", "door")  # bit 0, 1, ... of inputs.py

_COMMON = {
    "baud": 921_600, "gnss": None, "pps": None, "supply": None, "supply_mv_full": 36_300, "ignition": None,
    "left_turn": None, "right_turn": None, "brake": None, "reverse": None, "door": None, "host_power": None,
    "buzzer": None, "lamps": (), "fail_slow": 1, "rows": 2, "columns": 16, "cycle_after_s": 0, "watchdog_ms": 4_000,
    "inputs_active_low": True,
}  # fmt: skip

_STM32 = {
    "buses": (1, 2), "uart": (3, "B10", "B11"), "ignition": "C0", "left_turn": "C1", "right_turn": "C2", "brake": "C3",
    "pps": "A8", "supply": "A4", "lamps": ("B0", "B1", "B2"), "buzzer": "A6", "host_power": "C6",
}  # fmt: skip

_OWN = {
    "stm32_pyb": dict(_STM32, kind="pyb", buses=(1,)),
    "stm32_machine": dict(_STM32, kind="machine"),
    "stm32_usb": dict(_STM32, kind="machine", uart="usb"),
    "esp32_mcp2515": {
        "kind": "mcp2515", "buses": ((1, 18, 23, 19, 5, 8_000_000),), "uart": (2, 17, 16), "ignition": 34,
        "left_turn": 35, "right_turn": 36, "brake": 39, "pps": 4, "supply": 33, "lamps": (25, 26, 27), "buzzer": 13,
        "host_power": 14,
    },
    "rp2_mcp2515": {
        "kind": "mcp2515", "buses": ((0, 2, 3, 4, 5, 16_000_000),), "uart": (1, 8, 9), "ignition": 10,
        "left_turn": 11, "right_turn": 12, "brake": 13, "pps": 14, "supply": 26, "lamps": (15, 16, 17), "buzzer": 18,
        "host_power": 19,
    },
}  # fmt: skip


def board(name):
    """The whole entry, with `wired`: the mask of the inputs that have a pin. Raises KeyError."""
    entry = dict(_COMMON)
    entry.update(_OWN[name])
    entry["wired"] = sum(1 << bit for bit, pin in enumerate(INPUTS) if entry[pin] is not None)
    return entry


def names():
    """All of them."""
    return sorted(_OWN)
