"""From a frame on the bus to what a BSM says, on the wall's clock: the real loop, slcan channels and pool.

Another process plays the bus: 4,000 frames a second of two channels, of which the profile names a few. Each speed
differs; a latency is the time from its writing to the end of the turn after which a BSM says it. The aim is the budget
of 10 ms. The machine's own load is in it: another process at the same priority can cost a time slice.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from hil.slcan_adapter import SlcanAdapter
from obu.can_input import dbc
from obu.can_input.profile import Profile
from obu.core.frames import Inbox, Outbox
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.drivers import can_bus, crypto_pool
from obu.drivers.can_options import Options
from obu.runtime import strict
from obu.runtime.loop import Loop, Outer
from tests.bench.codec import Result
from tests.bench.load_socket import GoingStraight, NoDriver, Shifted
from tests.bench.vehicle_bus import BATCH, CHANNELS, PATH, RATE, traffic
from tests.station.frames import driving
from tests.station.unit import Unit, make_pki

SPAN_S = 5.0
BUDGET_MS = 10.0
FIRST_RAW = 40 * 256  # of CCVS1: 1/256 km/h


def results(rounds: int) -> Iterator[Result]:
    """The 99th of a hundred."""
    latencies_ms, bsms = measured()
    p50, p99 = (latencies_ms[int(len(latencies_ms) * share)] for share in (0.5, 0.99))
    yield Result("bus to BSM content at 4,000 frames/s, p99 ms", p99, BUDGET_MS, 1.0)
    longest = latencies_ms[-1]
    print(f"  {len(latencies_ms)} speeds, p50 {p50:.2f} ms, longest {longest:.2f} ms; {bsms} BSMs signed meanwhile")


def measured() -> tuple[list[float], int]:
    """(latencies in ms, sorted; BSMs)."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        adapters = [SlcanAdapter(folder / f"tty{number}", 250_000) for number in range(CHANNELS)]
        ours, theirs = multiprocessing.get_context("fork").Pipe()
        bus = multiprocessing.get_context("fork").Process(target=_play, args=(adapters, theirs))
        seen, bsms = _drive(folder, adapters, bus)
        written: dict[int, int] = ours.recv()
        bus.join(5)
        for adapter in adapters:
            adapter.close()
    assert len(seen) > SPAN_S * 20, "the unit reads its bus"
    assert bsms > SPAN_S * 8, "and sends BSMs"
    return sorted((at_ns - written[raw]) / NS_PER_MS for raw, at_ns in seen.items() if raw in written), bsms


def _drive(folder: Path, adapters: list[SlcanAdapter], bus: multiprocessing.Process) -> tuple[dict[int, int], int]:
    """When each speed was what a BSM says, and how many BSMs were signed."""
    unit = Unit(make_pki(folder / "pki"))
    profile = strict.read_toml(PATH, Profile)
    plans = dbc.compile_plans(strict.read_text(PATH.with_suffix(".dbc")), profile, str(PATH))
    channels = [
        can_bus.make("can.main", Options(interface="slcan", channel=str(each.path), bitrate=250_000), plans.filters())
        for each in adapters
    ]
    bus.start()
    began_ns, quiet, seen, bsms = time.monotonic_ns(), NoDriver(), dict[int, int](), 0
    outer = Outer(
        clock=Shifted(began_ns), sources=[*channels, GoingStraight(began_ns, has_bus=False)],
        radio=quiet, pool=crypto_pool.make("pool", unit.keys), store=quiet, trust=quiet, socket=quiet,
    )  # fmt: skip
    loop = Loop(unit.station, outer, quiet.take)

    def look(now: Now, inbox: Inbox, outbox: Outbox) -> None:
        nonlocal bsms
        bsms += len(outbox.sign_jobs)
        speed_mps = unit.station._stages.assembler.vehicle(now.at_ns).speed_mps
        if speed_mps is not None:
            seen.setdefault(round(speed_mps * 3.6 * 256), time.monotonic_ns())
        loop.stopping = now.at_ns - began_ns > SPAN_S * NS_PER_S

    loop.observers = [look]
    loop.run()
    return seen, bsms


def _play(adapters: list[SlcanAdapter], told: Connection) -> None:
    """The bus, on time, a little longer than the unit listens; then when each speed was first written."""
    frames, written, turn, sent = traffic(), dict[int, int](), 0, 0
    start = time.monotonic()
    while (now := time.monotonic() - start) < SPAN_S + 0.5:
        while sent < now * RATE:
            at = turn * BATCH % len(frames)
            batch = frames[at : at + BATCH]
            if at == 0:
                raw = FIRST_RAW + turn * BATCH // len(frames)
                batch[0] = next((each.can_id, each.data) for each in driving(0, speed_kph=raw / 256))
                written[raw] = time.monotonic_ns()
            for adapter in adapters:
                adapter.carry(batch)
                sent += BATCH
            turn += 1
        time.sleep(0.0005)
    told.send(written)
