"""Which edition a message is of is found from its octets alone, for messages that look like real ones."""

import random

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.codec.plausible import implausibility
from obu.core.errors import RemoteError
from obu.core.geo import LatLon
from tests.codec.lifelike import advice, passed_by, some_map, some_rsi


@pytest.mark.parametrize("make", [some_map, some_rsi])
@pytest.mark.parametrize("edition", Edition)
def test_edition_of_lifelike_messages_is_found(make, edition):
    rng = random.Random(f"{make.__name__} {edition}")
    for _ in range(200):
        name, value = pack(make(rng))
        data = uper.encode(name, value, edition)
        frame = uper.decode(data, None)
        assert frame.value == value
        tells_apart = name == "mapFrame" or any("referencePaths" in each for each in value["rtes"])
        if tells_apart:
            assert frame.edition is edition
        else:
            assert frame.edition is Edition.YDT3709  # nothing differs: the edition that GB/T 45315-2025 names


def test_octets_that_pass_as_both_editions_are_judged_by_their_places():
    # Read by the wrong text a MAP or RSI can decode to another, plausible one without any complaint.
    rng = random.Random(5)
    ambiguous = 0
    for _ in range(300):
        name, value = pack(some_map(rng))
        data = uper.encode(name, value, Edition.CSAE53)
        try:
            ambiguous += uper.decode(data, Edition.YDT3709).value != value
        except RemoteError:
            continue
        assert uper.decode(data, None).value == value
    assert ambiguous > 0


def test_the_configured_edition_is_obeyed():
    name, value = pack(some_map(random.Random(1)))
    data = uper.encode(name, value, Edition.CSAE53)
    assert uper.decode(data, Edition.CSAE53).edition is Edition.CSAE53


def test_random_maps_are_mostly_told_apart(draw_value):
    for edition in Edition:
        rng = random.Random(f"maps {edition}")
        wrong = 0
        for _ in range(100):
            value = draw_value(edition.value, "MapData", rng)
            data = uper.encode("mapFrame", value, edition)
            wrong += uper.decode(data, None, max_bytes=1 << 20).value != value
        assert wrong <= 4  # of values with no sense in them at all


def test_lifelike_messages_are_plausible_and_nonsense_is_not(draw_value):
    rng = random.Random(2)
    assert all(implausibility(*pack(some_map(rng))) == 0 for _ in range(50))
    assert all(implausibility(*pack(some_rsi(rng))) == 0 for _ in range(50))
    odd = [implausibility("mapFrame", draw_value("ydt3709", "MapData", rng)) for _ in range(50)]
    assert sum(score > 0 for score in odd) > 40


@pytest.mark.parametrize("offset_minutes", [None, 0, 480])
@pytest.mark.parametrize("edition", Edition)
def test_day_2_is_read_under_each_edition(edition, offset_minutes):
    # Its paths and dates are those of day 1; an offset from UTC is read by both, two hours apart.
    rng = random.Random(f"{edition} {offset_minutes}")
    for _ in range(150):
        value = advice(rng, LatLon(rng.uniform(22, 41), rng.uniform(100, 122)), offset_minutes)
        data = uper.encode("msgFrameExt", value, edition)
        assert uper.decode(data, None) == uper.Frame("msgFrameExt", value, edition)


def test_where_a_path_began_tells_the_editions_of_bsms_apart():
    rng = random.Random(8)
    for edition in Edition:
        for _ in range(100):
            value = passed_by(rng, LatLon(rng.uniform(22, 41), rng.uniform(100, 122)))
            data = uper.encode("bsmFrame", value, edition)
            assert uper.decode(data, None) == uper.Frame("bsmFrame", value, edition)
