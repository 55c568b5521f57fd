"""The first thing a board runs: where its loader lies. It decides nothing; a soft reset for the REPL costs no try."""

import os
import sys

sys.path[:] = [os.getcwd().rstrip("/") + "/loader", ".frozen"]  # STM32 has its flash at /flash, others at /
if not __import__("hardware").OPEN_REPL:
    __import__("micropython").kbd_intr(-1)  # a byte 3 on the line is data, not Ctrl-C
