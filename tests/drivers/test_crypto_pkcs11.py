"""Keys on a PKCS#11 token: a real one (SoftHSM2) makes them, signs with them, is taken out and put in again."""

import ctypes
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from obu.core.errors import ConfigError, LocalError
from obu.core.frames import JobOutcome
from obu.drivers import key_file, key_pkcs11, libcrypto, pkcs11
from obu.drivers.sign_guard import SignGuard
from tests.conftest import softhsm_module
from tests.key_devices import SoftHsm

E = bytes(range(32))
LIB = libcrypto.load()
pytestmark = pytest.mark.needs("softhsm")


@pytest.fixture
def hsm() -> Iterator[SoftHsm]:
    module = softhsm_module()
    assert module is not None
    found = SoftHsm(module)
    yield found
    found.remove()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path / "keys"


def options(hsm: SoftHsm, **other: str) -> key_pkcs11.Options:
    return key_pkcs11.Options(**{"module": hsm.module, "token": hsm.token, "pin_file": str(hsm.pin_file), **other})


def test_the_places_in_the_function_list_are_those_of_the_module(hsm: SoftHsm) -> None:
    library = ctypes.CDLL(hsm.module)
    module = pkcs11.Module(hsm.module, "", b"")
    for name, function in module._functions.items():
        theirs = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
        assert ctypes.cast(function, ctypes.c_void_p).value == theirs, name


