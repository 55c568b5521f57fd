"""The power is cut at every program and every erase step, on MicroPython's own LittleFS: before it, and in its middle.

One run of an action is written down step by step; the flash as a cut leaves it is what was there before the action, the
steps up to the cut, and half of the step that was cut. On each such flash the board is started.
"""

import gc
import os

import install as installing
import kit
import slots
import vfs
from install import ARM, BEGIN
from trial import Trial

BLOCK, BLOCKS = 512, 80
ROOT = "/cut"
ERASED = b"\xff"
installing.FLUSH_EVERY = 512  # as large files have it at 4096


class Flash:
    """A flash in memory. steps: what was programmed and erased, (block, offset, octets or None), while it is a list."""

    def __init__(self, data):
        self.data = data
        self.steps = None

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        self._step(block, offset, bytes(buffer))

    def ioctl(self, op, argument):
        if op == 6:
            self._step(argument, 0, None)
        return BLOCKS if op == 4 else BLOCK if op == 5 else 0

    def _step(self, block, offset, octets):
        if self.steps is not None:
            self.steps.append((block, offset, octets))
        done(self.data, block, offset, octets, False)


def done(data, block, offset, octets, is_half):
    """A step, or its first half: the octets of a program, the cells of an erase."""
    octets = ERASED * BLOCK if octets is None else octets
    length = len(octets) // 2 if is_half else len(octets)
    at = block * BLOCK + offset
    data[at : at + length] = octets[:length]


def board():
    """The octets of a flash as a workshop leaves it."""
    flash = Flash(bytearray(ERASED * (BLOCK * BLOCKS)))
    vfs.VfsLfs2.mkfs(flash)
    return acted(flash.data, lambda: kit.first(ROOT))[0]


def acted(data, action):
    """(the flash after an action, its steps)."""
    flash = Flash(bytearray(data))
    vfs.mount(flash, ROOT)
    flash.steps = []
    try:
        action()
    finally:
        vfs.umount(ROOT)
    return flash.data, flash.steps


def cuts(data, steps):
    """The flash of each cut: (number of whole steps, octets)."""
    now = bytearray(data)
    for number, step in enumerate(steps):
        yield number, bytearray(now)
        half = bytearray(now)
        done(half, *step, True)
        yield number, half
        done(now, *step, False)
    yield len(steps), bytearray(now)


def on(data, action):
    """What an action on this flash gives."""
    gc.collect()
    found = []
    acted(data, lambda: found.append(action()))
    return found[0]


def start():
    """(what runs, tries, whether the calibration is as it was)."""
    found, who = kit.started(ROOT)
    return who, found.tries, kit.read(ROOT + "/data/calibration.json") == kit.CALIBRATION


def installed(data, name="good"):
    """The flash after an install, and the steps up to ARM and from there on."""
    raw, files = kit.bundle(name)
    requests = list(kit.requests(raw, files))
    counts = []

    def install():
        installer = kit.installer(kit.started(ROOT)[0])
        for request in requests:
            if request[0] == ARM:
                counts.append(len(flash.steps))
            assert kit.code(installer, request) == 0

    flash = Flash(bytearray(data))
    vfs.mount(flash, ROOT)
    flash.steps = []
    install()
    vfs.umount(ROOT)
    return flash.data, flash.steps, counts[0]


def test_an_install_cut_anywhere_leaves_the_old_version_and_can_go_on():
    before = board()
    after, steps, armed_at = installed(before)
    assert on(after, start) == (b"new", 3, True)
    tried = resumed = 0
    for number, data in cuts(before, steps):
        allowed = [(b"old", 0, True)] + ([(b"new", 3, True)] if number >= armed_at else [])
        found = on(data, start)
        assert found in allowed, (number, found)
        tried += 1
        if found[0] == b"old":
            resumed += 1
            assert on(data, gone_on) == (b"new", 3, True), number
    print("steps of an install:", len(steps), "before it is armed:", armed_at, "started:", tried, "resumed:", resumed)
    assert tried == 2 * len(steps) + 1 and armed_at > 50 and resumed >= 2 * armed_at


