"""A recorded drive as the own vehicle of a scenario: its frames and sentences as they were, its track as the truth.

The first of the recording is LEAD_S before the scenario's begin; the date and time in sentences become the bench's.
"""

import bisect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from hil import drive_log, nmea
from hil.course import Pose
from hil.drive import Motion
from hil.drive_log import Fix, LoggedFrame, Sentences
from hil.encode import Frame
from hil.people import KIN
from hil.plant import Truth, truth_of
from hil.route import Route
from hil.scenario import LEAD_S, Own, Recording
from hil.ways import along
from obu.core.errors import ConfigError
from obu.core.geo import LatLon, LocalFrame
from obu.core.now import NS_PER_MS, NS_PER_S

APART_M = 5.0  # between two points of the road
STANDS_M = 20.0  # who drove less has left no road
UNIT_NS = 10 * NS_PER_MS  # of the time in a sentence


@dataclass(frozen=True, slots=True)
class Drive:
    """Cut out of its files, times in seconds since its begin."""

    frames: list[LoggedFrame]
    sentences: list[Sentences]
    fixes: list[Fix]


def beside(own: Own, folder: Path) -> Own:
    """Its files as seen from here, when they lie beside a scenario in `folder`."""
    was = own.recording
    assert was is not None
    profile = str((folder / was.profile).absolute()) if was.profile.endswith(".toml") else was.profile
    here = replace(was, log=str(folder / was.log), nmea=str(folder / was.nmea), profile=profile)
    return replace(own, recording=here)


def files(own: Own) -> tuple[str, ...]:
    """The names of its files, seen from the scenario's folder."""
    if own.recording is None:
        return ()
    profile = own.recording.profile
    vehicle = (profile, str(Path(profile).with_suffix(".dbc"))) if profile.endswith(".toml") else ()
    return (own.recording.log, own.recording.nmea, *vehicle)


