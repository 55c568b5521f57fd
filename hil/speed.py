"""How fast `sim` is: virtual seconds a second of this machine, by how many drive around the unit."""

import argparse
import tempfile
import time
from pathlib import Path

from hil.expected import Figure
from hil.scenario import Actor, Own, Scenario
from hil.sim import Sim

COUNTS = (6, 50, 200)
LASTS_S = 4.0
LANES_M = (0.0, -3.5, 3.5, -10.5)
APART_M = 15.0


def run(args: argparse.Namespace) -> int:
    """A line for each number of neighbours; each sends ten BSMs a second, all are verified."""
    with tempfile.TemporaryDirectory(prefix="obu-hil-") as scratch:
        for count in COUNTS:
            sim = Sim(crowd(count), 1, Path(scratch) / f"pki{count}", Path(scratch) / f"run{count}")
            begin_s = time.perf_counter()
            outcome = sim.run()
            took_s = time.perf_counter() - begin_s
            verified = sim.witness.seen.status[-1][1]["air"]["verified"] if sim.witness.seen.status else 0
            print(
                f"{count:4} neighbours: {outcome.lasted_s:.0f} s in {took_s:.1f} s, "
                f"{outcome.lasted_s / took_s:.1f} times real time, {verified} packets verified"
            )
    return 0


def crowd(count: int) -> Scenario:
    """So many cars in four lanes about the bus."""
    rows = [count // len(LANES_M) + (index < count % len(LANES_M)) for index in range(len(LANES_M))]
    actors = tuple(
        Actor(name=f"lane {index}", at_m=20.0 + APART_M * row / 2, right_m=right_m, speed_mps=8.0, count=row)
        for index, (row, right_m) in enumerate(zip(rows, LANES_M, strict=True))
        if row
    )
    return Scenario(
        title="A crowd",
        kind="rule",
        defect="deaf",
        lasts_s=LASTS_S,
        own=Own(speed_mps=8.0),
        actor=actors,
        figure=(Figure(path="neighbours", least=count),),
    )
