"""The first thing a board runs: where its loader lies. It decides nothing; a soft reset for the REPL costs no try."""

import sys

sys.path[:] = ["/loader", ".frozen"]
if not __import__("hardware").OPEN_REPL:
    __import__("micropython").kbd_intr(-1)  # a byte 3 on the line is data, not Ctrl-C
