"""What a manifest may say, and on what it is never installed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import RemoteError
from obu.link import manifest as manifests
from obu.link.manifest import Manifest, Refusal, Target

TARGET = Target(product="firmware", hardware="pybv11", counter=7, abi="mpy6.3", base="1.25.0")


def made(**changed: object) -> Manifest:
    values: dict = {
        "product": "firmware",
        "hardware": ("pybv11", "esp32"),
        "version": "1.4.0",
        "counter": 7,
        "abi": "mpy6.3",
        "minimum_base": "1.25",
        "key_id": "0" * 16,
        "files": (manifests.entry("app/lamps.mpy", b"M"),),
    }
    return Manifest(**values | changed)


words = st.from_regex(r"[A-Za-z0-9_.+-]{1,64}", fullmatch=True)
versions = st.lists(st.integers(0, 99_999), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
file_names = st.from_regex(r"[a-z0-9_]{1,12}(/[a-z0-9_]{1,12}){0,3}", fullmatch=True)


@given(
    st.builds(
        made,
        product=words,
        hardware=st.lists(words, min_size=1, max_size=5).map(tuple),
        version=versions,
        counter=st.integers(0, 2**31 - 1),
        abi=words,
        minimum_base=versions,
        files=st.dictionaries(file_names, st.binary(max_size=9), min_size=1, max_size=5).map(
            lambda files: tuple(manifests.entry(*each) for each in files.items())
        ),
    )
)
def test_what_is_written_is_read(manifest: Manifest) -> None:
    assert manifests.parse(manifests.write(manifest)) == manifest


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"product": "host"}, Refusal.PRODUCT),
        ({"hardware": ("esp32",)}, Refusal.HARDWARE),
        ({"counter": 6}, Refusal.OLDER),
        ({"abi": "mpy6.2"}, Refusal.ABI),
        ({"minimum_base": "1.26"}, Refusal.BASE),
        ({"minimum_base": "1.25.0.1"}, Refusal.BASE),
        ({"minimum_base": "1.9"}, None),  # numbers, not letters: 9 is below 25
        ({"counter": 7}, None),  # the same again mends an install
        ({}, None),
    ],
)
def test_each_refusal_has_its_reason_and_its_sentence(changed: dict, why: Refusal | None) -> None:
    manifest = made(**changed)
    assert manifests.refusal(manifest, TARGET) is why
    if why:
        said = manifests.sentence(why, manifest, TARGET)
        assert said.en and said.zh and said.en != said.zh


def spoilt(**changed: object) -> bytes:
    tree = json.loads(manifests.write(made()))
    return json.dumps(tree | changed).encode()


ONE = {"name": "a", "size": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        spoilt(schema="obu-bundle-2"),
        spoilt(more=1),
        spoilt(counter=-1),
        spoilt(counter=True),
        spoilt(counter=1.0),
        spoilt(version="1.x"),
        spoilt(hardware=[]),
        spoilt(hardware="pybv11"),
        spoilt(key_id="0" * 15),
        spoilt(files=[]),
        spoilt(files=[ONE, ONE]),
        spoilt(files=[{**ONE, "sha256": "0" * 63}]),
        spoilt(files=[{**ONE, "size": 65 << 20}]),
        *(
            spoilt(files=[{**ONE, "name": name}])
            for name in ("/a", "../a", "a/../b", "a//b", "a/", ".", "a\\b", "", "é")
        ),
        manifests.write(made()).replace(b'"counter": 7', b'"counter": 7, "counter": 8'),
        b" " * (manifests.MOST_BYTES + 1),
    ],
)
def test_a_manifest_that_is_not_exactly_one_is_refused(raw: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        manifests.parse(raw)
    assert caught.value.reason in ("bad_manifest", "unknown_schema")


@given(st.data())
def test_no_change_of_the_octets_raises_anything_else(data: st.DataObject) -> None:
    raw = bytearray(manifests.write(made()))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        manifests.parse(bytes(raw))
    except RemoteError as refused:
        assert refused.reason in ("bad_manifest", "unknown_schema")
