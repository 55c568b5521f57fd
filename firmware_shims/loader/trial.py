"""A new version's trial: what it must show to be kept, and when it has had its time.

The rule: only what is well by its own self-test and hears the host is kept; what does not show it in time restarts.
"""

MASK = 0x3FFFFFFF  # of the link's instants; its file is the slot's own, and not for the loader
SECOND_US = 1_000_000
WELL_S = 10
LIMIT_S = 180  # a host's start takes a minute


class Trial:
    """tick() each turn. must_restart: its time is over."""

    def __init__(self, slots):
        self.must_restart = False
        self._slots = slots
        self._second_at = -1
        self._age_s = self._well_s = self._heard_s = 0

    def tick(self, is_well, is_up, at):
        """is_well: no fault. is_up: whether the host is heard."""
        if self._second_at < 0:
            self._second_at = at
        if (at - self._second_at) & MASK < SECOND_US:
            return
        self._second_at = (self._second_at + SECOND_US) & MASK
        self._age_s = min(self._age_s + 1, LIMIT_S)
        self._well_s = min(self._well_s + 1, WELL_S) if is_well else 0
        self._heard_s = min(self._heard_s + 1, WELL_S) if is_well and is_up else 0
        if self._slots.is_on_trial():
            if self._heard_s >= WELL_S:
                self._confirm()
            elif self._age_s >= LIMIT_S:
                self.must_restart = True

    def _confirm(self):
        try:
            self._slots.confirm()
        except OSError:
            self._heard_s = 0  # the flash is full or does not obey: once more, while there is time

    def is_well(self):
        """Whether it has been well for long enough, but for the host."""
        return self._well_s >= WELL_S