def test_an_install_that_goes_on_after_a_cut_can_be_cut_anywhere_too():
    before = board()
    _, steps, _ = installed(before)
    for first in (len(steps) // 5, len(steps) // 2, len(steps) * 4 // 5):
        torn = bytearray(before)
        for step in steps[:first]:
            done(torn, *step, False)
        done(torn, *steps[first], True)
        _, more = acted(torn, lambda: kit.resume(kit.installer(kit.started(ROOT)[0]), "good"))
        assert len(more) > 10
        seen = {on(data, start) for _, data in cuts(torn, more)}
        assert seen == {(b"old", 0, True), (b"new", 3, True)}


def gone_on():
    assert kit.resume(kit.installer(kit.started(ROOT)[0]), "good") == 0
    return start()


def test_a_full_flash_is_said_costs_nothing_and_the_install_goes_on_when_there_is_room():
    def fill():
        with open(ROOT + "/data/filler", "wb") as file:
            try:
                while True:
                    file.write(bytes(BLOCK))
                    file.flush()
            except OSError:
                pass

    def install():
        return kit.resume(kit.installer(kit.started(ROOT)[0]), "good")

    def make_room():
        kit.put(ROOT + "/data/filler", b"")
        assert kit.started(ROOT)[1] == b"old"

    full = acted(board(), fill)[0]
    assert on(full, start) == (b"old", 0, True)
    assert on(full, install) == installing.NO_SPACE
    assert on(acted(full, install)[0], start) == (b"old", 0, True)
    assert on(acted(acted(full, install)[0], make_room)[0], gone_on) == (b"new", 3, True)


def test_a_flash_that_takes_no_writes_still_starts_and_nothing_runs_on_trial_uncounted():
    once = trial()
    twice = acted(acted(once, start)[0], start)[0]
    confirmed = acted(once, lambda: slots.Slots(ROOT).confirm())[0]
    armed = installed(board())[0]
    for data, who in ((board(), b"old"), (armed, b"old"), (once, b"old"), (twice, b"old"), (confirmed, b"new")):
        flash = ReadOnly(bytearray(data))
        vfs.mount(flash, ROOT)
        try:
            found, runs = kit.started(ROOT)
            assert runs == who
            assert kit.resume(kit.installer(found), "newer") in (installing.STORAGE, installing.NO_SPACE)
        finally:
            vfs.umount(ROOT)
    flash = ReadOnly(bytearray(once))
    vfs.mount(flash, ROOT)
    found = slots.Slots(ROOT)
    its_trial = Trial(found)
    for second in range(100):
        its_trial.tick(True, True, second * 1_000_000)
    assert found.is_on_trial() and not its_trial.must_restart
    vfs.umount(ROOT)


class ReadOnly(Flash):
    def _step(self, block, offset, octets):
        raise OSError(5)


def trial():
    """A flash whose new version was installed and started once."""
    return acted(installed(board())[0], start)[0]


def each(before, action, *allowed):
    """Cuts an action everywhere; the start after it gives one of those allowed. Which of them were seen."""
    _, steps = acted(before, action)
    assert steps
    seen = set()
    for number, data in cuts(before, steps):
        found = on(data, start)
        assert found in allowed, (number, found)
        seen.add(found)
    return seen


def test_a_start_on_trial_cut_anywhere_costs_at_most_its_try():
    armed = installed(board())[0]
    assert len(each(armed, start, (b"new", 3, True), (b"new", 2, True))) == 2


def test_a_confirmation_cut_anywhere_is_given_or_not():
    def confirm():
        found = slots.Slots(ROOT)
        assert found.is_on_trial()
        found.confirm()

    assert len(each(trial(), confirm, (b"new", 2, True), (b"new", 0, True))) == 2


def test_a_way_back_cut_anywhere_is_gone_again():
    last = trial()
    for _ in range(2):
        last = acted(last, start)[0]
    assert each(last, start, (b"old", 0, True)) == {(b"old", 0, True)}


def test_the_ways_out_of_damage_cut_anywhere_are_gone_again():
    confirmed = acted(trial(), lambda: slots.Slots(ROOT).confirm())[0]
    harmed = acted(confirmed, lambda: kit.put(ROOT + "/app_b/main.py", b"x"))[0]
    assert each(harmed, start, (b"old", 0, True)) == {(b"old", 0, True)}
    lost = acted(confirmed, lambda: os.remove(ROOT + slots.RECORD))[0]
    assert len(each(lost, start, (b"new", 3, True), (b"new", 2, True))) == 2


def test_an_install_over_the_confirmed_ones_fallback_cut_anywhere_leaves_the_confirmed_one():
    confirmed = acted(trial(), lambda: slots.Slots(ROOT).confirm())[0]

    def begin():
        import hashlib

        installer = kit.installer(kit.started(ROOT)[0])
        assert kit.code(installer, bytes((BEGIN, 0)) + hashlib.sha256(kit.bundle("newer")[0]).digest()) == 0

    assert each(confirmed, begin, (b"new", 0, True)) == {(b"new", 0, True)}


def test_an_install_from_recovery_cut_anywhere_ends_in_recovery_or_the_new_version():
    def harm():
        kit.put(ROOT + "/app_a/main.py", b"x")

    broken = acted(board(), harm)[0]
    assert on(broken, start)[0] is None
    after, steps, _ = installed(broken)
    assert on(after, start) == (b"new", 3, True)
    for number, data in cuts(broken, steps):
        found = on(data, start)
        assert found in ((None, 0, True), (b"new", 3, True)), (number, found)


def test_a_first_installation_cut_anywhere_starts_nothing_before_all_is_there():
    """As `obu flash` does at a prompt: the old main.py goes first, each file is written beside, the new one is last."""
    files = [("loader/start.py", b"START" * 300), ("loader/wire.py", b"WIRE" * 200), ("boot.py", b"BOOT" * 60),
             ("main.py", b"OURS" * 60)]  # fmt: skip

    def factory():
        os.mkdir(ROOT + "/loader")
        kit.put(ROOT + "/main.py", b"theirs")

    def installation():
        os.remove(ROOT + "/main.py")
        for name, content in files:
            kit.put(ROOT + "/" + name + ".new", content)
            os.rename(ROOT + "/" + name + ".new", ROOT + "/" + name)

    def what_starts():
        """Nothing, theirs, or ours; and how many of our files are whole."""
        whole = 0
        for name, content in files:
            whole += slots.is_there(ROOT + "/" + name) and kit.read(ROOT + "/" + name) == content
        main = kit.read(ROOT + "/main.py") if slots.is_there(ROOT + "/main.py") else b""
        return main[:6], whole

    flash = Flash(bytearray(ERASED * (BLOCK * BLOCKS)))
    vfs.VfsLfs2.mkfs(flash)
    before = acted(flash.data, factory)[0]
    allowed = [(b"theirs", 0), (b"", 0), (b"", 1), (b"", 2), (b"", 3), (b"OURSOU", 4)]
    _, steps = acted(before, installation)
    seen = set()
    for number, data in cuts(before, steps):
        found = on(data, what_starts)
        assert found in allowed, (number, found)
        seen.add(found)
    assert len(seen) == len(allowed)
