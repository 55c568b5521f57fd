"""Which sound a warning has, and that the clips are what their purpose asks: measured on the samples themselves."""

import array
import importlib.util
import itertools
import math
import wave
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.apps import base
from obu.core.alert import Alert, Direction, Level, Shown, Text
from obu.core.frames import Sound
from obu.core.now import NS_PER_MS
from obu.drivers import clips
from obu.hmi.sounds import SILENCE, Sounds

NAMES = clips.names()


def shown(number: int, level: Level, app: str = "FCW") -> Shown:
    alert = Alert(
        app=app, subject="x", level=level, priority=1, text=Text("", ""), symbol="x", direction=Direction.AHEAD
    )
    return Shown(number=number, since_ns=0, alert=alert)


def test_danger_is_heard_by_level_in_the_drivers_language() -> None:
    assert Sounds("zh", NAMES).look(0, shown(1, Level.INFORMATION)) is None
    assert Sounds("zh", NAMES).look(0, shown(1, Level.CAUTION)) == Sound(("tone_caution", "zh_fcw"), 1)
    assert Sounds("en", NAMES).look(0, shown(1, Level.IMMINENT)) == Sound(("tone_imminent", "en_fcw"), 3)
    assert Sounds("en", NAMES).look(0, shown(1, Level.IMMINENT, "NEW")) == Sound(("tone_imminent",), 3)


@pytest.mark.parametrize("direction", Direction)
def test_a_danger_on_one_side_says_which(direction: Direction) -> None:
    one = shown(1, Level.IMMINENT)
    heard = Sounds("zh", NAMES).look(0, replace(one, alert=replace(one.alert, direction=direction)))
    assert heard is not None
    assert heard.side == {"left": "left", "right": "right"}.get(direction.value.split("_")[-1], "")


def test_a_warning_sounds_again_only_when_it_grows_worse() -> None:
    sounds = Sounds("zh", NAMES)
    assert sounds.look(0, None) is None
    assert sounds.look(100 * NS_PER_MS, shown(1, Level.CAUTION)) is not None
    assert sounds.look(200 * NS_PER_MS, shown(1, Level.CAUTION)) is None
    assert sounds.look(300 * NS_PER_MS, shown(1, Level.IMMINENT)) == Sound(("tone_imminent", "zh_fcw"), 3)
    assert sounds.look(400 * NS_PER_MS, shown(1, Level.CAUTION)) is None
    assert sounds.look(500 * NS_PER_MS, shown(1, Level.IMMINENT)) is None, "it was that bad before"
    assert sounds.look(600 * NS_PER_MS, shown(2, Level.INFORMATION)) == SILENCE, "nothing old sounds over a new warning"
    assert sounds.look(700 * NS_PER_MS, None) == SILENCE
    assert sounds.look(800 * NS_PER_MS, None) is None


@pytest.mark.parametrize(
    ("after_ms", "level", "heard"),
    [
        (499, Level.CAUTION, SILENCE),
        (500, Level.CAUTION, Sound(("tone_caution", "zh_hlw"), 1)),
        (1, Level.IMMINENT, Sound(("tone_imminent", "zh_hlw"), 3)),  # danger waits for nobody
    ],
)
def test_a_caution_leaves_half_a_second_after_another_sound_began(after_ms: int, level: Level, heard: Sound) -> None:
    sounds = Sounds("zh", NAMES)
    assert sounds.look(0, shown(1, Level.CAUTION)) is not None
    assert sounds.look(after_ms * NS_PER_MS, shown(2, level, "HLW")) == heard


Course = list[tuple[int, Level] | None]
COURSES = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(Level)) | st.none(), max_size=40)


@given(COURSES, st.integers(1, 700))
def test_nothing_sounds_when_nothing_is_shown(course: Course, step_ms: int) -> None:
    sounds, playing = Sounds("zh", NAMES), SILENCE
    for number, one in enumerate(course):
        playing = sounds.look(number * step_ms * NS_PER_MS, None if one is None else shown(*one)) or playing
        if one is None:
            assert playing == SILENCE
        elif one[1] is Level.IMMINENT:
            assert playing.clips[0] == "tone_imminent"


@given(COURSES, st.integers(1, 700))
def test_cautions_keep_apart_and_each_that_stays_is_heard_once_there_is_room(course: Course, step_ms: int) -> None:
    sounds, began_ms = Sounds("zh", NAMES), None
    for number, one in enumerate(course):
        at_ms = number * step_ms
        heard = sounds.look(at_ms * NS_PER_MS, None if one is None else shown(*one))
        if heard and heard.clips:
            assert heard.clips[0] == "tone_imminent" or began_ms is None or at_ms - began_ms >= 500
            began_ms = at_ms
    late_ms = len(course) * step_ms + 500
    assert sounds.look(late_ms * NS_PER_MS, shown(9, Level.CAUTION)) == Sound(("tone_caution", "zh_fcw"), 1)


def samples(name: str) -> tuple[array.array, int]:  # type: ignore[type-arg]
    with wave.open(str(clips.FOLDER / f"{name}.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return array.array("h", file.readframes(file.getnframes())), file.getframerate()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_clip_is_loud_at_once_and_short(name: str) -> None:
    found, rate_hz = samples(name)
    assert max(map(abs, found)) > 0.85 * 32767
    assert next(index for index, value in enumerate(found) if abs(value) > 1000) < 0.03 * rate_hz * 4
    assert 0.2 < len(found) / rate_hz < 1.35


def test_the_imminent_tone_is_as_fmvss_127_wants_it() -> None:
    """S5.1.1: 800 Hz or more, 6 to 12 pulses a second, each on for a quarter to 95 % of its time."""
    found, rate_hz = samples("tone_imminent")
    window = rate_hz // 200
    loud = [max(map(abs, found[at : at + window])) > 3000 for at in range(0, len(found) - window, window)]
    pulses = sum(now and not before for before, now in zip([False, *loud], loud, strict=False))
    assert 6 <= pulses / (len(found) / rate_hz) <= 12
    assert 0.25 <= sum(loud) / len(loud) <= 0.95
    turns = sum(a < 0 <= b for a, b in itertools.pairwise(found))
    assert turns / (len(found) / rate_hz * sum(loud) / len(loud)) >= 800


def test_the_tones_are_made_by_what_says_it_made_them() -> None:
    spec = importlib.util.spec_from_file_location("make_sounds", Path(".ci/make_sounds.py"))
    assert spec and spec.loader
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    for name, pulses in {"tone_imminent": maker.IMMINENT, "tone_caution": maker.CAUTION}.items():
        again = array.array("h", maker.wav(maker.tone(pulses))[44:])
        assert all(math.isclose(a, b, abs_tol=1) for a, b in zip(samples(name)[0], again, strict=True))
    phrases = {f"{language}_{app}" for app in maker.PHRASES for language in ("zh", "en")}
    assert phrases | {"tone_imminent", "tone_caution"} == NAMES


def test_every_phrase_is_of_an_application_of_tcsae_53() -> None:
    known = {"FCW", "ICW", "LTA", "BSW", "LCW", "DNPW", "EBW", "AVW", "CLW", "HLW", "SLW", "RLVW", "VRUCW", "GLOSA",
             "IVS", "TJW", "EVW"}  # fmt: skip
    assert {name.split("_")[1].upper() for name in NAMES if not name.startswith("tone")} <= known
    assert known <= {base.load(name).NAME for name in base.names()}, "a warning of one's own may be there beside them"
