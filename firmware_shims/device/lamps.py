"""The driver's lamps: each is dark, steady, or blinks; without the host they show one pattern of their own.

The rule: a lamp that nobody can vouch for any more does not go on showing what was true once.
"""

SLOW_BIT = 19  # of the microseconds: half a period of 0.52 s
FAST_BIT = 17  # of 0.13 s


class Lamps:
    """Masks: bit n is lamp n. fail_slow: the lamps that blink slowly, alone, while the host is silent."""

    def __init__(self, fail_slow):
        self.fail_slow = fail_slow
        self.is_failing = True  # until the host has said something
        self._steady = 0
        self._slow = 0
        self._fast = 0

    def show(self, steady, slow, fast):
        """What the host wants from now on."""
        self._steady, self._slow, self._fast = steady, slow, fast

    def lit(self, at):
        """The mask of the lamps that are on at this instant."""
        slow = not (at >> SLOW_BIT) & 1
        if self.is_failing:
            return self.fail_slow if slow else 0
        mask = self._steady
        if slow:
            mask |= self._slow
        if not (at >> FAST_BIT) & 1:
            mask |= self._fast
        return mask
