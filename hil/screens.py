"""`python -m hil screens`: every application's warning on the real page, day and night, in both languages, as pictures.

The rule: the real `obu screen` and a real browser; only the unit is a stand-in, and it tells what the unit's own code
made (hil/showcase.py).
"""

import argparse
import html
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from hil import chromium
from hil.showcase import PLAYS, Stage, unplayed
from hil.unit_stand_in import STATUS, UnitStandIn

LIGHTS, LANGUAGES = ("day", "night"), ("zh", "en")
PATIENCE_MS = 10_000
# Warning and scene come apart: what is asked tells this stage's from the one before.
SHOWN = """([number, left, speed, sign, light]) => document.body.dataset.alert === number
  && (document.body.dataset.view !== 'calm' || (document.querySelector('#sign').hidden === !sign
    && document.querySelector('#light').hidden === !light))
  && document.querySelector('.mark.left').hidden === !left
  && document.querySelector('.speed b').textContent === speed
  && [...document.querySelectorAll('#warning:not([hidden]) .plate, #hint:not([hidden]) .plate')]
    .every((plate) => plate.querySelector('svg svg'))"""


@dataclass(frozen=True, slots=True)
class Shot:
    """What the page shows now. alert: its body, None for a mark."""

    app: str
    light: str
    lang: str
    alert: dict[str, Any] | None


class Tour:
    """shots() brings the page to each in turn. page: playwright's, at the screen's address; unit: its unit."""

    def __init__(self, page: Any, url: str, unit: UnitStandIn) -> None:
        self._page, self._url, self._unit = page, url, unit
        self._stages = {app: _told(Stage(app)) for app in PLAYS}
        self._number = 0

    def shots(self) -> Iterator[Shot]:
        """Every application by day and night, in both languages."""
        for light, lang in product(LIGHTS, LANGUAGES):
            self._page.goto(f"{self._url}?light={light}&lang={lang}")
            for app, told in self._stages.items():
                alert = self._show(told)
                yield Shot(app, light, lang, alert)

    def _show(self, told: dict[str, Any]) -> dict[str, Any] | None:
        self._unit.status, self._unit.scene = told["status"], told["scene"]
        if "road" in told:
            self._unit.tell("road", told["road"])
        self._unit.tell("clear", {"number": self._number})
        alert = None
        if "alert" in told:
            self._number += 1
            alert = {**told["alert"], "number": self._number}
            self._unit.tell("alert", alert)
        self._unit.tell("status", told["status"])
        self._unit.tell("scene", told["scene"])
        number, scene = str(self._number) if alert else "", told["scene"]
        has = [scene["sign"] is not None, scene["signal"] is not None]
        arg = [number, scene["beside"]["left"], str(round(scene["speed_kph"])), *has]
        self._page.wait_for_function(SHOWN, arg=arg, timeout=PATIENCE_MS)
        return alert


def _told(stage: Stage) -> dict[str, Any]:
    """By kind of event."""
    status = {**STATUS, "unavailable": stage.unavailable()}
    return {"status": status, **{event.kind: event.body for event in stage.events()}}


def arguments(parser: argparse.ArgumentParser) -> None:
    """--out DIR; --size for another screen."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="of index.html and the pictures / 输出目录"
    )
    parser.add_argument("--size", default="1024x600", metavar="WxH", help="of the screen, in pixels / 屏幕像素")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when every page was shown; 2 without a browser, for a wrong size or an app without a play."""
    width, _, height = args.size.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        print(f"--size {args.size}: must be WIDTHxHEIGHT, as in 800x480 / 应为 宽x高", file=sys.stderr)
        return 2
    if missing := ", ".join(unplayed()):
        zh = f"hil/showcase.py 的 PLAYS 中没有 {missing}：请加上应预警的时刻"
        print(f"{missing}: no instant to show: add it to PLAYS in hil/showcase.py / {zh}", file=sys.stderr)
        return 2
    if chromium.path() is None:
        print("no Chromium: .venv/bin/python -m playwright install --with-deps chromium / 没有浏览器", file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    args.out.mkdir(parents=True, exist_ok=True)
    with _screen() as (url, unit), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        page = browser.new_page(viewport={"width": int(width), "height": int(height)}, reduced_motion="reduce")
        taken = [_take(page, shot, args.out) for shot in Tour(page, url, unit).shots()]
        browser.close()
    (args.out / "index.html").write_text(_sheet(taken), encoding="utf-8")
    print(f"{len(taken)} pictures: {args.out / 'index.html'}")
    return 0


@contextmanager
def _screen() -> Iterator[tuple[str, UnitStandIn]]:
    """`obu screen` at a free port, and its unit, which goes on telling."""
    with tempfile.TemporaryDirectory(prefix="obu-screens-") as folder:
        unit = UnitStandIn(Path(folder) / "unit.sock")
        command = [sys.executable, "-m", "obu", "screen", "--socket", str(unit.path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            unit.meet()
            unit.repeat()
            try:
                yield process.stdout.readline().removeprefix("screen: ").strip(), unit
            finally:
                unit.leave()
                process.terminate()


def _take(page: Any, shot: Shot, folder: Path) -> tuple[str, Shot]:
    name = f"{shot.app.lower()}_{shot.light}_{shot.lang}.png"
    page.screenshot(path=folder / name)
    return name, shot


def _sheet(taken: list[tuple[str, Shot]]) -> str:
    """One row for each application, its four pictures side by side."""
    rows = []
    for app in PLAYS:
        cells = "".join(
            f'<td><img src="{name}" alt="{shot.app}" loading="lazy"><br>{html.escape(_caption(shot))}</td>'
            for name, shot in taken
            if shot.app == app
        )
        rows.append(f"<tr><th>{app}</th>{cells}</tr>")
    style = "td{padding:6px;font:14px sans-serif} img{width:440px;border:1px solid #888} th{vertical-align:top}"
    head = f'<!doctype html><meta charset="utf-8"><title>Screens</title><style>{style}</style>'
    return f"{head}<table>{''.join(rows)}</table>\n"


def _caption(shot: Shot) -> str:
    words = "" if shot.alert is None else shot.alert["text"][shot.lang]
    return f"{shot.light}, {shot.lang}: {words}"
