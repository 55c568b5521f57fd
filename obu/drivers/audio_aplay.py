"""The driver's loudspeaker through ALSA's own player; its one rule: a sound is started and stopped, never waited for.

One `aplay` a sound, all its clips in a row. A newer sound ends the one before it. What cannot be played is a driver
that is down, with the reason; the next sound tries again.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from obu.core.frames import DriverState, Sound
from obu.core.now import NS_PER_MS

LOOK_NS = 100 * NS_PER_MS
LONGEST_NS = 10_000 * NS_PER_MS  # no sound lasts so long: a device that takes no samples
MOST_DYING = 4  # players that were stopped and have not ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """device: ALSA's name (`aplay -L` tells) of the driver's loudspeaker, never the passengers'. player: a path.

    left, right: ALSA's names for what is heard from one side of the driver; where there is none, device.
    """

    device: str = "default"
    left: str = ""
    right: str = ""
    player: str = "aplay"


@dataclass(frozen=True, slots=True)
class _Fault:
    en: str
    zh: str


_NOTHING = _Fault("", "")
_MISSING = _Fault("no aplay: apt-get install alsa-utils", "缺少 aplay：apt-get install alsa-utils")
_STUCK = _Fault("the device takes no sound", "声音设备无响应")


class Aplay:
    """The Sounding of obu/drivers/contract.py. folder: of the clips."""

    def __init__(self, name: str, options: Options, folder: Path) -> None:
        self.name = name
        self._options, self._folder = options, folder
        self._device = options.device
        self._child: subprocess.Popen[bytes] | None = None
        self._dying: list[subprocess.Popen[bytes]] = []
        self._until_ns: int | None = None
        self._wake_at_ns: int | None = 0
        self._told: _Fault | None = None
        self._fault = _NOTHING if shutil.which(options.player) else _MISSING

    def fileno(self) -> int:
        """Players that end are looked for by time."""
        return -1

    def wake_at_ns(self) -> int | None:
        """While something sounds, to see it end."""
        return self._wake_at_ns

    def play(self, sound: Sound) -> None:
        """From now on this; without clips, silence."""
        self._stop()
        if not sound.clips:
            return
        files = [str(self._folder / f"{clip}.wav") for clip in sound.clips] * sound.times
        sides = {"left": self._options.left, "right": self._options.right}
        self._device = sides.get(sound.side) or self._options.device
        command = [self._options.player, "-q", "-D", self._device, *files]
        self._wake_at_ns = 0
        if len(self._dying) > MOST_DYING:
            self._fault = _STUCK
            return
        try:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:
            self._fault = _MISSING

    def poll(self, at_ns: int) -> Sequence[DriverState]:
        """Whether it could be heard, when that changed."""
        self._dying = [child for child in self._dying if child.poll() is None]
        if self._child is not None:
            self._look(self._child, at_ns)
        self._wake_at_ns = at_ns + LOOK_NS if self._child or self._dying else None
        if self._fault == self._told:
            return ()
        self._told = self._fault
        return (DriverState(self.name, self._fault == _NOTHING, self._fault.en, at_ns, self._fault.zh),)

    def close(self) -> None:
        """Silence."""
        self._stop()

    def _look(self, child: subprocess.Popen[bytes], at_ns: int) -> None:
        self._until_ns = self._until_ns or at_ns + LONGEST_NS
        status = child.poll()
        if status is not None:
            self._child = self._until_ns = None
            ended = f"aplay -D {self._device}: "
            self._fault = _Fault(f"{ended}exit {status}", f"{ended}退出码 {status}") if status else _NOTHING
        elif at_ns >= self._until_ns:
            self._stop()
            self._fault = _STUCK

    def _stop(self) -> None:
        child, self._child, self._until_ns = self._child, None, None
        if child is not None:
            child.kill()
            self._dying.append(child)


def make(name: str, options: Options, folder: Path) -> Aplay:
    """The driver of a section."""
    return Aplay(name, options, folder)
