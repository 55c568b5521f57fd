"""The light and the sign before us as the screen is told of them."""

import dataclasses

from obu import feed
from obu.apps import glosa, ivs
from obu.core.frames import FeedEvent
from obu.core.geo import Offset
from obu.core.world import Lamp, Sign, Signal, Turn
from obu.station import ahead, status
from tests.apps.seen import other, view

RED = Signal(Lamp.RED, 84.4, 11.44, (12.0, 40.0))


def test_the_light_is_told_with_what_glosa_claims_of_it() -> None:
    seen = view(signal=RED, turn=Turn.STRAIGHT, speed_mps=11.0)
    claims = glosa.look(seen, glosa.Parameters())
    # 84.4 m in 13 s are 23.4 km/h at most: with a least speed of 20 km/h the band is the one step between.
    assert ahead.light(seen, claims) == {
        "lamp": "red", "turn": "straight", "stop_m": 84, "left_s": 11.4, "advice_kph": [20, 20],
    }  # fmt: skip
    assert ahead.light(seen, []) == {
        "lamp": "red", "turn": "straight", "stop_m": 84, "left_s": 11.4, "advice_kph": None,
    }  # fmt: skip


def test_no_light_is_told_where_none_is_known_far_away_or_passed() -> None:
    assert ahead.light(view(), []) is None
    for stop_m, is_told in ((300.1, False), (299.9, True), (-1.9, True), (-2.1, False)):
        told = ahead.light(view(signal=dataclasses.replace(RED, stop_m=stop_m)), [])
        assert (told is not None) is is_told, stop_m
        assert told is None or told["stop_m"] >= 0


def test_the_sign_is_the_nearest_that_ivs_shows_with_its_outline_and_symbol() -> None:
    kinds = {21: ("warning", "tunnel"), 60: ("prohibition", None), 52: ("no_entry", "no_entry"),
             77: ("end", "overtaking"), 120: ("other", None)}  # fmt: skip
    for number, kind in kinds.items():
        signs = tuple(
            Sign(id=(b"rsu", 1), sign_type=one, description=None, priority=0, ahead_m=at_m, age_s=0.0)
            for one, at_m in ((number, 40.2), (22, 60.0))
        )
        told = ahead.sign(ivs.look(view(signs=signs, speed_mps=12.0), ivs.Parameters()))
        assert told is not None
        assert (told["shape"], told["symbol"], told["figure"], told["distance_m"]) == (*kind, None, 40)
    assert ahead.sign([]) is None


def test_the_scene_of_a_crowd_is_a_short_line_with_the_nearest() -> None:
    crowd = [other(subject=f"{number:016x}", offset=Offset(float(number), -3.5)) for number in range(200, 0, -1)]
    scene = status.scene(view(*crowd), ())
    assert (scene["around"], len(scene["neighbours"])) == (200, 32)
    assert [round(each["ahead_m"]) for each in scene["neighbours"]] == list(range(1, 33))
    assert len(feed.encode_event(FeedEvent("scene", scene))) < 6000
