"""The board's side of flashing: what it takes, what it refuses by itself, and how an interrupted install goes on."""

import binascii
import hashlib
import struct

import judge
import kit
import slots
from install import (
    ARM,
    BAD_NAME,
    BAD_REQUEST,
    BEGIN,
    CONFIRM,
    FILE,
    NOT_BEGUN,
    NOT_VERIFIED,
    NOT_YET,
    ON_TRIAL,
    RESTART,
    STATE,
    VERIFY,
    WELL,
    WRITE,
    WRONG_HASH,
    WRONG_OFFSET,
)  # fmt: skip

ROOT = "flash"
STATE_HEAD = "<BBBBII"


def state(install):
    """(head, [(condition, counter)] of both slots, texts)."""
    answer = install.do(bytes((STATE, 9)))
    assert answer[:3] == bytes((STATE, 9, WELL)) and len(answer) <= 240
    size = struct.calcsize(STATE_HEAD)
    body = answer[3:]
    conditions = [struct.unpack_from("<BI", body, size + 5 * slot) for slot in (0, 1)]
    return struct.unpack_from(STATE_HEAD, body), conditions, body[size + 10 :].decode().split("\t")


def test_state_says_what_the_board_is_and_holds():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    head, conditions, texts = state(install)
    assert head[:5] == (0, 0, 0, 0, 3) and head[5] > 0
    assert conditions == [(slots.WHOLE, 3), (slots.EMPTY, 0)]
    assert texts[:7] == ["stm32_machine", "abc", "1.25.0", "mpy6.3", "2", "1.0.0", ""]
    assert texts[7:] == [binascii.hexlify(found.digest(0)).decode()[:16], ""]
    assert kit.send(install, "good") == 0
    head, conditions, texts = state(install)
    assert head[:4] == (0, 0, 1, 4) and conditions[1] == (slots.WHOLE, 5) and texts[6] == "1.1.0"
    assert texts[8] == binascii.hexlify(found.digest(1)).decode()[:16]
    found, _ = kit.started(ROOT)
    assert state(kit.installer(found))[0][:4] == (0, 1, 1, 3)


def test_each_bundle_with_one_thing_wrong_is_refused_by_the_board_and_the_old_version_stays():
    for name, why in (
        ("older", judge.OLDER), ("host", judge.WRONG_PRODUCT), ("hardware", judge.WRONG_HARDWARE),
        ("abi", judge.WRONG_ABI), ("base", judge.BASE_TOO_OLD), ("unknown", judge.UNKNOWN_KEY),
        ("forged", judge.BAD_SIGNATURE), ("torn", judge.BAD_MANIFEST), ("list", judge.BAD_MANIFEST),
        ("keys", judge.BAD_MANIFEST), ("numbers", judge.BAD_MANIFEST), ("deep", judge.BAD_MANIFEST),
        ("path", judge.BAD_MANIFEST),
    ):  # fmt: skip
        found = kit.fresh(ROOT)
        install = kit.installer(found)
        assert kit.send(install, name) == why, name
        assert kit.code(install, bytes((ARM, 0))) == NOT_VERIFIED
        assert kit.started(ROOT)[1] == b"old"
    assert kit.send(kit.installer(kit.fresh(ROOT)), "same") == 0


def test_without_keys_nothing_is_taken():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    install._about = judge.About("stm32_machine", "abc", "1.25.0", "mpy6.3", judge.keys("nowhere"))
    assert kit.send(install, "good") == judge.UNKNOWN_KEY


def test_an_older_bundle_is_not_taken_again_once_a_newer_was_confirmed():
    found = kit.fresh(ROOT)
    assert kit.send(kit.installer(found), "newer") == 0
    found, _ = kit.started(ROOT)
    found.confirm()
    assert kit.send(kit.installer(found), "good") == judge.OLDER
    assert kit.started(ROOT)[0].version(1) == "1.2.0"


def test_a_newer_one_that_was_not_confirmed_bars_no_way():
    found = kit.fresh(ROOT)
    assert kit.send(kit.installer(found), "newer") == 0
    for _ in range(4):
        found, who = kit.started(ROOT)
    assert who == b"old" and kit.send(kit.installer(found), "good") == 0