def test_a_key_made_on_the_token_signs_and_is_found_again(folder: Path, hsm: SoftHsm) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        points = {name: store.create(name, "p256") for name in ("00", "01")}
        assert (folder / "00.pub").stat().st_mode & 0o777 == 0o600
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        assert store.points() == {name: ("p256", point) for name, point in points.items()}
        for name, point in points.items():
            r, s = store.sign(name, E)
            assert LIB.verify("p256", point, E, r, s) is JobOutcome.OK
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            public.verify(der, E, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        for number in range(100):  # about one in 128 has an r or s with a leading zero
            e = number.to_bytes(32, "big")
            assert LIB.verify("p256", points["00"], e, *store.sign("00", e)) is JobOutcome.OK


def test_a_key_that_another_process_made_is_taken_up(folder: Path, hsm: SoftHsm) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        store.create("00", "p256")
        other = key_pkcs11.Pkcs11Keys(folder, store._module)  # another process has a module of its own
        point = other.create("new", "p256")
        assert "new" not in store.points()
        store.reload()
        assert store.points()["new"] == ("p256", point)
        assert LIB.verify("p256", point, E, *store.sign("new", E)) is JobOutcome.OK


def test_the_private_half_does_not_come_out(folder: Path, hsm: SoftHsm) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        store.create("00", "p256")
        module = store._module
        handle = module._handle("00") if store.sign("00", E) else 0
        assert module._value(handle, 0x011) is None  # CKA_VALUE
        assert module._value(handle, pkcs11.CKA_EXTRACTABLE) == b"\0"
        assert module._value(handle, 0x164) == b"\1"  # CKA_NEVER_EXTRACTABLE


def test_sm2_and_keys_that_are_there_already_are_refused(folder: Path, hsm: SoftHsm) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        with pytest.raises(LocalError, match=r"PKCS#11 has no SM2 .*TPM"):
            store.create("00", "sm2")
        store.create("00", "p256")
        with pytest.raises(LocalError, match="never written over"):
            store.create("00", "p256")
        (folder / "00.pub").unlink()
        with pytest.raises(LocalError, match="the token has a key named 00 already"):
            store.create("00", "p256")
        with pytest.raises(LocalError, match="no key named 02"):
            store.sign("02", E)


def test_keys_made_by_other_means_are_taken_up_unless_they_can_leave(
    folder: Path, tmp_path: Path, hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = key_file.create(tmp_path / "factory", "made", "p256")
    hsm.put("made", tmp_path / "factory" / "made.pem")  # SoftHSM imports as sensitive, not extractable
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        assert store.points() == {}
        assert store.find() == ["made"]
        assert store.find() == []
        assert store.points() == {"made": ("p256", point)}
        assert LIB.verify("p256", point, E, *store.sign("made", E)) is JobOutcome.OK
    honest = pkcs11.Module._value

    def extractable(self: pkcs11.Module, handle: int, kind: int) -> bytes | None:
        return b"\1" if kind == pkcs11.CKA_EXTRACTABLE else honest(self, handle, kind)

    monkeypatch.setattr(pkcs11.Module, "_value", extractable)
    with (
        closing(key_pkcs11.make(folder, options(hsm))) as store,
        pytest.raises(LocalError, match="key made can leave the token"),
    ):
        store.sign("made", E)


def test_two_keys_of_one_name_are_refused(folder: Path, tmp_path: Path, hsm: SoftHsm) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        store.create("00", "p256")
    key_file.create(tmp_path / "factory", "00", "p256")
    hsm.put("00", tmp_path / "factory" / "00.pem")
    with (
        closing(key_pkcs11.make(folder, options(hsm))) as store,
        pytest.raises(LocalError, match="has 2 keys named 00"),
    ):
        store.sign("00", E)


def test_a_token_that_is_taken_out_says_so_and_comes_back(folder: Path, hsm: SoftHsm) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        point = store.create("00", "p256")
    hsm.unplug()
    store, at_ns, told = key_pkcs11.make(folder, options(hsm)), [0], []
    guard = SignGuard(store, LIB, lambda: at_ns[0], lambda fault: told.append(fault.text if fault else ""))
    assert store.points() == {"00": ("p256", point)}  # a unit starts without it
    fault = guard.start()
    assert fault is not None and "does not open a session: it is not there" in fault.text
    hsm.plug()
    at_ns[0] = 10**10
    assert LIB.verify("p256", point, E, *guard.sign("00", E)) is JobOutcome.OK
    assert told == [fault.text, ""]
    guard.close()


def test_a_wrong_pin_is_tried_once(folder: Path, hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(key_pkcs11.make(folder, options(hsm))) as store:
        store.create("00", "p256")
    hsm.pin_file.write_text("000000\n")
    store = key_pkcs11.make(folder, options(hsm))
    tries = []
    login = store._module._functions["C_Login"]
    monkeypatch.setitem(store._module._functions, "C_Login", lambda *words: tries.append(1) or login(*words))
    for _ in range(5):
        with pytest.raises(LocalError, match=r"keys\.pin_file: .*refuses the PIN: it is wrong; it is not tried again"):
            store.sign("00", E)
    assert len(tries) == 1
    assert hsm.pin not in str(vars(store)) and "000000" not in str(vars(store))


def test_options_that_lead_nowhere_name_their_key(folder: Path, tmp_path: Path, hsm: SoftHsm) -> None:
    ordinary = tmp_path / "library"
    ordinary.write_text("no library")
    for module in (str(ordinary), str(tmp_path / "none"), libcrypto.LIBRARY):
        with pytest.raises(ConfigError, match=r"keys\.module: .*not a PKCS#11 library"):
            key_pkcs11.make(folder, options(hsm, module=module))
    with pytest.raises(ConfigError, match=r"keys\.pin_file: .*No such file"):
        key_pkcs11.make(folder, options(hsm, pin_file=str(tmp_path / "none")))
    hsm.pin_file.chmod(0o644)
    with pytest.raises(ConfigError, match=r"keys\.pin_file: .*chmod 0600"):
        key_pkcs11.make(folder, options(hsm))
    hsm.pin_file.chmod(0o600)
    (folder / "00.pub").write_text("{}")
    (folder / "00.pub").chmod(0o600)
    with pytest.raises(LocalError, match=r"00\.pub: not a public key of this program"):
        key_pkcs11.make(folder, options(hsm))
