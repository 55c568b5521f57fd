"""The page in a real browser: what is missing, what is lost, and the pages that are not the driver's."""

import json
import os
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from hil.unit_stand_in import STATUS
from tests.screen.players import SCENE, FakeUnit, Screen, alert, box, font_px

pytestmark = [pytest.mark.needs("chromium", "cjk_fonts")]


def test_what_is_not_available_is_said_with_its_reason(page: Page, talker: FakeUnit) -> None:
    talker.status = {
        **STATUS,
        "bsm": {**STATUS["bsm"], "state": "stopped", "why": [{"zh": "定位超时", "en": "old position"}]},
        "gnss": {**STATUS["gnss"], "state": "none"},
        "security": {**STATUS["security"], "state": "no_certificate", "bench_keys": True},
        "drivers": {"radio": {"up": False, "why": "no answer"}},
        "can": {**STATUS["can"], "age_ms": None},
        "display": {"state": "fault", "why": {"zh": "无响应", "en": "silent"}},
        "unavailable": [{"apps": None, "why": {"zh": "电台断开", "en": "down"}, "because": "unit", "is_silent": False}],
    }
    talker.scene = {**SCENE, "speed_kph": None, "door_open": True}
    expect(page.locator(".missing li")).to_have_text(
        ["本车消息未发送：定位超时", "显示故障：无响应", "接口断开：电台", "所有预警不可用：电台断开"]
    )
    expect(page.locator(".bench")).to_have_text("测试密钥")
    states = {
        "bsm": "已停止",
        "air": "断开",
        "security": "无证书",
        "gnss": "无定位",
        "can": "无数据",
        "display": "故障",
    }
    for key, word in states.items():
        expect(page.locator(f"[data-key={key}] dd")).to_have_text(word)
    expect(page.locator(".speed b")).to_have_text("––")
    expect(page.locator(".door")).to_be_visible()


def test_a_reason_that_silences_some_and_stops_others_is_said_once(page: Page, talker: FakeUnit) -> None:
    def lack(zh: str, en: str, *, is_silent: bool, why: str = "此处无地图") -> dict[str, object]:
        apps = [{"name": "X", "title": {"zh": zh, "en": en}}]
        return {"apps": apps, "why": {"zh": why, "en": "no map"}, "because": "place", "is_silent": is_silent}

    talker.status = STATUS | {
        "unavailable": [
            lack("闯红灯", "Red light", is_silent=False),
            lack("路口碰撞", "Crossing traffic", is_silent=True),
            lack("限速", "Speed limit", is_silent=False, why="无限速数据"),
        ]
    }
    expect(page.locator(".missing li")).to_have_text(
        ["闯红灯不可用，路口碰撞无声音：此处无地图", "限速不可用：无限速数据"]
    )


