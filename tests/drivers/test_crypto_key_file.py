"""Keys in files: used, never shown, and refused where others could read them."""

import json
import os
import platform
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from obu.core.errors import ConfigError, LocalError
from obu.core.frames import JobOutcome
from obu.drivers import kek, key_file, libcrypto, libcrypto_aes, libcrypto_leaks, secret_file

E = bytes(range(32))


def test_a_new_key_is_a_private_file_and_signs(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    point = key_file.create(folder, "00", "sm2")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "00.pem").stat().st_mode & 0o777 == 0o600
    store = key_file.open_folder(folder)
    assert store.points() == {"00": ("sm2", point)}
    assert libcrypto.load().verifies("sm2", point, E, *store.sign("00", E))
    with pytest.raises(LocalError, match="no key named 01"):
        store.sign("01", E)


def test_the_file_is_what_others_call_pkcs8(tmp_path: Path) -> None:
    point = key_file.create(tmp_path / "keys", "p", "p256")
    pem = (tmp_path / "keys" / "p.pem").read_bytes()
    numbers = load_pem_private_key(pem, None).public_key().public_numbers()  # type: ignore[union-attr]
    assert point == b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")  # type: ignore[union-attr]


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    key_file.create(tmp_path / "keys", "00", "sm2")
    with pytest.raises(LocalError, match="never written over"):
        key_file.create(tmp_path / "keys", "00", "sm2")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o777])
def test_a_key_that_others_may_reach_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "keys"
    key_file.create(folder, "00", "sm2")
    (folder / "00.pem").chmod(mode)
    with pytest.raises(LocalError, match=r"run: chmod 0600 .*00\.pem") as caught:
        key_file.open_folder(folder)
    assert "chmod 0600" in caught.value.zh


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o711])
def test_a_folder_that_others_may_reach_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "keys"
    key_file.create(folder, "00", "sm2")
    folder.chmod(mode)
    with pytest.raises(LocalError, match=r"run: chmod 0700 .*keys"):
        key_file.open_folder(folder)


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with pytest.raises(LocalError, match="No such file"):
        key_file.open_folder(folder)
    key_file.create(folder, "00", "sm2")
    texts = {
        "empty": "",
        "words": "no key",
        "odd base64": "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n",
        "no key inside": "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
        "encrypted": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
    }
    for text in texts.values():
        (folder / "bad.pem").write_text(text)
        os.chmod(folder / "bad.pem", 0o600)
        with pytest.raises(LocalError, match=r"bad\.pem: not"):
            key_file.open_folder(folder)


@pytest.fixture
def options(tmp_path: Path) -> key_file.Options:
    """Options with a key-encryption key in a file."""
    kek.create(tmp_path / "other" / "kek")
    return key_file.Options(kek_file=str(tmp_path / "other" / "kek"), allow_sm2_timing_leak=True)


@pytest.mark.parametrize("curve", ["sm2", "p256"])
def test_an_encrypted_key_signs_and_is_nowhere_in_clear(tmp_path: Path, options: key_file.Options, curve: str) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    point = key_file.make(folder, options).create("00", curve)
    path = folder / "00.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in folder.iterdir()] == ["00.key"]
    store = key_file.make(folder, options)
    assert store.points() == {"00": (curve, point)}
    assert libcrypto.load().verify(curve, point, E, *store.sign("00", E)) is JobOutcome.OK
    der = libcrypto.load().dump_private(store._keys["00"])
    kept = json.loads(path.read_text())
    # The private number is bytes 36.. of the PKCS#8 structure's inner key; any 16 bytes of it in clear would show.
    assert not any(der[start : start + 16].hex() in kept["sealed"] for start in range(len(der) - 16))


def test_encrypt_takes_the_plain_files_away_and_a_second_run_ends_what_the_first_began(
    tmp_path: Path, options: key_file.Options
) -> None:
    folder = tmp_path / "keys"
    points = {name: ("sm2", key_file.create(folder, name, "sm2")) for name in ("00", "01", "02")}
    plain = (folder / "01.pem").read_bytes()
    assert key_file.encrypt(folder, options) == ["00", "01", "02"]
    assert sorted(path.name for path in folder.iterdir()) == ["00.key", "01.key", "02.key"]
    secret_file.write_new(folder / "01.pem", plain)  # the power went before the plain file was removed
    assert key_file.encrypt(folder, options) == ["01"]
    assert key_file.make(folder, options).points() == points
    key_file.create(folder, "02", "sm2")
    with pytest.raises(LocalError, match="holds another key than"):
        key_file.encrypt(folder, options)
    assert (folder / "02.pem").exists()


def test_every_change_of_an_encrypted_key_is_noticed(tmp_path: Path, options: key_file.Options) -> None:
    folder = tmp_path / "keys"
    for name in ("00", "01"):
        key_file.create(folder, name, "sm2")
    key_file.encrypt(folder, options)
    good, other = ((folder / f"{name}.key").read_text() for name in ("00", "01"))
    fields, other_fields = json.loads(good), json.loads(other)
    last = fields["sealed"][-1]
    spoilt = [
        other,  # another key's file under this name
        json.dumps(fields | {"point": other_fields["point"]}),
        json.dumps(fields | {"curve": "p256"}),
        json.dumps(fields | {"sealed": fields["sealed"][:-1] + ("0" if last != "0" else "1")}),
        json.dumps(fields | {"sealed": ""}),
        json.dumps(fields | {"sealed": 5}),
        json.dumps(fields | {"format": "obu-key-2"}),
        json.dumps([fields]),
        "null",
        "",
    ]
    for content in spoilt:
        (folder / "00.key").write_text(content)
        with pytest.raises(LocalError, match=r"00\.key: (does not open|not an encrypted key)"):
            key_file.make(folder, options)
    (folder / "00.key").write_text(good)
    key_file.make(folder, options)
    (tmp_path / "other" / "kek").write_text("00" * 32)
    with pytest.raises(LocalError, match="does not open with this key-encryption key"):
        key_file.make(folder, options)


