"""`obu vehicle`: what is shown, and what makes the next bus the unit's own. The real store on a real folder."""

import socket

import pytest

from obu.cli.main import main
from obu.core.frames import Save
from obu.runtime import store
from obu.station.installation import Provisioned, pack, unpack

VIN = "LZYTATE63B1000001"
CONFIG = """
[vehicle]
profile = "city_bus_j1939"
[can.main]
interface = "virtual"
channel = "x"
[gnss]
type = "udp"
port = 1
[radio]
type = "udp"
modem = "127.0.0.1:1"
[security]
trust = "t"
certificates = "c"
keys = "k"
[hmi]
socket = "obu.sock"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "unit.toml").write_text(CONFIG)
    (tmp_path / "state").mkdir()
    return tmp_path


def obu(folder, *words, lang="en"):
    return main(["--lang", lang, "vehicle", words[0], "--config", str(folder / "unit.toml"), *words[1:]])


def test_a_moved_terminal_is_made_the_new_vehicles_own(folder, capsys):
    own = Provisioned(VIN, frozenset({(0x18FEF100, True, 8), (0x0CF00400, True, 8)}))
    store.write(folder / "state", "vehicle", pack(own))
    assert obu(folder, "show") == 0
    assert capsys.readouterr().out == f"VIN {VIN}; 2 bus identifiers\n"
    assert obu(folder, "adopt") == 0
    assert "learns the vehicle" in capsys.readouterr().out
    assert unpack(store.kept(folder / "state", "vehicle")) == Provisioned()
    assert obu(folder, "adopt", "--vin", VIN, lang="zh") == 0
    assert obu(folder, "show", lang="zh") == 0
    assert capsys.readouterr().out.endswith(f"VIN {VIN}；总线标识 0 个\n")
    assert store.read(folder / "state") == ([Save("vehicle", pack(Provisioned(VIN)))], "")


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"vin": 7}'])
def test_where_nothing_is_known_it_says_so(folder, capsys, content):
    if content is not None:
        store.write(folder / "state", "vehicle", content)
    assert obu(folder, "show") == 0
    assert capsys.readouterr().out == "VIN -; 0 bus identifiers\n"


def test_a_running_unit_would_write_over_it(folder, capsys):
    with socket.socket(socket.AF_UNIX) as unit:
        unit.bind(str(folder / "obu.sock"))
        unit.listen()
        assert obu(folder, "adopt") == 2
    assert "stop it first" in capsys.readouterr().err
    assert not list((folder / "state").iterdir())


@pytest.mark.parametrize("vin", ["LZYTATE63B100000", "lzytate63b1000001", "LZYTATE63B10O0001"])
def test_what_is_no_vin_is_refused(folder, capsys, vin):
    assert obu(folder, "adopt", "--vin", vin) == 2
    assert "is no VIN" in capsys.readouterr().err
