"""Ends the processes of a run whose owner was killed; stands alone, so that it starts at once and survives anything.

Standard input: the number of each process, a line each, then "bye" from an owner that ended them itself. When the input
ends without it they are asked to end, then made to. Arguments: a folder to remove afterwards, or none.
"""

import os
import select
import shutil
import signal
import sys
from contextlib import suppress

GRACE_MS = 6000


def main() -> None:
    """Waits for the end of the input."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched = []
    for line in sys.stdin.buffer:
        if line == b"bye\n":
            return
        with suppress(ProcessLookupError):
            watched.append(os.pidfd_open(int(line)))
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pidfd in watched:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, number)
        watched = [pidfd for pidfd in watched if not _has_ended(pidfd)]
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)


def _has_ended(pidfd: int) -> bool:
    poller = select.poll()
    poller.register(pidfd, select.POLLIN)  # readable once the process has ended (pidfd_open(2))
    return bool(poller.poll(GRACE_MS))


if __name__ == "__main__":
    main()
