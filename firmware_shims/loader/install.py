"""The board's side of flashing: a request is asked, turns of work are done, an answer comes (docs/flashing.md).

The rule: no request raises, none takes long in one turn, and the slot that runs is never touched.
"""

import gc
import hashlib
import os
import struct

import judge
from slots import MANIFEST, NONE, Hashing, erase, is_there, names

STATE, BEGIN, FILE, WRITE, VERIFY, ARM, RESTART, CONFIRM = range(1, 9)
WELL, BAD_REQUEST, NOT_BEGUN, ON_TRIAL, WRONG_OFFSET, WRONG_HASH, NO_SPACE, BAD_NAME = range(8)
NOT_VERIFIED, NOT_YET, STORAGE = 17, 18, 19
LOADER = "2"
MOST_ANSWER = 240
ENOSPC = 28  # as LittleFS and POSIX have it; MicroPython's errno does not name it
FLUSH_EVERY = 4096  # octets that a cut takes at most


class Install:
    """ask(), then turn() until it is True: `answer` is to be sent. must_restart: after that, the board restarts.

    slots: a Slots. about: a judge.About. is_well(): whether what runs on trial has proved itself.
    """

    def __init__(self, slots, about, is_well):
        self.answer = b""
        self.must_restart = False
        self.is_busy = False
        self._slots, self._about, self._is_well = slots, about, is_well
        self._folder = ""  # of the idle slot, since BEGIN
        self._announced = b""
        self._verified = -1  # the counter of what VERIFY found good
        self._file = None
        self._name, self._size, self._hash, self._sha, self._at = "", 0, b"", None, 0
        self._work = None
        self._head = b""

    def ask(self, data):
        """A request; only while not is_busy."""
        self.is_busy = True
        self._head = bytes(data[:2])
        self._work = self._obey(data[0], data[2:]) if len(data) >= 2 else _refuse(BAD_REQUEST)

    def turn(self):
        """A piece of the work. True when the answer is there."""
        code, body = WELL, b""
        try:
            body = next(self._work)
            if body is None:
                return False
        except StopIteration:
            body = b""
        except judge.Refused as refused:
            code, body = refused.code, refused.name if isinstance(refused.name, bytes) else refused.name.encode()
        except OSError as error:
            code = NO_SPACE if error.errno == ENOSPC else STORAGE
            self._forget()
        except MemoryError:
            code = STORAGE
            self._forget()
        self._work, self.is_busy = None, False
        self.answer = (self._head + bytes((code,)) + body)[:MOST_ANSWER]
        return True

    def do(self, data):
        """ask() and all turns at once: the answer."""
        self.ask(data)
        while not self.turn():
            pass
        return self.answer

    def _obey(self, op, body):
        """The generator of a request's work: None for a piece done, octets for the answer's body, or its end."""
        if op != WRITE:
            self._close()
            gc.collect()  # a file's buffers want room in one piece, and a main.py that fell has left its own behind
        if op == WRITE and len(body) > 4:
            return self._write(struct.unpack_from("<I", body)[0], body[4:])
        if op == BEGIN and len(body) == 32:
            return self._begin(bytes(body))
        if op == FILE and len(body) > 36:
            return self._open(struct.unpack_from("<I", body)[0], bytes(body[4:36]), bytes(body[36:]))
        if body:
            return _refuse(BAD_REQUEST)
        simple = {STATE: self._state, VERIFY: self._verify, ARM: self._arm, RESTART: self._restart,
                  CONFIRM: self._confirm}  # fmt: skip
        return simple[op]() if op in simple else _refuse(BAD_REQUEST)

    def _state(self):
        slots, about = self._slots, self._about
        disk = os.statvfs(slots.root + "/")
        running, following = slots.running, NONE if slots.is_lost else slots.active
        free = min(disk[0] * disk[3], 0xFFFFFFFF)
        body = struct.pack("<BBBBII", int(running == NONE), running, following, slots.tries, slots.counter, free)
        for slot in (0, 1):
            body += struct.pack("<BI", slots.condition(slot), slots.counters[slot])
        texts = (about.board, about.unique, about.base, about.abi, LOADER, slots.version(0), slots.version(1),
                 slots.mark(0), slots.mark(1))  # fmt: skip
        yield body + "\t".join(texts).encode()

    def _begin(self, announced):
        slots = self._slots
        if slots.is_on_trial():
            raise judge.Refused(ON_TRIAL)
        if slots.idle() == slots.running:  # a start that could not be kept on the flash
            raise judge.Refused(STORAGE)
        self._verified, self._announced = -1, announced
        is_resumed = slots.begin(announced)
        self._folder = slots.folder(slots.idle())
        if not is_resumed:
            for name in names(self._folder):
                yield from erase(self._folder + "/" + name)
            if not is_there(self._folder):
                os.mkdir(self._folder)
            slots.filling(announced)
        yield bytes((int(is_resumed),))

    def _open(self, size, digest, name):
        if not self._folder:
            raise judge.Refused(NOT_BEGUN)
        try:
            self._name = name.decode()
        except UnicodeError:
            raise judge.Refused(BAD_NAME) from None
        if not judge.is_name(self._name):
            raise judge.Refused(BAD_NAME)
        self._verified = -1
        self._size, self._hash = size, digest
        self._sha, self._at = hashlib.sha256(), 0
        path = self._folder + "/" + self._name
        if self._name in names(self._folder):
            hashing = Hashing(path)
            while not hashing.turn():
                yield
            if hashing.size < size:
                self._sha, self._at = hashing.sha, hashing.size
            elif hashing.size == size and hashing.sha.digest() == digest:
                self._at = size
            else:
                os.remove(path)
        if self._at < size or not size:
            self._file = open(path, "ab")  # noqa: SIM115 - until its last octet
            if not size:
                self._close()
        yield struct.pack("<I", self._at)

    def _write(self, offset, data):
        if not self._name or self._sha is None:
            raise judge.Refused(NOT_BEGUN)
        if offset != self._at or self._at + len(data) > self._size:
            raise judge.Refused(WRONG_OFFSET, struct.pack("<I", self._at))
        if self._file is None:
            self._file = open(self._folder + "/" + self._name, "ab")  # noqa: SIM115
        self._file.write(data)
        self._sha.update(data)
        before, self._at = self._at, self._at + len(data)
        if self._at == self._size:
            self._close()
            digest, self._sha = self._sha.digest(), None
            if digest != self._hash:
                os.remove(self._folder + "/" + self._name)
                raise judge.Refused(WRONG_HASH, self._name)
        elif before // FLUSH_EVERY != self._at // FLUSH_EVERY:
            self._file.flush()
        yield struct.pack("<I", self._at)

    def _close(self):
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def _forget(self):
        """The file that was being written: FILE says what of it is there."""
        self._sha = None
        try:  # noqa: SIM105 - MicroPython has no contextlib
            self._close()
        except OSError:
            pass

    def _verify(self):
        slots = self._slots
        if not self._folder:
            raise judge.Refused(NOT_BEGUN)
        gc.collect()
        if slots.digest(slots.idle()) != self._announced:
            raise judge.Refused(judge.BAD_MANIFEST, MANIFEST)
        yield from judge.verify(slots, slots.idle(), self._about)
        self._verified = self._about.counter

    def _arm(self):
        if self._verified < 0:
            raise judge.Refused(NOT_VERIFIED)
        self._slots.arm(self._verified)
        self._verified, self._folder = -1, ""
        yield b""

    def _restart(self):
        self.must_restart = True
        yield b""

    def _confirm(self):
        if not self._is_well():
            raise judge.Refused(NOT_YET)
        self._slots.confirm()
        yield b""


def _refuse(code):
    raise judge.Refused(code)
    yield  # what makes it a generator
