"""All at once on every screen: the longest words and figures, a light, a sign, cars beside us, a long list of lacks.

The rule: nothing that the driver needs is cut, lies over another, or is too small for 80 cm.
"""

import math
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hil.unit_stand_in import STATUS
from tests.screen.players import SCENE, FakeUnit, Screen, alert, box

pytestmark = [pytest.mark.needs("chromium", "cjk_fonts")]

SIZES = [(600, 1024), (800, 480), (1024, 600), (1280, 800)]
LIGHTS, LANGUAGES = ("day", "night"), ("zh", "en")
LEAST_MINUTES = 12  # ISO 15008's least, on 7 inches from 80 cm
LEAST_ROAD = 0.1  # of the screen's height: what the road from above keeps

TITLE = {"zh": "行人与骑行者", "en": "Pedestrians and cyclists"}
WHY = {
    "unit": {"zh": "总线无转向灯信号", "en": "no turn signals on the bus"},
    "place": {"zh": "无信号灯数据", "en": "no signal data"},
    "setting": {"zh": "已在配置中关闭", "en": "switched off in the configuration"},
}
LACKS = [
    {"apps": [{"name": "X", "title": TITLE}] * 4, "because": because, "why": why, "is_silent": False}
    for because, why in WHY.items()
]
OVERDUE = [{"kind": kind, "issuer": "0", "next_utc_s": 1, "is_stale": True} for kind in ("crl", "ctl", "trcl")]
ALL_LACKS = STATUS | {
    "unavailable": LACKS,
    "bsm": STATUS["bsm"] | {"state": "stopped", "why": [{"zh": "定位已过期", "en": "the position is too old"}]},
    "security": STATUS["security"] | {"bench_keys": True},
    "display": {"state": "fault", "why": {"zh": "无响应", "en": "silent"}},
    "trust": STATUS["trust"] | {"lists": OVERDUE},
}
SIGN = {"text": {"zh": "Ｗ" * 12, "en": "W" * 12}, "symbol": "sign_ahead", "shape": "warning", "figure": "",
        "distance_m": 280.0}  # fmt: skip
LIGHT = {"lamp": "red", "turn": "left", "stop_m": 284, "left_s": 111.4, "advice_kph": [100, 110]}
ALL_AT_ONCE = SCENE | {
    "beside": {"left": True, "right": True}, "signal": LIGHT, "sign": SIGN, "speed_kph": 108.0, "limit_kph": 120,
    "door_open": True, "hazard": True, "around": 128,
}  # fmt: skip
WORDS = {"zh": "前方道路结冰请减速", "en": "Wrong-way driver ahead of you"}

SPEED = [".turn.left svg", ".gear", ".turn.right svg", ".speed b", ".speed i", ".speed .limit"]
LIGHT_PARTS = [".door", "#light .housing", "#light .way svg", "#light .line", "#light .advice em", "#light .advice b"]
STRIPS = [".count", "#sign .plate > svg", "#sign p", "#sign span", "#hint .plate .shape", "#hint p"]
IN_WARNING = (".plate .shape", ".arrow path", ".distance b", ".distance i", ".time b", ".sentence")
DANGER = [f"#warning {part}" for part in IN_WARNING]
ALWAYS = [".mark.left svg", ".mark.right svg", ".badge.bench", "#state div", "footer button"]
PARTS = {1: [*SPEED, *LIGHT_PARTS, *STRIPS, ".missing li", *ALWAYS], 3: [*SPEED, *DANGER, *ALWAYS]}

