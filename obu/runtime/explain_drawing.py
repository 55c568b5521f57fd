"""A story of warnings as one SVG: a strip of time above, below it each warning's first instant from above.

Its one rule: only what the story holds is drawn; metres and seconds are to scale.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from obu.core.geo import Offset
from obu.core.now import NS_PER_S
from obu.core.world import Neighbour, Section, View
from obu.runtime.explaining import Given, Span, Story

WIDE, LEFT, ROW, PANEL = 900.0, 60.0, 16.0, 420.0
AHEAD_M, BEHIND_M, BESIDE_M = 100.0, 40.0, 40.0
MOST_PANELS = 6
RANGES_M = (25, 50, 75)
COLOURS = {"given": "#c62828", "held": "#ef6c00", "missed": "#90a4ae"}
LEGEND = {"given": "已发出 given", "held": "未显示 held back", "missed": "险些发出 nearly given"}
BARS = {"given": (3, 10), "held": (3, 10), "missed": (6, 4)}  # from the top of the row, and high; held is hollow
FAINT = "#cfd8dc"
MOST_TICKS = 15


def svg(story: Story) -> str:
    """The whole drawing as text."""
    rows = _rows(story)
    panels = story.given[:MOST_PANELS]
    strip = ROW * (len(rows) + 3)
    high = strip + PANEL * math.ceil(len(panels) / 3) + ROW
    root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDE:.0f} {high:.0f}")
    root.set("font-family", "sans-serif")
    root.set("font-size", "11")
    ET.SubElement(root, "rect", width="100%", height="100%", fill="white")
    _strip(root, story, rows)
    for index, given in enumerate(panels):
        at = f"translate({index % 3 * WIDE / 3:.0f} {strip + index // 3 * PANEL:.0f})"
        _panel(ET.SubElement(root, "g", transform=at), given)
    return ET.tostring(root, encoding="unicode") + "\n"


def _rows(story: Story) -> dict[str, list[tuple[str, str, Span]]]:
    """By application: what became of it, about whom, when. Held lies over given: a warning that returns is one."""
    rows: dict[str, list[tuple[str, str, Span]]] = {}
    for missed in story.missed:
        rows.setdefault(missed.app, []).append(("missed", missed.about, missed.span))
    for given in story.given:
        rows.setdefault(given.begun.app, []).append(("given", given.begun.subject, given.span))
    for held in story.held:
        rows.setdefault(held.alert.app, []).append(("held", held.alert.subject, held.span))
    return dict(sorted(rows.items()))


def _strip(root: ET.Element, story: Story, rows: dict[str, list[tuple[str, str, Span]]]) -> None:
    if story.first is None or story.last is None:
        return
    begin_ns = story.first.at_ns
    long_s = max(1.0, (story.last.at_ns - begin_ns) / NS_PER_S)
    scale = (WIDE - LEFT - ROW) / long_s
    for number, (app, spans) in enumerate(rows.items(), 1):
        say(root, ROW / 2, number * ROW + 11, app)
        for what, about, span in spans:
            from_s = (span.first.at_ns - begin_ns) / NS_PER_S
            wide = max(2.0, (span.last.at_ns - span.first.at_ns) / NS_PER_S * scale)
            bar = _bar(root, what, LEFT + from_s * scale, number * ROW, wide)
            bar.set("class", what)
            ET.SubElement(bar, "title").text = f"{app} {about} +{from_s:.1f} s"
    _ticks(root, long_s, scale, (len(rows) + 1) * ROW)
    for index, (what, words) in enumerate(LEGEND.items()):
        x, y = LEFT + index * 170.0, (len(rows) + 2) * ROW
        _bar(root, what, x, y - ROW + 4, 14.0)
        say(root, x + 20, y, words)


def _bar(root: ET.Element, what: str, x: float, top: float, wide: float) -> ET.Element:
    """Told apart by its shape, too."""
    down, high = BARS[what]
    bar = ET.SubElement(root, "rect", x=f"{x:.1f}", y=f"{top + down:.1f}", width=f"{wide:.1f}", height=f"{high}")
    bar.set("fill", "white" if what == "held" else COLOURS[what])
    bar.set("stroke", COLOURS[what])
    bar.set("stroke-width", "2" if what == "held" else "0")
    return bar


def _ticks(root: ET.Element, long_s: float, scale: float, bottom: float) -> None:
    step_s = next(step for step in (1, 2, 5, 10, 30, 60, 300, math.ceil(long_s)) if long_s / step <= MOST_TICKS)
    for at_s in range(0, int(long_s) + 1, step_s):
        x = LEFT + at_s * scale
        ET.SubElement(root, "path", d=f"M{x:.1f} {ROW:.0f}V{bottom:.0f}", stroke=FAINT).set("stroke-width", "0.5")
        say(root, x, ROW - 4, f"+{at_s} s", "middle")


def _panel(group: ET.Element, given: Given) -> None:
    """Our way is up; the one that the warning is about is filled."""
    view, alert = given.span.first, given.begun
    distance = "" if alert.distance_m is None else f" {alert.distance_m:.0f} m"
    number = "" if given.number is None else f"#{given.number} "
    say(group, 8, 14, f"{number}{alert.app} {alert.text.zh} {alert.text.en}{distance}")
    from_above(group, view, alert.subject)


def from_above(group: ET.Element, view: View, subject: str) -> None:
    """Who is where; `subject` is filled."""
    scale = (PANEL - 2 * ROW) / (AHEAD_M + BEHIND_M)
    middle = f"translate({WIDE / 6:.1f} {1.5 * ROW + AHEAD_M * scale:.1f}) scale({scale:.3f})"
    ground = ET.SubElement(group, "g", transform=middle)
    ET.SubElement(ground, "path", d=f"M0 {BEHIND_M:.0f}V{-AHEAD_M:.0f}", stroke=FAINT).set("stroke-width", "0.5")
    for range_m in RANGES_M:
        line = ET.SubElement(ground, "path", d=f"M{-BESIDE_M:.0f} {-range_m}H{BESIDE_M:.0f}", stroke=FAINT)
        line.set("stroke-width", "0.3")
        say(group, WIDE / 6 + BESIDE_M * scale, 1.5 * ROW + (AHEAD_M - range_m) * scale - 3, f"{range_m} m", "end")
    whole = Section(0.0, 0.0, 0.0, view.own.body.length_m, view.own.body.width_m)
    for part in view.sections or (whole,):
        size_m = part.length_m, part.width_m
        _car(ground, Offset(part.ahead_m, part.right_m), part.turn_deg, size_m, "own", "#1565c0")
    for other in _near(view):
        is_target = subject in (other.id.hex(), other.subject)
        name, colour = ("target", COLOURS["given"]) if is_target else ("other", COLOURS["missed"])
        _car(ground, other.offset, other.heading_diff_deg, (other.length_m, other.width_m), name, colour)


def _near(view: View) -> Sequence[Neighbour]:
    return [
        other for other in view.neighbours
        if -BEHIND_M < other.offset.ahead_m < AHEAD_M and abs(other.offset.right_m) < BESIDE_M
    ]  # fmt: skip


def _car(ground: ET.Element, at: Offset, turn_deg: float, size_m: tuple[float, float], name: str, colour: str) -> None:
    """Others are hollow."""
    length_m, width_m = size_m
    place = f"translate({at.right_m:.1f} {-at.ahead_m:.1f}) rotate({turn_deg:.0f})"
    fill = "white" if name == "other" else colour
    car = ET.SubElement(ground, "path", transform=place, fill=fill, stroke=colour)
    car.set("stroke-width", "0.4")
    car.set("class", name)
    half, nose = width_m / 2, length_m / 2
    car.set("d", f"M{-half:.2f} {nose:.2f}V{1 - nose:.2f}L0 {-nose:.2f}L{half:.2f} {1 - nose:.2f}V{nose:.2f}Z")


def say(parent: ET.Element, x: float, y: float, text: str, anchor: str = "start") -> ET.Element:
    """A line of text at a place."""
    said = ET.SubElement(parent, "text", x=f"{x:.1f}", y=f"{y:.1f}")
    said.set("text-anchor", anchor)
    said.text = text
    return said
