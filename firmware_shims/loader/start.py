"""The start of a board: the slot that its record names, or recovery.

The rule: whatever a slot's program does, the board starts again, and what is on trial pays for it.
"""

import binascii
import gc
import os
import sys

import install_repl
import judge
import machine
from hardware import BOARD
from install import Install
from slots import NONE, Slots
from trial import Trial

ROOT = __file__.rsplit("/", 2)[0]  # "" where the flash is the root of all files, "/flash" on STM32
AFTER_A_FALL_S = 60  # of recovery, then the confirmed version is tried again


def about():
    """What the board is, as a manifest meets it."""
    version = ".".join(str(part) for part in sys.implementation.version[:3])
    mpy = getattr(sys.implementation, "_mpy", 0)
    unique = binascii.hexlify(machine.unique_id()).decode()
    abi = "mpy" + str(mpy & 255) + "." + str(mpy >> 8 & 3)
    return judge.About(BOARD, unique, version, abi, judge.keys(ROOT + "/loader/keys.txt"))


def at_prompt():
    """The Install of a board whose slot was not started: nothing runs that could have proved itself."""
    return Install(Slots(ROOT), about(), lambda: False)


def run():
    """Comes back only to an open REPL."""
    slots, board = Slots(ROOT), about()
    trial = Trial(slots)
    install = Install(slots, board, trial.is_well)
    install_repl.serving[:] = [install]
    boot = int.from_bytes(os.urandom(2), "little") or 1
    limit_s = 0
    if slots.start(lambda slot: _is_signed(slots, slot, board)) != NONE:
        _program(slots, install, trial, board, boot)
        if slots.is_on_trial():
            machine.reset()
        limit_s, slots.running = AFTER_A_FALL_S, NONE
    import recovery  # not before: it brings the loader's own wire.py, a slot has another

    recovery.run(BOARD, install, boot, board.unique, limit_s)


def _program(slots, install, trial, board, boot):
    """The slot's, until it falls. What it has loaded is forgotten then: recovery uses the loader's own files."""
    path = slots.folder(slots.running)
    before = set(sys.modules)
    sys.path.insert(0, path)
    try:
        program = __import__("main")
        program.main(install, trial, boot, board.unique)
    except Exception as error:
        if hasattr(sys, "print_exception"):
            sys.print_exception(error)
    sys.path.remove(path)
    for name in set(sys.modules) - before:
        del sys.modules[name]
    gc.collect()  # what fell may have done so for want of memory


def _is_signed(slots, slot, board):
    try:
        for _ in judge.signature(slots, slot, board):
            pass
    except (judge.Refused, OSError):
        return False
    return True
