"""Is the host alive? Once the link is down the lamps fall back to their pattern; after long, its power is cycled.

The rule: the host gets time to start, and a power cycle that did not help is repeated ever later, at most MOST_CYCLES
times; a host that is being repaired is not switched off under the technician's hands for ever.
"""

import wire

TICK_US = 1_000_000
OFF_S = 5  # long enough for the supply's capacitors
MOST_CYCLES = 3


class HostWatch:
    """tick() each turn. is_silent, is_powered: what follows. cycle_after_s: 0 where there is no line to the supply."""

    def __init__(self, cycle_after_s):
        self.is_silent = True
        self.is_powered = True
        self.cycles = 0
        self._cycle_after_s = cycle_after_s
        self._quiet_s = 0  # whole seconds: the instants wrap every 18 minutes
        self._second_at = -1
        self._off_s = 0

    def tick(self, is_up, at):
        """is_up: whether the link is, now."""
        self.is_silent = not is_up
        if is_up:
            self._quiet_s, self.cycles = 0, 0
            self._second_at = at
            return
        if self._second_at < 0:
            self._second_at = at
        if wire.elapsed(at, self._second_at) < TICK_US:
            return
        self._second_at = (self._second_at + TICK_US) & wire.MASK
        self._quiet_s += 1
        if not self.is_powered:
            self._off_s += 1
            self.is_powered = self._off_s >= OFF_S
            self._quiet_s = 0
        elif self._cycle_after_s and self.cycles < MOST_CYCLES and self._quiet_s >= self._cycle_after_s << self.cycles:
            self.cycles += 1
            self.is_powered, self._off_s, self._quiet_s = False, 0, 0