def test_files_are_those_of_the_manifest_and_no_others():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    raw, files = kit.bundle("good")
    for request in kit.requests(raw, files[1:]):
        said = kit.code(install, request)
        if said:
            break
    assert said == judge.FILES_DIFFER and install.answer[3:] == files[0][0].encode()
    assert kit.resume(install, "good") == 0
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    for request in kit.requests(raw, [("extra.py", b"import os")] + files):
        said = kit.code(install, request)
    assert said == NOT_VERIFIED
    assert kit.code(install, bytes((VERIFY, 0))) == judge.FILES_DIFFER and install.answer[3:] == b"extra.py"


def test_a_file_with_another_hash_is_not_kept():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    raw, files = kit.bundle("good")
    assert kit.code(install, bytes((BEGIN, 0)) + hashlib.sha256(raw).digest()) == 0
    name, content = files[2]
    assert kit.code(install, kit.opening(name, content)) == 0
    wrong = bytes((WRITE, 0)) + struct.pack("<I", 0) + bytes(200)
    assert kit.code(install, wrong) == 0
    for at in range(200, len(content), 200):
        said = kit.code(install, bytes((WRITE, 0)) + struct.pack("<I", at) + content[at : at + 200])
    assert said == WRONG_HASH and name not in slots.names(ROOT + "/app_b")
    assert kit.resume(install, "good") == 0


def test_what_changed_on_the_flash_after_it_was_written_is_found_by_verify():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    raw, files = kit.bundle("good")
    for request in kit.requests(raw, files):
        if request[0] == VERIFY:
            kit.put(ROOT + "/app_b/main.py", b"WHO = 'bad'\n")
        if request[0] != ARM:
            said = kit.code(install, request)
    assert said == WRONG_HASH and install.answer[3:] == b"main.py"
    assert kit.code(install, bytes((ARM, 0))) == NOT_VERIFIED


def test_an_install_goes_on_where_it_was_cut_off():
    raw, files = kit.bundle("good")
    total = len(list(kit.requests(raw, files)))
    for cut in range(1, total):
        found = kit.fresh(ROOT)
        install = kit.installer(found)
        for number, request in enumerate(kit.requests(raw, files)):
            if number < cut:
                assert kit.code(install, request) == 0
        install._close()  # a cut of the power keeps less: test_power_cut
        found, who = kit.started(ROOT)
        if cut < total:
            assert who == b"old"
        assert kit.resume(kit.installer(found), "good") == 0
        assert kit.started(ROOT)[1] == b"new"


def test_going_on_sends_nothing_twice_and_another_bundle_begins_anew():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    raw, files = kit.bundle("good")
    digest = hashlib.sha256(raw).digest()
    assert install.do(bytes((BEGIN, 0)) + digest)[2:] == b"\0\0"
    name, content = files[2]
    kit.code(install, kit.opening(name, content))
    kit.code(install, bytes((WRITE, 0)) + struct.pack("<I", 0) + content[:100])
    assert install.do(bytes((BEGIN, 0)) + digest)[2:] == b"\0\1"
    assert install.do(kit.opening(name, content))[3:] == struct.pack("<I", 100)
    assert install.do(bytes((WRITE, 0)) + struct.pack("<I", 50) + b"x")[2:] == bytes((WRONG_OFFSET,)) + b"\x64\0\0\0"
    other = hashlib.sha256(kit.bundle("newer")[0]).digest()
    assert install.do(bytes((BEGIN, 0)) + other)[2:] == b"\0\0"
    assert slots.names(ROOT + "/app_b") == []
    assert state(install)[1] == [(slots.WHOLE, 3), (slots.FILLING, 0)]


def test_a_slot_that_is_filled_anew_is_not_called_whole():
    found = kit.fresh(ROOT)
    assert kit.send(kit.installer(found), "good") == 0
    found, _ = kit.started(ROOT)
    found.confirm()
    install = kit.installer(found)
    kit.code(install, bytes((BEGIN, 0)) + hashlib.sha256(kit.bundle("newer")[0]).digest())
    assert state(install)[1][0][0] == slots.FILLING and state(install)[2][5:7] == ["", "1.1.0"]


