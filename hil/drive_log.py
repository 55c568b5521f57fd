"""A recorded drive: a bus's log in any form that python-can reads, and the receiver's NMEA 0183 sentences beside it.

Times are UTC seconds since 1970 where the log has them; a log with times of its own is laid over the sentences by how
fast the vehicle went in both (align()).
"""

import bisect
import calendar
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import can

from hil.encode import Frame
from obu.core.errors import ConfigError
from obu.core.geo import LatLon
from obu.core.units import MPS_PER_KNOT

# python-can's, without asammdf
SUFFIXES = (".blf", ".asc", ".csv", ".db", ".log", ".trc", ".asc.gz", ".csv.gz", ".log.gz")
DAY_S = 86_400
TIMED = {"RMC": 1, "GGA": 1, "GST": 1, "GNS": 1, "ZDA": 1, "GLL": 5}  # where a sentence has its time
COARSE_S, FINE_S = 0.5, 0.02
NEAR_S = 3.0  # so far may two clocks be off that both are meant to tell UTC
MOVING_MPS = 1.0  # its speed must vary by that much to be laid over anything


@dataclass(frozen=True, slots=True)
class LoggedFrame:
    """at_s: by the log's own clock."""

    at_s: float
    channel: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the antenna was, how fast it went and where to; course_deg: None while it stood."""

    at_s: float
    place: LatLon
    speed_mps: float
    course_deg: float | None


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the receiver said of one instant: lines as they were, without their ends."""

    at_s: float
    lines: tuple[bytes, ...]


def suffix(path: Path) -> str:
    """Which form a log has, by its name; empty for none that is known."""
    return next((each for each in SUFFIXES if path.name.lower().endswith(each)), "")


def frames(path: Path) -> list[LoggedFrame]:
    """The frames with data in a log, in the order of their times. Raises ConfigError for what is none."""
    if not suffix(path):
        raise ConfigError(
            f"{path}: must end in one of {', '.join(SUFFIXES)}", f"{path}：扩展名应为 {'、'.join(SUFFIXES)}"
        )
    if not path.is_file():  # SQLite would make one
        raise ConfigError(f"{path}: no such file", f"{path}：文件不存在")
    try:
        with can.LogReader(path) as log:
            found = [
                LoggedFrame(each.timestamp, str(each.channel), Frame(each.arbitration_id, bytes(each.data)))
                for each in log
                if not (each.is_error_frame or each.is_remote_frame)
            ]
    except Exception as error:  # python-can's readers raise whatever a stranger's file makes them
        raise ConfigError(f"{path}: cannot be read: {error}", f"{path}：无法读取：{error}") from None
    if not found:
        raise ConfigError(f"{path}: no frame in it", f"{path}：没有报文")
    return sorted(found, key=lambda each: each.at_s)


