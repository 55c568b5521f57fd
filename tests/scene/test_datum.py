"""Drives over crossings whose MAP, or whose receiver, is shifted as GCJ-02 shifts; and those where nothing is wrong."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.codec.messages.map import Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import LatLon, LocalFrame, distance_m, move
from obu.core.vehicle import Body, Own, VehicleState
from obu.positioning import gcj02
from obu.runtime.freeze import freeze, thaw
from obu.scene.datum import BETWEEN_M, MOST_ROADS, Datum, DatumCheck
from obu.scene.facts import Facts

CITIES = (LatLon(31.18, 121.53), LatLon(22.54, 113.91), LatLon(39.91, 116.38), LatLon(28.23, 112.94))
NODE, ARM_M, UTC_NS = NodeRef(1, 7), 300.0, 1_800_000_000 * 10**9
NOISE_M = 10.0


def crossing(centre, turn_deg, draw, ref=NODE):
    """Four roads of two lanes into a node, as a MAP has them: the lanes out of it are others' MAPs. draw: its datum."""
    links = []
    for arm in range(4):
        course = turn_deg + 90.0 * arm
        lanes = tuple(
            Lane(id=number + 1, points=tuple(
                draw(move(centre, course, -away_m, 2.0 + 3.5 * number)) for away_m in (ARM_M, ARM_M / 2, 15.0)
            ))
            for number in range(2)
        )  # fmt: skip
        links.append(Link(upstream=NodeRef(1, arm), lanes=lanes, width_m=3.5))
    return MapData(msg_count=0, nodes=(Node(ref=ref, place=draw(centre), links=tuple(links)),))


def drive(centre, turn_deg, bend_deg):
    """Places and courses: in by one road on its right side, and out by another."""
    for way_m in range(-280, 0, 5):
        yield move(centre, turn_deg, way_m, 3.7), turn_deg
    for way_m in range(0, 280, 5):
        yield move(centre, turn_deg + bend_deg, way_m, 3.7), (turn_deg + bend_deg) % 360.0


def told(message, track, dice, receiver=lambda place: place):
    """What is concluded of the MAP at the end; the receiver is up to 10 m off."""
    check, facts = DatumCheck(), Facts()
    facts.heard(message, 3618, UTC_NS, bytes(8))
    for place, course in track:
        off = move(receiver(place), dice.uniform(0, 360), dice.uniform(0, NOISE_M))
        check.look(own(off, course), facts)
    assert thaw(freeze(check.state)) == check.state
    return check.state.verdicts.get(NODE)


def own(place, heading_deg, speed_mps=10.0):
    return Own(
        body=Body(width_m=2.5, length_m=12.0, height_m=3.0, basic_class=70), vehicle=VehicleState(), fix=None,
        lat_deg=place.lat_deg, lon_deg=place.lon_deg, speed_mps=speed_mps, heading_deg=heading_deg,
    )  # fmt: skip


def same(place):
    return place


DRIVES = (st.sampled_from(CITIES), st.floats(0.0, 360.0), st.sampled_from((90.0, -90.0)), st.integers(0, 2**32))


@settings(max_examples=25)
@given(*DRIVES)
def test_a_shifted_map_a_shifted_receiver_and_nothing_shifted_are_told_apart(centre, turn_deg, bend_deg, seed):
    dice, track = random.Random(seed), list(drive(centre, turn_deg, bend_deg))
    assert told(crossing(centre, turn_deg, gcj02.shifted), track, dice) is Datum.MAP_GCJ02
    assert told(crossing(centre, turn_deg, same), track, dice, gcj02.shifted) is Datum.OWN_GCJ02
    assert told(crossing(centre, turn_deg, same), track, dice) is Datum.AGREES
    both = told(crossing(centre, turn_deg, gcj02.shifted), track, dice, gcj02.shifted)
    assert both is Datum.AGREES  # two of the same datum fit each other


@settings(max_examples=25)
@given(*DRIVES, st.floats(0.0, 360.0), st.floats(60.0, 900.0))
def test_a_crossing_beside_our_way_is_no_wrong_datum(centre, turn_deg, bend_deg, seed, side_deg, away_m):
    off = move(centre, side_deg, away_m)
    shift = LocalFrame(centre).to_plane(off)
    wrong = gcj02.offset_m(centre)
    if min(math.dist(shift, wrong), math.dist(shift, (-wrong[0], -wrong[1]))) < 60.0:
        return  # so far away as GCJ-02 shifts: nobody can tell
    found = told(crossing(off, turn_deg, same), drive(centre, turn_deg, bend_deg), random.Random(seed))
    assert found in (None, Datum.AGREES)


@settings(max_examples=10)
@given(*DRIVES)
def test_one_straight_road_proves_nothing(centre, turn_deg, _, seed):
    track = list(drive(centre, turn_deg, 0.0))
    assert told(crossing(centre, turn_deg, gcj02.shifted), track, random.Random(seed)) in (None, Datum.AGREES)


@pytest.mark.parametrize("is_stopping", [True, False])
def test_only_two_maps_that_agree_stop_our_bsms_and_only_where_that_is_asked_for(is_stopping):
    check = DatumCheck(is_stopping=is_stopping)
    check.state.verdicts = {NodeRef(1, 1): Datum.OWN_GCJ02, NodeRef(1, 2): Datum.MAP_GCJ02}
    assert check.stops() == ()
    check.state.verdicts[NodeRef(1, 3)] = Datum.OWN_GCJ02
    assert bool(check.stops()) == is_stopping
    check.state.verdicts[NodeRef(1, 2)] = Datum.AGREES
    assert check.stops() == ()


def test_outside_china_there_is_nothing_to_find():
    centre = LatLon(48.1, 11.5)
    away = move(centre, 45.0, 500.0)
    assert told(crossing(away, 0.0, same), drive(centre, 0.0, 90.0), random.Random(1)) is None


def test_standing_still_is_one_place_and_maps_are_bounded():
    check, facts = DatumCheck(), Facts()
    facts.heard(crossing(CITIES[0], 0.0, same), 3618, UTC_NS, bytes(8))
    for _ in range(100):
        check.look(own(CITIES[0], 0.0), facts)
    assert len(check.state.ways[NODE]) == 1
    place = CITIES[0]
    for number in range(MOST_ROADS + 20):
        place = move(place, 90.0, BETWEEN_M * 1.01)
        facts = Facts()
        facts.heard(crossing(place, 0.0, same, NodeRef(2, number)), 3618, UTC_NS, bytes(8))
        check.look(own(place, 90.0), facts)
    assert len(check.state.ways) == MOST_ROADS
    assert set(check.state.verdicts) <= set(check.state.ways)
    assert sum(check.status().values()) == len(check.state.verdicts)


def test_a_map_out_of_reach_is_not_looked_at():
    check, facts = DatumCheck(), Facts()
    facts.heard(crossing(move(CITIES[0], 0.0, 5000.0), 0.0, same), 3618, UTC_NS, bytes(8))
    check.look(own(CITIES[0], 0.0), facts)
    assert check.state.ways == {}


@pytest.mark.parametrize("centre", CITIES)
def test_the_shift_is_as_large_as_the_texts_say(centre):
    assert 100.0 < distance_m(centre, gcj02.shifted(centre)) < 700.0
