"""The bench's memory of signatures gives the real libcrypto's verdict on every packet that the forgers have."""

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import pytest

import tests.security
from hil.remembering import Memory
from obu.core.frames import JobOutcome, VerifyJob
from obu.drivers import libcrypto
from tests.security.cases import CASES, Case
from tests.security.forge import Workshop, make

for _path in sorted(Path(tests.security.__path__[0]).glob("forged_*.py")):
    importlib.import_module(f"tests.security.{_path.stem}")


class Remembering:
    """libcrypto's face where every key signs from memory."""

    def __init__(self) -> None:
        self._memory = Memory()
        self.generate = libcrypto.load().generate

    def sign(self, key: libcrypto.PrivateKey, e: bytes) -> tuple[bytes, bytes]:
        return self._memory.sign(key.curve, key.point, e)

    def verify(self, *words: Any) -> JobOutcome:
        return self._memory.verify(VerifyJob(1, *words, deadline_ns=0, trust_version=0)).outcome

    def verifies(self, *words: Any) -> bool:
        return self.verify(*words) is JobOutcome.OK


@pytest.fixture(scope="module")
def remembering() -> Workshop:
    return dataclasses.replace(make(), lib=Remembering())  # type: ignore[arg-type]


@pytest.mark.parametrize(("verdict", "name", "run"), CASES, ids=[f"{v.value}: {name}" for v, name, _ in CASES])
def test_a_forger_gets_the_same_verdict(remembering: Workshop, verdict: Any, name: str, run: Case) -> None:
    assert run(remembering).verdict is verdict
