"""What the vectors of day 2 say in SI units and names, read off their bits by hand, and what has no reference place."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from obu.codec import json_form
from obu.codec.editions import Edition
from obu.codec.messages import pack, places, unpack
from obu.codec.messages.toll_offer import Application, Offer, Payment, Toll, TollNode
from obu.codec.messages.vpm import Vpm
from obu.codec.uper import Frame
from obu.core.errors import RemoteError
from obu.core.geo import LatLon

VECTORS = Path(__file__).parents[1] / "vectors"
PLACE = LatLon(31.2, 121.5)
ID = bytes(range(1, 9))


def vector(name: str) -> Any:
    """The typed message of a vector."""
    told = tomllib.loads((VECTORS / f"{name}.toml").read_text("utf-8"))
    return unpack(json_form.frame_of({"message": told["message"], "value": json.loads(told["value"])}))


def test_psm_says_who_moves_how():
    psm = vector("psm")
    assert (psm.id, psm.sec_mark_ms, psm.place) == (ID, 31_400, PLACE)
    assert (psm.speed_mps, psm.heading_deg, psm.radius_m) == (4.0, 90.0, 0.8)
    assert (psm.semi_major_m, psm.semi_minor_m) == (1.0, 0.9)
    assert (psm.person.kind, psm.person.moved_by, psm.person.propulsion) == ("aPEDALCYCLIST", "motor", "bicycle")


def test_ssm_says_where_and_how_big_an_obstacle_is():
    (cone,) = vector("ssm").obstacles
    assert (cone.kind, cone.number, cone.accuracy_m) == ("trafficcone", 9, 0.5)
    assert cone.place == LatLon(31.200_02, 121.499_99)
    assert (cone.width_m, cone.length_m, cone.height_m) == (0.4, 0.4, 0.7)
    assert (cone.speed_mps, cone.heading_deg) == (0.0, None)


def test_rsc_and_vir_say_what_is_advised_and_asked():
    (advice,) = vector("rsc").vehicles
    assert advice.suggestion.behavior == {"slow-down"}
    assert advice.suggestion.lifetime_s == 5.0
    assert advice.purposes == {"signalPriority"}
    vir = vector("vir")
    (request,) = vir.requests
    assert vir.behavior == {"laneChangingToLeft"}
    assert (request.status, request.priority, request.wish.lane) == ("request", 5, 2)
    assert (request.wish.upstream.id, request.wish.downstream.id) == (11, 12)


def test_pam_clpmm_rtcm_and_vpm_say_what_they_are_for():
    (node,) = vector("pam").nodes
    assert (vector("pam").slots, vector("pam").valet, node.floor, node.kinds) == (120, "p4", -2, {"entrance"})
    led = vector("clpmm").led
    assert ([member.id[-1] for member in led.members], led.capacity, led.is_open) == ([8, 9], 4, True)
    (correction,) = vector("rtcm").corrections
    assert (correction.revision, correction.number, correction.data.hex()) == ("rtcmRev3-2", 1005, "d300")
    outcome = vector("vpm").payment
    assert (outcome.entity, outcome.answer.result, outcome.status) == ("parking", "ok", "noError")
    assert (outcome.time.year, outcome.time.month, outcome.time.day, outcome.time.hour) == (2026, 11, 26, 6)
    assert outcome.time.second_ms is None


def offer(node: TollNode | None, toll: Toll) -> Vpm:
    application = Application(entity="enclosed", payment=Payment(node=node, toll=toll))
    time = vector("vpm").payment.time
    return Vpm(msg_count=1, payment=Offer(time=time, id=ID, applications=(application,)))


def test_a_toll_s_places_are_from_its_node():
    message = offer(TollNode(place=PLACE), Toll(entrance=LatLon(31.200_1, 121.5)))
    name, value = pack(message)
    toll = value["value"]["payment"][1]["paymentList"][0]["paymentInfo"][1]["tollInfo"]
    assert toll["entrancePos"] == {"offsetLL": ("position-LL1", {"lon": 0, "lat": 1000})}
    assert unpack(Frame(name, value, Edition.YDT3709)) == message


def test_without_a_node_a_toll_s_places_are_absolute_or_refused():
    message = offer(None, Toll(entrance=PLACE))
    name, value = pack(message)
    toll = value["value"]["payment"][1]["paymentList"][0]["paymentInfo"][1]["tollInfo"]
    assert toll["entrancePos"]["offsetLL"][0] == "position-LatLon"
    assert unpack(Frame(name, value, Edition.YDT3709)) == message
    for step in (-8_388_608, 0, 8_388_607):
        toll["entrancePos"] = {"offsetLL": ("position-LL6", {"lon": step, "lat": step})}
        with pytest.raises(RemoteError) as caught:
            unpack(Frame(name, value, Edition.YDT3709))
        assert caught.value.reason == places.POSITION_OUT_OF_RANGE
