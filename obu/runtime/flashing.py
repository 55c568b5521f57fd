"""A board on a serial port and a hand on it: looks at the board, or installs a bundle, and tells how far it is.

The rule: whatever happens to cable, board or this program, the board runs the old version or the new one whole.
"""

import errno
import os
import select
import time
from collections.abc import Callable

from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.core.now import NS_PER_S
from obu.drivers.serial_line import SerialLine
from obu.link.install import Installing
from obu.link.install_link import InstallLink
from obu.link.install_words import BoardState
from obu.link.parcel import Outcome, Parcel, judge
from obu.runtime import flash_words
from obu.runtime.bundle import Bundle

BAUD = 921_600
LOOK_S, PROBE_S = 6.0, 2.0  # for an answer: of a board that was named, of each port
TURN_S = 0.01  # acknowledgements are due within 10 ms
INPUTS_NS = 3 * NS_PER_S // 2  # told at once and each second; never in recovery, nor by what is broken
MOST_PULLED = 16

Tell = Callable[[Installing], None]


def parcel(bundle: Bundle) -> Parcel:
    """What of an opened bundle goes to a board."""
    return Parcel(bundle.manifest, bundle.raw, bundle.signature, bundle.files)


class Flasher:
    """look(), then about(), refusal() and install() if one likes; close() at the end.

    state, task: the board as it was looked at, and what was begun. ignition_on: as its wire says, None without one.
    """

    def __init__(self, device: str, baud: int) -> None:
        """Raises LocalError when the port cannot be opened."""
        self.device = device
        self._line = SerialLine("flash", device, baud)
        self._rest = b""
        boot = int.from_bytes(os.urandom(2), "little") or 1
        self.link = InstallLink(boot, time.monotonic_ns())
        self._turn()
        if self._line.fileno() < 0:
            raise _not_opened(device, self._line.errno)

    @property
    def state(self) -> BoardState | None:
        return self.link.state

    @property
    def task(self) -> Installing | None:
        return self.link.task

    @property
    def ignition_on(self) -> bool | None:
        return self.link.ignition_on

    def about(self) -> list[Text]:
        """What the board is."""
        assert self.link.state
        return flash_words.board(self.device, self.link.state, self.link.ignition_on)

    def refusal(self, parcel: Parcel) -> Outcome | None:
        """Why nothing is to be begun; None when it may. Another version on trial is waited for."""
        assert self.link.state
        return None if self.link.state.is_on_trial() else judge(parcel, self.link.state)

    def look(self, within_s: float) -> BoardState | None:
        """What the board says of itself, and its inputs if it tells of any; None where none answers."""
        link, begin_ns = self.link, time.monotonic_ns()
        state_ns: int | None = None
        while True:
            at_ns = self._turn()
            if link.state is not None:
                state_ns = at_ns if state_ns is None else state_ns
                if link.state.is_recovery or link.told_inputs or at_ns - state_ns >= INPUTS_NS:
                    return link.state
            elif link.fault() is not None or at_ns - begin_ns >= within_s * NS_PER_S:
                return None

    def install(self, parcel: Parcel, tell: Tell) -> Outcome:
        """Until it has ended, which takes minutes where the new version is not confirmed. tell: after each turn."""
        task = self.link.task = Installing(parcel)
        while True:
            outcome = self.link.outcome(self._turn())
            tell(task)
            if outcome is not None:
                return outcome

    def close(self) -> None:
        """Gives the port back."""
        self._line.close()

    def _turn(self) -> int:
        """Waits a moment for bytes and does what is due; the instant."""
        file = self._line.fileno()
        if file >= 0:
            select.select([file], [], [], TURN_S)
        else:
            time.sleep(TURN_S)  # a board on USB is away while it restarts
        at_ns = time.monotonic_ns()
        data, _ = self._line.read(at_ns)
        if data:
            self.link.take(data, at_ns)
        for _ in range(MOST_PULLED):
            self._rest = self._rest or self.link.pull(at_ns)
            if not self._rest or self._line.fileno() < 0:
                self._rest = b""
                break
            self._rest = self._rest[self._line.write(self._rest) :]
            if self._rest:
                break
        return at_ns


def _not_opened(device: str, number: int) -> LocalError:
    if number in (errno.EAGAIN, errno.EBUSY):
        return LocalError(
            f"{device}: another program holds it, most likely the unit: systemctl stop obu, or end obu run, then again",
            f"{device}：端口被其他程序占用，多半是车载单元：请先 systemctl stop obu（或结束 obu run），然后重试",
        )
    if number == errno.EACCES:
        return LocalError(
            f"{device}: no permission; run it as root, or add yourself to the group dialout",
            f"{device}：没有权限；请以 root 运行，或把用户加入 dialout 组",
        )
    if number == errno.ENOENT:
        return LocalError(
            f"{device}: there is no such port; check the cable, or name another --port",
            f"{device}：没有这个端口；请检查线路，或用 --port 指定其他端口",
        )
    why = os.strerror(number) if number else "cannot be opened"
    return LocalError(f"{device}: {why}; name another --port", f"{device}：{why}；请用 --port 指定其他端口")
