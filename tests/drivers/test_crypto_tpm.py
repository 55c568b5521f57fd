"""Keys inside a TPM: a real TPM 2.0 program (swtpm) makes them, signs with them, goes away and comes back."""

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gmssl.sm2 import CryptSM2
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import ConfigError, LocalError
from obu.core.frames import JobOutcome
from obu.drivers import kek, key_file, key_tpm, libcrypto, tpm, tpm_wire
from obu.drivers.sign_guard import SignGuard
from tests import key_devices
from tests.key_devices import Swtpm

E = bytes(range(32))
LIB = libcrypto.load()


@pytest.fixture(scope="module")
def chip() -> Iterator[Swtpm]:
    """A TPM for tests that leave it as they found it."""
    found = Swtpm()
    yield found
    found.remove()


@pytest.fixture
def own_chip() -> Iterator[Swtpm]:
    """A TPM that a test may spoil."""
    found = Swtpm()
    yield found
    found.remove()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path / "keys"


LAST: list[key_tpm.TpmKeys] = []  # the store that was opened last: the simulator talks to one at a time


def opened(folder: Path, chip: Swtpm) -> key_tpm.TpmKeys:
    """A store on this TPM, in the place of the one before."""
    while LAST:
        LAST.pop().close()
    LAST.append(key_tpm.make(folder, key_tpm.Options(device=str(chip.device))))
    return LAST[-1]


@pytest.mark.needs("swtpm")
@pytest.mark.parametrize("curve", ["sm2", "p256"])
def test_a_key_made_inside_signs_and_is_found_again(folder: Path, chip: Swtpm, curve: str) -> None:
    store = opened(folder, chip)
    point = store.create("00", curve)
    assert stat.S_IMODE((folder / "00.tpm").stat().st_mode) == 0o600
    for e in (E, bytes(32), b"\xff" * 32, os.urandom(32)):
        assert LIB.verify(curve, point, e, *store.sign("00", e)) is JobOutcome.OK
    again = opened(folder, chip)
    assert again.points() == {"00": (curve, point)}
    r, s = again.sign("00", E)
    assert LIB.verify(curve, point, E, r, s) is JobOutcome.OK
    if (
        curve == "sm2" and point[1] != 4
    ):  # an independent SM2 agrees; it takes 04 at the start for the form of the point
        oracle = CryptSM2(private_key="", public_key=point[1:].hex())
        assert oracle.verify((r + s).hex(), E) and not oracle.verify((r + s).hex(), bytes(32))


