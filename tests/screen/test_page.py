"""The page in a real browser: what the driver would see, and what goes back to the unit when he does."""

import math
import re
import time

import pytest
from playwright.sync_api import Page, expect

from hil.unit_stand_in import STATUS
from obu.screen import assets
from tests.screen.players import ROAD, SCENE, FakeUnit, Screen, alert, box, font_px

pytestmark = [pytest.mark.needs("chromium", "cjk_fonts")]


def test_calm_shows_speed_gear_signals_neighbours_and_states(page: Page) -> None:
    expect(page.locator(".speed b")).to_have_text("42")
    expect(page.locator(".gear")).to_have_text("D")
    expect(page.locator(".turn.right")).to_have_class(re.compile("on"))
    expect(page.locator(".turn.left")).not_to_have_class(re.compile("on"))
    expect(page.locator(".count")).to_have_text("周边 5 车")
    expect(page.locator("#state [data-state=ok]")).to_have_count(6)
    expect(page.locator(".missing")).to_have_text("")
    expect(page.locator(".bench")).to_be_hidden()


def test_the_light_before_us_counts_down_beside_limit_and_sign(page: Page, talker: FakeUnit) -> None:
    expect(page.locator(".speed .limit")).to_have_text("50")
    expect(page.locator("#light")).to_be_hidden()
    signal = {"lamp": "red", "turn": "left", "stop_m": 84, "left_s": 11.4, "advice_kph": [30, 40]}
    sign = {"text": {"zh": "前方隧道", "en": "Tunnel ahead"}, "shape": "warning", "symbol": "tunnel", "figure": None,
            "distance_m": 110}  # fmt: skip
    talker.scene = SCENE | {"signal": signal, "sign": sign}
    light = page.locator("#light")
    expect(light).to_have_attribute("data-lamp", "red")
    expect(light).to_have_attribute("data-turn", "left")
    expect(light.locator(".left")).to_have_text("12")
    expect(light.locator(".line")).to_have_text("84 米")
    expect(light.locator(".advice b")).to_have_text("30–40")
    expect(page.locator("#sign p")).to_have_text("前方隧道")
    expect(page.locator("#sign span")).to_have_text("110 米")
    for part in ("#light", "#light .advice b", ".speed .limit", "#sign"):
        panel, inner = box(page, "#around" if part == "#sign" else "#drive"), box(page, part)
        assert inner["x"] >= panel["x"] and inner["x"] + inner["width"] <= panel["x"] + panel["width"], part
        assert inner["y"] + inner["height"] <= panel["y"] + panel["height"], part
    advice, panel = box(page, "#light .advice b"), box(page, "#drive")
    assert advice["x"] + advice["width"] <= panel["x"] + panel["width"] - 10, "it does not touch the edge"
    signal = {"lamp": "green", "turn": None, "stop_m": 20, "left_s": None, "advice_kph": None}
    talker.scene = SCENE | {"signal": signal, "limit_kph": None}
    expect(light).to_have_attribute("data-lamp", "green")
    expect(light.locator(".left")).to_have_text("––")
    expect(light.locator(".advice")).to_be_hidden()
    expect(page.locator(".speed .limit")).to_be_hidden()


def test_the_lanes_of_the_map_lie_under_us_as_we_head(page: Page, talker: FakeUnit, unit: FakeUnit) -> None:
    """Three lanes run east, so do we: lanes before us and beside us, none past 5.25 m to the side."""
    at = (
        "([ahead, right]) => { const c = document.querySelector('#around canvas'), s = c.height / 105;"
        " return [...c.getContext('2d').getImageData(c.width / 2 + right * s, (75 - ahead) * s, 1, 1).data].join(); }"
    )
    places = {"our lane": (30, 0), "the next": (30, 3.5), "the other": (-12, -3.5), "no lane": (30, 9)}
    bare = {name: page.evaluate(at, place) for name, place in places.items()}
    unit.tell("road", ROAD)
    page.wait_for_function(f"(was) => ({at})([30, 0]) !== was", arg=bare["our lane"])
    seen = {name: page.evaluate(at, place) for name, place in places.items()}
    assert seen["our lane"] == seen["the next"] == seen["the other"]
    assert seen["no lane"] == bare["no lane"]
    talker.scene = SCENE | {"at": {"road": 2, "east_m": 0.0, "north_m": 0.0}}
    page.wait_for_function(f"(was) => ({at})([30, 0]) === was", arg=bare["our lane"])  # of a road we were not told


