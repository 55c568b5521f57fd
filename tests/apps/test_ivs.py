"""IVS shows a sign ahead under its name, or its own words."""

import re
from pathlib import Path

import pytest

from obu.apps import ivs
from obu.core.alert import Level, Text
from obu.core.signs import FIGURED, NAMES, SYMBOLS
from obu.core.world import Sign
from tests.apps.seen import view


def sign(sign_type, ahead_m=50.0, words=None):
    return Sign(id=(b"rsu-0001", 2), sign_type=sign_type, description=words, priority=1, ahead_m=ahead_m, age_s=0.1)


def look(ahead_m, sign_type=21, words=None, speed_mps=10.0):
    return ivs.look(view(speed_mps=speed_mps, signs=(sign(sign_type, ahead_m, words),)), ivs.Parameters())


@pytest.mark.parametrize(
    ("ahead_m", "speed_mps", "shown"),
    [(99.0, 10.0, True), (101.0, 10.0, False), (151.0, 30.0, False), (29.0, 0.0, True), (-4.0, 10.0, True),
     (-6.0, 10.0, False)],
)  # fmt: skip
def test_when_it_is_shown(ahead_m, speed_mps, shown):
    assert bool(look(ahead_m, speed_mps=speed_mps)) is shown


def test_its_name_is_that_of_the_table():
    """GB 5768.2-2009: 21 tunnel, 76 no overtaking, 85 speed limit."""
    assert (NAMES[21].zh, NAMES[76].zh, NAMES[85].zh) == ("前方隧道", "禁止超车", "限制车速")
    (alert,) = look(50.0)
    assert alert.text == Text("前方隧道", "Tunnel ahead") and alert.level is Level.INFORMATION


def test_every_sign_says_in_both_languages_what_it_is():
    """Neither a bare number nor a language in the other's place, and short enough for the strip of the screen."""
    for number in range(300):
        text = ivs.text_of(sign(number))
        assert re.search("[\u4e00-\u9fff]", text.zh) and len(text.zh) <= 12, number
        assert re.fullmatch("[A-Z12][A-Za-z0-9 ,-]+", text.en) and len(text.en) <= 28, number
        assert str(number) not in text.en, number


def test_words_from_afar_are_cut():
    assert look(50.0, 0, "施工" * 40)[0].text == Text("施工" * 6, "施工" * 6)
    assert look(50.0, 9999)[0].text == Text("前方有道路标志", "Road sign ahead")


def test_the_code_before_the_words_is_not_read_out():
    """GB/T 30699-2014: sixteen characters, with which T/CSAE 159-2020 has them begin."""
    assert look(50.0, 0, "A1B2C3D4E5F60718前方修路")[0].text == Text("前方修路", "前方修路")
    assert look(50.0, 0, "A1B2C3D4E5F60718")[0].text == ivs.UNNAMED


@pytest.mark.parametrize(
    ("sign_type", "words", "figure"),
    [(90, "30", "30"), (90, "A1B2C3D4E5F60718限速40km/h", "40"), (82, "3.5m", "3.5"), (83, "10t", "10"), (90, "", ""),
     (90, "7:00-9:00 限速30", ""), (90, "1234", ""), (10, "30", ""), (90, "3.55", "")],
)  # fmt: skip
def test_a_sign_that_is_a_figure_tells_the_only_one_of_its_words(sign_type, words, figure):
    (alert,) = look(50.0, sign_type, words)
    assert dict(alert.why).get("figure", "") == figure
    name = NAMES[sign_type]
    assert alert.text == (Text(f"{name.zh} {figure}", f"{name.en} {figure}") if figure else name)


def test_a_speed_limit_is_shown_where_no_map_tells_one():
    one = (sign(85, 50.0, "40"),)
    assert [alert.text.en for alert in ivs.look(view(signs=one), ivs.Parameters())] == ["Speed limit 40"]
    assert ivs.look(view(signs=one, limit_mps=11.1), ivs.Parameters()) == []


def test_every_symbol_is_there_and_belongs_to_a_sign_that_has_a_name():
    drawn = {path.stem for path in Path("obu/screen/static/symbols").glob("*.svg")}
    assert set(SYMBOLS.values()) <= drawn
    assert (set(SYMBOLS) | FIGURED) <= set(NAMES)
