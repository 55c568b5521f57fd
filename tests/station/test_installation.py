"""A terminal in the vehicle it was installed in, and in another one: whole stations on real frames, carried by hand."""

import json

from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import CanFrame, Save
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.runtime.config import Vehicle
from obu.station.installation import CHECKING, OTHER_BUS, SILENT_BUS, Installation, Match, Provisioned, pack, unpack

from .unit import Unit

OWN_VIN, OTHER_VIN = "LZYTATE63B1000001", "LZYTATE63B1000002"
BUS = tuple(range(0x18FE0000, 0x18FE0000 + 12 * 0x100, 0x100))


def frames(identifiers, at_ns, octets=8):
    return tuple(CanFrame("main", one, True, bytes(octets), at_ns) for one in identifiers)


def driven(part, identifiers, seconds=11.0, vin=None, octets=8, start_ns=NS_PER_S):
    """Ten turns a second on a live bus."""
    for turn in range(round(seconds * 10)):
        at_ns = start_ns + turn * 100 * NS_PER_MS
        part.take(at_ns, frames(identifiers, at_ns, octets), True, vin)
    return part


def later(part, vin=""):
    """The same terminal after a restart, with what it had saved."""
    data = part.to_save()
    fresh = Installation(vin)
    if data is not None:
        fresh.recall(data)
    return fresh


def installed(vin=None):
    return driven(Installation(), BUS, vin=vin)


def test_the_first_bus_is_learnt_and_then_known_again_within_half_a_second():
    first = installed()
    assert first.state.match is Match.OWN and first.stops() == ()
    again = driven(later(first), BUS, seconds=0.2)
    assert again.stops() == (CHECKING,)
    assert driven(again, BUS, seconds=0.3, start_ns=2 * NS_PER_S).state.match is Match.OWN
    assert again.to_save() is None


def test_on_another_bus_it_stops_and_says_so_after_the_watch_and_never_before_sends():
    moved = later(installed())
    others = [one + 1 for one in BUS]
    for turn in range(200):
        at_ns = NS_PER_S + turn * 100 * NS_PER_MS
        moved.take(at_ns, frames(others, at_ns), True, None)
        assert moved.stops() == ((CHECKING,) if turn < 100 else (OTHER_BUS,))
    assert moved.state.match is Match.OTHER and moved.to_save() is None


def test_other_lengths_are_another_bus():
    assert driven(later(installed()), BUS, octets=7).state.match is Match.OTHER


def test_a_bus_that_showed_a_part_of_itself_first_is_the_same_bus_and_is_learnt_further():
    part = driven(Installation(), BUS[:4])
    whole = driven(later(part), BUS)
    assert whole.state.match is Match.OWN
    assert {mark[0] for mark in unpack(whole.to_save()).marks} == set(BUS)


def test_a_vin_tells_two_alike_buses_apart_and_is_said():
    moved = driven(later(installed(OWN_VIN)), BUS, seconds=1, vin=OTHER_VIN)
    (why,) = moved.stops()
    assert OWN_VIN in why.zh and OTHER_VIN in why.zh and OWN_VIN in why.en and OTHER_VIN in why.en
    late = driven(later(installed(OWN_VIN)), BUS)
    assert late.state.match is Match.OWN  # its bus is alike, and no VIN was heard yet
    assert driven(late, BUS, seconds=0.1, vin=OTHER_VIN, start_ns=60 * NS_PER_S).state.match is Match.OTHER


def test_the_own_vin_excuses_a_repaired_bus_which_is_learnt_anew():
    repaired = [one + 1 for one in BUS]
    known = driven(later(installed(OWN_VIN)), repaired, vin=OWN_VIN)
    assert known.state.match is Match.OWN
    assert driven(later(known), repaired).state.match is Match.OWN


def test_the_configured_vin_stands_above_what_was_learnt():
    assert driven(Installation(OWN_VIN), BUS, vin=OTHER_VIN).state.match is Match.OTHER
    sold = later(installed(OTHER_VIN), vin=OWN_VIN)
    assert driven(sold, BUS, vin=OWN_VIN).state.match is Match.OWN


def test_a_silent_bus_is_judged_anew():
    part = driven(later(installed()), BUS)
    part.take(20 * NS_PER_S, (), False, None)
    others = [one + 1 for one in BUS]
    assert driven(part, others, start_ns=30 * NS_PER_S).state.match is Match.OTHER


def test_a_bus_that_falls_silent_is_still_the_vehicle_it_was_and_one_that_never_spoke_is_none():
    part = driven(later(installed()), BUS)
    part.take(20 * NS_PER_S, (), False, None)
    assert (part.state.match, part.stops()) == (Match.UNKNOWN, ())
    part = driven(later(installed()), [one + 1 for one in BUS])
    assert part.stops() == (OTHER_BUS,)
    part.take(20 * NS_PER_S, (), False, None)
    assert part.stops() == (SILENT_BUS,)
    for fresh in (Installation(), later(installed()), Installation(OWN_VIN)):
        fresh.take(NS_PER_S, (), False, None)
        assert fresh.stops() == (SILENT_BUS,)


def test_noise_and_a_babbling_node_make_no_other_vehicle():
    part, count = later(installed()), 0
    for turn in range(150):
        at_ns = NS_PER_S + turn * 100 * NS_PER_MS
        noise = [0x08000001 + (count + each) * 0x100 for each in range(300)]
        count += 300
        part.take(at_ns, frames((*noise, *BUS), at_ns), True, None)
    assert part.state.match is Match.OWN and len(part.state.seen) <= 256 + len(BUS)


@given(st.binary(max_size=80) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["vin", "marks", "x"]), inner),
).map(lambda tree: json.dumps(tree).encode()))  # fmt: skip
def test_what_is_not_understood_is_as_if_nothing_was_kept(data):
    part = Installation()
    part.recall(data)
    assert driven(part, BUS).state.match is Match.OWN or part.state.own.marks


@given(st.text(max_size=17), st.frozensets(st.tuples(st.integers(0, 2**29 - 1), st.booleans(), st.integers(0, 8))))
def test_what_is_kept_comes_back(vin, marks):
    own = Provisioned(vin, frozenset(list(marks)[:256]))
    assert unpack(pack(own)) == own


def saved(unit):
    return {save.name: save.data for _, outbox in unit.outboxes for save in outbox.saves}


def test_a_terminal_in_another_bus_sends_no_bsm_and_says_so(pki):
    first = Unit(pki)
    first.run(11)
    assert len(first.packets()) > 100
    kept = tuple(Save(name, data) for name, data in saved(first).items())
    home, moved = Unit(pki, random_seed=3), Unit(pki, random_seed=4)
    home.step(saved=kept)
    home.run(2)
    assert len(home.packets()) > 10 and home.status()["vehicle"] == {"match": "own", "vin": None}
    other = unpack(saved(first)["vehicle"])
    other = Provisioned("", frozenset((can_id + 1, extended, octets) for can_id, extended, octets in other.marks))
    moved.step(saved=(Save("vehicle", pack(other)),))
    moved.run(12)
    assert moved.packets() == []
    status = moved.status()
    assert status["vehicle"]["match"] == "other" and status["bsm"]["state"] == "stopped"
    assert [why["zh"] for why in status["bsm"]["why"]] == [OTHER_BUS.zh]


def test_a_vin_of_the_configuration_reaches_the_station(pki):
    vehicle = Vehicle(profile="city_bus_j1939", width_m=2.55, vin=OWN_VIN)
    unit = Unit(pki, sections={"vehicle": vehicle})
    unit.run(1.5)
    assert unit.packets() and unit.status()["vehicle"]["match"] == "learning"