@pytest.mark.needs("swtpm")
def test_a_key_that_another_process_made_is_taken_up(folder: Path, chip: Swtpm, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir(mode=0o700)
    point = opened(tmp_path / "other", chip).create("new", "sm2")
    store = opened(folder, chip)
    store.create("00", "sm2")
    (tmp_path / "other/new.tpm").rename(folder / "new.tpm")
    store.reload()
    assert store.points()["new"] == ("sm2", point)
    assert LIB.verify("sm2", point, E, *store.sign("new", E)) is JobOutcome.OK


@pytest.mark.needs("swtpm")
def test_the_private_half_does_not_come_out(folder: Path, chip: Swtpm) -> None:
    store = opened(folder, chip)
    store.create("00", "sm2")
    store.sign("00", E)
    loaded = store._tpm._loaded
    assert loaded is not None
    # TPM2_Duplicate to no parent: what would hand the key out. The key's attributes forbid it.
    body = loaded[1].to_bytes(4, "big") + tpm_wire.RH_NULL.to_bytes(4, "big") + key_devices.password(b"")
    body += tpm_wire.sized(b"") + tpm_wire.ALG_NULL.to_bytes(2, "big")
    command = b"\x80\x02" + (10 + len(body)).to_bytes(4, "big") + (0x14B).to_bytes(4, "big") + body
    with pytest.raises(tpm_wire.TpmRefusal):
        tpm_wire.answer(0x14B, store._tpm._transact(command, 5.0))
    flags = int.from_bytes(store._blobs["00"].public[4:8], "big")
    assert flags & tpm_wire.FIXED_TPM and flags & tpm_wire.FIXED_PARENT and flags & tpm_wire.ORIGIN


@pytest.mark.needs("swtpm")
def test_more_keys_than_a_tpm_has_room_for(folder: Path, chip: Swtpm) -> None:
    store = opened(folder, chip)
    points = {f"{number:02d}": store.create(f"{number:02d}", "sm2") for number in range(6)}
    for _ in range(2):
        for name, point in points.items():
            assert LIB.verify("sm2", point, E, *store.sign(name, E)) is JobOutcome.OK
    for _ in range(5):  # a process that died leaves its keys in a TPM that has no resource manager
        dead = opened(folder, chip)
        dead.sign("00", E)
        os.close(dead._tpm._line)
        LAST.clear()
    again = opened(folder, chip)
    assert LIB.verify("sm2", points["05"], E, *again.sign("05", E)) is JobOutcome.OK


@pytest.mark.needs("swtpm")
def test_a_key_is_never_written_over_and_an_absent_one_is_named(folder: Path, chip: Swtpm) -> None:
    store = opened(folder, chip)
    store.create("00", "sm2")
    with pytest.raises(LocalError, match="never written over"):
        store.create("00", "p256")
    with pytest.raises(LocalError, match="no key named 01"):
        store.sign("01", E)


@pytest.mark.needs("swtpm")
def test_a_tpm_that_goes_away_says_so_and_comes_back(folder: Path, own_chip: Swtpm) -> None:
    store = opened(folder, own_chip)
    point = store.create("00", "sm2")
    own_chip.stop()
    with pytest.raises(LocalError, match="is away") as caught:
        store.sign("00", E)
    assert "不可用" in caught.value.zh
    store.close()
    fresh = opened(folder, own_chip)  # a unit that starts meanwhile: it knows its keys, and signs when the TPM is back
    assert fresh.points() == {"00": ("sm2", point)}
    with pytest.raises(LocalError, match="is away"):
        fresh.sign("00", E)
    own_chip.start()
    assert LIB.verify("sm2", point, E, *fresh.sign("00", E)) is JobOutcome.OK


@pytest.mark.needs("swtpm")
def test_the_guard_lets_a_tpm_sign_and_tells_when_it_is_away(folder: Path, own_chip: Swtpm) -> None:
    store, at_ns, told = opened(folder, own_chip), [0], []
    store.create("00", "sm2")
    guard = SignGuard(store, LIB, lambda: at_ns[0], lambda fault: told.append(fault.text if fault else ""))
    assert guard.start() is None
    own_chip.stop()
    with pytest.raises(LocalError, match="is away"):
        guard.sign("00", E)
    own_chip.start()
    at_ns[0] = 10**10
    guard.sign("00", E)
    assert [text.split(":")[0] for text in told] == ["", f"the TPM at {own_chip.device} is away", ""]
    guard.close()


@pytest.mark.needs("swtpm")
def test_a_key_of_another_tpm_is_refused_with_the_reason(folder: Path, chip: Swtpm, own_chip: Swtpm) -> None:
    opened(folder, chip).create("00", "sm2")
    with pytest.raises(LocalError, match="was made in another TPM, or this one was cleared") as caught:
        opened(folder, own_chip).sign("00", E)
    assert "另一个 TPM" in caught.value.zh


@pytest.mark.needs("swtpm")
def test_an_owner_with_a_password_is_told_of_and_a_lasting_storage_key_helps(folder: Path, own_chip: Swtpm) -> None:
    key_devices.own(own_chip.device, b"", b"secret")
    with pytest.raises(LocalError, match=r"its owner has a password; .*tpm2_evictcontrol .*0x81000001") as caught:
        opened(folder, own_chip).create("00", "sm2")
    assert "口令" in caught.value.zh
    key_devices.provision(own_chip.device, b"secret")
    store = opened(folder, own_chip)
    point = store.create("00", "sm2")
    assert LIB.verify("sm2", point, E, *store.sign("00", E)) is JobOutcome.OK


@pytest.mark.needs("swtpm")
def test_a_storage_key_made_lasting_later_does_not_lose_the_older_keys(folder: Path, own_chip: Swtpm) -> None:
    store = opened(folder, own_chip)
    store.create("00", "sm2")
    store.close()
    key_devices.provision(own_chip.device, b"")
    store.create("01", "sm2")
    assert [json.loads((folder / f"{name}.tpm").read_text())["parent"] for name in ("00", "01")] == ["owner", "srk"]
    for name, (curve, point) in store.points().items():
        assert LIB.verify(curve, point, E, *store.sign(name, E)) is JobOutcome.OK


def encrypted(folder: Path, path: Path, chip: Swtpm) -> key_file.KeyFiles:
    while LAST:
        LAST.pop().close()
    options = key_file.Options(kek_file=str(path), kek_device=str(chip.device), allow_sm2_timing_leak=True)
    return key_file.make(folder, options)


@pytest.mark.needs("swtpm")
@pytest.mark.parametrize("pcrs", [(), (7,), (0, 7, 23)])
def test_a_sealed_kek_opens_key_files_here_alone(
    tmp_path: Path, folder: Path, chip: Swtpm, own_chip: Swtpm, pcrs: tuple[int, ...]
) -> None:
    path = tmp_path / "kek"
    kek.create_sealed(path, chip.device, pcrs)
    point = encrypted(folder, path, chip).create("00", "sm2")
    store = encrypted(folder, path, chip)
    assert store.points() == {"00": ("sm2", point)}
    assert LIB.verify("sm2", point, E, *store.sign("00", E)) is JobOutcome.OK
    thief = encrypted(folder, path, own_chip)
    with pytest.raises(LocalError, match="was made in another TPM"):
        thief.sign("00", E)
    with pytest.raises(LocalError, match="never written over"):
        kek.create_sealed(path, chip.device, pcrs)


@pytest.mark.needs("swtpm")
def test_a_sealed_kek_does_not_open_after_another_boot(tmp_path: Path, folder: Path, own_chip: Swtpm) -> None:
    path = tmp_path / "kek"
    kek.create_sealed(path, own_chip.device, (7,))
    encrypted(folder, path, own_chip).create("00", "sm2")
    key_devices.extend(own_chip.device, 8)
    encrypted(folder, path, own_chip).sign("00", E)  # not one of its PCRs
    key_devices.extend(own_chip.device, 7)
    for _ in range(5):  # a refusal leaves no session behind: there is room for three
        with pytest.raises(LocalError, match="its PCRs are not what they were") as caught:
            encrypted(folder, path, own_chip).sign("00", E)
    assert "PCR 已变" in caught.value.zh
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"pcrs": []}))  # to leave the condition out does not help
    with pytest.raises(LocalError, match="does not open a sealed secret"):
        encrypted(folder, path, own_chip).sign("00", E)
    own_chip.stop()
    path.write_text(json.dumps(content))
    store = encrypted(folder, path, own_chip)
    with pytest.raises(LocalError, match="is away"):
        store.sign("00", E)
    own_chip.start()  # the good boot again
    store.sign("00", E)


