"""IVS shows a sign ahead under its name, or its own words."""

import re

import pytest

from obu.apps import ivs
from obu.core.alert import Level, Text
from obu.core.signs import NAMES
from obu.core.world import Sign
from tests.apps.seen import view


def sign(sign_type, ahead_m=50.0, words=None):
    return Sign(id=(b"rsu-0001", 2), sign_type=sign_type, description=words, priority=1, ahead_m=ahead_m, age_s=0.1)


def look(ahead_m, sign_type=21, words=None, speed_mps=10.0):
    return ivs.look(view(speed_mps=speed_mps, signs=(sign(sign_type, ahead_m, words),)), ivs.Parameters())


@pytest.mark.parametrize(
    ("ahead_m", "speed_mps", "shown"),
    [(99.0, 10.0, True), (101.0, 10.0, False), (151.0, 30.0, False), (29.0, 0.0, True), (-9.0, 10.0, True),
     (-11.0, 10.0, False)],
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
