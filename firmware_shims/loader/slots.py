"""Which slot starts: a record on the flash, and what a start, an arming and a confirmation make of it.

The rule: a decision is on the flash before it is acted on; a power cut leaves the record as it was, or as it shall be.
"""

import binascii
import hashlib
import json
import os
import struct

RECORD, NEW = "/slots.rec", "/slots.new"
NAMES = ("/app_a", "/app_b")
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MOST_MANIFEST = 16 << 10
TRIES = 3
ARMED = TRIES + 1  # not started yet; then TRIES..1: starts left, this one included; 0: confirmed
NONE = 255
READ = 512
EMPTY, FILLING, WHOLE, TAKEN_BACK = 0, 1, 2, 3
_FORM = "<BBBBIII32s32s32s"
_SCHEMA = 1
_NO_HASH = bytes(32)
_FOLDER = 0x4000


class Slots:
    """root: "" on a board. Attributes are what the record says; begin(), arm() and the like change and keep it."""

    def __init__(self, root):
        self.root = root
        self.active = 0  # the slot that starts next
        self.tries = 0
        self.taken_back = NONE
        self.counter = 0  # the highest confirmed
        self.counters = [0, 0]
        self.hashes = [_NO_HASH, _NO_HASH]  # of the manifest of each slot; none: nothing there may start
        self.coming = _NO_HASH  # of the manifest that the idle slot is being filled for
        self.is_lost = not self._read()
        self.running = 1 - self.idle()  # as far as anybody knows who has not called start()

    def _read(self):
        try:
            with open(self.root + RECORD, "rb") as file:
                data = file.read()
        except OSError:
            return False
        size = struct.calcsize(_FORM)
        if len(data) != size + 4 or struct.unpack("<I", data[size:])[0] != binascii.crc32(data[:size]):
            return False
        found = struct.unpack(_FORM, data[:size])
        if found[0] != _SCHEMA or found[1] > 1:
            return False
        self.active, self.tries, self.taken_back, self.counter = found[1:5]
        self.counters, self.hashes, self.coming = list(found[5:7]), list(found[7:9]), found[9]
        return True

    def _keep(self):
        data = struct.pack(
            _FORM, _SCHEMA, self.active, self.tries, self.taken_back, self.counter, self.counters[0], self.counters[1],
            self.hashes[0], self.hashes[1], self.coming,
        )  # fmt: skip
        try:
            with open(self.root + NEW, "wb") as file:
                file.write(data + struct.pack("<I", binascii.crc32(data)))
            os.rename(self.root + NEW, self.root + RECORD)
        except OSError:
            self._read()  # what is on the flash is what counts
            raise
        self.is_lost = False

    def _is_kept(self):
        """_keep() in a start, which goes on without: a flash that is full, or that does not obey."""
        try:
            self._keep()
        except OSError:
            return False
        return True

    def folder(self, slot):
        """Of a slot, without a slash at its end."""
        return self.root + NAMES[slot]

    def idle(self):
        """The slot that an install goes to: the one that does not run, and that is no fallback in need."""
        return self.active if self.tries == ARMED else 1 - self.active

    def is_on_trial(self):
        """Whether what runs is not confirmed."""
        return self.running == self.active and 0 < self.tries < ARMED

    def condition(self, slot):
        """EMPTY, FILLING, WHOLE (as far as the record knows) or TAKEN_BACK."""
        if slot == self.taken_back:
            return TAKEN_BACK
        if self.hashes[slot] != _NO_HASH:
            return WHOLE
        return FILLING if slot == self.idle() and self.coming != _NO_HASH else EMPTY

    def start(self, is_signed):
        """The slot that starts now, NONE for recovery. is_signed(slot): asked only where the record is lost.

        A start on trial is counted on the flash before it is made; where it cannot be, the other version starts.
        """
        if self.is_lost:
            self._find(is_signed)
        if self.tries > 1 and self.is_whole(self.active):
            slot, self.tries = self.active, self.tries - 1
            self.running = slot if self._is_kept() or not self.is_whole(1 - slot) else 1 - slot
        elif self.tries:
            self.running = self._take_back()
        elif self.is_whole(self.active):
            self.running = self.active
        else:
            self.running = self._other()
        return self.running

    def _take_back(self):
        """The new version had its starts, or is damaged: the other one again. Nothing to go back to: recovery."""
        failed, other = self.active, 1 - self.active
        has_other = other != self.taken_back and self.is_whole(other)
        if has_other:
            self.active, self.tries = other, 0
        elif self.taken_back == failed:
            return NONE
        self.taken_back = failed
        self._is_kept()
        return other if has_other else NONE

    def _other(self):
        other = 1 - self.active
        if other == self.taken_back or not self.is_whole(other):
            return NONE
        self.active = other
        self._is_kept()
        return other

    def _find(self, is_signed):
        """No record, as on a board's first start: what is whole and signed; of two the newer, on trial."""
        found = []
        for slot in (0, 1):
            self.hashes[slot] = self.digest(slot)
            if self.is_whole(slot) and is_signed(slot):
                self.counters[slot] = self.manifest(slot)["counter"]
                found.append((self.counters[slot], slot))
            else:
                self.hashes[slot] = _NO_HASH
        if found:
            self.active = max(found)[1]
            self.counter = min(found)[0]
            self.tries = ARMED if len(found) == 2 else 0
            self._is_kept()

    def digest(self, slot):
        """SHA-256 of its manifest's octets as they came; empty where there is none, or one that is too long."""
        path = self.folder(slot) + "/" + MANIFEST
        try:
            if os.stat(path)[6] > MOST_MANIFEST:
                return b""
            hashing = Hashing(path)
            while not hashing.turn():
                pass
            return hashing.sha.digest()
        except OSError:
            return b""

    def manifest(self, slot):
        """What it says, read piece by piece: a small heap has no room for it as a whole. Raises ValueError, OSError."""
        with open(self.folder(slot) + "/" + MANIFEST, "rb") as file:
            return json.load(file)

    def is_whole(self, slot):
        """Whether its manifest is the one that was verified, and every file as it says."""
        if self.digest(slot) != self.hashes[slot]:
            return False
        try:
            for each in self.manifest(slot)["files"]:
                hashing = Hashing(self.folder(slot) + "/" + each["name"])
                while not hashing.turn():
                    pass
                if (hashing.size, hashing.hex()) != (each["size"], each["sha256"]):
                    return False
        except (ValueError, KeyError, TypeError, OSError):
            return False
        return True

    def version(self, slot):
        """What its manifest says; empty where nothing may start."""
        if self.digest(slot) != self.hashes[slot]:
            return ""
        return self.manifest(slot)["version"]

    def mark(self, slot):
        """The first hex digits of its manifest's SHA-256, for people and hosts; empty where the record has none."""
        digest = self.hashes[slot]
        return binascii.hexlify(digest[:8]).decode() if digest != _NO_HASH else ""

    def begin(self, manifest_hash):
        """The idle slot is to be filled. True: it holds a part of this very bundle; else erase() and then filling()."""
        idle = self.idle()
        is_resumed = manifest_hash != _NO_HASH and manifest_hash in (self.hashes[idle], self.coming)
        if self.tries == ARMED:  # armed, and another came before it was started
            self.active, self.tries = 1 - self.active, 0
        if self.taken_back == idle:
            self.taken_back = NONE
        self.hashes[idle] = _NO_HASH
        self.coming = manifest_hash if is_resumed else _NO_HASH
        self._keep()
        return is_resumed

    def filling(self, manifest_hash):
        """The idle slot is empty now, and for this bundle."""
        self.coming = manifest_hash
        self._keep()

    def arm(self, counter):
        """The idle slot, verified for the bundle that was coming, starts next."""
        slot = self.idle()
        self.hashes[slot], self.counters[slot], self.coming = self.coming, counter, _NO_HASH
        self.active, self.tries = slot, ARMED
        self._keep()

    def confirm(self):
        """What runs is kept."""
        if self.is_on_trial():
            self.tries = 0
            self.counter = max(self.counter, self.counters[self.active])
            self._keep()

    def adopt(self, slot):
        """The workshop's way, with its hands on the flash: what lies in a slot is confirmed as it is."""
        self.hashes[slot] = self.digest(slot)
        self.counters[slot] = self.counter = self.manifest(slot)["counter"]
        self.active, self.tries = slot, 0
        self._keep()


class Hashing:
    """Of a file, a piece each turn(); after it was True, size and hex() are the whole file's. Raises OSError."""

    def __init__(self, path):
        self.sha = hashlib.sha256()
        self.size = 0
        self._file = open(path, "rb")  # noqa: SIM115 - until it is read

    def turn(self):
        """True at its end."""
        piece = self._file.read(READ)
        if not piece:
            self._file.close()
            return True
        self.sha.update(piece)
        self.size += len(piece)
        return False

    def hex(self):
        """Of what was read; once."""
        return binascii.hexlify(self.sha.digest()).decode()


def names(folder):
    """The files in a folder; none where there is no such folder."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def is_there(path):
    """Whether a file or a folder of this name is."""
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def erase(path):
    """Removes a file, or a folder and all in it; one piece between two yields."""
    if os.stat(path)[0] & _FOLDER:
        for name in names(path):
            yield from erase(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)
    yield
