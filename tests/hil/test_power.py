"""A real unit whose ignition goes off, whose power is cut, and which is moved to another bus; a process each time."""

import json
from pathlib import Path

from hil import demo, processes
from hil.feed_client import FeedClient
from hil.processes import Household
from obu.cli.run import POWER_OFF
from obu.runtime import store
from obu.station.installation import Provisioned, pack
from tests.hil.players import Bench, is_sending, reasons

POWER = """
[power]
ignition = "sense"
after_run_s = 5
[power.sense]
type = "files"
ignition_file = "ignition"
"""


def start(folder: Path, household: Household, city: processes.Process) -> Bench:
    """The unit, again."""
    unit = household.start("unit", ["obu", "--lang", "en", "run", "--config", str(folder / "unit.toml")])
    return Bench(folder, household, city, unit, FeedClient(folder / "obu.sock"))


def test_a_unit_ends_after_its_ignition_and_knows_in_each_run_how_the_last_one_ended(run_folder: Path) -> None:
    household = Household(run_folder)
    city = household.start("city", ["hil", "demo-city", "--run", str(run_folder)])
    try:
        processes.wait_for(run_folder / "city.json", household)
        demo.configure(run_folder)
        with (run_folder / "unit.toml").open("a", encoding="utf-8") as file:
            file.write(POWER)
        (run_folder / "ignition").write_text("1\n")
        bench = start(run_folder, household, city)
        first = bench.until(is_sending)
        power = first["power"]
        assert power["state"] in ("on", "boarding") and power["ignition"] is True
        assert (power["woke"], power["run"], power["last_run"]) == ("first", 1, None)
        for source in ("gnss", "can"):  # the city's bus never stands still
            bench.tell(source, "off")
        bench.until(lambda status: status["gnss"]["state"] == "none")
        (run_folder / "ignition").write_text("0\n")
        assert bench.unit.wait(60.0) == POWER_OFF  # its after-run, and what a slow machine adds
        log = bench.unit.log.read_text("utf-8")
        assert "power: shutting down" in log and "ended ignition off" in log and "Traceback" not in log
        assert json.loads(store.kept(run_folder / "state", "runs"))["how"] == "ignition_off"

        for source in ("gnss", "can"):
            bench.tell(source, "on")
        (run_folder / "ignition").write_text("1\n")
        household.all.remove(bench.unit)
        bench = start(run_folder, household, city)
        second = bench.until(is_sending)["power"]
        assert (second["woke"], second["run"], second["last_run"]["how"]) == ("ignition", 2, "ignition_off")
        bench.unit.child.kill()
        bench.unit.wait()

        household.all.remove(bench.unit)
        another = Provisioned("", frozenset({(0x18FEF1FE, True, 7), (0x0CF004FE, True, 7)}))
        store.write(run_folder / "state", "vehicle", pack(another))
        bench = start(run_folder, household, city)
        other = bench.until(lambda status: status["vehicle"]["match"] == "other")
        assert (other["power"]["woke"], other["power"]["run"]) == ("supply", 3)
        assert other["bsm"]["sent"] == 0 and any("tell a technician" in why for why in reasons(other))
    finally:
        household.end()
