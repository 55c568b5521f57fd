"""An MCP2515 as its data sheet (DS20001801) describes it from outside: registers, filters, two receive buffers."""

FILTERS_OF = ((0x20, (0x00, 0x04)), (0x24, (0x08, 0x10, 0x14, 0x18)))  # mask and filters of each buffer
CONTROL = (0x60, 0x70)
CANSTAT, CANCTRL, CANINTF, EFLG = 0x0E, 0x0F, 0x2C, 0x2D


class Chip:
    """select() and exchange() are the SPI; arrive() is the bus."""

    def __init__(self):
        self.registers = bytearray(128)
        self._reset()
        self._sent = bytearray()

    def _reset(self):
        self.registers[:] = bytes(128)
        self.registers[CANSTAT] = 0x80
        self.registers[CANCTRL] = 0x87

    def mode(self):
        return self.registers[CANSTAT] & 0xE0

    def select(self, is_active):
        if not is_active and self._sent and self._sent[0] & 0xF9 == 0x90:
            self.registers[CANINTF] &= ~(2 if self._sent[0] & 4 else 1)
        self._sent = bytearray()

    def exchange(self, byte):
        self._sent.append(byte)
        count, first = len(self._sent), self._sent[0]
        if first == 0xC0:
            self._reset()
        elif first == 0x03 and count >= 3:
            return self.registers[self._sent[1] + count - 3 & 127]
        elif first == 0x02 and count >= 3:
            self._store(self._sent[1] + count - 3, byte, 0xFF)
        elif first == 0x05 and count == 4:
            self._store(self._sent[1], byte, self._sent[2])
        elif first == 0xA0 and count >= 2:
            return self.registers[CANINTF] & 3
        elif first in (0x90, 0x94) and count >= 2:
            return self.registers[CONTROL[1 if first == 0x94 else 0] + count - 1]
        return 0

    def _store(self, register, value, mask):
        old = self.registers[register]
        if register == CANCTRL:
            self.registers[CANSTAT] = value & 0xE0
        elif (register < 0x28 and register & 0x0F < 0x0C and self.mode() != 0x80) or register == CANSTAT:
            return  # filters and masks can be set in configuration mode only
        self.registers[register] = old & ~mask | value & mask

    def arrive(self, can_id, is_extended, data):
        """A frame on the bus."""
        if self.mode() not in (0x60, 0x00):
            return
        for buffer in (0, 1):
            if not self._passes(buffer, can_id, is_extended):
                continue
            if not self.registers[CANINTF] & (1 << buffer):
                self._fill(buffer, can_id, is_extended, data)
                return
            if not (buffer == 0 and self.registers[CONTROL[0]] & 4):
                self.registers[EFLG] |= 0x40 << buffer
                return
            if not self.registers[CANINTF] & 2:
                self._fill(1, can_id, is_extended, data)
                return
            self.registers[EFLG] |= 0x80
            return

    def _passes(self, buffer, can_id, is_extended):
        if self.registers[CONTROL[buffer]] & 0x60 == 0x60:
            return True
        mask_at, filters = FILTERS_OF[buffer]
        mask, _ = self._identifier(mask_at)
        for at in filters:
            wanted, extended = self._identifier(at)
            shift = 0 if is_extended else 18
            if extended == is_extended and (can_id ^ (wanted >> shift)) & (mask >> shift) == 0:
                return True
        return False

    def _identifier(self, at):
        high, low, third, fourth = self.registers[at : at + 4]
        return high << 21 | (low >> 5) << 18 | (low & 3) << 16 | third << 8 | fourth, bool(low & 8)

    def _fill(self, buffer, can_id, is_extended, data):
        whole = can_id if is_extended else can_id << 18
        at = CONTROL[buffer] + 1
        self.registers[at] = whole >> 21
        self.registers[at + 1] = (whole >> 18 & 7) << 5 | (0x08 | whole >> 16 & 3 if is_extended else 0)
        self.registers[at + 2] = whole >> 8 & 0xFF if is_extended else 0
        self.registers[at + 3] = whole & 0xFF if is_extended else 0
        self.registers[at + 4] = len(data)
        self.registers[at + 5 : at + 5 + len(data)] = data
        self.registers[CANINTF] |= 1 << buffer
