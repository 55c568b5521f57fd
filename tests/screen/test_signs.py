"""The signs of IVS in a real browser: each kind has a picture of its own, within its outline, and large enough."""

import math
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from obu.apps import ivs
from obu.core.signs import NAMES, OUTLINES, SYMBOLS, outline_of
from obu.core.world import Sign
from obu.station import ahead
from tests.apps import seen
from tests.screen.players import SCENE, FakeUnit, box

pytestmark = [pytest.mark.needs("chromium", "cjk_fonts")]

SIZES = [(1024, 600), (800, 480)]
# Of what is drawn on a sign: how large it is, and the share of its points that lie within the outline. Letters, whose
# boxes are larger than they, have no points.
DRAWN = """() => {
  const [outline, inner] = document.querySelector('#sign .plate svg').children;
  const seen = inner.getBoundingClientRect();
  const points = [...inner.querySelectorAll('path, circle')].flatMap((one) => {
    const to = outline.getScreenCTM().inverse().multiply(one.getScreenCTM());
    return Array.from({ length: 50 }, (_, i) => one.getPointAtLength(one.getTotalLength() * i / 50))
      .map((point) => outline.isPointInFill(new DOMPoint(point.x, point.y).matrixTransform(to)));
  });
  return [Math.max(seen.width, seen.height), points.every(Boolean)];
}"""


def told(number: int, words: str = "") -> dict[str, Any]:
    """What the unit says of such a sign ahead."""
    sign = Sign(id=(b"rsu", 1), sign_type=number, description=words, priority=0, ahead_m=40.0, age_s=0.0)
    found = ahead.sign(ivs.look(seen.view(signs=(sign,)), ivs.Parameters()))
    assert found is not None
    return found


def show(page: Page, talker: FakeUnit, sign: dict[str, Any]) -> str:
    """Its picture, as it is drawn."""
    talker.scene = SCENE | {"sign": sign}
    talker.tell("scene", talker.scene)
    expect(page.locator("#sign p")).to_have_text(sign["text"]["zh"])
    return page.locator("#sign .plate").inner_html()


@pytest.mark.parametrize("size", SIZES)
def test_every_kind_has_a_picture_of_its_own_within_its_outline_large_enough_for_80_cm(
    page: Page, talker: FakeUnit, size: tuple[int, int]
) -> None:
    """20 minutes of arc at the least, as ISO 15008 recommends for letters; the sign itself 40, as a danger's arrow."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    minute_px = math.hypot(*size) / (7 * 25.4) * 800.0 * math.tan(math.radians(1 / 60))
    pictures: dict[str, tuple[str, str]] = {}
    for number, symbol in SYMBOLS.items():
        picture = show(page, talker, told(number))
        large_px, is_within = page.evaluate(DRAWN)
        assert large_px >= 20 * minute_px, symbol
        assert is_within, symbol
        assert box(page, "#sign .plate svg")["height"] >= 40 * minute_px, symbol
        kind = outline_of(number), symbol
        assert pictures.setdefault(picture, kind) == kind
    assert len(pictures) == len({(outline_of(number), symbol) for number, symbol in SYMBOLS.items()})


def test_a_sign_without_a_symbol_is_its_outline_and_only_a_closed_road_is_an_empty_ring(
    page: Page, talker: FakeUnit
) -> None:
    bare = {number: show(page, talker, told(number)) for number in (9, 51, 54, 99)}
    assert len(set(bare.values())) == len(bare)
    assert [number for number in NAMES if outline_of(number) == "road_closed"] == [51]
    assert set(OUTLINES) - set(SYMBOLS) == {51, 86, 91, 93, 95}


def test_the_figure_stands_on_the_sign(page: Page, talker: FakeUnit) -> None:
    for number, words in {85: "限速40", 82: "3.5m", 83: "10t"}.items():
        show(page, talker, told(number, words))
        assert page.text_content("#sign .plate svg text") == told(number, words)["figure"]
        disc, figure = box(page, "#sign .plate svg path"), box(page, "#sign .plate svg text")
        assert disc["x"] + 8 < figure["x"] and figure["x"] + figure["width"] < disc["x"] + disc["width"] - 8
