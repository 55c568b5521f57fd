"""A board's flash in a folder, and bundles from the host, for the tests of the loader on every runtime."""

import hashlib
import json
import os
import struct

import hardware
import judge
import slots
from install import ARM, BEGIN, FILE, VERIFY, WRITE, Install

HERE = hardware.__file__.rsplit("/", 1)[0]
BUNDLES = HERE + "/bundles/"
OLD = {"main.py": b"WHO = 'old'\n", "identity.py": b"VERSION = '1.0.0'\n"}
CALIBRATION = b'{"supply_mv_full": 36412}'


def read(path):
    with open(path, "rb") as file:
        return file.read()


def put(path, content):
    with open(path, "wb") as file:
        file.write(content)


def fresh(root):
    """An empty flash with a first version in slot a, as a workshop leaves it. Its Slots."""
    if slots.is_there(root):
        for _ in slots.erase(root):
            pass
    os.mkdir(root)
    return first(root)


def first(root):
    """The same in an empty folder."""
    for name in ("/app_a", "/app_b", "/data"):
        os.mkdir(root + name)
    put(root + "/data/calibration.json", CALIBRATION)
    put(root + "/app_a/manifest.json", old_manifest())
    for name, content in OLD.items():
        put(root + "/app_a/" + name, content)
    slots.Slots(root).adopt(0)
    return slots.Slots(root)


def old_manifest():
    files = [{"name": name, "size": len(content), "sha256": sha256(content)} for name, content in OLD.items()]
    return json.dumps({"counter": 3, "version": "1.0.0", "files": files}).encode()


def sha256(content):
    import binascii

    return binascii.hexlify(hashlib.sha256(content).digest()).decode()


def about(board="stm32_machine"):
    return judge.About(board, "abc", "1.25.0", "mpy6.3", judge.keys(BUNDLES + "keys.txt"))


def installer(its_slots, is_well=lambda: True):
    return Install(its_slots, about(), is_well)


def bundle(name):
    """(manifest, [(name, content)]), manifest and signature last."""
    raw = read(BUNDLES + name + ".json")
    files = [(each, read(BUNDLES + "files/" + each)) for each in sorted(os.listdir(BUNDLES + "files"))]
    return raw, files + [("manifest.json", raw), ("manifest.sig", read(BUNDLES + name + ".sig"))]


def requests(raw, files, piece=233):
    """All requests of an install, from BEGIN to ARM, when nothing is there yet."""
    yield bytes((BEGIN, 1)) + hashlib.sha256(raw).digest()
    for name, content in files:
        yield opening(name, content)
        for at in range(0, len(content), piece):
            yield bytes((WRITE, 3)) + struct.pack("<I", at) + content[at : at + piece]
    yield bytes((VERIFY, 4))
    yield bytes((ARM, 5))


def opening(name, content):
    return bytes((FILE, 2)) + struct.pack("<I", len(content)) + hashlib.sha256(content).digest() + name.encode()


def code(install, request):
    """Its answer's code; the answer is for this request."""
    answer = install.do(request)
    assert answer[:2] == request[:2]
    return answer[2]


def send(install, name):
    """The first code that is not 0, or 0: the bundle is installed and armed."""
    raw, files = bundle(name)
    for request in requests(raw, files):
        said = code(install, request)
        if said:
            return said
    return 0


def resume(install, name):
    """As a host goes on: what is there is asked for. The first code that is not 0."""
    raw, files = bundle(name)
    said = code(install, bytes((BEGIN, 1)) + hashlib.sha256(raw).digest())
    if said:
        return said
    for each, content in files:
        answer = install.do(opening(each, content))
        if answer[2]:
            return answer[2]
        at = struct.unpack("<I", answer[3:7])[0]
        while at < len(content):
            answer = install.do(bytes((WRITE, 3)) + struct.pack("<I", at) + content[at : at + 233])
            if answer[2]:
                return answer[2]
            at = struct.unpack("<I", answer[3:7])[0]
    return code(install, bytes((VERIFY, 4))) or code(install, bytes((ARM, 5)))


def started(root):
    """A start of the board: (Slots, what runs: b"old", b"new" or None for recovery)."""
    found = slots.Slots(root)
    slot = found.start(lambda slot: True)
    if slot == slots.NONE:
        return found, None
    return found, read(found.folder(slot) + "/main.py")[7:10]
