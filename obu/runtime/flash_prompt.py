"""A board at its MicroPython prompt and a hand on it: the first installation, and boards whose prompt is open.

The rule: main.py, which starts what was installed, is written last. Until then the board stays at its prompt, and
the same command goes on where it stopped.
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError
from obu.drivers.board_repl import BoardRepl
from obu.link import install_words as words
from obu.link import manifest as manifests
from obu.link.install import Installing, Phase
from obu.link.install_words import BoardState, Slot
from obu.link.manifest import Target
from obu.link.parcel import Outcome, Parcel, Result, installed, judge
from obu.runtime import flash_words, prompt_machine
from obu.runtime.bundle import Bundle
from obu.runtime.bundle_build import LOADER, LOADER_ABI
from obu.runtime.flashing import PROBE_S, TURN_S, Flasher, Tell
from obu.runtime.prompt_machine import Machine

LAST = ("boot.py", "main.py")
MOST_DATA = 1024  # octets of a WRITE: as text four times that
ANSWER_S = 60.0  # a signature and every file's hash on a slow board
LINK_S = 60.0  # until its link answers after the restart
_POINT = re.compile("[0-9a-f]{130}")
Links = Callable[[], Sequence[str]]


class PromptFlasher:
    """As Flasher. loader: of a board without one. links: where its link may answer after the restart, at baud."""

    ignition_on: bool | None = None

    def __init__(self, device: str, loader: Bundle | None, links: Links, baud: int) -> None:
        """Raises LocalError when the port cannot be opened."""
        self.device = device
        self.state: BoardState | None = None
        self._task: Installing | None = None
        self._loader, self._links, self._baud = loader, links, baud
        self._machine: Machine | None = None
        self._link: Flasher | None = None
        self._is_open = True
        try:
            self._repl = BoardRepl(device)
        except RemoteError as error:
            raise LocalError(f"{device}: {error.detail}; check the cable, or name another --port",
                             f"{device}：{error.detail}；请检查线路，或用 --port 指定其他端口") from None  # fmt: skip

    @property
    def task(self) -> Installing | None:
        return (self._link.task if self._link else None) or self._task

    def look(self) -> BoardState | None:
        """What the board says of itself; of one without a loader what is known of it. None where no prompt answers."""
        if not self._repl.enter():
            return None
        machine = prompt_machine.at(self._repl)
        if machine is None:
            return None
        if machine.has_loader:
            try:
                self._find_loader(machine)
                self.state = words.parse_state(self._asked(bytes((words.STATE, 0)))[3:])
                self._machine = machine
                return self.state
            except RemoteError:  # damaged, or older than this program: as if there were none
                pass
        self._machine = machine = replace(machine, has_loader=False)
        nothing = Slot(words.EMPTY, 0, "", "")
        self.state = BoardState(
            is_recovery=False, running=words.NO_SLOT, following=words.NO_SLOT, tries=0, least=0,
            free_bytes=machine.free_bytes, slots=(nothing, nothing),
            board=self._hardware() or machine.chip(), unique=machine.unique,
            base=machine.base, abi=machine.abi, loader="",
        )  # fmt: skip
        return self.state

    def about(self) -> list[Text]:
        """What the board is."""
        machine, state = self._machine, self.state
        assert machine and state
        if machine.has_loader:
            return flash_words.board(self.device, state, None)
        return flash_words.bare(self.device, state, machine.machine)

    def refusal(self, parcel: Parcel) -> Outcome | None:
        """Why nothing is to be begun; None when it may."""
        machine, state = self._machine, self.state
        assert machine and state
        if machine.has_loader and state.is_on_trial():
            return Outcome(Result.REFUSED, words.sentence(words.ON_TRIAL))
        if not machine.has_loader and (why := self._no_loader(machine)):
            return Outcome(Result.REFUSED, why)
        if not machine.has_loader and parcel.manifest.key_id not in self._trusted():
            return Outcome(Result.REFUSED, flash_words.TWO_SIGNERS)
        refused = judge(parcel, state)
        if refused is None and not machine.has_loader and not self._has_room(machine, parcel):
            return Outcome(Result.REFUSED, words.sentence(words.NO_SPACE))
        return refused

    def install(self, parcel: Parcel, tell: Tell) -> Outcome:
        """Until it has ended: the loader where there is none, the slot, the restart, and over the link its trial."""
        machine = self._machine
        assert machine
        task = self._task = Installing(parcel, MOST_DATA, 1)
        try:
            if not machine.has_loader:
                self._put_loader(machine, task, tell)
            while True:
                request = task.ask(time.monotonic_ns())
                if task.outcome is not None:
                    return task.outcome
                if request is None:
                    time.sleep(TURN_S)
                elif request[0] == words.RESTART:
                    self._restart(machine)
                    task.phase = Phase.TRIAL
                    tell(task)
                    return self._on_trial(machine, parcel, tell, task.is_resumed)
                else:
                    task.take(self._asked(request), time.monotonic_ns())
                tell(task)
        except RemoteError as error:
            return Outcome(Result.FAILED, flash_words.prompt_fault(error))

    def close(self) -> None:
        """Gives the ports back; a program of ours that the prompt interrupted starts again."""
        if self._link is not None:
            self._link.close()
        if self._is_open and self._machine is not None and self._machine.has_loader:
            with suppress(RemoteError):
                self._repl.restart()
        self._repl.close()

    def _hardware(self) -> str:
        return self._loader.manifest.hardware[0] if self._loader else ""

    def _trusted(self) -> set[str]:
        """Whose bundles a board with this loader takes, as loader/judge.py reads it."""
        lines = (
            self._loader.files.get("loader/keys.txt", b"").decode("ascii", "replace").split() if self._loader else []
        )
        return {manifests.key_id(bytes.fromhex(line)) for line in lines if _POINT.fullmatch(line)}

    def _has_room(self, machine: Machine, parcel: Parcel) -> bool:
        files = [*parcel.files.values(), *(self._loader.files.values() if self._loader else ())]
        return sum(map(len, files)) <= machine.free_bytes + machine.there_bytes

    def _no_loader(self, machine: Machine) -> Text | None:
        """Why this board cannot get the loader that was given."""
        if self._loader is None:
            return flash_words.NO_LOADER
        if "Fat" in machine.filesystem:
            return flash_words.fat(self.device)
        manifest = self._loader.manifest
        board = self._hardware()
        chip = machine.chip()  # where no port tells it, the technician's word counts
        hardware = board if board.partition("_")[0] == chip or not chip else chip
        target = Target(product=LOADER, hardware=hardware, counter=0, abi=LOADER_ABI, base=machine.base)
        why = manifests.refusal(manifest, target)
        return manifests.sentence(why, manifest, target) if why else None

    def _put_loader(self, machine: Machine, task: Installing, tell: Tell) -> None:
        """Every file of it but those that start it; what is there already by its hash stays."""
        assert self._loader
        task.phase = Phase.LOADER
        self._repl.remove(f"{machine.root}/main.py")  # from now on nothing starts before all is there
        for name, content in sorted(self._loader.files.items()):
            tell(task)
            if name not in LAST:
                self._put(machine, name, content)
        if not self._repl.enter(soft_reset=True):
            raise RemoteError("prompt_lost")
        self._find_loader(machine)

    def _put(self, machine: Machine, name: str, content: bytes) -> None:
        path = f"{machine.root}/{name}"
        if self._repl.digest(path) != sha256(content).digest():
            if "/" in name:
                self._repl.make_folder(path.rpartition("/")[0])
            self._repl.put(path, content)

    def _find_loader(self, machine: Machine) -> None:
        place = f"{machine.root}/loader"
        self._repl.execute(f"import sys\nif {place!r} not in sys.path:\n sys.path.insert(0, {place!r})")

    def _asked(self, request: bytes) -> bytes:
        """The answer of the board's own install."""
        told = self._repl.execute(f"import install_repl; install_repl.do({request!r})", ANSWER_S)
        try:
            return bytes.fromhex(told.split()[-1])
        except (ValueError, IndexError):
            raise RemoteError("prompt_lost", "no answer") from None

    def _restart(self, machine: Machine) -> None:
        if not machine.has_loader:
            assert self._loader
            for name in LAST:
                self._put(machine, name, self._loader.files[name])
        self._is_open = False
        self._repl.restart()

    def _on_trial(self, machine: Machine, parcel: Parcel, tell: Tell, is_resumed: bool) -> Outcome:
        """The new version's trial wants a host: the link goes on with the same install."""
        ends_s = time.monotonic() + LINK_S
        while time.monotonic() < ends_s:
            for device in self._links():
                try:
                    link = Flasher(device, self._baud)
                except LocalError:
                    continue
                state = link.look(PROBE_S)
                if state is not None and state.unique == machine.unique:
                    self._link = link
                    outcome = link.install(parcel, tell)
                    assert link.task
                    link.task.is_resumed = is_resumed
                    if outcome.result == Result.ALREADY:  # it had proved itself before this program found the link
                        return installed(parcel.slot())
                    return outcome
                link.close()
            time.sleep(TURN_S)
        return Outcome(Result.FAILED, flash_words.NO_LINK)