# Names of the parts that are not there; cut by their panel or the screen; over one another; and the smallest letters.
# A text is where its letters are, not its box.
LOOK = """(selectors) => {
  const parts = [], found = { missing: [], cut: [], over: [] };
  for (const selector of selectors) {
    const all = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    if (!all.length) found.missing.push(selector);
    for (const one of all) {
      const range = new Range();
      range.selectNodeContents(one);
      const isText = one.textContent.trim() && !one.matches('.housing, .limit, button, #state div');
      const seen = isText ? range.getBoundingClientRect() : one.getBoundingClientRect();
      const panel = (one.closest('section, #notice, footer') ?? document.documentElement).getBoundingClientRect();
      const [right, bottom] = [Math.min(panel.right, innerWidth), Math.min(panel.bottom, innerHeight)];
      // A line of Noto's is 1.45 em high, its letters 0.9.
      const empty = isText ? parseFloat(getComputedStyle(one).fontSize) * 0.27 : 0;
      if (seen.left < panel.left - 1 || seen.right > right + 1 || seen.top + empty < panel.top - 1
        || seen.bottom - empty > bottom + 1 || isText && one.scrollWidth > one.clientWidth + 1 && one.clientWidth) {
        found.cut.push(`${selector} ${one.textContent}`);
      }
      parts.push([selector, one, seen, empty]);
    }
  }
  for (const [i, [name, one, a, emptyA]] of parts.entries()) {
    for (const [other, two, b, emptyB] of parts.slice(i + 1)) {
      const isBeside = a.right <= b.left + 1 || b.right <= a.left + 1;
      const empty = emptyA + emptyB + 1;
      const isAbove = a.bottom - empty <= b.top || b.bottom - empty <= a.top;
      if (!isBeside && !isAbove) found.over.push(`${name} and ${other}`);
    }
  }
  const texts = [...document.querySelectorAll('main *, .missing li')]
    .filter((one) => one.checkVisibility() && !one.children.length && one.textContent.trim() && !one.closest('svg'));
  const sizes = texts.map((one) => [parseFloat(getComputedStyle(one).fontSize), one.textContent]);
  found.least = sizes.reduce((least, one) => (one[0] < least[0] ? one : least));
  return found;
}"""


@pytest.mark.parametrize("level", list(PARTS))
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_or_lies_over_another(
    page: Page, screen: Screen, talker: FakeUnit, unit: FakeUnit, size: tuple[int, int], level: int
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    talker.status, talker.scene = ALL_LACKS, ALL_AT_ONCE
    minute_px = math.hypot(*size) / (7 * 25.4) * 800.0 * math.tan(math.radians(1 / 60))
    unit.tell("alert", alert(1, level=level, app="ICW", text=WORDS, distance_m=150.0, time_s=12.0))
    for light in LIGHTS:
        for lang in LANGUAGES:
            page.goto(f"{screen.url}?light={light}&lang={lang}")
            told = page.locator("#hint p" if level == 1 else ".sentence")
            expect(told).to_have_text(WORDS[lang])
            expect(page.locator(".mark.right")).to_be_visible()
            expect(page.locator(".badge.bench")).to_be_visible()
            found: dict[str, Any] = page.evaluate(LOOK, PARTS[level])
            least_px, smallest = found.pop("least")
            assert found == {"missing": [], "cut": [], "over": []}, f"{light} {lang}"
            assert least_px >= LEAST_MINUTES * minute_px, f"{light} {lang}: {smallest}"
            assert box(page, "#around canvas")["height"] >= LEAST_ROAD * size[1], f"{light} {lang}"


def test_a_long_list_names_the_first_of_each_reason_and_while_there_is_danger_only_its_length(
    page: Page, talker: FakeUnit, unit: FakeUnit
) -> None:
    talker.status = STATUS | {"unavailable": LACKS[:2]}
    lacks = page.locator(".missing li")
    expect(lacks.first).to_have_text("、".join([TITLE["zh"]] * 4) + "不可用：总线无转向灯信号")
    talker.status = ALL_LACKS
    expect(lacks.last).to_have_text("行人与骑行者等 4 项不可用：已在配置中关闭")
    page.click("#language")
    expect(lacks.last).to_have_text("Pedestrians and cyclists and 3 more off: switched off in the configuration")
    unit.tell("alert", alert(1))
    expect(lacks.last).to_be_hidden()
    said = page.evaluate("getComputedStyle(document.querySelector('.missing'), '::before').content")
    assert said == '"6 notes of what is off"'
    talker.status = STATUS | {"unavailable": [{**LACKS[0], "apps": LACKS[0]["apps"][:1]}]}
    expect(lacks.last).to_be_visible()
