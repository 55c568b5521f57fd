"""One instant of a journal as an SVG: who was where, and beside it each condition with its value; nothing else."""

import xml.etree.ElementTree as ET

from obu.runtime.asking import Instant
from obu.runtime.counterfactual import text_of
from obu.runtime.explain_drawing import COLOURS, PANEL, ROW, WIDE, from_above, say

COLUMNS, HOLDS = 2, "#2e7d32"
COLUMN = (WIDE - WIDE / 3) / COLUMNS


def svg(found: Instant) -> str:
    """The whole drawing as text: a green mark holds, a red one does not."""
    lines: list[tuple[str, bool | None]] = []
    for asked in found.asked:
        lines.append((f"{asked.app} {asked.about}", None))
        lines += [(f"{name} {text_of(value)} {how} {text_of(limit)}", holds)
                  for name, value, how, limit, holds in asked.conditions]  # fmt: skip
    rows = -(-len(lines) // COLUMNS)
    root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg",
                      viewBox=f"0 0 {WIDE:.0f} {max(PANEL, (rows + 1) * ROW):.0f}")  # fmt: skip
    root.set("font-family", "sans-serif")
    root.set("font-size", "11")
    ET.SubElement(root, "rect", width="100%", height="100%", fill="white")
    subjects = {asked.about for asked in found.asked if asked.about}
    from_above(ET.SubElement(root, "g"), found.view, subjects.pop() if len(subjects) == 1 else "")
    for index, (text, holds) in enumerate(lines):
        x, y = WIDE / 3 + index // rows * COLUMN, (index % rows + 1) * ROW
        say(root, x + (0.0 if holds is None else 2 * ROW), y, text)
        if holds is not None:
            mark = ET.SubElement(root, "circle", cx=f"{x + ROW:.1f}", cy=f"{y - 4:.1f}", r="4")
            mark.set("fill", HOLDS if holds else COLOURS["given"])
            mark.set("class", "holds" if holds else "fails")
    return ET.tostring(root, encoding="unicode") + "\n"
