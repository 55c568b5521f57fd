"""A board at its MicroPython prompt, by mpremote's own library; the one door to it.

The rule: what a board says raises nothing but RemoteError, and what mpremote prints does not reach the screen.
"""

import hashlib
import io
import secrets
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any

from obu.core.errors import LocalError, RemoteError

BAUD = 115_200  # of a prompt behind a UART; one on USB takes any
READ_S = 2.0  # mpremote waits for ever without
ENTER_S = 4.0
ECHO_S = 1.0  # for an answer at an entered prompt, which a soft reset may swallow
CHUNK = 1024  # octets of a file at once: as Python's text four times that, on a heap of 96 KiB


class BoardRepl:
    """enter() first. Paths are the board's. Raises RemoteError: prompt_lost, board_raised, wrong_hash."""

    def __init__(self, device: str) -> None:
        """Raises LocalError where mpremote is missing, RemoteError where the port does not open."""
        try:
            from mpremote import transport_serial
        except ImportError:
            raise LocalError("mpremote is missing, which speaks to a prompt: pip install 'obu[technician]'",
                             "缺少 mpremote：请运行 pip install 'obu[technician]'") from None  # fmt: skip
        with _talking():
            self._board: Any = transport_serial.SerialTransport(device, baudrate=BAUD, timeout=READ_S)

    def enter(self, *, soft_reset: bool = False) -> bool:
        """Whether a prompt answers; a program that ran is interrupted. soft_reset: what it loaded is forgotten.

        What was typed before, as frames of a link, may restart the board and have it greet several times: only what
        this prompt was just asked to say shows that it is through with all of that.
        """
        give_up_s = time.monotonic() + ENTER_S
        while (left_s := give_up_s - time.monotonic()) > 0:
            word = secrets.token_hex(4)
            try:
                with _talking():
                    self._board.enter_raw_repl(soft_reset=soft_reset, timeout_overall=left_s)
                    self._board.serial.write(f"print('{word}', end='')\x04".encode())
                    end = f"OK{word}\x04\x04".encode()
                    if self._board.read_until(1, end, timeout_overall=ECHO_S).endswith(end):
                        return True
            except RemoteError:
                return False
        return False

    def execute(self, code: str, within_s: float = 10.0) -> str:
        """What it printed. within_s: the longest silence."""
        with _talking():
            out, raised = self._board.exec_raw(code, timeout=within_s)
        if raised:
            raise RemoteError("board_raised", _last_line(raised.decode("utf-8", "replace")))
        return bytes(out).decode("utf-8", "replace")

    def value(self, expression: str) -> Any:
        """A literal of Python."""
        with _talking():
            return self._board.eval(expression)

    def digest(self, path: str) -> bytes | None:
        """A file's SHA-256, made by the board; None where there is no such file."""
        with _talking():
            try:
                return bytes(self._board.fs_hashfile(path, "sha256", chunk_size=CHUNK))
            except FileNotFoundError:
                return None

    def put(self, path: str, content: bytes) -> None:
        """Writes a file beside, has the board hash it, and gives it its name."""
        with _talking():
            self._board.fs_writefile(path + ".new", content, chunk_size=CHUNK)
        if self.digest(path + ".new") != hashlib.sha256(content).digest():
            raise RemoteError("wrong_hash", path)
        self.execute(f"import os; os.rename({path + '.new'!r}, {path!r})")

    def make_folder(self, path: str) -> None:
        """Where it is not there."""
        with _talking():
            if not self._board.fs_exists(path):
                self._board.fs_mkdir(path)

    def remove(self, path: str) -> None:
        """Where it is there."""
        with _talking(), suppress(FileNotFoundError):
            self._board.fs_rmfile(path)

    def restart(self) -> None:
        """Resets the board, whose prompt may not come back; closes."""
        try:
            if not self.enter():
                raise RemoteError("prompt_lost")
            with _talking():
                self._board.exec_raw_no_follow("import machine; machine.reset()")
        finally:
            self.close()

    def close(self) -> None:
        """Gives the port back."""
        with suppress(OSError):
            if self._board.in_raw_repl:
                self._board.exit_raw_repl()
        with suppress(OSError):
            self._board.close()


@contextmanager
def _talking() -> Iterator[None]:
    from mpremote.transport import TransportError, TransportExecError

    try:
        with redirect_stdout(io.StringIO()):
            yield
    except TransportExecError as error:
        raise RemoteError("board_raised", _last_line(error.error_output)) from None
    except (TransportError, OSError, struct.error, ValueError, SyntaxError) as error:
        raise RemoteError("prompt_lost", str(error)[:80]) from None


def _last_line(traceback: str) -> str:
    return traceback.strip().rpartition("\n")[2][:80]
