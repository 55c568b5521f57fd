"""`python -m hil from-log FILE --dbc D --nmea F --out NAME.toml`: a recorded drive becomes a scenario that can be run.

NAME.toml gets the log and the sentences beside it, and first expectations: the unit tells how fast the vehicle went.
"""

import argparse
import math
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cantools
from cantools.database.can import Database, Message

from hil import drive_log
from hil.drive_log import Fix, LoggedFrame
from hil.scenario import LEAD_S
from obu.can_input.profile import Number, Profile
from obu.core.errors import ConfigError
from obu.runtime import places, strict

LONGEST_S = 600.0
SETTLES_S = 6.0  # from the begin, until the unit is on and knows its way
LEAST_S = SETTLES_S + 2
TO_MPS = {"km/h": 1 / 3.6, "kph": 1 / 3.6, "m/s": 1.0, "mph": 0.44704}
TEXT = """\
# Made by `python -m hil from-log` of {log}. Cut it, add road users and faults, and say what must be seen: docs/rig.md.
# Metres count along the way that was driven, seconds from {lead:g} s after the first fix that is used.
title = "A recorded drive: the unit tells how fast the vehicle really went"
kind = "rule"
defect = "imperial"
lasts_s = {lasts_s:.1f}

[own]
kind = "{kind}"
settings = {{ "vehicle.antenna_ahead_m" = 0.0 }}   # where it was, seen from the middle: the track is the antenna's

[own.recording]
log = "{log_name}"
nmea = "{nmea_name}"
profile = "{profile}"
channel = "{channel}"
log_off_s = {off_s:.2f}           # what the bus's clock is behind the receiver's
from_s = {from_s:.1f}

[[bsm]]
from_s = {settles_s:.1f}
to_s = {lasts_s:.1f}
field = "speed_mps"
rule = "near_truth"
most = 1.5
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a log told. off_s: of its clock. left_mps: between the two speeds. known: share of frames in the DBC."""

    channel: str
    known: float
    off_s: float
    left_mps: float | None


def arguments(parser: argparse.ArgumentParser) -> None:
    """What `from-log` takes."""
    parser.add_argument("log", type=Path, metavar="FILE", help=f"{', '.join(drive_log.SUFFIXES)}: the bus / 总线记录")
    parser.add_argument("--dbc", type=Path, required=True, metavar="D", help="of that bus / 该总线的 DBC")
    parser.add_argument("--nmea", type=Path, required=True, metavar="F", help="the receiver's sentences / NMEA 记录")
    parser.add_argument("--profile", default="city_bus_j1939", metavar="P", help="the unit's: name or .toml / 车辆配置")
    parser.add_argument("--kind", choices=("bus12", "bus18", "taxi"), default="bus12", help="its outline / 车型")
    parser.add_argument("--from", dest="from_s", type=float, default=0.0, metavar="S", help="after the first fix")
    parser.add_argument("--for", dest="for_s", type=float, metavar="S", help=f"at most {LONGEST_S:g} / 时长")
    parser.add_argument("--out", type=Path, required=True, metavar="NAME.toml", help="the scenario / 场景文件")


def run(args: argparse.Namespace) -> int:
    """0: written, 2: a file that cannot be used."""
    try:
        print(make(args))
    except ConfigError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    else:
        return 0
    return 2


def make(args: argparse.Namespace) -> str:
    """Writes the three files; what was found, as a sentence. Raises ConfigError, OSError."""
    logged = drive_log.frames(args.log)
    _, fixes = drive_log.receiver(args.nmea)
    found = look(logged, fixes, _dbc(args.dbc), args.profile)
    if args.for_s is not None and args.for_s < LEAST_S + LEAD_S:
        raise ConfigError(f"--for: {LEAST_S + LEAD_S:g} s or more", f"--for：至少 {LEAST_S + LEAD_S:g} 秒")
    if not args.out.absolute().parent.is_dir():
        raise ConfigError(f"--out: no such folder: {args.out.parent}", f"--out：目录不存在：{args.out.parent}")
    if args.out.suffix != ".toml":
        raise ConfigError(f"{args.out}: must end in .toml", f"{args.out}：应以 .toml 结尾")
    first_s = math.floor(fixes[0].at_s * 10) / 10
    last_s = min(fixes[-1].at_s, max(each.at_s for each in logged) + found.off_s)
    whole_s = last_s - first_s - args.from_s
    lasts_s = math.floor(10 * (min(whole_s, args.for_s or LONGEST_S) - LEAD_S)) / 10
    if lasts_s < LEAST_S:
        common = f"{max(0.0, whole_s):.1f}"
        raise ConfigError(f"bus and receiver have {common} s in common, {LEAST_S + LEAD_S:g} are needed",
                          f"总线与接收机记录重合 {common} 秒，至少需要 {LEAST_S + LEAD_S:g} 秒")  # fmt: skip
    log, nmea = args.out.with_suffix(drive_log.suffix(args.log)), args.out.with_suffix(args.nmea.suffix.lower())
    for source, copy in ((args.log, log), (args.nmea, nmea)):
        if source.absolute() != copy.absolute():
            shutil.copy(source, copy)
    profile = args.profile
    if profile.endswith(".toml"):
        profile = f"{args.out.stem}_profile.toml"
        for suffix in (".toml", ".dbc"):
            shutil.copy(Path(args.profile).with_suffix(suffix), args.out.with_name(profile).with_suffix(suffix))
    args.out.write_text(TEXT.format(
        log=args.log.name, lead=LEAD_S, lasts_s=lasts_s, kind=args.kind, log_name=log.name, nmea_name=nmea.name,
        profile=profile, channel=found.channel, off_s=found.off_s, from_s=args.from_s, settles_s=SETTLES_S,
    ), encoding="utf-8")  # fmt: skip
    clock = "no clock was compared: it hardly moved"
    if found.left_mps is not None:
        has_utc = abs(found.off_s) < drive_log.DAY_S
        moved = f"its clock is moved by {found.off_s:.2f} s" if has_utc else "it has no UTC and is laid over the speed"
        clock = f"{moved}, the speeds then differ by {found.left_mps:.2f} m/s"
    return (f"{args.out}: {lasts_s + LEAD_S:.1f} s, channel {found.channel} with {found.known:.0%} of its frames in "
            f"{args.dbc.name}; {clock}")  # fmt: skip


