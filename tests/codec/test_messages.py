"""Typed messages at their edges: unavailable values, ends of ranges, bit positions, offset forms, vendors' habits."""

import math
from enum import Enum
from typing import Any

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import map as road_map
from obu.codec.messages import pack, places, rsi, rsm, spat, text, unpack
from obu.codec.messages.bsm import Bsm
from obu.codec.messages.references import NodeRef, ReferenceLink
from obu.codec.shape import EncodeError
from obu.core.errors import LocalError, RemoteError
from obu.core.geo import LatLon
from obu.core.vehicle import Event, Light, PathPrediction
from tests.codec import reference

DEGREE = 1e-7
PLACE = LatLon(31.0, 121.0)
NODE = NodeRef(None, 1)


def across(message: Any, edition: Edition) -> Any:
    return unpack(uper.decode(uper.encode(*pack(message), edition), edition))


def plain(**changes: Any) -> Bsm:
    return Bsm(
        **{
            "msg_count": 1,
            "id": b"12345678",
            "sec_mark_ms": 0,
            "place": LatLon(31.0, 121.0),
            "yaw_rate_deg_s": 0.0,
            "width_m": 2.5,
            "length_m": 12.0,
            "basic_class": 10,
            **changes,
        }
    )


def test_unavailable_has_the_standard_s_values_on_the_wire():
    # YD/T 3709-2020 data elements; GB/T 45315-2025 7.3 for which of them a vehicle sends.
    _, value = pack(plain(sec_mark_ms=None))
    assert value["secMark"] >= 60_000
    assert value["posAccuracy"] == {"semiMajor": 255, "semiMinor": 255, "orientation": 65535}
    assert (value["speed"], value["heading"], value["angle"]) == (8191, 28800, 127)
    assert value["accelSet"] == {"long": 2001, "lat": 2001, "vert": -127, "yaw": 0}
    assert value["transmission"] == "unavailable"
    assert value["brakes"] == {"brakePadel": "unavailable", "wheelBrakes": (b"\x80", 5), "traction": "unavailable"}
    assert "elevation" not in value["pos"]
    assert "safetyExt" not in value


@pytest.mark.parametrize(
    ("change", "path", "raw"),
    [
        ({"speed_mps": 500.0}, ("speed",), 8190),
        ({"speed_mps": -1.0}, ("speed",), 0),
        ({"heading_deg": 359.999}, ("heading",), 0),
        ({"heading_deg": 360.0}, ("heading",), 0),
        ({"heading_deg": 90.0}, ("heading",), 7200),
        ({"semi_major_m": 99.0}, ("posAccuracy", "semiMajor"), 254),
        ({"accel_long_mps2": -99.0}, ("accelSet", "long"), -2000),
        ({"accel_lat_mps2": 99.0}, ("accelSet", "lat"), 2000),
        ({"accel_vert_mps2": -99.0}, ("accelSet", "vert"), -126),
        ({"accel_vert_mps2": 9.80665}, ("accelSet", "vert"), 50),
        ({"yaw_rate_deg_s": 999.0}, ("accelSet", "yaw"), 32767),
        ({"steering_wheel_deg": -720.0}, ("angle",), -126),
        ({"steering_wheel_deg": 30.0}, ("angle",), 20),
    ],
)
def test_numbers_beyond_the_range_are_held_at_its_ends_and_never_look_unavailable(change, path, raw):
    _, value = pack(plain(**change))
    for step in path:
        value = value[step]
    assert value == raw


def test_straight_and_curved_path_ahead():
    _, straight = pack(plain(prediction=PathPrediction(radius_m=None, confidence_percent=100.0)))
    assert straight["safetyExt"]["pathPrediction"] == {"radiusOfCurve": 32767, "confidence": 200}
    _, curve = pack(plain(prediction=PathPrediction(radius_m=-123.4, confidence_percent=0.0)))
    assert curve["safetyExt"]["pathPrediction"] == {"radiusOfCurve": -1234, "confidence": 0}


def test_not_a_number_is_our_fault():
    with pytest.raises(EncodeError):
        pack(plain(speed_mps=math.nan))
    with pytest.raises(EncodeError):
        pack(plain(heading_deg=math.inf))
    with pytest.raises(EncodeError):
        pack(plain(yaw_rate_deg_s=None))


@pytest.mark.parametrize(
    "message",
    [
        plain(wheel_brakes=frozenset({"middle"})),
        plain(place=LatLon(math.nan, 121.0)),
        plain(place=LatLon(91.0, 121.0)),
        plain(msg_count=128),
        rsi.Rsi(msg_count=0, id=b"12345678", place=PLACE, events=(rsi.RoadEvent(number=0, event_type=1, source=6),)),
        rsi.Rsi(msg_count=0, id=b"12345678", place=PLACE, signs=(rsi.RoadSign(number=0, sign_type=1, priority=8),)),
        rsi.Rsi(
            msg_count=0,
            id=b"12345678",
            place=PLACE,
            signs=(rsi.RoadSign(number=0, sign_type=1, links=(ReferenceLink(NODE, NODE, frozenset({16})),)),),
        ),
    ],
)
def test_what_the_wire_has_no_word_for_is_our_fault_and_no_crash(message):
    with pytest.raises(EncodeError):
        uper.encode(*pack(message), Edition.YDT3709)


