"""Ctrl-C at a command with processes of its own: what each is at is put away, nothing new begins, and no traceback."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from hil import workers
from hil.processes import ROOT

COMMAND = """
import os, signal, sys
from pathlib import Path
from hil import workers

def work(name):
    try:
        os.write(1, f"{name} begun\\n".encode())
        signal.pause()
    finally:
        Path(name).write_text("put away")

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    list(workers.each(2, work, ["one", "two", "three", "four"]))
except KeyboardInterrupt:
    sys.exit(workers.STOPPED)
"""


def test_what_is_under_way_is_put_away_and_nothing_new_begins(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", COMMAND], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stdout
    try:
        assert {child.stdout.readline(), child.stdout.readline()} == {"one begun\n", "two begun\n"}
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does
        out, err = child.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    assert (child.returncode, out, err) == (workers.STOPPED, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_all_come_in_their_order() -> None:
    assert list(workers.each(2, abs, range(-5, 0))) == [5, 4, 3, 2, 1]
