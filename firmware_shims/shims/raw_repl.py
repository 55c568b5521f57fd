"""MicroPython's raw REPL, for the stand-in: Debian's build for Linux has none. With raw paste, as mpremote speaks it.

The protocol is that of MicroPython's documentation, "The MicroPython Interactive Interpreter Mode".
"""

import io
import select
import sys

BANNER = b"raw REPL; CTRL-B to exit\r\n>"
WINDOW = 128
RAW, FRIENDLY, INTERRUPT, END, PASTE = 1, 2, 3, 4, 5
SOFT_RESET, SOFT_RESET_RAW = 75, 76  # exit statuses: stand_in.py starts the board anew, the second one at this prompt


class RawRepl:
    """On standard input and output. interrupted() while a program runs, serve() when it has ended."""

    def __init__(self):
        self._in, self._out = sys.stdin.buffer, sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._names = {"__name__": "__main__"}

    def interrupted(self):
        """Whether a Ctrl-C has come; what came before it is gone."""
        while self._poll.poll(0):
            if self._in.read(1)[0] == INTERRUPT:
                return True
        return False

    def serve(self, is_raw):
        """For ever: only SystemExit leaves it."""
        code = bytearray()
        if is_raw:
            self._out.write(BANNER)
        while True:
            byte = self._in.read(1)[0]
            if byte in (RAW, FRIENDLY):
                is_raw = byte == RAW
                self._out.write(BANNER if is_raw else b"\r\nMicroPython, a stand-in\r\n>>> ")
                code = bytearray()
            elif byte == INTERRUPT:
                code = bytearray()
            elif byte == END and not code:
                self._out.write(b"MPY: soft reboot\r\n")
                sys.exit(SOFT_RESET_RAW if is_raw else SOFT_RESET)
            elif byte == END:
                self._out.write(b"OK")
                self._run(code)
                code = bytearray()
            elif byte == PASTE and is_raw and not code:
                self._paste()
            elif is_raw:
                code.append(byte)

    def _paste(self):
        if self._in.read(2) != b"A\x01":
            self._out.write(b"R\x00")
            return
        self._out.write(b"R\x01" + bytes((WINDOW & 255, WINDOW >> 8)) + b"\x01")
        code = bytearray()
        while True:
            byte = self._in.read(1)[0]
            if byte == END:
                break
            if byte == INTERRUPT:  # MicroPython 1.25: shared/runtime/pyexec.c
                self._out.write(b"\x04\x04KeyboardInterrupt: \r\n\x04>")
                return
            code.append(byte)
            if len(code) % WINDOW == 0:
                self._out.write(b"\x01")
        self._out.write(b"\x04")
        self._run(code)

    def _run(self, code):
        told = io.StringIO()
        try:
            exec(str(code, "utf-8"), self._names)
        except SystemExit:
            raise
        except BaseException as error:
            sys.print_exception(error, told)
        self._out.write(b"\x04" + told.getvalue().encode() + b"\x04>")
