"""The vehicle's bus: from an slcan line to what a BSM says, against plain python-can and cantools in the same run.

The bus has 40 identifiers at the same rate, of which the city bus's profile names five.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

import can as python_can
import cantools

from hil.city import free_port
from hil.slcan_adapter import BusFrame, SlcanAdapter
from obu.can_input import dbc
from obu.can_input.assembler import Assembler
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Profile
from obu.core.now import NS_PER_MS
from obu.core.vehicle import VehicleState
from obu.drivers import can_bus
from obu.drivers.can_options import Options
from obu.runtime import bench_pki, places, strict
from tests.bench.codec import Result
from tests.station.frames import driving

PATH = places.vehicles() / "city_bus_j1939.toml"
PGN = 0x3FFFF00
BATCH = 10  # frames of a channel in 5 ms at 2,000 a second
CHANNELS = 2
RATE = 4000  # frames a second of all channels
PLAIN_RATE = 500  # python-can's slcan falls behind at more, and its thread dies of the line that is torn then
MOST_PERCENT = 15.0  # of a core, of the whole unit at this rate
SPAN_S = 5.0
SETTLE_S = 2.0


def results(rounds: int) -> Iterator[Result]:
    """All of this file."""
    yield Result("CAN frame to BSM content", *_one_by_one(rounds), 5.0)
    ours_percent, ours_us, theirs_us = _paced()
    yield Result("unit at 4,000 CAN frames/s, % of core", ours_percent, MOST_PERCENT, 1.0)
    yield Result("the same, us/frame / Notifier+cantools", ours_us, theirs_us, 5.0)


def traffic() -> list[BusFrame]:
    """A round of the bus: the profile's frames among those of 35 others."""
    own = [(frame.can_id, frame.data) for frame in driving(0)]
    others = [(0x18FF0000 | number << 8 | 0x17, bytes(range(8))) for number in range(35)]
    return [own[at // 8] if at % 8 == 0 else others[at - at // 8 - 1] for at in range(40)]


class Ours:
    """Driver, decoder and assembler of one channel, as the loop turns them each 5 ms."""

    def __init__(self, device: Path) -> None:
        profile = strict.read_toml(PATH, Profile)
        plans = dbc.compile_plans(strict.read_text(PATH.with_suffix(".dbc")), profile, str(PATH))
        options = Options(interface="slcan", channel=str(device), bitrate=250_000)
        self._channel = can_bus.make("can.main", options, plans.filters())
        self._decoder = Decoder(plans)
        self._assembler = Assembler(profile, plans, self._decoder, str(PATH))
        self._at_ns = 0
        self.turn()

    def turn(self) -> VehicleState:
        self._at_ns += 5 * NS_PER_MS
        arrivals = self._channel.poll(self._at_ns)
        self._decoder.take([arrival for arrival in arrivals if hasattr(arrival, "can_id")])
        return self._assembler.vehicle(self._at_ns)

    def close(self) -> None:
        self._channel.close()


class Theirs:
    """python-can's slcan and cantools, the same frames to the same values."""

    def __init__(self, device: Path) -> None:
        self._bus = python_can.Bus(interface="slcan", channel=str(device), bitrate=250_000, listen_only=True,
                                   sleep_after_open=0.0, timeout=0.0)  # fmt: skip
        database = cantools.database.load_file(PATH.with_suffix(".dbc"))
        self._messages = {message.frame_id & PGN: message for message in database.messages}
        self._values: dict[str, Any] = {}

    def turn(self) -> dict[str, Any]:
        read = 0
        while read < BATCH:
            frame = self._bus.recv(0)
            if frame is None:  # the answer to a command
                continue
            read += 1
            message = self._messages.get(frame.arbitration_id & PGN)
            if message is not None:
                self._values.update(message.decode(frame.data, decode_choices=False))
        return self._values

    def close(self) -> None:
        self._bus.shutdown()


def _one_by_one(rounds: int) -> tuple[float, float]:
    """CPU microseconds a frame of each: the adapter's writing is not in it."""
    with tempfile.TemporaryDirectory() as folder:
        ends = [(SlcanAdapter(Path(folder) / name), side) for name, side in (("ours", Ours), ("theirs", Theirs))]
        sides = [side(adapter.path) for adapter, side in ends]
        pairs = [
            tuple(_spent_us(adapter, side) for (adapter, _), side in zip(ends, sides, strict=True))
            for _ in range(rounds)
        ]
        state, values = sides[0].turn(), sides[1]._values
        assert abs(state.speed_mps - values["WheelBasedVehicleSpeed"] / 3.6) < 1e-6, "both read the same"
        for (adapter, _), side in zip(ends, sides, strict=True):
            side.close()
            adapter.close()
    return sorted(pairs, key=lambda pair: pair[1] / pair[0])[rounds // 2]


def _spent_us(adapter: SlcanAdapter, side: Any) -> float:
    frames, spent, turns = traffic(), 0.0, 200
    adapter.obey()
    for turn in range(turns):
        at = turn * BATCH % len(frames)
        adapter.carry(frames[at : at + BATCH])
        time.sleep(0.0005)  # until the pseudo terminal has passed them on
        began = process_time()
        side.turn()
        spent += process_time() - began
    return spent / turns / BATCH * 1e6


def _paced() -> tuple[float, float, float]:
    """(percent of a core that the whole unit takes, its CPU us a frame, and that of the plain way)."""
    with tempfile.TemporaryDirectory() as folder:
        adapters = [SlcanAdapter(Path(folder) / f"tty{number}", 250_000) for number in range(CHANNELS)]
        unit_s, sent = _unit_s(Path(folder), adapters)
        for adapter in adapters:
            adapter.unplug()
            adapter.plug()
        plain_s, handled = _plain_s(adapters)
        for adapter in adapters:
            adapter.close()
    assert handled >= 0.9 * SPAN_S * PLAIN_RATE, "the plain way keeps up"
    return unit_s / SPAN_S * 100, unit_s / sent * 1e6, plain_s / handled * 1e6


def _carry(adapters: list[SlcanAdapter], seconds: float, rate: int = RATE) -> int:
    """The bus for so long, on time; frames sent."""
    frames, start, sent, turn = traffic(), time.monotonic(), 0, 0
    while (now := time.monotonic() - start) < seconds:
        while sent < now * rate:
            at = turn * BATCH % len(frames)
            for adapter in adapters:
                adapter.carry(frames[at : at + BATCH])
                sent += BATCH
            turn += 1
        time.sleep(0.005)
    return sent


def _unit_s(folder: Path, adapters: list[SlcanAdapter]) -> tuple[float, int]:
    """CPU seconds of the whole `obu run` while the bus runs, and the frames of the bus."""
    bench_pki.make_test(folder / "pki", time.time_ns(), 30, 3, 1, False)
    sections = "\n".join(
        f'[can.c{number}]\ninterface = "slcan"\nchannel = "{adapter.path}"\nbitrate = 250000'
        for number, adapter in enumerate(adapters)
    )
    (folder / "unit.toml").write_text(
        f'[vehicle]\nprofile = "city_bus_j1939"\n{sections}\n[gnss]\ntype = "udp"\nport = {free_port()}\n'
        '[radio]\ntype = "udp"\nmodem = "127.0.0.1:9"\n[security]\ntrust = "pki/trust"\n'
        'certificates = "pki/unit/certs"\nkeys = "pki/unit/keys"\n[keys]\ntype = "file"\nallow_sm2_timing_leak = true\n'
        '[hmi]\nsocket = "obu.sock"\n'
    )
    command = [sys.executable, "-m", "obu", "run", "--config", str(folder / "unit.toml")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as unit:
        try:
            _carry(adapters, SETTLE_S)
            before = _cpu_s(unit.pid)
            sent = _carry(adapters, SPAN_S)
            spent = _cpu_s(unit.pid) - before
            assert unit.poll() is None, "the unit runs"
            assert all(adapter.mode == b"L" for adapter in adapters), "it reads both channels"
        finally:
            unit.terminate()
    return spent, sent


def _plain_s(adapters: list[SlcanAdapter]) -> tuple[float, int]:
    """CPU seconds of the plain way over the same bus at a rate that it bears, and the frames it handled."""
    side = Path(__file__).with_name("vehicle_bus_side.py")
    command = [sys.executable, str(side), str(PATH.with_suffix(".dbc")), *(str(adapter.path) for adapter in adapters)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as plain:
        assert plain.stdin and plain.stdout
        assert plain.stdout.readline() == "ready\n"
        _carry(adapters, SETTLE_S, PLAIN_RATE)
        print("begin", file=plain.stdin, flush=True)
        _carry(adapters, SPAN_S, PLAIN_RATE)
        print("end", file=plain.stdin, flush=True)
        spent, handled = plain.stdout.readline().split()
        with contextlib.suppress(subprocess.TimeoutExpired):
            plain.wait(5)
        plain.kill()
    return float(spent), int(handled)


def _cpu_s(pid: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
