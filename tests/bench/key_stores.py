"""A signature by each key store against a bare one by libcrypto, in the same run, by the clock on the wall."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter

from obu.drivers import kek, key_file, key_pkcs11, key_tpm, libcrypto
from obu.drivers.contract import KeyStore
from tests.bench.codec import Result
from tests.conftest import TOOLS, softhsm_module
from tests.key_devices import SoftHsm, Swtpm

E = bytes(range(32))
LEAST_S = 0.02


def results(rounds: int) -> Iterator[Result]:
    """Every store and curve; a store whose tool is not on the machine is named as left out."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        kek.create(folder / "kek")
        options = key_file.Options(kek_file=str(folder / "kek"), allow_sm2_timing_leak=True)
        yield from _of(lambda: key_file.make(_made(folder / "file"), options), "encrypted file", rounds, 0.9)
        if _has("swtpm"):
            chip = Swtpm()
            device = key_tpm.Options(device=str(chip.device))
            yield from _of(lambda: key_tpm.make(_made(folder / "tpm"), device), "TPM (swtpm)", rounds, None)
            chip.remove()
        if _has("softhsm"):
            hsm = SoftHsm(softhsm_module() or "")
            token = key_pkcs11.Options(module=hsm.module, token=hsm.token, pin_file=str(hsm.pin_file))
            yield from _of(
                lambda: key_pkcs11.make(_made(folder / "hsm"), token), "PKCS#11 (SoftHSM2)", rounds, None, ("p256",)
            )
            hsm.remove()


def _has(tool: str) -> bool:
    if not TOOLS[tool].is_present():
        print(f"NOT RUN: signatures by {tool}; to mend: {TOOLS[tool].mend}")
        return False
    return True


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _of(
    opened: Callable[[], KeyStore], name: str, rounds: int, aim: float | None, curves: tuple[str, ...] = ("sm2", "p256")
) -> Iterator[Result]:
    library = libcrypto.load()
    with closing(opened()) as store:
        for curve in curves:
            store.create(curve, curve)
            key = library.generate(curve)
            ours = theirs = 1e9
            for _ in range(rounds):
                ours = min(ours, _time_us(lambda curve=curve: store.sign(curve, E)))
                theirs = min(theirs, _time_us(lambda key=key: library.sign(key, E)))
            yield Result(f"sign {curve} by {name}", ours, theirs, aim)


def _time_us(work: Callable[[], object]) -> float:
    count, began = 0, perf_counter()
    while (spent := perf_counter() - began) < LEAST_S:
        work()
        count += 1
    return spent / count * 1e6