@pytest.mark.needs("swtpm")
def test_spoilt_files_are_named(tmp_path: Path, folder: Path, chip: Swtpm) -> None:
    opened(folder, chip).create("00", "sm2")
    LAST.pop().close()
    good = json.loads((folder / "00.tpm").read_text())
    kek.create_sealed(tmp_path / "kek", chip.device, ())
    sealed = json.loads((tmp_path / "kek").read_text())
    for content in ({}, [], {**good, "format": "x"}, {**good, "parent": "mother"}, {**good, "public": "zz"},
                    {**good, "public": ""}, {**good, "public": sealed["public"]}):  # fmt: skip
        (folder / "00.tpm").write_text(json.dumps(content))
        with pytest.raises(LocalError, match=r"00\.tpm: "):
            opened(folder, chip)
    (folder / "00.tpm").write_text(json.dumps({**good, "private": good["private"][:-2] + "00"}))
    with pytest.raises(LocalError, match="does not load a key"):
        opened(folder, chip).sign("00", E)
    for content in ({}, {**sealed, "pcrs": [24]}, {**sealed, "pcrs": ["0"]}, {**sealed, "pcrs": 1}):
        (tmp_path / "kek").write_text(json.dumps(content))
        with pytest.raises(ConfigError, match=r"keys\.kek_file: .*not a key-encryption key"):
            encrypted(folder, tmp_path / "kek", chip)


@contextmanager
def impostor(tmp_path: Path, says: bytes | None) -> Iterator[Path]:
    """A socket that answers every command with these octets; None: never."""
    path = tmp_path / "socket"
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(str(path))
    door.listen()

    def serve() -> None:
        while True:
            try:
                link, _ = door.accept()
            except OSError:
                return
            with link:
                while link.recv(4096):
                    if says is not None:
                        link.sendall(says)
                        if not says:
                            break

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield path
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join()
        path.unlink()


def test_what_is_no_tpm_costs_a_sentence_and_little_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tpm, "LIMIT_S", 0.1)
    blob = tpm.Blob("owner", b"x", b"x")
    hello = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    for says in (None, b"", hello, b"\x80\x01\0\0\0\x0a\0\0\0\0", b"\xff" * 4096, b"\x80\x01\0\0\0\x0c\0\0\0\0zz"):
        with impostor(tmp_path, says) as path:
            chip = tpm.Tpm(path)
            with pytest.raises(LocalError):
                chip.sign(blob, E)
            chip.close()
    ordinary = tmp_path / "file"
    ordinary.write_bytes(b"")
    with pytest.raises(LocalError):
        tpm.Tpm(ordinary).sign(blob, E)
    with pytest.raises(LocalError, match="is away: No such file"):
        tpm.Tpm(tmp_path / "none").sign(blob, E)


@given(st.binary(max_size=200), st.sampled_from([tpm_wire.SIGN, tpm_wire.CREATE_PRIMARY, tpm_wire.GET_CAPABILITY]))
def test_any_octets_are_an_answer_a_refusal_or_our_error(data: bytes, code: int) -> None:
    for octets in (data, b"\x80\x02" + (10 + len(data)).to_bytes(4, "big") + bytes(4) + data):
        try:
            r, s = tpm_wire.signature(tpm_wire.answer(code, octets).body)
        except (LocalError, tpm_wire.TpmRefusal):
            continue
        assert len(r) == len(s) == 32


@given(st.binary(max_size=120))
def test_any_octets_are_a_point_or_our_error(data: bytes) -> None:
    try:
        curve, point = tpm_wire.point_of(data)
    except LocalError:
        return
    assert curve in tpm_wire.CURVE_IDS and len(point) == 65
