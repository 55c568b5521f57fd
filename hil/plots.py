"""Plots as inline SVG, no library and nothing fetched: a run over time, the situation from above, a histogram."""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, LEFT, RIGHT = 640, 46, 8
ROW, GAP, BAR = 62, 18, 12
VIEW, VIEW_M = 360, 200.0  # of the top view: pixels, and metres from side to side
COLOURS = {"information": "#36c", "caution": "#d80", "imminent": "#c00"}
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts, on a line of its own. colour: as SVG has it."""

    name: str
    from_s: float
    to_s: float
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over time; points without a value break it."""

    name: str
    points: Sequence[tuple[float, float | None]]
    colour: str


def timeline(lasts_s: float, lines: Sequence[Line], bars: Sequence[Bar], shades: Sequence[tuple[float, float]]) -> str:
    """lines above each other, then bars; shades: the windows of what is expected, behind all of it."""
    scale = (WIDTH - LEFT - RIGHT) / lasts_s
    lines = [line for line in lines if any(value is not None for _, value in line.points)]
    height = GAP + len(lines) * (ROW + GAP) + len(bars) * (BAR + 4) + 22
    body = [
        f'<rect class="window" x="{LEFT + from_s * scale:.1f}" y="4" width="{max(1.0, (to_s - from_s) * scale):.1f}"'
        f' height="{height - 22}"/>'
        for from_s, to_s in shades
    ]
    top = GAP
    for line in lines:
        body.append(_line(line, top, scale, lasts_s))
        top += ROW + GAP
    for bar in bars:
        body.append(_bar(bar, top, scale, lasts_s))
        top += BAR + 4
    body += [
        f'<text x="{LEFT + at_s * scale:.1f}" y="{height - 6}" text-anchor="middle">{at_s:g} s</text>'
        for at_s in _ticks(lasts_s, 8)
    ]
    return _svg(WIDTH, height, "over time", body)


def _line(line: Line, top: float, scale: float, lasts_s: float) -> str:
    highest = max((value for _, value in line.points if value is not None), default=0.0)
    most = _ceiling(highest)
    parts, run = [], []
    for at_s, value in [*line.points, (lasts_s, None)]:
        if value is None:
            if len(run) > 1:
                parts.append(f'<polyline points="{" ".join(run)}" stroke="{line.colour}"/>')
            run = []
        elif 0 <= at_s <= lasts_s:
            run.append(f"{LEFT + at_s * scale:.1f},{top + ROW * (1 - min(1.0, max(0.0, value / most))):.1f}")
    axis = (
        f'<path class="axis" d="M{LEFT} {top}V{top + ROW}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 4}" y="{top + 9}" text-anchor="end">{most:g}</text>'
        f'<text x="{LEFT - 4}" y="{top + ROW}" text-anchor="end">0</text>'
        f'<text x="{LEFT + 6}" y="{top - 3}" fill="{line.colour}">{_text(line.name)}</text>'
    )
    return axis + "".join(parts)


def _bar(bar: Bar, top: float, scale: float, lasts_s: float) -> str:
    from_s, to_s = max(0.0, bar.from_s), min(lasts_s, bar.to_s)
    span = f"{bar.name}: {bar.from_s:g} to {bar.to_s:g} s" if bar.to_s < 1e6 else f"{bar.name}: from {bar.from_s:g} s"
    left, wide = LEFT + from_s * scale, max(2.0, (to_s - from_s) * scale)
    return (
        f'<g class="bar"><rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{BAR}" fill="{bar.colour}">'
        f"<title>{_text(span)}</title></rect>"
        f'<text x="{min(left + 3, WIDTH - 160):.1f}" y="{top + BAR - 2}">{_text(bar.name)}</text></g>'
    )


