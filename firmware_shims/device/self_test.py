"""What the board can find out about itself, at its start and when asked: one bit a fault, 0 is well."""

import binascii

import wire

FAULT_CRC = 1  # the interpreter's CRC-32 is not the link's
FAULT_FRAME = 2  # a frame does not survive sealing and opening
FAULT_CAN = 4  # a bus controller does not answer
FAULT_SUPPLY = 8  # the supply is sensed and beyond any vehicle's
FAULT_CLOCK = 16  # the tick does not move
LOWEST_MV, HIGHEST_MV = 6_000, 36_000


def run(supply_mv, controllers_answer, ticks):
    """The mask of faults. supply_mv: None where it is not sensed. ticks: microseconds, called until they move."""
    faults = 0
    if binascii.crc32(b"123456789") != 0xCBF43926:  # the check value of CRC-32 in every catalogue of them
        faults |= FAULT_CRC
    if not _frame_survives():
        faults |= FAULT_FRAME
    if not controllers_answer:
        faults |= FAULT_CAN
    if supply_mv is not None and not LOWEST_MV <= supply_mv <= HIGHEST_MV:
        faults |= FAULT_SUPPLY
    began = ticks()
    for _ in range(100_000):
        if ticks() != began:
            return faults
    return faults | FAULT_CLOCK


def _frame_survives():
    frame = bytearray(wire.MOST_FRAME)
    for index in range(wire.MOST_PAYLOAD):
        frame[wire.PAYLOAD_AT + index] = index & 3
    length = wire.seal(frame, wire.REPORT, 7, wire.MOST_PAYLOAD)
    inner = frame[1 : length - 1]
    if wire.opened(inner, len(inner)) != wire.MOST_PAYLOAD:
        return False
    return all(inner[wire.PAYLOAD_IN + index] == index & 3 for index in range(wire.MOST_PAYLOAD))
