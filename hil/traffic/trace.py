"""Traffic as it was driven, a tenth of a second a step: what SUMO gives, what is recorded, what is scored.

Its one rule: a recorded step is the step that was driven, to a centimetre. Places are of a road user's centre.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

STEP_S = 0.1
HOST = "host_"  # how the names of ours begin
CENTI = 100.0
LEFT, RIGHT, AT_STOP, BRAKING = 1, 2, 4, 8  # flags
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Mover:
    """One road user at one instant: x, y in metres on SUMO's plane, heading clockwise from true north.

    yaw_rate_deg_s: clockwise; known between two steps only, and not recorded.
    """

    x: float
    y: float
    heading_deg: float
    speed_mps: float
    accel_mps2: float
    flags: int
    yaw_rate_deg_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """at_s: of the traffic's own time. movers by name. lights: (index of the phase, seconds it still lasts)."""

    at_s: float
    movers: Mapping[str, Mover]
    lights: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a road user is, by SUMO's vType, and how large."""

    name: str
    length_m: float
    width_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """One encounter of one of our vehicles by SUMO's own measures (SSM device), None where it had none.

    ttc_type, pet_type: SUMO's number of the situation. ttc_at_s: of the least time to collision; pet_at_s: when the
    second of the two entered the area of the conflict.
    """

    ego: str
    foe: str
    begin_s: float
    end_s: float
    ttc_s: float | None
    ttc_at_s: float | None
    ttc_type: int | None
    pet_s: float | None
    pet_at_s: float | None
    pet_type: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole drive. kinds: of each road user by name."""

    seed: int
    kinds: Mapping[str, Kind]
    steps: tuple[Step, ...]
    encounters: tuple[Encounter, ...]


def write(trace: Trace, path: Path) -> None:
    """One file, compressed, the same octets for the same trace."""
    head = {"format": FORMAT, "seed": trace.seed, "kinds": {name: asdict(kind) for name, kind in trace.kinds.items()}}
    lines = [head, *map(_row, trace.steps), {"encounters": [asdict(each) for each in trace.encounters]}]
    text = "\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    with path.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        packed.write(text.encode("ascii"))


def read(path: Path) -> Trace:
    """What write() wrote. Raises ValueError for a file that is none, OSError for one that is not there."""
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            head, *rows, tail = map(json.loads, file)
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"{path}: no recorded traffic: {error}") from None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError(f"{path}: traffic of another format")
    return Trace(
        seed=head["seed"],
        kinds={name: Kind(**kind) for name, kind in head["kinds"].items()},
        steps=tuple(map(_step, rows)),
        encounters=tuple(Encounter(**each) for each in tail["encounters"]),
    )


def of_step(movers: Iterable[tuple[str, Mover]]) -> dict[str, Mover]:
    """The movers as they are after having been written and read."""
    return {name: _mover(_cells(mover)) for name, mover in movers}


def between(before: Step, after: Step, at_s: float) -> dict[str, Mover]:
    """Who is there in both steps, at an instant between them: on the straight line, which is 1.7 m at 60 km/h."""
    share = (at_s - before.at_s) / STEP_S
    return {name: _blend(one, after.movers[name], share) for name, one in before.movers.items() if name in after.movers}


def _blend(one: Mover, other: Mover, share: float) -> Mover:
    turned_deg = (other.heading_deg - one.heading_deg + 180.0) % 360.0 - 180.0
    return Mover(
        one.x + share * (other.x - one.x),
        one.y + share * (other.y - one.y),
        (one.heading_deg + share * turned_deg) % 360.0,
        one.speed_mps + share * (other.speed_mps - one.speed_mps),
        other.accel_mps2,
        one.flags,
        turned_deg / STEP_S,
    )


def _row(step: Step) -> dict[str, Any]:
    movers = {name: _cells(mover) for name, mover in step.movers.items()}
    return {"t": step.at_s, "m": movers, "l": {name: list(light) for name, light in step.lights.items()}}


def _step(row: dict[str, Any]) -> Step:
    movers = {name: _mover(cells) for name, cells in row["m"].items()}
    return Step(row["t"], movers, {name: (light[0], light[1]) for name, light in row["l"].items()})


def _cells(mover: Mover) -> list[int]:
    measures = (mover.x, mover.y, mover.heading_deg, mover.speed_mps, mover.accel_mps2)
    return [*(round(value * CENTI) for value in measures), mover.flags]


def _mover(cells: list[int]) -> Mover:
    x, y, heading, speed, accel, flags = cells
    return Mover(x / CENTI, y / CENTI, heading / CENTI, speed / CENTI, accel / CENTI, flags)
