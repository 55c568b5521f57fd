"""`obu explain`: from a journal, why each warning was given, held back or not claimed; as text, and as an SVG."""

import argparse
import dataclasses
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Alert, Level, Text
from obu.core.errors import LocalError
from obu.core.now import NS_PER_S

if TYPE_CHECKING:
    from obu.core.world import View
    from obu.runtime.asking import Asked, Instant, When
    from obu.runtime.counterfactual import Change
    from obu.runtime.explaining import Given, Held, Missed, Span, Story
    from obu.runtime.near_misses import NearMiss

SUMMARY = Text("说明记录中每条预警为何发出或未发出", "tell from a journal why each warning was or was not given")
LEVELS = {Level.INFORMATION: "提示", Level.CAUTION: "注意", Level.IMMINENT: "紧急"}
MOST_CHANGES = 4  # of one warning that was not claimed, the most frequent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DIR, --segment N, --app NAME, --at TIME, --of ID, --svg FILE."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="what `obu run --journal` kept / 记录目录")
    parser.add_argument("--segment", type=int, metavar="N", help="only this segment / 只看第 N 段")
    parser.add_argument(
        "--app", metavar="NAME", help="only this application, as FCW, and all of it / 只看一个应用，列出全部"
    )
    parser.add_argument("--at", metavar="TIME", help="every condition at 14:13:36.5 UTC, or +12.5 s / 该时刻的全部条件")
    parser.add_argument("--of", metavar="ID", default="", help="with --at: only of this road user / 仅此交通参与者")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it too, FILE of the first run / 同时绘图")


def run(args: argparse.Namespace) -> int:
    """Exit status 0; 2 when the journal cannot be read, has none of that, or FILE cannot be written."""
    from obu.runtime import explain_drawing, explaining, near_misses, replay

    if args.of and not args.at:
        raise LocalError("--of: is of one moment: name it with --at", "--of：只用于某一时刻，请用 --at 指定")
    paths, empty = replay.segments(args.directory, args.segment)
    for path in empty:
        print(f"{path.name}: {'没有完整的记录' if args.lang == 'zh' else 'no whole record in it'}")
    app = _known(args.app) if args.app else ""
    if args.at:
        return _at(paths, args, app)
    stories = explaining.tell(paths)
    for story in stories:
        near = None
        if app:
            _only(story, app)
        else:
            near = near_misses.near_misses(story)
            story.missed = [one.missed for one in near]
        print("\n".join(lines(story, args.lang == "zh", near)))
    if args.svg:
        for number, story in enumerate(stories, 1):
            path = args.svg if number == 1 else args.svg.with_stem(f"{args.svg.stem}-{number}")
            _write(path, explain_drawing.svg(story))
    return 0


def _at(paths: Sequence[Path], args: argparse.Namespace, app: str) -> int:
    """Why something was, or was not, warned of at one instant."""
    from obu.runtime import asking, asking_drawing

    found = asking.instant(paths, _moment(args.at), args.of)
    if found is None:
        raise LocalError(f"--at {args.at}: no look of this journal at that moment",
                         f"--at {args.at}：该时刻没有判断记录")  # fmt: skip
    if app:
        found = dataclasses.replace(found, asked=tuple(each for each in found.asked if each.app == app))
    print("\n".join(at_lines(found, args.of, args.lang == "zh")))
    if args.svg:
        _write(args.svg, asking_drawing.svg(found))
    return 0


def _moment(text: str) -> "When":
    from obu.runtime.asking import When

    match = re.fullmatch(r"\+(\d+(?:\.\d+)?)|(?:.* )?(\d\d?):(\d\d):(\d\d(?:\.\d+)?)", text)
    if match is None:
        raise LocalError(f"--at {text}: is a time as 14:13:36.5 (UTC) or +12.5 (s since the first look)",
                         f"--at {text}：应为 14:13:36.5（UTC）或 +12.5（首次判断后的秒数）")  # fmt: skip
    since, *clock = match.groups()
    if since is not None:
        return When(float(since), is_utc=False)
    hours, minutes, seconds = map(float, clock)
    return When(3600.0 * hours + 60.0 * minutes + seconds, is_utc=True)


