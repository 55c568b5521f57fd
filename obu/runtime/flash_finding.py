"""Where the board is that a technician means: on the port that was named, by link or prompt, else where one answers.

The rule: only a port that was named gets a prompt's Ctrl-C; what else hangs on a machine's ports is not ours.
"""

from dataclasses import dataclass
from pathlib import Path

from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.drivers import serial_line
from obu.runtime import config, flashing
from obu.runtime.bundle import Bundle
from obu.runtime.config import Config
from obu.runtime.flash_prompt import PromptFlasher
from obu.runtime.flashing import LOOK_S, PROBE_S, Flasher

UNIT = Path("/opt/obu/unit.toml")
Hand = Flasher | PromptFlasher


@dataclass(frozen=True, slots=True)
class Place:
    """What was typed. port: of link or prompt. link: of the link where port is the prompt's. loader: of a new board."""

    port: str | None
    link: str | None
    baud: int | None
    config: Path | None
    loader: Bundle | None = None


def unit(named: Path | None) -> Config | None:
    """The configuration that was named, else that of the unit of this machine, if it has one that holds."""
    if named:
        return config.read(named)
    try:
        return config.read(UNIT) if UNIT.exists() else None
    except (LocalError, OSError):
        return None


def board(place: Place) -> Hand:
    """A board that answered. Raises LocalError in one sentence where there is none, or more than one."""
    settings = unit(place.config)
    own: dict[str, object] = settings.coprocessor if settings else {}
    device = place.port or own.get("device")
    baud = int(place.baud or str(own.get("baud", flashing.BAUD)))
    link = place.link or (str(own["device"]) if place.port and "device" in own else None)
    if device is None:
        return _only(baud)
    if place.link or place.loader:  # it is a prompt that was named
        found = _by_prompt(str(device), place, link, baud) or (_by_link(place.link, baud) if place.link else None)
    else:
        found = _by_link(str(device), baud) or (_by_prompt(str(device), place, link, baud) if place.port else None)
    if found is None:
        raise _silent(Text(str(device), str(device)))
    return found


def _by_link(device: str, baud: int) -> Flasher | None:
    flasher = Flasher(device, baud)
    if flasher.look(LOOK_S) is not None:
        return flasher
    fault = flasher.link.fault()
    flasher.close()
    if fault:
        raise LocalError(fault.en, fault.zh)
    return None


def _by_prompt(device: str, place: Place, link: str | None, baud: int) -> PromptFlasher | None:
    def links() -> list[str]:
        return [link] if link else [device, *(port.device for port in serial_line.ports() if port.device != device)]

    flasher = PromptFlasher(device, place.loader, links, baud)
    if flasher.look() is not None:
        return flasher
    flasher.close()
    return None


def _only(baud: int) -> Flasher:
    """The one board on any port of this machine."""
    boards, zh, en = [], [], []
    for port in serial_line.ports():
        zh.append(port.device)
        en.append(port.device)
        try:
            flasher = Flasher(port.device, baud)
        except LocalError as error:
            zh[-1], en[-1] = error.zh, error.text
            continue
        if flasher.look(PROBE_S) is not None:
            boards.append(flasher)
        else:
            flasher.close()
    if len(boards) == 1:
        return boards[0]
    for flasher in boards:
        flasher.close()
    if boards:
        names = ", ".join(f"{flasher.device} {flasher.link.board()}" for flasher in boards)
        raise LocalError(f"more than one board ({names}): name one with --port",
                         f"发现多块板卡（{names}）：请用 --port 指定其中一块")  # fmt: skip
    raise _silent(Text("; ".join(zh) or "-", "; ".join(en) or "-"))


def _silent(where: Text) -> LocalError:
    return LocalError(
        f"no board answers ({where.en}); check power and cable, or name its --port; if new: obu flash --base BOARD",
        f"没有板卡应答（{where.zh}）；请检查供电和线路，或用 --port 指定端口；新板卡请先看 obu flash --base 板卡名",
    )
