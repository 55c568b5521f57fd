"""A whole station among senders of two editions: each is bound by what it signed itself, and nobody by a forger."""

import random

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.core.geo import LatLon
from obu.runtime import config
from obu.stack import aids
from tests.codec.lifelike import roadside_map

from .others import RSI, Other, works
from .unit import START_UTC_NS, Unit

OURS, THEIRS = Edition.YDT3709, Edition.CSAE53


@pytest.fixture
def unit(pki):
    made = Unit(pki)
    made.run(1.5)
    return made


class Teller:
    """A station that says its messages in the edition it is asked to."""

    def __init__(self, unit: Unit, other: Other) -> None:
        self.unit, self.other = unit, other

    def say(self, name: str, value: dict, aid: int, edition: Edition, spoil: bool = False) -> None:
        """One signed packet, and time for its verdict. spoil: with a signature that is none."""
        sdu = self.other.signed(uper.encode(name, value, edition), aid, START_UTC_NS + self.unit.at_ns)
        if spoil:
            sdu = sdu[:-1] + bytes((sdu[-1] ^ 1,))
        self.unit.run(0.1, {0: (sdu,)})

    def map(self, edition: Edition, spoil: bool = False) -> dict:
        """A MAP that both editions have room for."""
        value = crossing(self.unit.place)
        self.say("mapFrame", value, aids.MAP, edition, spoil)
        return value


def crossing(place: LatLon) -> dict:
    rng = random.Random(3)
    return next(
        value
        for value in (roadside_map(rng, place) for _ in range(100))
        if all("linkWidth" in link for node in value["nodes"] for link in node.get("inLinks", ({},)))
    )


def air(unit: Unit) -> dict:
    unit.run(1.0)
    return unit.status()["air"]


def known_maps(unit: Unit) -> list:
    kept = unit.station.checkpoint()["facts"].by_kind.get("MapData", {})
    return [fact.message for fact in kept.values()]


def test_a_roadside_unit_is_bound_by_its_map_and_seen_in_the_status(unit, pki):
    rsu = Other(pki / "rsu")
    value = Teller(unit, rsu).map(THEIRS)
    editions = air(unit)["editions"]
    signer = rsu.certificate.digest8.hex()
    assert editions["senders"] == [{"signer": signer, "edition": "csae53", "state": "bound"}]
    assert (editions["bound"], editions["judged"]) == ({"ydt3709": 0, "csae53": 1}, {"unbound": 1})
    assert known_maps(unit) == [unpack(uper.Frame("mapFrame", value, THEIRS))]


def test_a_forger_binds_nobody(unit, pki):
    teller = Teller(unit, Other(pki / "rsu"))
    for _ in range(5):
        teller.map(OURS, spoil=True)
    teller.map(THEIRS)
    for _ in range(5):
        teller.map(OURS, spoil=True)
    state = air(unit)
    assert (state["verified"], state["dropped"]) == (1, {"bad_signature": 10})
    assert state["editions"]["bound"] == {"ydt3709": 0, "csae53": 1}
    assert state["editions"]["doubted"] == 0


def test_a_neighbour_that_may_not_speak_of_roads_binds_nobody(unit, pki):
    Teller(unit, Other(pki / "neighbours/00")).map(OURS)
    state = air(unit)
    assert state["dropped"] == {"aid_not_permitted": 1}
    assert state["editions"]["senders"] == []


def test_under_another_messages_aid_nothing_binds(unit, pki):
    rsu = Teller(unit, Other(pki / "rsu"))
    rsu.say("mapFrame", crossing(unit.place), aids.SPAT, OURS)
    state = air(unit)
    assert state["dropped"] == {"aid_message_mismatch": 1}
    assert state["editions"]["senders"] == []


def test_a_bound_sender_that_suddenly_speaks_otherwise_is_refused_and_then_followed(unit, pki):
    rsu = Teller(unit, Other(pki / "rsu"))
    rsu.map(THEIRS)
    rsu.map(OURS)
    rsu.map(OURS)
    state = air(unit)
    assert (state["verified"], state["dropped"]) == (1, {"edition_contradicts": 2})
    assert state["editions"]["doubted"] == 1
    rsu.map(OURS)
    state = air(unit)
    assert state["verified"] == 2
    assert (state["editions"]["bound"], state["editions"]["rebound"]) == ({"ydt3709": 1, "csae53": 0}, 1)


def test_a_map_of_nowhere_is_not_believed_of_an_unknown_sender(unit, pki):
    Teller(unit, Other(pki / "rsu")).say("mapFrame", crossing(LatLon(-33.0, -70.0)), aids.MAP, THEIRS)
    state = air(unit)
    assert state["dropped"] == {"edition_implausible": 1}
    assert known_maps(unit) == []


def test_with_a_fixed_edition_the_other_is_refused_and_said(pki):
    unit = Unit(pki, sections={"receive": config.Receive(edition="ydt3709")})
    unit.run(1.5)
    Teller(unit, Other(pki / "rsu")).map(THEIRS)
    state = air(unit)
    assert state["dropped"] == {"edition_contradicts": 1}
    assert (state["editions"]["mode"], state["editions"]["judged"]) == ("ydt3709", {"fixed": 1})


@pytest.mark.parametrize("edition", Edition)
def test_road_works_reach_the_screen_in_either_edition(unit, pki, edition):
    teller = Teller(unit, Other(pki / "rsu"))
    name, value = pack(works(unit.place, unit.heading_deg, 90))
    teller.say(name, value, RSI, edition)
    unit.run(0.3)
    (alert, *_) = unit.events("alert")
    assert alert["app"] == "HLW"
    assert 70 <= alert["distance_m"] <= 95


def test_bindings_are_kept_in_a_checkpoint(unit, pki):
    from obu.runtime import freeze

    Teller(unit, Other(pki / "rsu")).map(THEIRS)
    kept = freeze.thaw(freeze.freeze(unit.station.checkpoint()))
    again = Unit(pki)
    again.station.restore(kept)
    again.at_ns = unit.at_ns
    Teller(again, Other(pki / "rsu")).map(OURS)
    assert air(again)["dropped"] == {"edition_contradicts": 1}


def test_packets_of_no_edition_are_counted_by_their_own_reason(unit, pki):
    rsu = Other(pki / "rsu")
    payload = uper.encode("mapFrame", crossing(unit.place), THEIRS)
    for octets in (payload[:-1], payload + b"\0"):
        unit.run(0.1, {0: (rsu.signed(octets, aids.MAP, START_UTC_NS + unit.at_ns),)})
    dropped = air(unit)["dropped"]
    assert sum(dropped.values()) == 2
    assert "edition_contradicts" not in dropped