def at_lines(found: "Instant", of: str, zh: bool) -> list[str]:
    """One instant as lines of text: each application with its conditions."""
    from obu.runtime.counterfactual import text_of

    nothing = "无" if zh else "nothing"
    said = [f"{_time(found.view)}  {'屏幕上' if zh else 'on the screen'}: {found.shown or nothing}"]
    there = " ".join(found.known) or nothing
    if of and not any(name.startswith(of) for name in found.known):
        said.append(f"此刻没有 {of}；有：{there}" if zh else f"there was no {of} then; there was: {there}")
    elif not found.asked:
        said.append(f"没有可判断的对象；有：{there}" if zh else f"nothing to speak of then; there was: {there}")
    for asked in found.asked:
        said.append(f"  {asked.app} {_whom(asked.about, zh)}: {_verdict(asked, zh)}")
        said += [f"      {'√' if holds else '×'} {name} {text_of(value)} {how} {text_of(limit)}"
                 for name, value, how, limit, holds in asked.conditions]  # fmt: skip
    return said


def _verdict(asked: "Asked", zh: bool) -> str:
    fails = sum(not condition[-1] for condition in asked.conditions)
    if fails:
        return f"{fails} 项条件不满足" if zh else f"{fails} of its conditions did not hold"
    if asked.is_claimed:
        return "判断为危险" if zh else "claimed"
    return "条件均满足，但另有更近者" if zh else "all hold, another was nearer"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}; name another file with --svg",
                         f"{path}：{error.strerror}；请用 --svg 换一个文件") from None  # fmt: skip


def _known(app: str) -> str:
    from obu.apps import base

    known = base.names()
    if app.lower() not in known:
        names = ", ".join(known).upper()
        raise LocalError(f"--app {app}: there is no such application; there are: {names}",
                         f"--app {app}：没有这个应用；可用：{names}")  # fmt: skip
    return app.upper()


def _only(story: "Story", app: str) -> None:
    story.apps = (app,)
    story.given = [one for one in story.given if one.begun.app == app]
    story.held = [one for one in story.held if one.alert.app == app]
    story.missed = [one for one in story.missed if one.app == app]


def lines(story: "Story", zh: bool, near: Sequence["NearMiss"] | None = None) -> list[str]:
    """One run of the unit as lines of text. near: a line for each of these, in place of all that was a change away."""
    said = [_title(story, zh)]
    for segment, turn in story.differs:
        said.append(
            f"  {segment} 第 {turn} 步起与记录不同：以下是当前程序的判断"
            if zh
            else f"  {segment} differs from turn {turn} on: what follows is what the program of today does"
        )
    said += _part("已发出" if zh else "given", [_given(one, zh) for one in story.given])
    said += _part("有判断但未显示" if zh else "claimed, not shown", [_held(one, zh) for one in story.held])
    if near is None:
        away = "未判断为危险，但只差一个条件" if zh else "not claimed, one condition away"
        said += _part(away, [_missed(one, zh) for one in story.missed])
    else:
        closest = "险些发出（最接近者在前）" if zh else "nearly given, the nearest first"
        said += _part(closest, [[_near(one, zh)] for one in near])
    silent = " ".join(story.silent()) or "-"
    said.append(f"没有接近触发的应用：{silent}" if zh else f"nothing near: {silent}")
    how = "--at 14:13:36.5 --app FCW"
    if near is not None:
        said.append("查看一个应用只差一个条件的全部情况：--app FCW" if zh
                    else "for all of one application that was one condition away: --app FCW")  # fmt: skip
    said.append(f"查看某一时刻的全部条件：{how}" if zh else f"for every condition of one moment: {how}")
    return said


