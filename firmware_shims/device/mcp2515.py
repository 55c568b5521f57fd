"""A bus by Microchip's MCP2515 over SPI (data sheet DS20001801), for ESP32 and RP2; not tried on hardware.

The rule: listen-only unless told otherwise, and the chip filters: through Python about 300 frames a second pass. What
it had no room for it tells as overflows; how many frames that were nobody knows, each counts as one.
"""

RESET, READ, WRITE, MODIFY, STATUS = 0xC0, 0x03, 0x02, 0x05, 0xA0  # table 12-1
READ_RX0, READ_RX1 = 0x90, 0x94
CANSTAT, CANCTRL, CNF3, CANINTF, EFLG, RXB0CTRL, RXB1CTRL = 0x0E, 0x0F, 0x28, 0x2C, 0x2D, 0x60, 0x70
FILTERS = (0x00, 0x04, 0x08, 0x10, 0x14, 0x18)  # RXF0..5: two behind mask 0, four behind mask 1
MASKS = (0x20, 0x24)
CONFIGURE, LISTEN, NORMAL = 0x80, 0x60, 0x00  # CANCTRL.REQOP
ANY, ROLL = 0x60, 0x04  # RXBnCTRL: filters off; buffer 0 rolls over into 1
OVERFLOWS = 0xC0  # EFLG.RX1OVR, RX0OVR
# CNF3, CNF2, CNF1 by (crystal, bit rate): 16 quanta a bit (8 at 8 MHz and 500 kbit/s), sampled at 75 to 87 %.
TIMING = {
    (8_000_000, 125_000): (0x03, 0xAD, 0x01),
    (8_000_000, 250_000): (0x03, 0xAD, 0x00),
    (8_000_000, 500_000): (0x01, 0x91, 0x00),
    (16_000_000, 125_000): (0x03, 0xAD, 0x03),
    (16_000_000, 250_000): (0x03, 0xAD, 0x01),
    (16_000_000, 500_000): (0x03, 0xAD, 0x00),
    (16_000_000, 1_000_000): (0x01, 0x91, 0x00),
}


class Mcp2515:
    """spi: write(buffer) and write_readinto(out, in). select(is_active): the chip's select line."""

    def __init__(self, spi, select, crystal_hz):
        self._spi = spi
        self._select = select
        self._crystal_hz = crystal_hz
        self._overflows = 0
        self._out = bytearray(14)
        self._in = bytearray(14)
        self._out_2 = bytearray(2)
        self._in_2 = bytearray(2)
        self._is_open = False

    def open(self, bitrate, is_normal, filters):
        """As can_machine.MachineCan.open. Filters beyond the chip's six are joined: more passes, never less."""
        self._is_open = False
        timing = TIMING.get((self._crystal_hz, bitrate))
        if timing is None:
            return False
        self._command(bytes((RESET,)))
        if not self._reaches(CONFIGURE):
            return False
        self._write(CNF3, timing)
        self._set_filters(filters)
        wanted = NORMAL if is_normal else LISTEN
        self._write(CANCTRL, (wanted,))
        self._is_open = self._reaches(wanted)
        return self._is_open

    def receive(self, message):
        """One frame if there is one; remote frames are passed over."""
        if not self._is_open:
            return False
        self._out_2[0] = STATUS
        self._exchange(self._out_2, self._in_2)
        pending = self._in_2[1]
        if not pending & 3:
            return False
        self._out[0] = READ_RX0 if pending & 1 else READ_RX1  # the chip frees the buffer when it was read
        self._exchange(self._out, self._in)
        return self._parse(self._in, message)

    def lost(self):
        """Overflows since the start."""
        if self._is_open and self._read(EFLG) & OVERFLOWS:
            self._overflows += 1
            self._command(bytes((MODIFY, EFLG, OVERFLOWS, 0)))
        return self._overflows

    def _parse(self, frame, message):
        high, low = frame[1], frame[2]
        is_extended = bool(low & 0x08)
        can_id = high << 3 | low >> 5
        if is_extended:
            can_id = can_id << 18 | (low & 3) << 16 | frame[3] << 8 | frame[4]
        if (frame[5] & 0x40 if is_extended else low & 0x10) or (frame[5] & 0x0F) > 8:
            return False
        message[0], message[2], message[3] = can_id, is_extended, frame[5] & 0x0F
        for index in range(message[3]):
            message[1][index] = frame[6 + index]
        return True

    def _set_filters(self, filters):
        if filters is None:
            self._write(RXB0CTRL, (ANY | ROLL,))
            self._write(RXB1CTRL, (ANY,))
            return
        self._write(RXB0CTRL, (ROLL,))
        self._write(RXB1CTRL, (0,))
        chosen = [one[1:] for one in filters] or [(0x7FF, 0x7FF, False)]
        mask = 0x1FFFFFFF
        for one in chosen:
            mask &= one[1] if one[2] else (one[1] << 18 | 0x3FFFF)
        if len(chosen) > len(FILTERS):
            mask, chosen = _joined(chosen, mask)
        for at in MASKS:
            self._write(at, _identifier(mask, True))
        for index, at in enumerate(FILTERS):
            can_id, _, is_extended = chosen[index % len(chosen)]
            self._write(at, _identifier(can_id, is_extended))

    def _reaches(self, mode):
        return any(self._read(CANSTAT) & 0xE0 == mode for _ in range(50))

    def _read(self, register):
        answer = bytearray(3)
        self._exchange(bytes((READ, register, 0)), answer)
        return answer[2]

    def _write(self, register, values):
        self._command(bytes((WRITE, register)) + bytes(values))

    def _command(self, data):
        self._select(True)
        self._spi.write(data)
        self._select(False)

    def _exchange(self, out, into):
        self._select(True)
        self._spi.write_readinto(out, into)
        self._select(False)


def _identifier(can_id, is_extended):
    """The four registers of an identifier, a filter or a mask (register 4-x)."""
    if not is_extended:
        return (can_id >> 3, (can_id & 7) << 5, 0, 0)
    low = (can_id >> 18 & 7) << 5 | 0x08 | (can_id >> 16 & 3)
    return (can_id >> 21, low, can_id >> 8 & 0xFF, can_id & 0xFF)


def _joined(chosen, mask):
    """One filter a kind of identifier, and the mask of the bits in which all of a kind agree."""
    firsts = {}
    for can_id, _, is_extended in chosen:
        if is_extended not in firsts:
            firsts[is_extended] = can_id
        differ = can_id ^ firsts[is_extended]
        mask &= ~differ if is_extended else ~(differ << 18)
    return mask, [(can_id, 0, is_extended) for is_extended, can_id in firsts.items()]
