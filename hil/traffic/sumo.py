"""The corridor driven by SUMO, step by step; the only place that knows libsumo.

Equal seeds drive equally, each drive in a process of its own: what libsumo drove before in one changes some of what it
drives next. It is a large package and comes by choice: `make city`.
"""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from hil import workers
from hil.traffic.net import CORRIDOR, NET, Net
from hil.traffic.trace import AT_STOP, BRAKING, LEFT, RIGHT, STEP_S, Encounter, Kind, Mover, Step, Trace, of_step

WARM_UP_S = 60.0  # the corridor fills
SIGNAL_RIGHT, SIGNAL_LEFT, SIGNAL_BRAKE = 1, 2, 8  # bits of SUMO's vehicle signals
STOPPED = 1  # bit of its stop state
# SSM device: what is an encounter at all (SUMO's defaults, but for a longer time to collision), 5 s around it.
MEASURES = {"measures": "TTC PET", "thresholds": "3.0 2.0", "range": "80", "extratime": "5", "trajectories": "false"}


class Missing(Exception):
    """libsumo is not installed."""


def drive(net: Net, seed: int, minutes: float) -> Trace:
    """A whole drive after the warm-up; its time begins at 0. Raises Missing."""
    (driven,) = workers.each(1, _drive, [(net, seed, minutes)])
    return driven


def _drive(asked: tuple[Net, int, float]) -> Trace:
    net, seed, minutes = asked
    kinds: dict[str, Kind] = {}
    with tempfile.TemporaryDirectory(prefix="city-") as folder:
        log = Path(folder) / "ssm.xml"
        steps = tuple(_steps(net, seed, minutes * 60.0, kinds, log))
        encounters = tuple(_encounters(log))
    return Trace(seed, kinds, steps, encounters)


def _steps(net: Net, seed: int, lasts_s: float, kinds: dict[str, Kind], log: Path) -> Iterator[Step]:
    try:
        import libsumo
    except ImportError:
        raise Missing from None
    options = {
        "net-file": NET,
        "additional-files": CORRIDOR / "corridor.add.xml", "route-files": CORRIDOR / "corridor.rou.xml",
        "step-length": STEP_S, "lateral-resolution": 0.8, "seed": seed, "collision.action": "warn",
        "time-to-teleport": -1, "device.ssm.file": log,
    } | {f"device.ssm.{name}": value for name, value in MEASURES.items()}  # fmt: skip
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    libsumo.start(["sumo", *words, "--no-step-log", "--no-warnings"])
    try:
        for number in range(round((WARM_UP_S + lasts_s) / STEP_S) + 1):
            libsumo.simulationStep()
            at_s = round((number + 1) * STEP_S - WARM_UP_S, 1)
            if at_s < 0:
                continue
            movers = of_step((*_vehicles(libsumo, net, kinds), *_people(libsumo, net, kinds)))
            yield Step(at_s, movers, {light: _light(libsumo, light) for light in net.programs})
    finally:
        libsumo.close()


def _vehicles(sumo, net: Net, kinds: dict[str, Kind]) -> Iterator[tuple[str, Mover]]:
    of = sumo.vehicle
    for name in of.getIDList():
        if name not in kinds:
            kinds[name] = Kind(of.getTypeID(name).partition("@")[0], of.getLength(name), of.getWidth(name))
        x, y = of.getPosition(name)  # the middle of its front
        angle_deg, half_m = of.getAngle(name), kinds[name].length_m / 2.0
        signals = of.getSignals(name)
        flags = LEFT * bool(signals & SIGNAL_LEFT) | RIGHT * bool(signals & SIGNAL_RIGHT)
        flags |= BRAKING * bool(signals & SIGNAL_BRAKE) | AT_STOP * (of.getStopState(name) & STOPPED)
        yield (
            name,
            Mover(
                x - half_m * math.sin(math.radians(angle_deg)),
                y - half_m * math.cos(math.radians(angle_deg)),
                net.plane.heading_deg(angle_deg),
                of.getSpeed(name),
                of.getAcceleration(name),
                flags,
            ),
        )


def _people(sumo, net: Net, kinds: dict[str, Kind]) -> Iterator[tuple[str, Mover]]:
    of = sumo.person
    for name in of.getIDList():
        x, y = of.getPosition(name)
        if x < -1e6:  # not yet there
            continue
        if name not in kinds:
            kinds[name] = Kind("pedestrian", of.getLength(name), of.getWidth(name))
        yield name, Mover(x, y, net.plane.heading_deg(of.getAngle(name)), of.getSpeed(name), 0.0, 0)


def _light(sumo, light: str) -> tuple[int, float]:
    left_s = sumo.trafficlight.getNextSwitch(light) - sumo.simulation.getTime()
    return sumo.trafficlight.getPhase(light), round(left_s, 1)


def _encounters(log: Path) -> Iterator[Encounter]:
    for conflict in ElementTree.parse(log).getroot().iter("conflict"):
        ttc, pet = conflict.find("minTTC"), conflict.find("PET")
        begin_s, end_s = (float(conflict.attrib[name]) - WARM_UP_S for name in ("begin", "end"))
        if end_s < 0:
            continue
        ttc_type, pet_type = _number(ttc, "type"), _number(pet, "type")
        yield Encounter(
            ego=conflict.attrib["ego"],
            foe=conflict.attrib["foe"],
            begin_s=round(begin_s, 1),
            end_s=round(end_s, 1),
            ttc_s=_number(ttc, "value"),
            ttc_at_s=_instant(ttc),
            ttc_type=None if ttc_type is None else int(ttc_type),
            pet_s=_number(pet, "value"),
            pet_at_s=_instant(pet),
            pet_type=None if pet_type is None else int(pet_type),
        )


def _number(element: ElementTree.Element | None, name: str) -> float | None:
    word = "NA" if element is None else element.attrib[name]
    return None if word == "NA" else float(word)


def _instant(element: ElementTree.Element | None) -> float | None:
    at_s = _number(element, "time")
    return None if at_s is None else round(at_s - WARM_UP_S, 1)