def test_a_lost_unit_is_said_within_a_second_and_nothing_old_looks_live(
    page: Page, talker: FakeUnit, unit: FakeUnit
) -> None:
    unit.tell("alert", alert(1))
    expect(page.locator("#warning")).to_be_visible()
    talker.stop()
    unit.leave()
    expect(page.locator("#lost h1")).to_have_text("与车载单元断开", timeout=1000)
    expect(page.locator("#warning")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-scene", "stale")
    expect(page.locator(".speed b")).to_have_text("––")
    expect(page.locator("#state [data-state=unknown]")).to_have_count(6)
    assert font_px(page, "#lost h1") >= 62


def test_a_lost_screen_server_is_said_within_a_second_and_found_again(
    page: Page, screen: Screen, talker: FakeUnit, unit: FakeUnit, start_screen: Callable[..., Screen]
) -> None:
    screen.process.kill()
    expect(page.locator("#lost h1")).to_have_text("显示连接已中断", timeout=1000)
    start_screen("--listen", screen.host)
    unit.meet()
    talker.stop()
    talker.repeat()
    expect(page.locator("body")).to_have_attribute("data-view", "calm")
    unit.tell("alert", alert(5))
    assert unit.hear("ack")["number"] == 5


def test_a_hanging_unit_is_said_and_its_warning_stands_again_when_it_goes_on(
    page: Page, talker: FakeUnit, unit: FakeUnit
) -> None:
    unit.tell("alert", alert(5))
    expect(page.locator("#warning")).to_be_visible()
    talker.stop()
    expect(page.locator("body")).to_have_attribute("data-view", "lost", timeout=1500)
    expect(page.locator("#lost .why")).to_have_text("车载单元无响应")
    talker.repeat()
    expect(page.locator("#warning")).to_be_visible()


def test_a_page_that_slept_is_right_within_a_second_and_tells_nothing_that_is_over(
    page: Page, talker: FakeUnit, unit: FakeUnit
) -> None:
    """Asleep is a browser whose processes all stand still; the server goes on sending until nobody takes it."""
    browser = page.context.browser
    assert browser is not None
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    page.evaluate(
        "() => { window.told = []; new MutationObserver(() => told.push(document.body.dataset.alert,"
        " document.querySelector('.speed b').textContent)).observe(document.body, { attributes: true }); }"
    )
    unit.hear("beat", lambda body: body["pages"] == 1)
    for process in processes:
        os.kill(process["id"], signal.SIGSTOP)
    try:
        talker.scene = SCENE | {"speed_kph": 99.0}
        unit.tell("alert", alert(7))
        unit.hear("beat", lambda body: body["pages"] == 0)  # it was told of both, and took neither
        talker.scene = SCENE | {"speed_kph": 77.0}
        unit.tell("clear", {"number": 7})
        unit.tell("alert", alert(8))
    finally:
        for process in processes:
            os.kill(process["id"], signal.SIGCONT)
    expect(page.locator("body")).to_have_attribute("data-alert", "8", timeout=1000)
    expect(page.locator(".speed b")).to_have_text("77", timeout=1000)
    assert unit.hear("ack")["number"] == 8, "what is over was never before anybody's eyes"
    told = page.evaluate("told")
    assert "7" not in told and "99" not in told


def test_the_panel_at_the_rear_counts_down_and_is_black_as_soon_as_that_is_old(
    browser: Browser, screen: Screen, talker: FakeUnit
) -> None:
    panel = browser.new_page(viewport={"width": 800, "height": 256})
    requests: list[str] = []
    panel.on("request", lambda request: requests.append(request.url.removeprefix(screen.url)))
    panel.goto(f"{screen.url}rear")
    expect(panel.locator("main")).to_be_hidden()
    for lamp, left_s, words in (("red", 31.2, "32"), ("green", 8.0, "8")):
        talker.extra = ("rear", {"lamp": lamp, "turn": "left", "left_s": left_s, "valid_ms": 1000})
        expect(panel.locator("b")).to_have_text(words)
        expect(panel.locator(".way svg")).to_have_count(1)
        expect(panel.locator("main")).to_have_attribute("data-lamp", lamp)
        assert font_px(panel, "b") >= 200
    talker.extra = ("rear", {"lamp": None, "turn": None, "left_s": None, "valid_ms": 1000})
    expect(panel.locator("main")).to_be_hidden()
    talker.extra = ("rear", {"lamp": "red", "turn": None, "left_s": 9.0, "valid_ms": 1000})
    expect(panel.locator("main")).to_be_visible()
    talker.extra = None  # the unit goes on, and says no more of it
    expect(panel.locator("main")).to_be_hidden(timeout=2000)
    talker.extra = ("rear", {"lamp": "red", "turn": None, "left_s": 9.0, "valid_ms": 1000})
    expect(panel.locator("main")).to_be_visible()
    talker.stop()
    talker.leave()
    expect(panel.locator("main")).to_be_hidden(timeout=1500)
    assert "beat" not in requests, "it is not the driver's display"
    panel.close()


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.parametrize("size", [(128, 32), (192, 64), (256, 64), (320, 80), (96, 96), (1280, 256), (800, 480)])
def test_a_panel_of_any_shape_shows_all_of_it_and_nothing_over_another(
    browser: Browser, screen: Screen, talker: FakeUnit, size: tuple[int, int], is_asked: bool
) -> None:
    """The longest countdown there is, and a way; as the window, or as its corner asked for."""
    width, height = (1280, 720) if is_asked else size
    panel = browser.new_page(viewport={"width": width, "height": height})
    panel.goto(f"{screen.url}rear?size={size[0]}x{size[1]}" if is_asked else f"{screen.url}rear")
    talker.extra = ("rear", {"lamp": "red", "turn": "back", "left_s": 999.0, "valid_ms": 1000})
    expect(panel.locator("b")).to_have_text("999")
    parts = [box(panel, part) for part in ("p", ".housing", "b")]
    for number, one in enumerate(parts):
        assert one["x"] >= 0 and one["x"] + one["width"] <= size[0]
        # An em is higher than its figures: half a pixel more than the panel is black.
        assert one["y"] >= -0.5 and one["y"] + one["height"] <= size[1] + 0.5
        for other in parts[number + 1 :]:
            is_beside = one["x"] + one["width"] <= other["x"] + 0.5 or other["x"] + other["width"] <= one["x"] + 0.5
            assert is_beside or one["y"] + one["height"] <= other["y"] + 0.5
    panel.close()


def test_a_technician_sees_why_how_much_and_how_often_on_the_terminal_alone(
    page: Page, screen: Screen, talker: FakeUnit
) -> None:
    expect(page.locator("#bench")).to_be_hidden()
    claim = {
        "app": "FCW",
        "subject": "car-1",
        "level": 3,
        "text": {"zh": "前方碰撞危险", "en": "x"},
        "why": {"ttc_s": 2.31},
    }
    talker.status = STATUS | {"air": STATUS["air"] | {"dropped": {"bad_signature": 7}}, "claims": [claim]}
    page.set_viewport_size({"width": 1600, "height": 800})
    page.goto(f"{screen.url}?bench=1")
    bench = page.locator("#bench")
    expect(bench.locator("h2").last).to_have_text("FCW !!! 前方碰撞危险 · car-1")
    expect(bench.locator("section").last).to_contain_text("ttc_s2.31")
    expect(bench).to_contain_text("bad_signature7")
    talker.status = talker.status | {"uptime_s": 14.0, "air": STATUS["air"] | {"received": 800}}
    expect(bench.locator("dd").first).to_have_text("150.0")  # 300 more in two seconds
    assert box(page, "#bench")["x"] >= box(page, "main")["x"] + box(page, "main")["width"]
    told = [
        ("hello", {"page": 1, "reader": True, "symbols": []}),
        ("link", {"unit": True, "why": None}),
        ("status", STATUS),
    ]
    lines = "".join(f"event: {kind}\ndata: {json.dumps(body)}\n\n" for kind, body in told)
    page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=lines))
    page.goto(f"{screen.url}?bench=1")
    expect(page.locator(".badge.reader")).to_be_visible()
    expect(bench).to_be_hidden()


def test_a_live_page_beats_and_one_that_is_left_does_not(page: Page, unit: FakeUnit) -> None:
    unit.hear("beat", lambda body: body["pages"] == 1)
    page.goto("about:blank")
    unit.hear("beat", lambda body: body["pages"] == 0)
