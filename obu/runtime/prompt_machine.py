"""What a MicroPython prompt tells of its board: the machine, its flash, and whether our loader is on it.

The rule: it only looks; what makes no sense is no board.
"""

from dataclasses import dataclass

from obu.core.errors import RemoteError
from obu.drivers.board_repl import BoardRepl
from obu.runtime import base_commands

# The module that only the ports of a family have (MicroPython's documentation, "Port-specific libraries").
_FAMILIES = (("pyb", "stm32"), ("esp32", "esp32"), ("rp2", "rp2"))
_LOOK = f"""
import binascii, machine, os, sys
def obu_look():
    root, family, kind, loader = os.getcwd().rstrip("/"), "", "", True
    for name, of in {_FAMILIES!r}:
        try:
            __import__(name)
            family = of
        except ImportError:
            pass
    try:
        import vfs
        kind = str([each[0] for each in vfs.mount() if each[1] == (root or "/")])
    except (ImportError, AttributeError, TypeError):
        pass
    for name in ("/loader/start.py", "/boot.py", "/main.py"):
        try:
            os.stat(root + name)
        except OSError:
            loader = False
    there = 0
    for name in ("/loader", "/app_a", "/app_b"):
        try:
            there += sum([each[3] for each in os.ilistdir(root + name) if len(each) > 3])
        except OSError:
            pass
    disk, mpy = os.statvfs(root or "/"), getattr(sys.implementation, "_mpy", 0)
    return (root, getattr(sys.implementation, "_machine", sys.platform), family, kind, loader,
        ".".join([str(part) for part in sys.implementation.version[:3]]),
        "mpy" + str(mpy & 255) + "." + str(mpy >> 8 & 3),
        binascii.hexlify(machine.unique_id()).decode(), disk[0] * disk[3], there)
"""
_FORM = [*[str] * 4, bool, *[str] * 3, int, int]


@dataclass(frozen=True, slots=True)
class Machine:
    """What a prompt tells. root: where its flash lies. family: stm32, esp32 or rp2; empty: not known.

    there_bytes: of an installation that was broken off.
    """

    root: str
    machine: str
    family: str
    filesystem: str
    has_loader: bool
    base: str
    abi: str
    unique: str
    free_bytes: int
    there_bytes: int

    def chip(self) -> str:
        """As a board's name begins: the chip where MicroPython's name of the machine ends with one, else its family."""
        last = self.machine.rpartition(" ")[2].lower()
        return last if last in base_commands.FAMILIES else self.family


def at(repl: BoardRepl) -> Machine | None:
    """The machine at a prompt that was entered."""
    try:
        repl.execute(_LOOK)
        told = repl.value("obu_look()")
    except RemoteError:
        return None
    return Machine(*told) if isinstance(told, tuple) and [type(each) for each in told] == _FORM else None
