"""A bundle that is not exactly what a trusted key signed is not opened."""

import dataclasses
import io
import random
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from obu.core.errors import ConfigError, LocalError
from obu.drivers import key_file, libcrypto
from obu.link import manifest as manifests
from obu.runtime import bundle, bundle_build, devices
from obu.runtime.bundle_build import Order
from tests.conftest import softhsm_module
from tests.key_devices import SoftHsm

ORDER = Order(product="host", hardware=("x86_64",), version="1.2.0", counter=3, minimum_base="3.11", abi="cp311")
FILES = {"bin/obu": b"#!python\n", "lib/a.py": b"A = 1\n" * 50}


class Workshop:
    """Files to release, a key to sign with, and the file of trusted keys."""

    def __init__(self, folder: Path) -> None:
        self.source, self.out = folder / "source", folder / "it.bundle"
        for name, content in FILES.items():
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).write_bytes(content)
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        self.point = key_file.create(keys, "release", "p256")
        self.signer = folder / "signer.toml"
        self.signer.write_text('folder = "keys"\nkey = "release"\n')
        self.trust = folder / "trust.txt"
        self.trust.write_text(f"# ours\n{compressed(self.point)}\n")

    def build(self, order: Order = ORDER) -> bytes:
        octets = bundle_build.build(self.source, order, self.signer)
        self.out.write_bytes(octets)
        return octets

    def read(self) -> bundle.Bundle:
        return bundle.read(self.out, bundle.trusted_keys(self.trust))


def compressed(point: bytes) -> str:
    return f"{2 + (point[64] & 1):02x}{point[1:33].hex()}"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def refusal(workshop: Workshop) -> str:
    with pytest.raises(LocalError) as caught:
        workshop.read()
    assert caught.value.zh != caught.value.text
    return caught.value.text


def test_what_was_built_is_read(workshop: Workshop) -> None:
    workshop.build()
    found = workshop.read()
    assert dict(found.files) == FILES
    assert (found.manifest.version, found.manifest.counter) == ("1.2.0", 3)
    assert found.manifest.key_id == manifests.key_id(workshop.point)