def test_while_a_new_version_is_on_trial_its_fallback_is_not_touched():
    found = kit.fresh(ROOT)
    assert kit.send(kit.installer(found), "good") == 0
    found, who = kit.started(ROOT)
    assert who == b"new" and kit.send(kit.installer(found), "newer") == ON_TRIAL
    assert kit.code(kit.installer(found, lambda: False), bytes((CONFIRM, 0))) == NOT_YET
    assert found.is_on_trial()
    assert kit.code(kit.installer(found), bytes((CONFIRM, 0))) == 0
    assert not found.is_on_trial() and kit.send(kit.installer(found), "newer") == 0


def test_an_armed_version_that_was_not_started_yet_gives_way():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    assert kit.send(install, "good") == 0
    assert kit.send(install, "newer") == 0
    assert (found.running, found.active, found.version(1)) == (0, 1, "1.2.0")
    assert kit.started(ROOT)[1] == b"new"
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    assert kit.send(install, "good") == 0
    raw, _ = kit.bundle("newer")
    assert kit.code(install, bytes((BEGIN, 0)) + hashlib.sha256(raw).digest()) == 0
    assert kit.started(ROOT)[1] == b"old"


def test_nothing_before_its_time_and_nothing_that_makes_no_sense():
    found = kit.fresh(ROOT)
    install = kit.installer(found)
    for op, why in ((FILE, BAD_REQUEST), (WRITE, BAD_REQUEST), (VERIFY, NOT_BEGUN), (ARM, NOT_VERIFIED),
                    (BEGIN, BAD_REQUEST), (0, BAD_REQUEST), (99, BAD_REQUEST)):  # fmt: skip
        assert kit.code(install, bytes((op, 7))) == why, op
    assert kit.code(install, bytes((STATE, 0, 1))) == BAD_REQUEST
    assert install.do(b"")[-1] == BAD_REQUEST and install.do(b"\x01")[-1] == BAD_REQUEST
    assert kit.code(install, kit.opening("a.py", b"x")) == NOT_BEGUN
    assert kit.code(install, bytes((WRITE, 0)) + b"\0\0\0\0x") == NOT_BEGUN
    assert kit.code(install, bytes((BEGIN, 0)) + bytes(32)) == 0
    for name in ("../boot.py", "a/b.py", ".hidden", "x" * 65, "a b"):
        assert kit.code(install, kit.opening(name, b"x")) == BAD_NAME
    assert kit.code(install, bytes((FILE, 0)) + bytes(36) + b"\xff\xfe") == BAD_NAME
    assert kit.code(install, bytes((VERIFY, 0))) == judge.BAD_MANIFEST
    assert not install.must_restart
    assert kit.code(install, bytes((RESTART, 0))) == 0 and install.must_restart


def test_random_requests_raise_nothing_and_leave_a_board_that_starts():
    found = kit.fresh(ROOT)
    install, seed = kit.installer(found), 11
    raw, files = kit.bundle("good")
    asked = list(kit.requests(raw, files))
    codes = set()
    for _ in range(1500):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        request = bytearray(asked[(seed >> 8) % len(asked)])
        if request[0] == ARM:
            continue  # what it does to random requests before it is the concern here
        if seed & 0x40000:
            request[(seed >> 4) % len(request)] ^= 1 << (seed >> 20 & 7)
        if seed & 0x80000:
            request = request[: (seed >> 3) % (len(request) + 1)]
        codes.add(install.do(bytes(request))[-1 if len(request) < 2 else 2])
    assert {WELL, BAD_REQUEST, WRONG_OFFSET, judge.BAD_MANIFEST} <= codes
    assert kit.read(ROOT + "/data/calibration.json") == kit.CALIBRATION
    assert kit.started(ROOT)[1] == b"old"
    assert kit.resume(install, "good") == 0 and kit.started(ROOT)[1] == b"new"
