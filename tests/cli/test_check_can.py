"""`obu check` looks at the CAN interfaces of a configuration: not as they should be is FAIL, with the command."""

import pytest

from obu.cli.main import main
from obu.drivers import can_link
from obu.drivers.can_link import Link
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki
from tests.runtime.test_config import GOOD


@pytest.fixture(scope="module")
def unit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check")
    bench_pki.make_test(folder / "pki", SystemClock(0).now().utc_ns, 30, 2, 1, False)
    channel = '[can.main]\ninterface = "socketcan"\nchannel = "can7"\nbitrate = 250000\n'
    path = folder / "unit.toml"
    path.write_text(GOOD.replace('[can.main]\ninterface = "virtual"\nchannel = "nobody"\n', channel))
    return path


@pytest.mark.parametrize(
    ("link", "mark", "says"),
    [
        (Link("can", True, 250_000, True, False, 0), "ok", "can7 listens only"),
        (Link("can", True, 250_000, False, False, 0), "FAIL", "up type can bitrate 250000 listen-only on"),
        (Link("can", True, 500_000, True, False, 0), "FAIL", "runs at 500000 bit/s, configured are 250000"),
        (None, "FAIL", "can7: No such device"),
    ],
)
def test_an_interface_is_looked_at_before_the_unit_opens_it(unit, link, mark, says, monkeypatch, capsys):
    def read(channel):
        if link is None:
            raise OSError(19, "No such device")
        return link

    monkeypatch.setattr(can_link, "read", read)
    code = main(["--lang", "en", "check", "--config", str(unit)])
    line = next(line for line in capsys.readouterr().out.splitlines() if " can.main " in line)
    assert line.startswith(mark) and says in line
    assert mark == "ok" or code == 1