def test_the_signature_holds_for_another_library(workshop: Workshop) -> None:
    workshop.build()
    found = workshop.read()
    number = utils.encode_dss_signature(
        int.from_bytes(found.signature[:32], "big"), int.from_bytes(found.signature[32:], "big")
    )
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), workshop.point)
    key.verify(number, found.raw, ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(number, found.raw + b" ", ec.ECDSA(SHA256()))


def test_the_same_files_have_the_same_manifest(workshop: Workshop) -> None:
    workshop.build()
    first = workshop.read().raw
    workshop.build()
    assert workshop.read().raw == first


def test_another_s_key_is_not_trusted(workshop: Workshop) -> None:
    workshop.build()
    other = libcrypto.load().generate("p256")
    workshop.trust.write_text(compressed(other.point))
    assert "not trusted here" in refusal(workshop)


def rewritten(octets: bytes, change: dict[str, bytes | None]) -> bytes:
    """The same archive with members in place of others; None leaves one out."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name in change.keys() - set(old.namelist()):
            new.writestr(name, change[name] or b"")
    return into.getvalue()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"lib/a.py": b"A = 2\n" * 50}, "not the one that was signed"),
        ({"lib/a.py": b"A = 1\n" * 51}, "not the one that was signed"),
        ({"lib/a.py": b""}, "not the one that was signed"),
        ({"lib/a.py": b"\0" * (64 << 20)}, "not the one that was signed"),  # small on the disk
        ({"lib/a.py": None}, "does not name, or lacks one"),
        ({"lib/b.py": b"more"}, "does not name, or lacks one"),
        ({"../b.py": b"more"}, "does not name, or lacks one"),
        ({"manifest.sig": b"\0" * 64}, "signature does not hold"),
        ({"manifest.sig": b"\0" * 63}, "signature does not hold"),
        ({"manifest.sig": None}, "does not name, or lacks one"),
        ({"manifest.json": b"{}"}, "manifest is not usable"),
    ],
)
def test_a_changed_bundle_is_refused(workshop: Workshop, change: dict, why: str) -> None:
    workshop.out.write_bytes(rewritten(workshop.build(), change))
    assert why in refusal(workshop)


def test_a_manifest_that_says_more_is_not_what_was_signed(workshop: Workshop) -> None:
    octets = workshop.build()
    raw = workshop.read().raw.replace(b'"counter": 3', b'"counter": 4')
    workshop.out.write_bytes(rewritten(octets, {"manifest.json": raw}))
    assert "signature does not hold" in refusal(workshop)


def test_a_cut_or_scribbled_file_is_one_sentence(workshop: Workshop) -> None:
    octets = workshop.build()
    rng = random.Random(5)
    for run in range(300):
        spoilt = bytearray(octets[: rng.randrange(len(octets))] if run % 3 == 0 else octets)
        for _ in range(rng.randrange(1, 4)):
            if spoilt:
                spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
        workshop.out.write_bytes(spoilt)
        try:
            found = workshop.read()
        except LocalError:
            continue
        assert dict(found.files) == FILES  # the scribble hit what nobody reads
    shutil.rmtree(workshop.source)
    workshop.out.unlink()
    assert "No such file" in refusal(workshop)


@pytest.mark.parametrize("text", ["", "# none\n", "04" + "00" * 64, "02" + "ff" * 32, "02zz", "02" + "00" * 31])
def test_a_file_of_keys_names_its_line(workshop: Workshop, text: str) -> None:
    workshop.trust.write_text(text)
    with pytest.raises(ConfigError, match=r"trust\.txt: (line 1|no key)"):
        bundle.trusted_keys(workshop.trust)


def test_a_signer_without_the_key_is_told_so(workshop: Workshop) -> None:
    workshop.signer.write_text('folder = "keys"\nkey = "other"\n')
    with pytest.raises(ConfigError, match="key: no P-256 key named 'other'"):
        workshop.build()


def test_firmware_is_compiled_for_the_board(workshop: Workshop) -> None:
    order = dataclasses.replace(ORDER, product="firmware")
    with pytest.raises(LocalError, match="bin/obu: a board's slot has no folders"):
        workshop.build(order)
    shutil.rmtree(workshop.source)
    workshop.source.mkdir()
    (workshop.source / "a.py").write_text("A = 1\n")
    (workshop.source / "table").write_text("1 2 3\n")
    workshop.build(order)
    found = workshop.read()
    assert sorted(found.files) == ["a.mpy", "identity.mpy", "table"]
    assert found.files["a.mpy"][:1] == b"M"  # of every .mpy file
    assert b"1.2.0" in found.files["identity.mpy"]
    assert found.manifest.abi == "mpy6.3"
    (workshop.source / "bad.py").write_text("match x:\n case 1: pass\n")
    with pytest.raises(LocalError, match=r"bad\.py: mpy-cross: .*SyntaxError"):
        workshop.build(order)


@pytest.mark.needs("softhsm")
def test_a_token_signs(workshop: Workshop) -> None:
    hsm = SoftHsm(softhsm_module() or "")
    folder = workshop.signer.parent / "token"
    folder.mkdir(mode=0o700)
    words = f'type = "pkcs11"\nmodule = "{hsm.module}"\ntoken = "{hsm.token}"\npin_file = "{hsm.pin_file}"\n'
    workshop.signer.write_text(f'folder = "token"\nkey = "release"\n[keys]\n{words}')
    store = devices.open_keys("folder", folder, tomllib.loads(words))
    point = store.create("release", "p256")
    store.close()
    workshop.trust.write_text(compressed(point))
    workshop.build()
    assert workshop.read().manifest.key_id == manifests.key_id(point)
    hsm.remove()