def test_events_and_lights_take_the_bits_of_the_standard():
    events = frozenset({Event.HAZARD_LIGHTS, Event.HARD_BRAKING, Event.AIRBAG_DEPLOYMENT})
    _, value = pack(plain(events=events, lights=frozenset({Light.LOW_BEAM, Light.PARKING})))
    assert value["safetyExt"]["events"] == (bytes((0b10000001, 0b00001000)), 13)
    assert value["safetyExt"]["lights"] == (bytes((0b10000000, 0b10000000)), 9)


@pytest.mark.parametrize(
    ("steps", "form"),
    [
        (2047, "position-LL1"), (2048, "position-LL2"), (-2048, "position-LL1"), (-2049, "position-LL2"),
        (8191, "position-LL2"), (8192, "position-LL3"), (32767, "position-LL3"), (32768, "position-LL4"),
        (131071, "position-LL4"), (131072, "position-LL5"), (2097151, "position-LL5"), (2097152, "position-LL6"),
        (8388607, "position-LL6"), (8388608, "position-LatLon"),
    ],
)  # fmt: skip
def test_the_smallest_offset_that_holds_is_taken(steps, form):
    origin = LatLon(31.0, 121.0)
    for there in (LatLon(31.0 + steps * DEGREE, 121.0), LatLon(31.0, 121.0 + steps * DEGREE)):
        offset = places.offset_to(*places.steps(origin), there)
        assert offset[0] == form
        back, is_smallest = places.place_at(*places.steps(origin), offset)
        assert is_smallest
        assert abs(back.lat_deg - there.lat_deg) < DEGREE / 2
        assert abs(back.lon_deg - there.lon_deg) < DEGREE / 2


def test_absolute_form_stands_for_itself():
    wire = ("position-LatLon", {"lon": 1215000000, "lat": 312000000})
    assert places.place_at(0, 0, wire) == (LatLon(31.2, 121.5), True)


def test_the_date_line_is_one_line():
    offset = places.offset_to(0, 1_799_999_000, LatLon(0.0, -179.9999))
    assert offset == ("position-LL1", {"lon": 2000, "lat": 0})
    assert places.place_at(0, 1_799_999_000, offset) == (LatLon(0.0, -179.9999), True)


@pytest.mark.parametrize(("lat", "lon"), [(900_000_001, 0), (0, 1_800_000_001)])
def test_a_message_without_a_place_is_refused(lat, lon):
    name, value = pack(plain())
    value["pos"] = {"lat": lat, "long": lon}
    with pytest.raises(RemoteError) as caught:
        unpack(uper.Frame(name, value, Edition.YDT3709))
    assert caught.value.reason == places.POSITION_UNAVAILABLE


def test_an_offset_past_the_pole_is_refused():
    with pytest.raises(RemoteError) as caught:
        places.place_at(899_000_000, 0, ("position-LL6", {"lon": 0, "lat": 8388607}))
    assert caught.value.reason == places.POSITION_OUT_OF_RANGE


def test_vendor_habits_are_tolerated():
    # Seen in real frames: path points as absolute positions, eventType 9902, reserved bits of the priority set.
    event = {"rteId": 1, "eventType": 9902, "eventSource": "unknown", "priority": b"\xbf"}
    value = {"msgCnt": 0, "id": b"12345678", "refPos": {"lat": 310000000, "long": 1210000000}, "rtes": [event]}
    data = uper.encode("rsiFrame", value, Edition.YDT3709)
    found = unpack(uper.decode(data, None)).events[0]
    assert (found.event_type, found.priority) == (9902, 5)


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        ("caa9b9a4", "施工"),
        ("caa9b9a400", "施工"),
        ("cae9", "书"),
        ("ff41", "\ufffdA"),
        ("0a1b5b324a", "\ufffd\ufffd[2J"),
    ],
)
def test_descriptions_are_read_safely(octets, shown):
    assert text.words(("textGB2312", bytes.fromhex(octets))) == shown


def test_a_text_that_gb2312_lacks_is_our_fault():
    with pytest.raises(EncodeError, match="GB 2312"):
        text.words_wire("🚌")


def test_map_without_link_width_fits_only_the_edition_that_allows_it():
    lane = road_map.Lane(id=1)
    link = road_map.Link(upstream=NodeRef(None, 1), lanes=(lane,))
    node = road_map.Node(ref=NodeRef(None, 2), place=LatLon(31.0, 121.0), links=(link,))
    message = road_map.MapData(msg_count=0, nodes=(node,))
    assert across(message, Edition.CSAE53) == message
    with pytest.raises(EncodeError, match=r"nodes\[0\].inLinks\[0\].linkWidth: is missing"):
        across(message, Edition.YDT3709)


def test_what_is_no_message_is_not_packed():
    with pytest.raises(LocalError):
        pack("hello")


@pytest.mark.parametrize("kind", [rsm.Kind, rsm.Source, spat.SignalLight])
def test_enumerations_are_those_of_the_schema(kind):
    names = {"Kind": "ParticipantType", "Source": "SourceType", "SignalLight": "LightState"}
    members: type[Enum] = kind
    assert tuple(each.value for each in members) == reference.types("ydt3709")[names[kind.__name__]].names