def receiver(path: Path) -> tuple[list[Sentences], list[Fix]]:
    """What a receiver said, by instant, and the fixes of its RMC. Raises ConfigError when there is not one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    epochs: dict[float, list[bytes]] = {}
    fixes: list[Fix] = []
    day_s: float | None = None
    at_s: float | None = None
    for line in data.split(b"\n"):
        words = sentence_words(line.strip())
        if not words:
            continue
        kind = words[0][2:]
        if kind == "RMC" and len(words) > 9 and words[9]:
            day_s = _day_s(words[9])
        of_day_s = _time_s(words[TIMED[kind]]) if kind in TIMED and len(words) > TIMED[kind] else None
        if day_s is not None and of_day_s is not None:
            at_s = day_s + of_day_s
            if epochs and at_s < max(epochs) - DAY_S / 2:  # past midnight, before the next RMC tells the date
                at_s += DAY_S
        if at_s is None:
            continue
        epochs.setdefault(at_s, []).append(line.strip())
        fix = _fix(at_s, words) if kind == "RMC" else None
        if fix:
            fixes.append(fix)
    if len(fixes) < 2:
        raise ConfigError(f"{path}: fewer than two valid RMC sentences", f"{path}：有效的 RMC 语句少于两条")
    return [Sentences(at_s, tuple(lines)) for at_s, lines in sorted(epochs.items())], sorted(
        fixes, key=lambda each: each.at_s
    )


def sentence_words(line: bytes) -> list[str]:
    """The words of a sentence whose checksum is right; [] for anything else."""
    body, star, told = line.removeprefix(b"$").partition(b"*")
    checksum = 0
    for byte in body:
        checksum ^= byte
    if not line.startswith(b"$") or not star or told[:2].upper() != b"%02X" % checksum:
        return []
    return body.decode("ascii", "replace").split(",")


def align(log: Sequence[tuple[float, float]], fixes: Sequence[Fix]) -> tuple[float, float] | None:
    """(seconds to add to the log's times, what is left between the two speeds in m/s, r.m.s.); None: they tell nothing.

    log: (when, speed in m/s). A log whose times are near those of the fixes is believed but for NEAR_S.
    """
    if len(log) < 10 or max(speed for _, speed in log) - min(speed for _, speed in log) < MOVING_MPS:
        return None
    first_s, span_s = log[0][0], fixes[-1].at_s - fixes[0].at_s
    if abs(first_s - fixes[0].at_s) < 3600:
        low_s, high_s = -NEAR_S, NEAR_S
    else:
        low_s = fixes[0].at_s - first_s - (log[-1][0] - first_s)
        high_s = fixes[0].at_s - first_s + span_s
    coarse = _best(log, fixes, low_s, high_s, COARSE_S)
    return None if coarse is None else _best(log, fixes, coarse[0] - COARSE_S, coarse[0] + COARSE_S, FINE_S)


def _best(
    log: Sequence[tuple[float, float]], fixes: Sequence[Fix], low_s: float, high_s: float, step_s: float
) -> tuple[float, float] | None:
    times, speeds = [at_s for at_s, _ in log], [speed for _, speed in log]
    found: list[tuple[float, float]] = []
    for step in range(round((high_s - low_s) / step_s) + 1):
        off_s = low_s + step * step_s
        both = [(fix.speed_mps, _between(times, speeds, fix.at_s - off_s)) for fix in fixes]
        apart = [(one - other) ** 2 for one, other in both if other is not None]
        if len(apart) >= max(10, min(len(fixes), len(log)) // 4):
            found.append((math.sqrt(sum(apart) / len(apart)), off_s))
    return None if not found else (min(found)[1], min(found)[0])


def _between(times: Sequence[float], values: Sequence[float], at_s: float) -> float | None:
    index = bisect.bisect_left(times, at_s)
    if index in (0, len(times)):
        return None
    share = (at_s - times[index - 1]) / ((times[index] - times[index - 1]) or 1.0)
    return values[index - 1] + share * (values[index] - values[index - 1])


def moved(logged: Sequence[LoggedFrame], off_s: float) -> list[LoggedFrame]:
    """The same frames by another clock."""
    return [replace(each, at_s=each.at_s + off_s) for each in logged]


def _day_s(word: str) -> float | None:
    try:
        return float(calendar.timegm(time.strptime(word, "%d%m%y")))
    except ValueError:
        return None


def _time_s(word: str) -> float | None:
    try:
        return int(word[:2]) * 3600 + int(word[2:4]) * 60 + round(float(word[4:]), 3)
    except ValueError:
        return None


def _fix(at_s: float, words: list[str]) -> Fix | None:
    """Of an RMC: time, status, latitude, N, longitude, E, knots, course."""
    try:
        if words[2] != "A":
            return None
        lat, lon = _degrees(words[3], words[4] == "S"), _degrees(words[5], words[6] == "W")
        course = float(words[8]) if words[8] else None
        return Fix(at_s, LatLon(lat, lon), float(words[7] or 0) * MPS_PER_KNOT, course)
    except (ValueError, IndexError):
        return None


def _degrees(word: str, is_negative: bool) -> float:
    dot = word.index(".")
    value = int(word[: dot - 2]) + float(word[dot - 2 :]) / 60
    return -value if is_negative else value
