"""Any order of installs, broken-off installs, starts, confirmations and losses of memory, against a small model."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from firmware_shims.loader import slots
from firmware_shims.loader.slots import Slots


def written(folder: Path, version: str, counter: int, files: int) -> bytes:
    """So many of the two files of a version in a folder; the manifest's SHA-256."""
    content = version.encode()
    entries = [{"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name in "ab"]
    raw = json.dumps({"version": version, "counter": counter, "files": entries}).encode()
    for name, octets in [("a", content), ("b", content), (slots.MANIFEST, raw)][:files]:
        (folder / name).write_bytes(octets)
    return hashlib.sha256(raw).digest()


class Board(RuleBasedStateMachine):
    """confirmed: what must run when nothing is on trial. left: starts that what is armed or on trial still has."""

    @initialize()
    def workshop(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        for name in slots.NAMES:
            (self.root / name[1:]).mkdir()
        written(self.root / "app_a", "0", 0, 3)
        Slots(str(self.root)).adopt(0)
        self.slots = Slots(str(self.root))
        self.confirmed, self.armed, self.left, self.count, self.counter = "0", "", 0, 0, 0
        self.start()

    def _may_install(self) -> bool:
        return not self.slots.is_on_trial()

    @rule(files=st.integers(0, 3), arms=st.booleans())
    @precondition(_may_install)
    def install(self, files: int, arms: bool) -> None:
        """As many files as come before the cable is pulled; all three, and it is armed or not."""
        self.count += 1
        version, folder = str(self.count), Path(self.slots.folder(self.slots.idle()))
        assert not self.slots.begin(hashlib.sha256(version.encode()).digest())
        self.armed, self.left = "", 0
        for path in folder.iterdir():
            path.unlink()
        self.slots.filling(written(folder, version, self.count, files))
        if files == 3 and arms:
            self.slots.arm(self.count)
            self.armed, self.left = version, slots.TRIES

    @rule()
    def start(self) -> None:
        """The power came back, or the watchdog bit."""
        self.slots = Slots(str(self.root))
        running = self.slots.start(lambda _: False)
        if self.left:
            self.left -= 1
            expected = self.armed
        else:
            self.armed, expected = "", self.confirmed
        assert Path(self.slots.folder(running), "a").read_text("utf-8") == expected

    @rule()
    def confirm(self) -> None:
        """Counts only while what runs is on trial."""
        if self.slots.is_on_trial():
            self.confirmed, self.counter = self.armed, int(self.armed)
            self.armed, self.left = "", 0
        self.slots.confirm()

    @rule()
    def forget(self) -> None:
        """What is in memory is what is on the flash; but for which slot runs."""
        running = self.slots.running
        self.slots = Slots(str(self.root))
        self.slots.running = running

    @invariant()
    def the_counter_is_that_of_what_was_confirmed(self) -> None:
        if hasattr(self, "slots"):
            assert self.slots.counter == self.counter
            assert self.slots.is_on_trial() or self.slots.tries in (0, slots.ARMED)

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)


Board.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestBoard = Board.TestCase
