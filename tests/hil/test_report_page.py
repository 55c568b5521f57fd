"""The report in a real browser without a network: its table, its timeline, and what failed in red; nothing fetched."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from hil import report, scenario_file, variation
from hil.outcome import Outcome
from hil.report import Result, Run

pytestmark = pytest.mark.needs("chromium")


def test_the_report_opens_offline_and_shows_what_failed(chromium: str, tmp_path: Path) -> None:
    found = scenario_file.read(scenario_file.FOLDER / "hlw_works_ahead.toml")
    drawn = variation.drawn(found.variation, 1)
    good = Run(1, drawn, Outcome((("HLW", 7.1),), {}, 111, 12.0, ""), tmp_path)
    late = Run(2, drawn, Outcome((("HLW", 9.2),), {"replayed": 3}, 111, 12.0, "HLW <late>"), tmp_path)
    report.write(tmp_path, [Result("hlw_works_ahead", found, (good, late))])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        context = browser.new_context(offline=True)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        assert found.title in page.inner_text("table >> nth=0")
        assert "1 of 2" in page.inner_text("table >> nth=0")
        assert page.locator(".bad").all_inner_texts() == ["not as expected", "not as expected"]
        assert "HLW <late>" in page.inner_text("table >> nth=1")
        window = page.locator("svg rect").bounding_box()
        marks = [mark.bounding_box() for mark in page.locator("svg line").all()]
        browser.close()
    assert asked == [(tmp_path / "report.html").as_uri()]
    assert window and all(marks)
    inside = [window["x"] <= mark["x"] <= window["x"] + window["width"] for mark in marks if mark]
    assert inside == [True, False]
