"""The report in a real browser without a network: its table, its plots, and what failed in red; nothing fetched."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from hil import report_page, run, scenario_file, variation
from hil.report import Result
from hil.run import Task

pytestmark = pytest.mark.needs("chromium")
WARNED, QUIET = "ebw_hard_braking_ahead", "packets_forged"


def test_the_report_opens_offline_and_shows_what_failed(chromium: str, tmp_path: Path) -> None:
    late = tmp_path / "late.toml"
    text = scenario_file.paths()[WARNED].read_text()
    late.write_text(text.replace('law = "acts"', "from_s = 4.2\nto_s = 4.5").replace("The car", "<i>The car</i>"))
    paths = {"late": late, QUIET: scenario_file.paths()[QUIET]}
    results = []
    for name, path in paths.items():
        runs = tuple(run.one(Task(name, path, seed, tmp_path)) for seed in (1, 2))
        results.append(Result(name, scenario_file.read(path), runs))
    (tmp_path / "report.html").write_text(report_page.page(results, "sim"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_context(offline=True).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        assert "<i>The car</i>" in page.inner_text("table >> nth=0")
        assert "0 of 2" in page.inner_text("table >> nth=0") and "2 of 2" in page.inner_text("table >> nth=0")
        assert page.locator(".bad").all_inner_texts() == ["not as expected"] * 4
        assert page.locator(".window.forbidden").count() == 1  # nothing may show
        window = page.locator("svg .window >> nth=0").bounding_box()
        first = page.locator("svg .bar rect >> nth=0").bounding_box()
        lines = page.locator("svg[aria-label='over time'] >> nth=0").locator("polyline").count()
        above = page.locator("svg[aria-label^='from above'] >> nth=0")
        cars = [each.bounding_box() for each in above.locator(".vehicle rect").all()]
        names = above.locator(".vehicle text").all_text_contents()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        page.set_viewport_size({"width": 360, "height": 700})  # a telephone's
        wide_there = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        browser.close()
    assert asked == [(tmp_path / "report.html").as_uri()]
    assert window and first and first["x"] < window["x"]  # the warning came before it was due
    assert lines == 3 and wide <= 0 and wide_there <= 0
    assert [name.split()[0] for name in names] == ["car", "us"]
    assert cars[0] and cars[1] and cars[0]["y"] < cars[1]["y"]  # whom we drive behind is above us
    assert (tmp_path / "report.html").stat().st_size < 40_000


def test_what_varies_has_its_column(tmp_path: Path) -> None:
    path = tmp_path / "varied.toml"
    path.write_text("variation = { loss = [0.0, 0.2] }\n" + scenario_file.paths()[QUIET].read_text())
    runs = tuple(run.one(Task("varied", path, seed, tmp_path)) for seed in (1, 2))
    found = scenario_file.read(path)
    text = report_page.page([Result("varied", found, runs)], "sim")
    assert "<th>loss<th>" in text and "<th>sigma_m" not in text
    assert f"<td>{variation.drawn(found.variation, 2).loss:g}<td>" in text
