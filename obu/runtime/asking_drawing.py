"""One instant of a journal as an SVG: who was where, and beside it each condition with its value; nothing else."""

import textwrap
import xml.etree.ElementTree as ET

from obu.runtime.asking import Asked, Instant
from obu.runtime.counterfactual import text_of
from obu.runtime.explain_drawing import COLOURS, PANEL, ROW, WIDE, from_above, say

COLUMNS, LETTERS = 2, 40  # of a line: as many as a column holds in bold
COLUMN = (WIDE - WIDE / 3) / COLUMNS
MARKS = {True: ("holds", "M-5 0L-1 4L5 -5", "#2e7d32"), False: ("fails", "M-4 -4L4 4M-4 4L4 -4", COLOURS["given"])}

Line = tuple[str, bool | None, bool]  # text, whether the condition holds, whether it begins here


def svg(found: Instant) -> str:
    """The whole drawing as text: what holds is ticked, what does not is crossed out and bold."""
    blocks = [_block(asked) for asked in found.asked]
    columns: list[list[Line]] = [[] for _ in range(COLUMNS)]
    count, before = sum(map(len, blocks)), 0
    for block in blocks:
        columns[int((before + len(block) / 2) * COLUMNS / count)].extend(block)
        before += len(block)
    high = max(PANEL, (max(map(len, columns)) + 1) * ROW)
    root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDE:.0f} {high:.0f}")
    root.set("font-family", "sans-serif")
    root.set("font-size", "11")
    ET.SubElement(root, "rect", width="100%", height="100%", fill="white")
    subjects = {asked.about for asked in found.asked if asked.about}
    from_above(ET.SubElement(root, "g"), found.view, subjects.pop() if len(subjects) == 1 else "")
    for number, column in enumerate(columns):
        for row, line in enumerate(column, 1):
            _draw(root, line, WIDE / 3 + number * COLUMN, row * ROW)
    return ET.tostring(root, encoding="unicode") + "\n"


def _block(asked: Asked) -> list[Line]:
    """Of one application: its name, then its conditions; it stands in one column."""
    lines: list[Line] = [(f"{asked.app} {asked.about}", None, True)]
    for name, value, how, limit, holds in asked.conditions:
        first, *more = textwrap.wrap(f"{name} {text_of(value)} {how} {text_of(limit)}", LETTERS)
        lines += [(first, holds, True), *((text, holds, False) for text in more)]
    return lines


def _draw(root: ET.Element, line: Line, x: float, y: float) -> None:
    text, holds, begins = line
    said = say(root, x + (0.0 if holds is None else 2 * ROW), y, text)
    if holds is None:
        said.set("font-size", "13")
        return
    if not holds:
        said.set("font-weight", "bold")
    if begins:
        name, shape, colour = MARKS[holds]
        mark = ET.SubElement(root, "path", d=shape, transform=f"translate({x + ROW:.1f} {y - 4:.1f})", stroke=colour)
        mark.set("class", name)
        mark.set("fill", "none")
        mark.set("stroke-width", "2.5")