def top_view(scene: dict[str, Any]) -> str:
    """A scene of hil/sampling.py, our heading upwards, we in the lower third."""
    turn = math.radians(scene["heading_deg"])
    scale = VIEW / VIEW_M

    def at(place: Sequence[float]) -> tuple[float, float]:
        right = place[0] * math.cos(turn) - place[1] * math.sin(turn)
        ahead = place[0] * math.sin(turn) + place[1] * math.cos(turn)
        return VIEW / 2 + right * scale, VIEW * 0.68 - ahead * scale

    road = " ".join("{:.1f},{:.1f}".format(*at(place)) for place in scene["road"])
    body = [
        f'<polyline class="road" points="{road}" style="stroke-width:{3.5 * scale:.1f}"/>',
        *(_mark(*at(place)) for place in scene["marks"]),
        *(_vehicle(*at(each["at"]), each["heading_deg"] - scene["heading_deg"], each["outline"], scale, each["name"],
                   each["speed_mps"], "#888") for each in scene["others"]),
        _vehicle(*at((0.0, 0.0)), 0.0, scene["outline"], scale, "us", scene["speed_mps"], "#06c"),
        f'<path class="axis" d="M10 {VIEW - 10}h{20 * scale:.0f}"/><text x="10" y="{VIEW - 14}">20 m</text>',
    ]  # fmt: skip
    return _svg(VIEW, VIEW, f"from above at {scene['at_s']:g} s", body)


def _vehicle(
    x: float,
    y: float,
    turn_deg: float,
    outline: Sequence[float],
    scale: float,
    name: str,
    speed_mps: float,
    colour: str,
) -> str:
    long, wide = max(4.0, outline[0] * scale), max(3.0, outline[1] * scale)
    left, top = x - wide / 2, y - long / 2
    return (
        f'<g class="vehicle"><g transform="rotate({turn_deg:.0f} {x:.1f} {y:.1f})">'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{long:.1f}" rx="1" fill="{colour}"/>'
        f'<path class="nose" d="M{left:.1f} {top + 3:.1f}h{wide:.1f}"/></g>'
        f'<text x="{x + 8:.1f}" y="{y + 4:.1f}">{_text(name)} {speed_mps * 3.6:.0f} km/h</text></g>'
    )


def _mark(x: float, y: float) -> str:
    return f'<path d="M{x:.1f} {y - 6:.1f}l5 10h-10z" fill="#d80"/>'


def histogram(values: Sequence[float], unit: str) -> str:
    """How often which value came; empty for none. What is below 0, as where a clock runs ahead, counts as 0."""
    if not values:
        return ""
    most = _ceiling(max(values))
    count = 20
    heights = [0] * count
    for value in values:
        heights[max(0, min(count - 1, int(value / most * count)))] += 1
    wide, tall = (WIDTH - LEFT - RIGHT) / 2, 60
    bars = [
        f'<rect x="{LEFT + index * wide / count:.1f}" y="{GAP + tall * (1 - height / max(heights)):.1f}"'
        f' width="{wide / count - 1:.1f}" height="{tall * height / max(heights):.1f}" fill="#69c"/>'
        for index, height in enumerate(heights)
        if height
    ]
    axis = (
        f'<path class="axis" d="M{LEFT} {GAP + tall}h{wide}"/>'
        f'<text x="{LEFT}" y="{GAP + tall + 13}">0</text>'
        f'<text x="{LEFT + wide}" y="{GAP + tall + 13}" text-anchor="end">{most:g} {unit}</text>'
        f'<text x="{LEFT - 4}" y="{GAP + 9}" text-anchor="end">{max(heights)}</text>'
    )
    return _svg(int(LEFT + wide + RIGHT), GAP + tall + 18, "histogram", [*bars, axis])


def _ticks(most: float, count: int) -> list[float]:
    step = next((each for each in STEPS if most / each <= count), STEPS[-1])
    return [index * step for index in range(int(most / step + 1e-9) + 1)]


def _ceiling(most: float) -> float:
    step = next((each for each in STEPS if most / each <= 5), STEPS[-1])
    return max(step, math.ceil(most / step - 1e-9) * step)


def _svg(width: int, height: float, label: str, body: Iterable[str]) -> str:
    return (
        f'<svg width="{width}" height="{height:.0f}" viewBox="0 0 {width} {height:.0f}" role="img"'
        f' aria-label="{_text(label)}">{"".join(body)}</svg>'
    )


def _text(words: str) -> str:
    return html.escape(words)
