"""Keys in files: used, never shown, and refused where others could read them."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from obu.core.errors import LocalError
from obu.drivers import key_file, libcrypto

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
