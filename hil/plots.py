"""Plots as inline SVG, no library and nothing fetched: a run over time, the situation from above, a histogram."""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, LEFT, RIGHT = 640, 46, 8
ROW, GAP, BAR = 62, 18, 12
VIEW, LEAST_VIEW_M, MOST_VIEW_M = 360, 60.0, 200.0  # of the top view: pixels, and metres from side to side
LETTER = 6.2  # pixels of one, on the average
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
class Ticks:
    """Moments, on a line of their own."""

    name: str
    at_s: Sequence[float]
    colour: str


@dataclass(frozen=True, slots=True)
class Shade:
    """A span behind all of it: where something is due, or where it may not be."""

    from_s: float
    to_s: float
    is_forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over time; points without a value break it."""

    name: str
    points: Sequence[tuple[float, float | None]]
    colour: str


def timeline(lasts_s: float, lines: Sequence[Line], bars: Sequence[Bar | Ticks], shades: Sequence[Shade]) -> str:
    """lines above each other, then bars; shades: the windows of what is expected."""
    scale = (WIDTH - LEFT - RIGHT) / lasts_s
    lines = [line for line in lines if any(value is not None for _, value in line.points)]
    height = GAP + len(lines) * (ROW + GAP) + len(bars) * (BAR + 4) + 22
    body = [
        f'<rect class="window{" forbidden" * each.is_forbidden}" x="{LEFT + each.from_s * scale:.1f}" y="4"'
        f' width="{max(1.0, (each.to_s - each.from_s) * scale):.1f}" height="{height - 22}"/>'
        for each in shades
    ]
    top = GAP
    for line in lines:
        body.append(_line(line, top, scale, lasts_s))
        top += ROW + GAP
    for bar in bars:
        body.append(_bar(bar, top, scale, lasts_s) if isinstance(bar, Bar) else _ticked(bar, top, scale, lasts_s))
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
    text_px = LETTER * len(bar.name) + 8
    if left - LEFT > text_px:  # before it, where there is room
        text = f'<text x="{left - 4:.1f}" y="{top + BAR - 2}" text-anchor="end">{_text(bar.name)}</text>'
    elif wide > text_px:
        text = f'<text class="inside" x="{left + 4:.1f}" y="{top + BAR - 2}">{_text(bar.name)}</text>'
    else:
        text = f'<text x="{left + wide + 4:.1f}" y="{top + BAR - 2}">{_text(bar.name)}</text>'
    return (
        f'<g class="bar"><rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{BAR}" fill="{bar.colour}">'
        f"<title>{_text(span)}</title></rect>{text}</g>"
    )


def _ticked(ticks: Ticks, top: float, scale: float, lasts_s: float) -> str:
    strokes = "".join(f"M{LEFT + at_s * scale:.1f} {top}v{BAR}" for at_s in ticks.at_s if 0 <= at_s <= lasts_s)
    return (
        f'<path d="{strokes}" stroke="{ticks.colour}"><title>{_text(ticks.name)}</title></path>'
        f'<text x="{LEFT - 4}" y="{top + BAR - 2}" text-anchor="end">{_text(ticks.name)}</text>'
    )


def top_view(scene: dict[str, Any]) -> str:
    """A scene of hil/sampling.py, our heading upwards, we in the lower third; as near as it shows who matters."""
    turn = math.radians(scene["heading_deg"])
    scale = VIEW / _span_m(scene)

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
        f'<path class="axis" d="M.5.5h{VIEW - 1}v{VIEW - 1}h-{VIEW - 1}z"/>',
    ]  # fmt: skip
    return _svg(VIEW, VIEW, f"from above at {scene['at_s']:g} s", body)


def _span_m(scene: dict[str, Any]) -> float:
    """So many metres from side to side that the nearest of the others, and what is marked, are well within."""
    away_m = sorted(math.hypot(*place) for place in (*(each["at"] for each in scene["others"]), *scene["marks"]))
    return min(MOST_VIEW_M, max(LEAST_VIEW_M, 1.9 * away_m[0] if away_m else MOST_VIEW_M))


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
        f'<text x="{x + wide / 2 + 6:.1f}" y="{y + 4:.1f}">{_text(name)} {speed_mps * 3.6:.0f} km/h</text></g>'
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