def test_who_is_beside_us_is_a_mark_beside_any_warning(page: Page, talker: FakeUnit, unit: FakeUnit) -> None:
    marks = {side: page.locator(f".mark.{side}") for side in ("left", "right")}
    for mark in marks.values():
        expect(mark).to_be_hidden()
    talker.scene = SCENE | {"beside": {"left": True, "right": False}}
    expect(marks["left"]).to_be_visible()
    expect(marks["right"]).to_be_hidden()
    unit.tell("alert", alert(3))
    expect(page.locator("#warning")).to_be_visible()
    talker.scene = SCENE | {"beside": {"left": False, "right": True}}
    expect(marks["right"]).to_be_visible()
    expect(marks["left"]).to_be_hidden()
    assert box(page, ".mark.right")["x"] >= box(page, "main")["x"] + box(page, "main")["width"], "it covers nothing"
    talker.scene = SCENE | {"beside": {"left": True, "right": True}}
    expect(marks["left"]).to_be_visible()
    for size in ((1024, 600), (800, 480), (600, 1024)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        left, right = box(page, ".mark.left svg"), box(page, ".mark.right svg")
        for part in ("#warning .plate .shape", "#warning .distance b", "#warning .sentence", ".speed b"):
            seen = page.evaluate(
                "part => { const range = new Range(); range.selectNode(document.querySelector(part).firstChild ??"
                " document.querySelector(part)); return range.getBoundingClientRect().toJSON(); }",
                part,
            )
            assert seen["left"] >= left["x"] + left["width"], f"{part} is under its car"
            assert seen["right"] <= right["x"], f"{part} is under its car"
    talker.stop()
    expect(marks["right"]).to_be_hidden(timeout=2000)


def test_it_is_bright_by_day_and_dark_by_night_or_as_the_driver_chose(page: Page, talker: FakeUnit) -> None:
    body, button = page.locator("body"), page.locator("#theme")
    expect(body).to_have_attribute("data-light", "night")
    talker.status = STATUS | {"light": "day"}
    expect(body).to_have_attribute("data-light", "day")
    talker.status = STATUS | {"light": None}
    expect(body).to_have_attribute("data-light", "day")
    button.click()  # day
    button.click()
    talker.status = STATUS | {"light": "day"}
    page.reload()
    expect(body).to_have_attribute("data-view", "calm")
    expect(body).to_have_attribute("data-light", "night")
    expect(button).to_have_attribute("aria-label", "夜间")
    button.click()
    expect(body).to_have_attribute("data-light", "day")
    expect(button).to_have_attribute("aria-label", "日夜自动")


def test_overdue_trust_lists_are_amber_and_named_and_a_fault_stands_above_them(page: Page, talker: FakeUnit) -> None:
    lists = [
        {"kind": kind, "issuer": "0123456789abcdef", "next_utc_s": 1_799_913_600, "is_stale": kind != "ctl"}
        for kind in ("trcl", "crl", "ctl", "crl")
    ]
    talker.status = STATUS | {"trust": STATUS["trust"] | {"lists": lists}}
    pill = page.locator("#state [data-key=security]")
    expect(pill).to_have_attribute("data-state", "caution")
    expect(pill.locator("dd")).to_have_text("列表过期")
    expect(page.locator(".missing")).to_have_text("信任列表已过期（CRL, TRCL），请联系技术人员")
    mark = "pill => getComputedStyle(pill.querySelector('dd'), '::before').color"
    assert pill.evaluate(mark) == "rgb(255, 179, 26)", "amber"
    page.locator("#language").click()
    expect(page.locator(".missing")).to_have_text("Trust lists overdue (CRL, TRCL): tell a technician")
    talker.status = talker.status | {"security": STATUS["security"] | {"state": "no_certificate"}}
    expect(pill).to_have_attribute("data-state", "fault")
    talker.status = STATUS
    expect(pill).to_have_attribute("data-state", "ok")
    expect(page.locator(".missing")).to_have_text("")


def test_every_lack_of_an_identity_has_its_word(page: Page, talker: FakeUnit) -> None:
    pill = page.locator("#state [data-key=security]")
    for lack, word in (("used_up", "证书用尽"), ("key_failed", "密钥故障"), ("bad_random", "随机数故障")):
        talker.status = STATUS | {"security": STATUS["security"] | {"state": lack}}
        expect(pill.locator("dd")).to_have_text(word)
        expect(pill).to_have_attribute("data-state", "fault")


def test_a_warning_appears_and_is_acknowledged_when_it_was_painted(page: Page, unit: FakeUnit) -> None:
    issued_s = time.time()
    unit.tell("alert", alert(7))
    said = unit.hear("ack")
    assert said["number"] == 7
    assert issued_s - 0.05 <= said["shown_utc_s"] <= time.time() + 0.05
    warning = page.locator("#warning")
    expect(warning).to_be_visible()
    expect(warning).to_have_attribute("data-level", "3")
    expect(warning.locator(".sentence")).to_have_text("前车急刹车")
    expect(warning.locator(".distance")).to_have_text("40米")
    expect(warning.locator(".time")).to_have_text("4秒")
    expect(warning.locator(".plate svg svg")).to_have_count(1)
    unit.tell("alert", alert(7, distance_m=31.0))
    expect(warning.locator(".distance b")).to_have_text("30")
    unit.tell("alert", alert(7, distance_m=None, time_s=None))
    expect(warning.locator(".distance")).to_be_hidden()
    expect(warning.locator(".time")).to_be_hidden()
    unit.tell("alert", alert(8, app="HLW", level=2, symbol="roadworks", direction="ahead_left"))
    assert unit.hear("ack")["number"] == 8, "each warning is acknowledged once"
    unit.tell("clear", {"number": 7})
    expect(warning).to_have_attribute("data-number", "8")
    unit.tell("clear", {"number": 8})
    expect(page.locator("body")).to_have_attribute("data-view", "calm")


def test_information_is_a_strip_and_leaves_the_speed_large(page: Page, unit: FakeUnit) -> None:
    unit.tell("alert", alert(9, app="XYZ", level=1, symbol="sign_ahead"))
    expect(page.locator("#hint p")).to_have_text("前车急刹车")
    expect(page.locator("#hint .plate svg svg")).to_have_count(1)
    expect(page.locator("body")).to_have_attribute("data-view", "calm")
    assert unit.hear("ack")["number"] == 9
    unit.tell("alert", alert(10, level=3))
    expect(page.locator("#hint")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-view", "warning")
    unit.tell("clear", {"number": 10})
    expect(page.locator("#hint")).to_be_hidden()


@pytest.mark.parametrize("level", [2, 3])
@pytest.mark.parametrize("size", [(1024, 600), (1280, 800), (390, 844), (844, 390)])
def test_a_warning_is_large_whole_and_dominates(page: Page, unit: FakeUnit, level: int, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    text = {"zh": "前方道路结冰请减速", "en": "Wrong-way driver ahead of you"}
    figures = (".arrow svg", ".distance", ".time")
    for lang in ("zh", "en"):
        unit.tell("alert", alert(level, level=level, text=text, distance_m=150.0, time_s=12.0))
        expect(page.locator("#warning")).to_have_attribute("data-app", "EBW")
        expect(page.locator(".sentence")).to_have_text(text[lang])
        panel = box(page, "#warning")
        assert panel["width"] * panel["height"] >= 0.45 * size[0] * size[1]
        stands_whole(page, (".plate svg", *figures, ".sentence"), figures)
        unit.tell("alert", alert(level, app="SLW", level=level, text=text, distance_m=None, time_s=None))
        expect(page.locator("#warning .limit")).to_have_text("50")
        stands_whole(page, (".plate svg", ".limit", ".sentence"), (".limit",))
        page.click("#language")


def stands_whole(page: Page, parts: tuple[str, ...], figures: tuple[str, ...]) -> None:
    """All within the warning, and figures above the sentence."""
    panel, sentence = box(page, "#warning"), box(page, "#warning .sentence")
    for part in parts:
        inner = box(page, f"#warning {part}")
        assert inner["y"] >= panel["y"] - 1, part
        assert inner["y"] + inner["height"] <= panel["y"] + panel["height"] + 1, part
        assert inner["x"] >= panel["x"] - 1, part
        assert inner["x"] + inner["width"] <= panel["x"] + panel["width"] + 1, part
    for part in figures:
        inner = box(page, f"#warning {part}")
        assert inner["y"] + inner["height"] <= sentence["y"] + 1, part


def test_no_word_of_the_states_is_cut_on_any_screen(page: Page, talker: FakeUnit) -> None:
    """Every word that a state can say, in its place, whatever the state is now."""
    talker.stop()
    cut = """async () => {
      const { TEXTS } = await import('/texts.js'), found = [];
      for (const [lang, { label, value }] of Object.entries(TEXTS)) {
        for (const pill of document.querySelectorAll('#state > div')) {
          for (const [part, words] of [['dt', [label[pill.dataset.key]]], ['dd', Object.values(value)]]) {
            const place = pill.querySelector(part);
            for (const word of words) {
              place.textContent = word;
              if (place.scrollWidth > place.clientWidth) found.push([lang, word]);
            }
          }
        }
      }
      return found;
    }"""
    for width, height in ((1024, 600), (800, 480), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(cut) == [], width


@pytest.mark.parametrize("size", [(1024, 600), (800, 480), (600, 1024)])
def test_on_7_inches_all_is_readable_from_80_cm(
    page: Page, unit: FakeUnit, talker: FakeUnit, size: tuple[int, int]
) -> None:
    """docs/screen.md: em heights in minutes of arc. ISO 15008 (12 at least, 20 recommended) leaves heavy vehicles out,
    so these are our own: at a glance twice the recommended height and more, 12 for what is read at a stop."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    minute_px = math.hypot(*size) / (7 * 25.4) * 800.0 * math.tan(math.radians(1 / 60))
    least = {".speed b": 80, "#state dt": 12, "#state dd": 16 if size[0] > size[1] else 14}
    unit.tell("alert", alert(1, level=1))
    expect(page.locator("#hint")).to_be_visible()
    for selector, minutes in (least | {"#hint p": 22}).items():
        assert font_px(page, selector) >= minutes * minute_px, selector
    unit.tell("alert", alert(2, distance_m=100.0))
    expect(page.locator("#warning")).to_be_visible()
    for _ in ("zh", "en"):
        for selector, minutes in {".sentence": 40, ".distance b": 60, ".time b": 40}.items():
            assert font_px(page, selector) >= minutes * minute_px, selector
        for selector, minutes in {"#warning .plate .shape": 110, "#warning .arrow path": 40}.items():
            seen = box(page, selector)
            assert min(seen["width"], seen["height"]) >= minutes * minute_px, selector
        page.click("#language")
    talker.scene = SCENE | {"beside": {"left": True, "right": True}}
    for side in ("left", "right"):
        expect(page.locator(f".mark.{side}")).to_be_visible()
        assert box(page, f".mark.{side} path")["width"] >= 22 * minute_px, side


def test_every_symbol_can_be_drawn_and_an_unknown_one_has_a_stand_in(page: Page, unit: FakeUnit) -> None:
    for number, symbol in enumerate([*assets.symbols(assets.load()), "of_a_newer_unit"], 1):
        unit.tell("alert", alert(number, symbol=symbol))
        expect(page.locator("#warning")).to_have_attribute("data-number", str(number))
        drawn = page.locator("#warning .plate svg svg")
        expect(drawn).to_have_count(1)
        assert drawn.evaluate("one => one.getBBox().width") > 20


def test_a_page_opened_during_a_warning_gets_its_symbol_too(page: Page, unit: FakeUnit, screen: Screen) -> None:
    unit.tell("alert", alert(1, symbol="roadworks"))
    expect(page.locator("#warning .plate svg svg")).to_have_count(1)
    page.route("**/symbols/*", lambda route: (time.sleep(0.05), route.continue_()))  # a slow line: the words come first
    page.goto(screen.url)
    expect(page.locator("#warning .plate svg svg")).to_have_count(1)


def test_the_arrow_points_where_the_danger_is(page: Page, unit: FakeUnit) -> None:
    """Angles by hand: clockwise from straight ahead, as the driver sees it."""
    turns = {"ahead": 0, "ahead_right": 45, "right": 90, "behind_right": 135, "behind": 180,
             "behind_left": -135, "left": -90, "ahead_left": -45}  # fmt: skip
    for number, (direction, expected_deg) in enumerate(turns.items(), 1):
        unit.tell("alert", alert(number, direction=direction))
        expect(page.locator("#warning")).to_have_attribute("data-direction", direction)
        angle_deg: float = page.locator("#warning .arrow svg").evaluate(
            "one => { const m = new DOMMatrix(getComputedStyle(one).transform);"
            " return Math.atan2(m.b, m.a) * 180 / Math.PI; }"
        )
        assert abs((angle_deg - expected_deg + 180) % 360 - 180) < 0.1, direction


def test_the_language_is_switched_kept_and_asked_for(page: Page, screen: Screen, unit: FakeUnit) -> None:
    page.click("#language")
    expect(page.locator("[data-key=gnss] dt")).to_have_text("Position")
    unit.tell("alert", alert(1))
    expect(page.locator(".sentence")).to_have_text("Hard braking ahead")
    page.reload()
    expect(page.locator(".sentence")).to_have_text("Hard braking ahead")
    page.click("#language")
    expect(page.locator(".sentence")).to_have_text("前车急刹车")
    page.goto(f"{screen.url}?lang=en")
    expect(page.locator(".sentence")).to_have_text("Hard braking ahead")
    expect(page.locator("html")).to_have_attribute("lang", "en")
