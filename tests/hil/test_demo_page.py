"""The demonstration before a driver's eyes: a real browser opens its page, and the road works appear on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.hil.players import Show

APPEARS_MS = 20_000


@pytest.mark.needs("chromium", "cjk_fonts")
def test_the_warning_appears_in_a_real_browser_and_the_page_itself_acknowledges_it(
    show: Callable[..., Show], chromium: str
) -> None:
    one = show("--for", "11", "--without", "braking")
    assert one.child.stdout
    url = one.child.stdout.readline().removeprefix("driver's screen: ").strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(url)
        warning = page.locator("#warning")
        expect(warning).to_be_visible(timeout=APPEARS_MS)
        expect(warning.locator(".sentence")).to_have_text("前方道路施工")
        expect(page.locator(".speed b")).not_to_have_text("––")
        found = one.found()
        browser.close()
    # The rig keeps still while a page is open: it was the page that told when it had drawn the warning.
    alert = next(each for each in found["alerts"] if each["app"] == "HLW")
    assert alert["shown_at_s"] is not None
    assert alert["shown_at_s"] - alert["issued_at_s"] < 0.3
