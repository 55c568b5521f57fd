"""A whole unit whose only bus is the co-processor's: `obu run` with the real firmware on a real MicroPython."""

import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from firmware_shims.stand_in import StandIn
from hil.feed_client import FeedClient
from obu.cli.main import main
from obu.drivers.clock import SystemClock
from obu.link import manifest as manifests
from obu.runtime import bench_pki, bundle, parked
from tests.firmware import bundles, runtimes
from tests.runtime.test_bundle import compressed
from tests.station.frames import driving

UNIT = """
[vehicle]
profile = "city_bus_j1939"
[coprocessor]
device = "{device}"
[can.main]
interface = "coprocessor"
[gnss]
type = "coprocessor"
[radio]
type = "udp"
modem = "127.0.0.1:9"
[security]
trust = "pki/trust"
certificates = "pki/unit/certs"
keys = "pki/unit/keys"
[hmi]
socket = "obu.sock"
[power]
ignition = "sense"
"""


@pytest.mark.needs("micropython64")
def test_the_boards_bus_is_the_units_and_the_run_can_be_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench_pki.make_test(tmp_path / "pki", SystemClock(0).now().utc_ns, 30, 2, 1, False)
    board = StandIn(runtimes.words("micropython64"), tmp_path / "board")
    (tmp_path / "unit.toml").write_text(UNIT.format(device=board.device), "utf-8")
    words = [sys.executable, "-m", "obu", "run", "--config", str(tmp_path / "unit.toml")]
    unit = subprocess.Popen([*words, "--journal", str(tmp_path / "journal")], stderr=subprocess.PIPE)
    try:
        status = drive(board, FeedClient(tmp_path / "obu.sock"))
        refused_while_the_unit_runs(board, tmp_path, capsys)
    finally:
        unit.send_signal(signal.SIGTERM)
        _, said = unit.communicate(timeout=30)
        told = board.told()
        board.close()
    assert unit.returncode == 0, said
    driver = status["drivers"]["coprocessor"]
    assert (driver["up"], driver["why"]) == (True, "stm32_machine 0.0.0 01020304")
    assert status["coprocessor"]["board"] == "stm32_machine 0.0.0 01020304"
    assert status["coprocessor"]["can_filtered"] > 0 and status["coprocessor"]["faults"] == 0
    assert status["power"]["ignition"] is True and status["power"]["supply_v"] == 24.5
    assert any(line.startswith("bus 0 250000 silent") for line in told) and "lamps 1" in told
    assert not any("normal" in line for line in told)
    replay = [sys.executable, "-m", "obu", "--lang", "en", "replay", str(tmp_path / "journal")]
    done = subprocess.run(replay, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def drive(board: StandIn, feed: FeedClient) -> dict[str, Any]:
    """Frames of a driving bus and of others each 20 ms, until the unit says it has used some; its status then."""
    end_s, status = time.monotonic() + 40, {}
    while time.monotonic() < end_s:
        bus(board, 40.0)
        board.can(0x18FF1217, True, b"not ours")
        select.select([feed.fileno()] if feed.fileno() >= 0 else [], [], [], 0.02)
        for kind, body in feed.poll():
            status = body if kind == "status" else status
        if status.get("can", {}).get("used", 0) > 100 and status["coprocessor"] and status["power"]["ignition"]:
            return status
    raise AssertionError(f"the unit has used no frame: {status}")


def bus(board: StandIn, speed_kph: float) -> None:
    for frame in driving(0, speed_kph=speed_kph):
        board.can(frame.can_id, frame.is_extended, frame.data)


def refused_while_the_unit_runs(board: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`obu flash` beside it: a vehicle that moves is refused, whatever is claimed; else its port is held."""
    key = bundles.signer()
    files = {"main.py": b"1"}
    made = bundle.pack(manifests.parse(bundles.manifest(key, files)), files, lambda e: bundles.LIB.sign(key.key, e))
    (folder / "fw.bundle").write_bytes(made)
    (folder / "trust.txt").write_text(f"{compressed(key.point)}\n")
    speed_kph, is_over = [40.0], threading.Event()

    def run() -> None:
        while not is_over.wait(0.02):
            bus(board, speed_kph[0])

    thread = threading.Thread(target=run)
    thread.start()
    words = ["--config", str(folder / "unit.toml"), "--trust", str(folder / "trust.txt"), "--report", str(folder / "r")]
    flash = ["flash", str(folder / "fw.bundle"), "--vehicle-parked", *words]
    try:
        for lang, said in (("zh", "obu flash: 车辆正在行驶：请停车后重试\n"),
                           ("en", "obu flash: the vehicle moves: park it, then again\n")):  # fmt: skip
            assert main(["--lang", lang, *flash]) == 2
            assert capsys.readouterr().err == said
        speed_kph[0], end_s = 0.0, time.monotonic() + 20
        while parked.by_unit(folder / "obu.sock").stands is not True:
            assert time.monotonic() < end_s
        for lang, said in (("zh", "车载单元正在运行并占用该端口：请先 systemctl stop obu"),
                           ("en", "the unit runs and holds it: systemctl stop obu (or end obu run)")):  # fmt: skip
            assert main(["--lang", lang, *flash]) == 2
            assert said in capsys.readouterr().err
    finally:
        is_over.set()
        thread.join()
