"""A unit whose keys are in a chip: what it sends is accepted by a unit that knows its root."""

import contextlib

import pytest

from obu.core.now import NS_PER_S
from obu.drivers import key_pkcs11, key_tpm
from obu.runtime import bench_pki
from obu.security import profile
from obu.security.issuing import Lifetime
from tests.conftest import softhsm_module
from tests.key_devices import SoftHsm, Swtpm

from .unit import START_UTC_NS, Unit

LIFETIME = Lifetime(START_UTC_NS - 3600 * NS_PER_S, 2 * 86_400)


def unit_with(keys, names, folder, way):
    """(the unit with keys in a chip, another one): both of one PKI."""
    pki = bench_pki.create(LIFETIME, "chip", way)
    pki.write_trust(folder / "trust")
    (folder / "unit/certs").mkdir(parents=True)
    for name in names:
        raw = pki.issue(keys.create(name, way.curve), LIFETIME, bench_pki.BSM_AIDS)
        (folder / f"unit/certs/{name}.cert").write_bytes(raw)
    pki.write_trust(folder / "other/trust")
    pki.write_station(folder / "other/unit", 1, LIFETIME, bench_pki.BSM_AIDS)
    return Unit(folder, keys=keys), Unit(folder / "other", random_seed=9)


def heard(sender, receiver):
    """The receiver's counts when it has heard two seconds of the sender."""
    sender.run(2)
    start_ns = receiver.at_ns
    air = {}
    for at_ns, packet in sender.packets():
        air.setdefault((at_ns - start_ns) // 10**7 * 10 + 10, []).append(packet.sdu)
    receiver.run(2.1, air)
    return len(sender.packets()), receiver.status()["air"]


@pytest.mark.needs("swtpm")
@pytest.mark.parametrize("way", [profile.SM2, profile.P256], ids=lambda way: way.curve)
def test_bsms_signed_by_a_tpm_are_accepted(tmp_path, way):
    chip = Swtpm()
    (tmp_path / "keys").mkdir(mode=0o700)
    keys = key_tpm.make(tmp_path / "keys", key_tpm.Options(device=str(chip.device)))
    with contextlib.closing(keys):
        sent, air = heard(*unit_with(keys, ("00", "01"), tmp_path / "pki", way))
    chip.remove()
    assert sent >= 15
    assert (air["received"], air["verified"], air["dropped"]) == (sent, sent, {})


@pytest.mark.needs("softhsm")
def test_bsms_signed_by_a_pkcs11_token_are_accepted(tmp_path):
    hsm = SoftHsm(softhsm_module())
    (tmp_path / "keys").mkdir(mode=0o700)
    options = key_pkcs11.Options(module=hsm.module, token=hsm.token, pin_file=str(hsm.pin_file))
    with contextlib.closing(key_pkcs11.make(tmp_path / "keys", options)) as keys:
        sent, air = heard(*unit_with(keys, ("00", "01"), tmp_path / "pki", profile.P256))
    hsm.remove()
    assert sent >= 15
    assert (air["received"], air["verified"], air["dropped"]) == (sent, sent, {})
