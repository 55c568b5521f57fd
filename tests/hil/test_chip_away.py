"""A real unit whose keys are in a TPM that is away: it says so, hears all the same, and signs when the TPM is back."""

from pathlib import Path

import pytest

from hil import demo, processes
from hil.feed_client import FeedClient
from hil.processes import Household
from obu.drivers import key_tpm
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki
from obu.security.issuing import Lifetime
from tests.hil.players import Bench, is_sending, reasons
from tests.key_devices import Swtpm


def put_keys_into(chip: Swtpm, folder: Path) -> None:
    """The unit of a demonstration gets certificates of another bench root, for keys in the chip."""
    keys = key_tpm.make(folder, key_tpm.Options(device=str(chip.device)))
    begin_ns = (SystemClock(0).now().utc_ns or 0) - 3600 * 10**9
    pki = bench_pki.create(Lifetime(begin_ns, 86_400), "chip")
    for certificate, name in ((pki.root.certificate, "chip-root"), (pki.pca.certificate, "chip-pca")):
        (folder.parent / f"pki/trust/{name}.cert").write_bytes(certificate.raw)
    for path in (folder.parent / "pki/unit/certs").glob("*.cert"):
        point = keys.create(path.stem, "sm2")
        path.write_bytes(pki.issue(point, Lifetime(begin_ns, 80_000), bench_pki.BSM_AIDS))
    keys.close()


@pytest.mark.needs("swtpm")
def test_a_tpm_that_is_away_stops_the_bsms_alone_and_back_they_go_on(run_folder: Path) -> None:
    household, chip = Household(run_folder), Swtpm()
    city = household.start("city", ["hil", "demo-city", "--run", str(run_folder)])
    try:
        processes.wait_for(run_folder / "city.json", household)
        demo.configure(run_folder)
        (run_folder / "chip").mkdir(mode=0o700)
        put_keys_into(chip, run_folder / "chip")
        text = (run_folder / "unit.toml").read_text()
        before, _, after = text.partition("[keys]")
        _, _, after = after.partition("\n\n")
        keys = f'[keys]\ntype = "tpm"\ndevice = "{chip.device}"\n\n'
        (run_folder / "unit.toml").write_text(before.replace('"pki/unit/keys"', '"chip"') + keys + after)
        chip.stop()
        unit = household.start("unit", ["obu", "run", "--config", str(run_folder / "unit.toml")])
        bench = Bench(run_folder, household, city, unit, FeedClient(run_folder / "obu.sock"))
        away = f"key store: the TPM at {chip.device} is away: No such file or directory"
        silent = bench.until(lambda status: status["security"]["state"] == "key_failed")
        assert away in reasons(silent) and not silent["bsm"]["sent"]
        assert bench.until(lambda status: status["air"]["verified"] > 20)["bsm"]["sent"] == 0
        chip.start()
        bench.until(is_sending, 15.0)
        chip.stop()
        bench.until(lambda status: reasons(status) and status["security"]["state"] == "key_failed")
        chip.start()
        again = bench.until(is_sending)
        assert again["drivers"]["keys"]["up"] and again["security"]["state"] == "ok"
    finally:
        household.end()
        chip.remove()
