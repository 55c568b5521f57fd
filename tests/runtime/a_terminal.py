"""A new terminal on a workshop's table, and an operator's authority that answers its requests by files."""

import time
from pathlib import Path

import pytest

from hil.authority import Authority
from obu.cli.main import main
from obu.core.now import NS_PER_S
from obu.runtime import bench_pki, store
from obu.security import enrolment
from obu.security.issuing import Lifetime
from obu.station.installation import Provisioned, pack

DAY_S = 86_400
VIN = "LZYTATE63B1000001"
TEMPLATE = """# of the operator
[vehicle]
profile = "city_bus_j1939"  # the fleet's first
[can.main]
interface = "virtual"
channel = "nobody"
bitrate = 250000
[gnss]
type = "udp"
port = 47112
[radio]
type = "udp"
modem = "127.0.0.1:9"
[security]
trust = "trust"
certificates = "pool"
keys = "keys"
[enrolment]
count = 3
days = 30
[keys]
kek_file = "kek"
[hmi]
socket = "obu.sock"
"""
CHOSEN = {
    "serial": "T-0001", "profile": "articulated_bus_j1939", "vin": VIN, "width_m": "2.95", "length_m": "18.1",
    "height_m": "3.2", "antenna_ahead_m": "4", "antenna_right_m": "-0.5",
}  # fmt: skip


class Terminal:
    """Its folder; the operator's certificates lie on a stick beside it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.config, self.stick = folder, folder / "unit.toml", folder / "stick"
        now_ns = time.time_ns()
        with monkeypatch.context() as patch:  # an authority whose root does not call itself the bench's
            patch.setattr(bench_pki, "BENCH_ROOT_PREFIX", "OPERATOR ROOT")
            self.authority = Authority(bench_pki.create(Lifetime(now_ns - 3600 * NS_PER_S, 60 * DAY_S)))
        self.authority.pki.write_trust(self.stick)
        self.config.write_text(TEMPLATE, "utf-8")
        assert main(["--lang", "en", "key", "kek", str(folder / "kek")]) == 0

    def answer_requests(self) -> int:
        """What the authority sends back is put where the unit looks for it; how many."""
        found = sorted((self.folder / "enrolment/requests").glob("*.request"))
        for request in found:
            response = self.authority.respond(request.read_bytes(), time.time_ns())
            answer = self.folder / "enrolment/responses" / f"{request.stem}.response"
            answer.write_bytes(enrolment.pack_response(response))
        return len(found)

    def learn_a_bus(self) -> None:
        """As if the unit had run in its vehicle for a while."""
        (self.folder / "state").mkdir(mode=0o700, exist_ok=True)
        marks = frozenset({(0x18FEF100, True, 8), (0x0CF00400, True, 8)})
        store.write(self.folder / "state", "vehicle", pack(Provisioned("", marks)))
