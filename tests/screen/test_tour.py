"""Every application's warning on the real page, by day and night, in both languages: words, symbol, colours, contrast.

What is shown comes out of the applications themselves (hil/showcase.py); one browser and one page for all.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from hil import chromium
from hil.screens import LANGUAGES, LIGHTS, PLAYS, Shot, Tour
from tests.screen.players import SCENE, FakeUnit, Screen

pytestmark = [pytest.mark.needs("chromium", "cjk_fonts")]

LEAST_CONTRAST = 7.0  # WCAG 2.1 1.4.6, for text of any size
# Ground of the warning by level and light: red in both, amber inverted by day.
GROUNDS = {
    (2, "day"): "rgb(255, 194, 51)", (2, "night"): "rgb(25, 17, 2)",
    (3, "day"): "rgb(168, 10, 31)", (3, "night"): "rgb(168, 10, 31)",
}  # fmt: skip
# Of each text that is to be seen: its contrast (WCAG 2.1) with what lies under it, and whether it is cut off.
MEASURE = """(selectors) => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (colour) => parse(colour).slice(0, 3)
    .map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((parse(colour)[3] ?? 1) > 0) return colour;
    }
  };
  const found = {};
  for (const one of document.querySelectorAll(selectors.join())) {
    if (!one.textContent || !one.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
    const box = one.getBoundingClientRect(), panel = (one.closest('section') ?? document.body).getBoundingClientRect();
    const isCut = box.right > panel.right + 1 || box.bottom > panel.bottom + 1 || box.left < panel.left - 1
      || one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline';
    found[`${one.className || one.tagName} ${one.textContent}`] = [(a + 0.05) / (b + 0.05), isCut];
  }
  return found;
}"""
TEXTS = [
    ".speed b", ".speed i", ".limit", ".gear", ".housing b", ".line", ".advice b", ".advice em", ".distance b",
    ".time b", ".sentence", ".strip p", ".strip span", ".count", ".missing li", "#state dt", "#state dd", "#language",
]  # fmt: skip


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Tour]]:
    folder: Path = tmp_path_factory.mktemp("tour")
    unit = FakeUnit(folder / "unit.sock")
    screen = Screen(folder / "unit.sock")
    unit.meet()
    unit.scene = SCENE
    unit.repeat()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        page = browser.new_page(viewport={"width": 1024, "height": 600}, reduced_motion="reduce")
        yield page, Tour(page, screen.url, unit)
        browser.close()
    unit.leave()
    screen.stop()


def test_every_warning_is_there_with_its_words_its_symbol_its_colours_and_readable(tour: tuple[Page, Tour]) -> None:
    page, shots = tour
    seen = []
    for shot in shots.shots():
        name = f"{shot.app} {shot.light} {shot.lang}"
        assert_shown(page, shot, name)
        for text, (contrast, is_cut) in page.evaluate(MEASURE, TEXTS).items():
            assert contrast >= LEAST_CONTRAST, f"{name}: {text}: {contrast:.1f}"
            assert not is_cut, f"{name}: {text} is cut off"
        seen.append((shot.light, shot.lang, shot.app))
    assert sorted(seen) == sorted((light, lang, app) for light in LIGHTS for lang in LANGUAGES for app in PLAYS)


def assert_shown(page: Page, shot: Shot, name: str) -> None:
    """A danger takes the screen, advice and sign have their places, information a strip, who is beside us a mark."""
    if shot.alert is None:
        assert shot.app == "BSW"
        assert page.is_visible(".mark.left"), name
        return
    alert: dict[str, Any] = shot.alert
    assert alert["app"] == shot.app, name
    words = alert["text"][shot.lang]
    if shot.app == "GLOSA":
        assert page.text_content("#light .advice b") == words.split()[1], name
    elif shot.app == "IVS":
        assert page.text_content("#sign p") == words, name
        assert page.is_hidden("#hint"), name
    else:
        level = alert["level"]
        panel = page.evaluate("() => { const w = document.querySelector('#warning'); return {...w.dataset,"
                              " ground: getComputedStyle(w).backgroundColor,"
                              " sentence: w.querySelector('.sentence').textContent,"
                              " size: w.querySelector('.sentence').className,"
                              " symbols: w.querySelectorAll('.plate svg svg').length }; }")  # fmt: skip
        assert (panel["app"], panel["level"], panel["sentence"]) == (shot.app, str(level), words), name
        assert panel["direction"] == alert["direction"], name
        assert panel["symbols"] == 1, name
        assert panel["size"] in ("sentence ", "sentence long"), f"{name}: in one line it is too small for 80 cm"
        assert panel["ground"] == GROUNDS[level, shot.light], name
