"""Steps, bounds, flags and texts one by one: both ends, what is beyond them, what says nothing."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.codec.messages import names, scales, text
from obu.codec.messages.scales import Scale
from obu.codec.shape import EncodeError
from tests.codec import reference

SCALES = [each for each in vars(scales).values() if isinstance(each, Scale)]
BOUNDS = {
    "PositionConfidence": names.POSITION_ACCURACY_M,
    "ElevationConfidence": names.ELEVATION_ACCURACY_M,
    "SpeedConfidence": names.SPEED_ACCURACY_MPS,
    "HeadingConfidence": names.HEADING_ACCURACY_DEG,
    "SteeringWheelAngleConfidence": names.STEERING_ACCURACY_DEG,
    "TimeConfidence": names.TIME_ACCURACY_S,
    "AngularVConfidence": names.TURN_RATE_ACCURACY_DEG_S,
    "AccConfidence": names.ACCELERATION_ACCURACY_MPS2,
    "SizeValueConfidence": names.SIZE_ACCURACY_M,
}


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.name)
def test_every_raw_value_comes_back(scale):
    raws = {scale.minimum, scale.minimum + 1, 0, 1, scale.maximum - 1, scale.maximum}
    for raw in raws & set(range(scale.minimum, scale.maximum + 1)):
        value = scale.read(raw)
        assert value is not None and math.isclose(value, raw * scale.step, abs_tol=1e-9)
        assert scale.write(value) == raw


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.name)
def test_beyond_the_ends_is_the_end_and_nothing_is_nothing(scale):
    if scale.turn is None:
        assert scale.write(scale.minimum * scale.step - 1e9) == scale.minimum
        assert scale.write(scale.maximum * scale.step + 1e9) == scale.maximum
    else:
        assert scale.write(-scale.step) == scale.turn - 1 == scale.maximum
        assert scale.write(scale.turn * scale.step) == 0
    if scale.nothing is None:
        with pytest.raises(EncodeError, match=scale.name):
            scale.write(None)
    else:
        assert scale.read(scale.nothing) is None
        assert scale.write(None) == scale.nothing
        assert not scale.minimum <= scale.nothing <= scale.maximum
    for value in (math.nan, math.inf, -math.inf, "1"):
        with pytest.raises(EncodeError, match=scale.name):
            scale.write(value)


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.name)
@given(st.floats(-1e6, 1e6))
def test_what_is_written_is_within_the_range(scale, value):
    assert scale.minimum <= scale.write(value) <= scale.maximum


def told_by(name: str) -> float:
    """The number in a name: a50cm, elev-000-50, prec0-0125deg, time-000-000-5."""
    found = re.search(r"\d[\d-]*", name)
    assert found
    number = float(found[0].replace("-", ".", 1).replace("-", ""))
    return number / 100 if name.endswith("cm") else number


@pytest.mark.parametrize("type_name", BOUNDS)
def test_the_name_taken_is_the_finest_that_holds(type_name):
    bounds = BOUNDS[type_name]
    listed = reference.types("ydt3709")[type_name].names
    values = {name: bounds.read(name) for name in listed if name != "unavailable"}
    assert values == {name: pytest.approx(told_by(name)) for name in values}
    for name, bound in values.items():
        assert bounds.write(bound) == name
        finer = [other for other in values.values() if other < bound]
        if finer:
            assert bounds.write(max(finer) * 1.001) == name
    assert bounds.write(max(values.values()) * 1.001) == "unavailable"
    assert bounds.write(0.0) == min(values, key=values.__getitem__)
    assert bounds.read("unavailable") is None


def test_heading_bounds_are_not_in_the_order_of_their_names():
    # HeadingConfidence ends with prec0-01deg, prec0-0125deg: 0.01 and 0.0125 degree.
    assert names.HEADING_ACCURACY_DEG.write(0.011) == "prec0-0125deg"
    assert names.HEADING_ACCURACY_DEG.write(0.01) == "prec0-01deg"
    assert names.HEADING_ACCURACY_DEG.write(0.013) == "prec0-05deg"


def test_flags_know_bits_without_a_name_and_longer_strings():
    leaf = names.flags(("a", None, "c"), 5)
    assert leaf.read((b"\xf8", 5)) == {"a", "c"}
    assert not leaf.keeps(leaf.read((b"\xf8", 5)), (b"\xf8", 5))
    assert leaf.keeps(leaf.read((b"\xa0", 5)), (b"\xa0", 5))
    assert not leaf.keeps(leaf.read((b"\xa0\x00", 9)), (b"\xa0\x00", 9))
    with pytest.raises(EncodeError, match="b: is none of a, c"):
        leaf.write(frozenset({"b"}))


@given(st.binary(max_size=512))
def test_octets_of_strangers_are_text_that_can_be_shown(octets):
    shown = text.of_gb2312(octets)
    assert shown.isprintable()
    assert len(shown) <= len(octets)


@given(st.text(st.sampled_from("前方施工限速公里，。0123 abcXYZ"), min_size=1, max_size=40))
def test_texts_of_ours_come_back(shown):
    raw = text.words_wire(shown)
    assert text.words(raw) == shown
    assert text.TEXT.keeps(shown, raw)
