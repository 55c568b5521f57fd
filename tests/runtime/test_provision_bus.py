"""What a terminal meets when it goes into service: a living bus at a rate nobody told, and a co-processor, or none."""

import pytest

from obu.core.errors import LocalError
from obu.runtime import config, detecting, provision_bus, provisioning
from tests.cli.test_can_detect import Vehicle
from tests.runtime.test_config import GOOD

CHANNEL = '[can.main]\ninterface = "virtual"\nchannel = "nobody"\n'


def test_a_bus_at_another_rate_is_found_and_the_configuration_learns_it(tmp_path, monkeypatch):
    monkeypatch.setattr(detecting, "TRY_S", 0.3)
    monkeypatch.setattr(provision_bus, "LISTEN_S", 0.5)
    town = Vehicle(tmp_path / "tty", 500_000)
    try:
        own = f'[can.main]\ninterface = "slcan"\nchannel = "{town.adapter.path}"\nbitrate = 250000  # of the fleet\n'
        path = tmp_path / "unit.toml"
        path.write_text(GOOD.replace(CHANNEL, own))
        steps = provisioning.walk(path, lambda question, proposed: None, {})
        bus = next(steps)
        steps.close()
        assert bus.name == "bus" and bus.is_done
        kept = provisioning.kept_of(config.read(path)).bus
        assert kept["profile"] in ("city_bus_j1939", "articulated_bus_j1939") and kept["bitrate"] == 500_000
        assert "bitrate = 500000  # of the fleet" in path.read_text()
        assert provision_bus.listen(config.read(path)).fingerprint == kept["fingerprint"]
    finally:
        town.close()
    assert town.adapter.sent == [] and b"O" not in town.adapter.commands  # nothing was sent


def test_a_bus_behind_the_co_processor_is_learnt_by_the_unit(tmp_path):
    path = tmp_path / "unit.toml"
    path.write_text(
        GOOD.replace(CHANNEL, '[coprocessor]\ndevice = "/dev/nowhere"\n[can.main]\ninterface = "coprocessor"\n')
    )
    with pytest.raises(LocalError, match="run the unit for a minute"):
        provision_bus.listen(config.read(path))
    with pytest.raises(LocalError, match=r"coprocessor: .*; check its line and power"):
        provision_bus.meet(config.read(path), within_s=0.1)


def test_a_fingerprint_is_of_the_identifiers_alone():
    one = provision_bus.fingerprint([(True, 0x18FEF100), (False, 0x24)])
    assert one == provision_bus.fingerprint([(False, 0x24), (True, 0x18FEF100)])
    assert one != provision_bus.fingerprint([(False, 0x24), (False, 0x18FEF100)])