def wrong(own: Own, lasts_s: float) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong in English, in Chinese)."""
    if own.recording is None:
        return
    if own.act or own.speed_mps or own.at_m or own.right_m:
        yield (
            "own.recording",
            "the recording says how it drives: no act, speed_mps or place",
            "行驶由记录决定，不能再给出动作、速度或位置",
        )
    try:
        drive = load(own.recording)
    except ConfigError as error:
        yield "own.recording", error.text, error.zh
        return
    if not drive.frames or min(drive.frames[-1].at_s, drive.fixes[-1].at_s) < lasts_s:
        yield "own.recording", "is shorter than the scenario", "记录短于场景时长"


def load(recording: Recording) -> Drive:
    """The files of a scenario, read once as long as they are the same. Raises ConfigError."""
    try:
        changed_ns = tuple(Path(each).stat().st_mtime_ns for each in (recording.log, recording.nmea))
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}", f"{error.filename}：{error.strerror}") from None
    return _loaded(recording, changed_ns)


@lru_cache(maxsize=2)
def _loaded(recording: Recording, changed_ns: tuple[int, ...]) -> Drive:
    sentences, fixes = drive_log.receiver(Path(recording.nmea))
    begin_s = math.floor(fixes[0].at_s * 10) / 10 + recording.from_s
    logged = drive_log.moved(drive_log.frames(Path(recording.log)), recording.log_off_s - begin_s)
    if recording.channel:
        logged = [each for each in logged if each.channel == recording.channel]
    return Drive(
        [each for each in logged if each.at_s >= 0],
        [Sentences(round(each.at_s - begin_s, 3), each.lines) for each in sentences if each.at_s >= begin_s],
        [Fix(each.at_s - begin_s, each.place, each.speed_mps, each.course_deg) for each in fixes],
    )


def road_of(drive: Drive) -> Route:
    """Along the way that was driven; its origin is where it began."""
    points: list[LatLon] = []
    frame = LocalFrame(drive.fixes[0].place)
    for fix in drive.fixes:
        if not points or math.dist(frame.to_plane(points[-1]), frame.to_plane(fix.place)) >= APART_M:
            points.append(fix.place)
    if sum(math.dist(frame.to_plane(a), frame.to_plane(b)) for a, b in pairwise(points)) < STANDS_M:
        points = [points[0], frame.to_place(0.0, STANDS_M)]
    return along(tuple(points))


class LogTraffic:
    """due() for each turn, as BusTraffic."""

    def __init__(self, frames: Sequence[LoggedFrame], begin_ns: int) -> None:
        self._frames, self._begin_ns, self._next = frames, begin_ns, 0

    def due(self, at_ns: int, truth: Truth) -> list[Frame]:
        """What the bus carried until now."""
        at_s, first = (at_ns - self._begin_ns) / NS_PER_S, self._next
        while self._next < len(self._frames) and self._frames[self._next].at_s <= at_s:
            self._next += 1
        return [each.frame for each in self._frames[first : self._next]]


class LogReceiver:
    """epoch() for each tenth of a second, as Receiver."""

    def __init__(self, sentences: Sequence[Sentences]) -> None:
        self._sentences, self._next = sentences, 0

    def epoch(self, utc_ns: int, truth: Truth) -> bytes:
        """What it said since the last one; truth tells how far the scenario is."""
        gone_s = truth.lap_s + LEAD_S
        begin_ns = round((utc_ns - gone_s * NS_PER_S) / UNIT_NS) * UNIT_NS
        said = []
        while self._next < len(self._sentences) and self._sentences[self._next].at_s <= gone_s + 1e-6:
            epoch = self._sentences[self._next]
            said += [retimed(line, begin_ns + round(epoch.at_s * 100) * UNIT_NS) for line in epoch.lines]
            self._next += 1
        return b"".join(said)


def retimed(line: bytes, utc_ns: int) -> bytes:
    """A sentence that tells another time, whole again; one without a time stays as it was."""
    words = drive_log.sentence_words(line)
    kind = words[0][2:] if words else ""
    if kind not in drive_log.TIMED:
        return line + b"\r\n"
    words[drive_log.TIMED[kind]] = nmea.clock_word(utc_ns)
    if kind == "RMC":
        words[9] = nmea.date_word(utc_ns)
    if kind == "ZDA":
        day, month, year = (nmea.date_word(utc_ns)[at : at + 2] for at in (0, 2, 4))
        words[2:5] = [day, month, f"20{year}"]
    return nmea.sentence(",".join(words))


class Driven:
    """The own vehicle, as Ourselves; its place is the antenna's."""

    def __init__(self, own: Own, drive: Drive, road: Route) -> None:
        self.kin = KIN[own.kind]
        self._road, self._poses, self._at_s = (
            road,
            list(_poses(drive.fixes, road.frame)),
            [each.at_s for each in drive.fixes],
        )

    def along_m(self, at_s: float) -> float:
        """Where on the road, from its begin."""
        return self.pose(at_s).driven_m

    def pose(self, at_s: float) -> Pose:
        """Evenly from fix to fix."""
        here_s = at_s + LEAD_S
        index = min(max(_before(self._at_s, here_s), 0), len(self._poses) - 2)
        a, b = self._poses[index], self._poses[index + 1]
        share = min(1.0, max(0.0, (here_s - self._at_s[index]) / (self._at_s[index + 1] - self._at_s[index])))
        turn_deg = (b.heading_deg - a.heading_deg + 180.0) % 360.0 - 180.0
        return Pose(
            a.east_m + share * (b.east_m - a.east_m),
            a.north_m + share * (b.north_m - a.north_m),
            (a.heading_deg + share * turn_deg) % 360.0,
            a.speed_mps + share * (b.speed_mps - a.speed_mps),
            a.accel_mps2,
            a.curvature_per_m,
            a.driven_m + share * (b.driven_m - a.driven_m),
        )

    def truth(self, at_s: float) -> Truth:
        """As the receiver measured it."""
        pose = self.pose(at_s)
        return truth_of(
            at_s=at_s,
            along_m=pose.driven_m,
            place=self._road.frame.to_place(pose.east_m, pose.north_m),
            heading_deg=pose.heading_deg,
            motion=Motion(pose.driven_m, pose.speed_mps, pose.accel_mps2),
            curvature_per_m=pose.curvature_per_m,
            open_doors=False,
            turning=(False, False),
        )


def _before(times: Sequence[float], at_s: float) -> int:
    return bisect.bisect_right(times, at_s) - 1


def _poses(fixes: Sequence[Fix], frame: LocalFrame) -> list[Pose]:
    found: list[Pose] = []
    heading_deg = next((each.course_deg for each in fixes if each.course_deg is not None), 0.0)
    driven_m = 0.0
    for here, after in zip(fixes, [*fixes[1:], fixes[-1]], strict=True):
        east_m, north_m = frame.to_plane(here.place)
        way_m = math.dist((east_m, north_m), frame.to_plane(after.place))
        before_deg = heading_deg
        heading_deg = heading_deg if here.course_deg is None else here.course_deg
        turn_deg = (heading_deg - before_deg + 180.0) % 360.0 - 180.0
        over_s = after.at_s - here.at_s
        accel_mps2 = (after.speed_mps - here.speed_mps) / over_s if over_s else 0.0
        curvature = math.radians(turn_deg) / way_m if way_m > 0.5 else 0.0
        found.append(Pose(east_m, north_m, heading_deg, here.speed_mps, accel_mps2, curvature, driven_m))
        driven_m += way_m
    return found