def test_plain_and_encrypted_are_never_mixed_up(tmp_path: Path, options: key_file.Options) -> None:
    folder = tmp_path / "keys"
    key_file.create(folder, "00", "sm2")
    with pytest.raises(ConfigError, match=r"keys\.kek_file: .*00\.pem is not encrypted; run: obu key encrypt"):
        key_file.make(folder, options)
    key_file.encrypt(folder, options)
    with pytest.raises(ConfigError, match=r"keys\.kek_file: is missing, and .*00\.key is encrypted"):
        key_file.make(folder, key_file.Options())
    with pytest.raises(ConfigError, match=r"keys\.kek_file: is missing; make one"):
        key_file.encrypt(folder, key_file.Options())


def test_a_kek_that_others_may_read_or_that_is_none_names_its_key(tmp_path: Path, options: key_file.Options) -> None:
    folder, path = tmp_path / "keys", Path(str(options.kek_file))
    key_file.create(folder, "00", "sm2")
    key_file.encrypt(folder, options)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match=r"keys\.kek_file: .*chmod 0600"):
        key_file.make(folder, options)
    path.chmod(0o600)
    for content in (b"", b"ab", b"\xff" * 64, b"zz" * 32, b"ab" * 33):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"keys\.kek_file: .*not a key-encryption key"):
            key_file.make(folder, options)
    with pytest.raises(LocalError, match="never written over"):
        kek.create(path)


def test_aes_gcm_as_the_other_library_has_it() -> None:
    key, plain, label = os.urandom(32), os.urandom(150), b"label"
    sealed = libcrypto_aes.seal(key, plain, label)
    assert AESGCM(key).decrypt(sealed[:12], sealed[12:], label) == plain
    nonce = os.urandom(12)
    theirs = nonce + AESGCM(key).encrypt(nonce, plain, label)
    assert libcrypto_aes.unseal(key, theirs, label) == plain
    assert libcrypto_aes.unseal(key, theirs, b"labels") is None
    assert libcrypto_aes.unseal(os.urandom(32), theirs, label) is None
    for position in range(0, len(theirs), 7):
        bad = theirs[:position] + bytes([theirs[position] ^ 1]) + theirs[position + 1 :]
        assert libcrypto_aes.unseal(key, bad, label) is None
    assert libcrypto_aes.unseal(key, b"", label) is None
    assert libcrypto_aes.unseal(key, libcrypto_aes.seal(key, b"", b""), b"") == b""
    assert libcrypto_aes.seal(key, plain, label) != libcrypto_aes.seal(key, plain, label)


@pytest.mark.parametrize(
    ("machine", "version", "names"),
    [
        ("x86_64", "OpenSSL 3.5.1 1 Jul 2025", ()),
        ("aarch64", "OpenSSL 3.0.19 27 Jan 2026", ()),
        ("aarch64", "OpenSSL 3.1.9", ()),
        ("aarch64", "OpenSSL 3.2.0 23 Nov 2023", ("CVE-2025-9231", "openssl issue 31133")),
        ("aarch64", "OpenSSL 3.5.1 1 Jul 2025", ("CVE-2025-9231", "openssl issue 31133")),
        ("aarch64", "OpenSSL 3.5.4 30 Sep 2025", ("openssl issue 31133",)),
        ("aarch64", "OpenSSL 3.6.0 1 Oct 2025", ("openssl issue 31133",)),
        ("aarch64", "OpenSSL 4.0.0", ("openssl issue 31133",)),
        ("aarch64", "SomethingSSL", ("CVE-2025-9231", "openssl issue 31133")),
    ],
)
def test_which_library_leaks_where(machine: str, version: str, names: tuple[str, ...]) -> None:
    assert libcrypto_leaks.of(version, machine) == names


def test_a_library_that_leaks_signs_no_sm2_unless_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keys"
    point = key_file.create(folder, "00", "sm2")
    key_file.create(folder, "01", "p256")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(libcrypto.Libcrypto, "version", "OpenSSL 3.5.1 1 Jul 2025")
    store = key_file.make(folder, key_file.Options())
    with pytest.raises(LocalError, match=r"leaks SM2 keys .*CVE-2025-9231.*keys\.allow_sm2_timing_leak") as caught:
        store.sign("00", E)
    assert "泄露私钥" in caught.value.zh
    store.sign("01", E)
    signature = libcrypto.load().sign(store._keys["00"], E)
    assert libcrypto.load().verifies("sm2", point, E, *signature)  # verification goes on
    key_file.make(folder, key_file.Options(allow_sm2_timing_leak=True)).sign("00", E)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    key_file.make(folder, key_file.Options()).sign("00", E)