def _part(title: str, found: list[list[str]]) -> list[str]:
    colon = ": " if title.isascii() else "："
    return [f"{title}{colon}{len(found)}", *itertools.chain.from_iterable(found)]


def _title(story: "Story", zh: bool) -> str:
    if story.first is None or story.last is None:
        return "没有观察" if zh else "no look"
    long_s = (story.last.at_ns - story.first.at_ns) / NS_PER_S
    return f"{_time(story.first)}  {long_s:.1f} s  " + (f"{story.looks} 次判断" if zh else f"{story.looks} looks")


def _given(one: "Given", zh: bool) -> list[str]:
    begun = one.begun
    text, level = (begun.text.zh, LEVELS[one.level]) if zh else (begun.text.en, one.level.name.lower())
    far = f"  {_distance(begun)} -> {_distance(one.ended)}" if begun.distance_m is not None else ""
    why = ", ".join(f"{name} {value}" for name, value in begun.why)
    name = ("标记" if zh else "mark") if one.number is None else f"#{one.number}"
    return [
        f"  {name} {_when(one.span)}  {begun.app} {begun.subject}  {level}  {text}{far}",
        f"      {'因为' if zh else 'because'} {why}",
    ]


def _held(one: "Held", zh: bool) -> list[str]:
    if one.is_unsure:
        why = "仅凭一条消息，等下一条确认" if zh else "by one message alone: the next must say so, too"
    elif one.behind is None:
        why = "刚结束，静默期内不重复" if zh else "over a moment ago: quiet for its re-arm time"
    else:
        why = f"屏幕上是 #{one.behind}" if zh else f"#{one.behind} was on the screen"
    return [f"  {_when(one.span)}  {one.alert.app} {one.alert.subject}: {why}"]


def _missed(one: "Missed", zh: bool) -> list[str]:
    found = _nearest(one.changes)
    said = [f"      {_change(change, zh)}" for change in found[:MOST_CHANGES]]
    more = len(found) - MOST_CHANGES
    rest = [f"      {f'另有 {more} 种' if zh else f'and {more} more'}"] if more > 0 else []
    return [f"  {_when(one.span)}  {one.app} {_whom(one.about, zh)}", *said, *rest]


def _near(one: "NearMiss", zh: bool) -> str:
    lacked, missed = one.lacked, one.missed
    far = f"  ×{lacked.times:.2f}" if math.isfinite(lacked.times) else ""
    return f"  {_time(one.view)[11:]}  {missed.app} {_whom(missed.about, zh)}  {_change(lacked, zh)}{far}"


def _whom(about: str, zh: bool) -> str:
    return about or ("本车" if zh else "ourselves")


def _change(change: "Change", zh: bool) -> str:
    was = f"（实际 {change.was}）" if zh else f" (was {change.was})"
    return f"{'若' if zh else 'with'} {change.what} {change.needed}{was}"


def _nearest(changes: Mapping["Change", tuple[int, "View"]]) -> list["Change"]:
    """The most frequent first; a number that would have had to be another each second is told as it was nearest."""
    often: dict[str, int] = {}
    nearest: dict[str, Change] = {}
    for change, (looks, _) in changes.items():
        key = change.what if math.isfinite(change.times) else f"{change.what} {change.needed}"
        often[key] = often.get(key, 0) + looks
        if key not in nearest or change.times < nearest[key].times:
            nearest[key] = change
    return [nearest[key] for key in sorted(nearest, key=lambda key: -often[key])]


def _when(span: "Span") -> str:
    return f"{_time(span.first)[11:]}-{_time(span.last)[11:]}"


def _time(view: "View") -> str:
    """UTC to a tenth of a second; where it was not known, seconds of the unit's own clock."""
    if view.utc_ns is None:
        return f"{'':11}{view.at_ns / NS_PER_S:.1f} s"
    at = datetime.fromtimestamp(view.utc_ns / NS_PER_S, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100_000}"


def _distance(alert: Alert) -> str:
    return "-" if alert.distance_m is None else f"{alert.distance_m:.0f} m"
