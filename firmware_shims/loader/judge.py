"""Whether what lies in a slot may run on this board: its manifest, the signature over it, every file by its hash.

The rule: the signature is checked over the manifest's octets as they came, before anything in them is believed.
"""

import binascii
import hashlib

import p256
from slots import MANIFEST, SIGNATURE, Hashing, names

SCHEMA = "obu-bundle-1"
PRODUCT = "firmware"
BAD_MANIFEST, UNKNOWN_KEY, BAD_SIGNATURE, WRONG_PRODUCT, WRONG_HARDWARE, OLDER, WRONG_ABI, BASE_TOO_OLD = range(8, 16)
WRONG_HASH, FILES_DIFFER = 5, 16
MOST_NAME = 64
_ALLOWED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"


class Refused(Exception):
    """code: as docs/flashing.md has it. name: of the file, where it is one's."""

    def __init__(self, code, name=""):
        self.code = code
        self.name = name


class About:
    """The board as a manifest meets it. abi: as mpy-cross says it, mpy6.3. keys: points 04 x y."""

    def __init__(self, board, unique, base, abi, keys):
        self.board, self.unique, self.base, self.abi, self.keys = board, unique, base, abi, keys


def keys(path):
    """The points of keys.txt; none where it is not there. What is no point is not one."""
    found = []
    try:
        with open(path) as file:
            for line in file:
                if len(line.strip()) == 130:
                    found.append(binascii.unhexlify(line.strip()))
    except (OSError, ValueError):
        pass
    return found


def is_name(name):
    """Whether a file in a slot may be called so: no folders, nothing hidden."""
    return 0 < len(name) <= MOST_NAME and name[0] != "." and all(letter in _ALLOWED for letter in name)


def verify(slots, slot, about):
    """A generator of short pieces of work on a slot; its counter is in about.counter then. Raises Refused, OSError."""
    folder = slots.folder(slot)
    manifest = _manifest(slots, slot)
    yield from _signature(folder, slots.digest(slot), manifest["key_id"], about.keys)
    why = _refusal(manifest, about, slots.counter)
    if why:
        raise Refused(why)
    yield
    yield from _files(folder, manifest["files"])
    about.counter = manifest["counter"]


def signature(slots, slot, about):
    """The part of verify() that a lost record asks for: pieces of work; Refused where it does not hold."""
    yield from _signature(slots.folder(slot), slots.digest(slot), _manifest(slots, slot)["key_id"], about.keys)


def _manifest(slots, slot):
    try:
        manifest = slots.manifest(slot)
        is_good = manifest["schema"] == SCHEMA and isinstance(manifest["hardware"], list)
        for key in ("product", "version", "abi", "minimum_base", "key_id"):
            is_good = is_good and isinstance(manifest[key], str)
        is_good = is_good and type(manifest["counter"]) is int and 0 <= manifest["counter"] < 1 << 31
        for each in manifest["files"]:
            is_good = is_good and is_name(each["name"]) and isinstance(each["sha256"], str) and each["size"] >= 0
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, MemoryError, RuntimeError):
        raise Refused(BAD_MANIFEST) from None
    if not is_good:
        raise Refused(BAD_MANIFEST)
    return manifest


def _signature(folder, digest, key_id, points):
    for point in points:
        if binascii.hexlify(hashlib.sha256(point).digest()[:8]).decode() == key_id:
            try:
                with open(folder + "/" + SIGNATURE, "rb") as file:
                    octets = file.read(65)
            except OSError:
                raise Refused(BAD_SIGNATURE) from None
            check = p256.Check(point, digest, octets)
            while not check.turn():
                yield
            if not check.holds:
                raise Refused(BAD_SIGNATURE)
            return
    raise Refused(UNKNOWN_KEY)


def _refusal(manifest, about, least):
    if manifest["product"] != PRODUCT:
        return WRONG_PRODUCT
    if about.board not in manifest["hardware"]:
        return WRONG_HARDWARE
    if manifest["counter"] < least:
        return OLDER
    if manifest["abi"] != about.abi:
        return WRONG_ABI
    try:
        return BASE_TOO_OLD if _numbers(about.base) < _numbers(manifest["minimum_base"]) else 0
    except ValueError:
        return BAD_MANIFEST


def _numbers(version):
    return [int(part) for part in (version.split(".") + ["0", "0", "0"])[:4]]


def _files(folder, entries):
    wanted = sorted([each["name"] for each in entries] + [MANIFEST, SIGNATURE])
    there = names(folder)
    for name in wanted + there:
        if (name in wanted) != (name in there) or wanted.count(name) > 1:
            raise Refused(FILES_DIFFER, name)
    for each in entries:
        hashing = Hashing(folder + "/" + each["name"])
        while not hashing.turn():
            yield
        if (hashing.size, hashing.hex()) != (each["size"], each["sha256"]):
            raise Refused(WRONG_HASH, each["name"])
        yield