def look(logged: list[LoggedFrame], fixes: list[Fix], dbc: Database, profile: str) -> Found:
    """Which channel the vehicle's bus is, and how its clock goes. Raises ConfigError where the DBC knows none of it."""
    loaded = strict.read_toml(places.vehicle(profile, "--profile"), Profile)
    is_j1939 = loaded.family == "j1939"
    known = {_key(message.frame_id, is_j1939) for message in dbc.messages}
    counts = Counter(each.channel for each in logged if _key(each.frame.can_id, is_j1939) in known)
    if not counts:
        raise ConfigError("--dbc: knows no frame of the log", "--dbc：其中没有记录里的任何报文")
    channel, count = counts.most_common(1)[0]
    ours = [each for each in logged if each.channel == channel]
    speeds = list(_speeds(ours, dbc, loaded.values.speed_mps, is_j1939))
    aligned = drive_log.align(speeds, fixes)
    if aligned is None and abs(ours[0].at_s - fixes[0].at_s) > 3600:
        raise ConfigError("the log has no UTC, and no speed of the profile moves in it: the clocks cannot be compared",
                          "记录没有 UTC，且其中没有随时间变化的车速：无法对齐两个时钟")  # fmt: skip
    return Found(channel, count / len(ours), aligned[0] if aligned else 0.0, aligned[1] if aligned else None)


def _speeds(
    logged: list[LoggedFrame], dbc: Database, sources: tuple[Number, ...], is_j1939: bool
) -> Iterator[tuple[float, float]]:
    """(when, m/s) by the first of the profile's sources that the log has."""
    for source in sources:
        name, _, signal = source.signal.partition(".")
        message = next((each for each in dbc.messages if each.name == name), None)
        if message is None or signal not in {each.name for each in message.signals}:
            continue
        found = list(_values(logged, message, signal, is_j1939))
        if len(found) > 1:
            yield from found
            return


def _values(logged: list[LoggedFrame], message: Message, signal: str, is_j1939: bool) -> Iterator[tuple[float, float]]:
    field = message.get_signal_by_name(signal)
    factor = TO_MPS.get((field.unit or "km/h").lower(), 1 / 3.6)
    highest = (250 << max(0, field.length - 8)) * field.scale + field.offset if is_j1939 else math.inf
    for each in logged:
        if _key(each.frame.can_id, is_j1939) != _key(message.frame_id, is_j1939):
            continue
        try:
            value = message.decode(each.frame.data, decode_choices=False, allow_truncated=True).get(signal)
        except Exception:  # a frame of another shape under that identifier
            continue
        if isinstance(value, int | float) and value <= highest:
            yield each.at_s, float(value) * factor


def _key(can_id: int, is_j1939: bool) -> int:
    """What makes two frames the same message: in J1939 the parameter group (SAE J1939-21 5.2), else the identifier."""
    if not is_j1939:
        return can_id
    group = can_id >> 8 & 0x3FFFF
    return group if group & 0xFF00 >= 0xF000 else group & 0x3FF00


def _dbc(path: Path) -> Database:
    try:
        found = cantools.database.load_file(path, strict=False)
    except Exception as error:  # cantools raises many kinds for a file that is none
        raise ConfigError(f"{path}: is no DBC: {error}", f"{path}：不是 DBC：{error}") from None
    assert isinstance(found, Database)
    return found
