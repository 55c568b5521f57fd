"""SUMO drives each seed anew: what it drove before in a process would change what it drives next.

A stand-in for libsumo, which `make test` does not have, tells of the process that it runs in. `make city` compares
SUMO's own drive with the recorded one.
"""

import os
import sys
from pathlib import Path

import pytest

from hil.traffic import net, sumo

LIBSUMO = '''"""libsumo of an empty road whose lights' phase is the number of the process."""
import os
from types import SimpleNamespace
def start(words):
    global log
    log = words[words.index("--device.ssm.file") + 1]
def close():
    with open(log, "w") as file:
        file.write("<SSMLog/>")
def simulationStep():
    pass
vehicle = person = SimpleNamespace(getIDList=list)
simulation = SimpleNamespace(getTime=lambda: 0.0)
trafficlight = SimpleNamespace(getPhase=lambda light: os.getpid(), getNextSwitch=lambda light: 1.0)
'''


def test_no_two_drives_share_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libsumo.py").write_text(LIBSUMO, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "libsumo", raising=False)
    drives = [sumo.drive(net.load(), seed, 0.01) for seed in (1, 1, 2)]
    processes = {phase for drive in drives for step in drive.steps for phase, _ in step.lights.values()}
    assert len(processes) == len(drives) and os.getpid() not in processes


def test_that_libsumo_is_missing_is_said_from_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libsumo", None)
    with pytest.raises(sumo.Missing):
        sumo.drive(net.load(), 1, 0.01)
