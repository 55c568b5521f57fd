"""`micropython` for CPython, and with it the ticks and the heap's count that MicroPython's own modules have.

The rule: it adds to `time` and `gc`, it stands in nobody's place.
"""

import gc
import time


def kbd_intr(character):
    """A CPython on a pipe has no such character."""


time.ticks_us = lambda: time.monotonic_ns() // 1000
time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000
time.ticks_diff = lambda later, earlier: later - earlier
gc.mem_free = lambda: 0
