"""Which edition a message is of is found from its octets alone, for messages that look like real ones."""

import random

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import map as road_map
from obu.codec.messages import pack, rsi
from obu.codec.messages.rsi import NodeRef
from obu.codec.plausible import implausibility
from obu.core.errors import RemoteError
from obu.core.geo import LatLon, move


def some_map(rng: random.Random) -> road_map.MapData:
    centre = LatLon(rng.uniform(22, 41), rng.uniform(100, 122))
    return road_map.MapData(
        msg_count=rng.randrange(128),
        minute=rng.choice((None, rng.randrange(527_040))),
        nodes=tuple(_node(move(centre, rng.uniform(0, 360), 400 * n), n, rng) for n in range(rng.randrange(1, 4))),
    )


def _node(place: LatLon, number: int, rng: random.Random) -> road_map.Node:
    links = tuple(_link(place, rng) for _ in range(rng.randrange(5)))
    return road_map.Node(ref=NodeRef(rng.choice((None, 3)), number), place=place, links=links)


def _link(place: LatLon, rng: random.Random) -> road_map.Link:
    heading = rng.uniform(0, 360)
    points = tuple(move(place, heading, 30.0 * step) for step in range(rng.choice((0, 2, 9))))
    lanes = tuple(
        road_map.Lane(
            id=number + 1,
            width_m=3.5,
            maneuvers=frozenset(rng.sample(list(road_map.Maneuver), 2)),
            connections=tuple(
                road_map.Connection(node=NodeRef(None, rng.randrange(9)), phase=rng.randrange(1, 17))
                for _ in range(rng.randrange(3))
            ),
            points=points,
        )
        for number in range(rng.randrange(1, 5))
    )
    return road_map.Link(upstream=NodeRef(None, rng.randrange(99)), lanes=lanes, width_m=10.5, points=points)


def some_rsi(rng: random.Random) -> rsi.Rsi:
    place = LatLon(rng.uniform(22, 41), rng.uniform(100, 122))
    return rsi.Rsi(
        msg_count=rng.randrange(128),
        id=rng.randbytes(8),
        place=place,
        events=tuple(
            rsi.RoadEvent(
                number=number,
                event_type=rng.choice((501, 707, 904)),
                place=move(place, rng.uniform(0, 360), rng.uniform(0, 500)),
                radius_m=rng.uniform(0, 100),
                paths=tuple(_path(place, rng) for _ in range(rng.randrange(3))),
            )
            for number in range(rng.randrange(1, 4))
        ),
    )


def _path(place: LatLon, rng: random.Random) -> rsi.ReferencePath:
    heading, bend = rng.uniform(0, 360), rng.uniform(-10, 10)
    points = [move(place, rng.uniform(0, 360), rng.uniform(0, 300))]
    for step in range(rng.randrange(1, 12)):
        points.append(move(points[-1], heading + bend * step, rng.uniform(20, 60)))
    return rsi.ReferencePath(tuple(points), rng.choice((5.0, 10.0, 20.0)))


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
