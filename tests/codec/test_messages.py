"""Typed messages survive the wire within one step, unavailable stays unavailable, and saturation stays within range."""

import math
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import map as road_map
from obu.codec.messages import pack, places, references, rsi, rsm, spat, unpack
from obu.codec.messages.bsm import Bsm, Crumb, Emergency
from obu.codec.messages.rsi import NodeRef
from obu.codec.shape import EncodeError
from obu.core.errors import LocalError, RemoteError
from obu.core.geo import LatLon
from obu.core.vehicle import Event, Gear, Light, PathPrediction, SystemState

DEGREE = 1e-7
# Half a step of each field, by the end of its name and the message; a little more for the binary fractions.
HALF_STEP = {
    "semi_major_m": 0.025, "semi_minor_m": 0.025, "elevation_m": 0.05, "orientation_deg": 0.003, "speed_mps": 0.01,
    "heading_deg": 0.00625, "steering_wheel_deg": 0.75, "accel_long_mps2": 0.005, "accel_lat_mps2": 0.005,
    "accel_vert_mps2": 0.0981, "yaw_rate_deg_s": 0.005, "width_m": 0.005, "length_m": 0.005, "height_m": 0.025,
    "age_s": 0.005, "radius_m": 0.05, "confidence_percent": 0.25, "lat_deg": DEGREE / 2, "lon_deg": DEGREE / 2,
}  # fmt: skip
DEFAULT_HALF_STEP = 0.05  # time marks


def near(path: str, got: Any, sent: Any) -> None:
    """Asserts that what came back is what was sent, numbers within one step of the wire."""
    if is_dataclass(sent):
        assert type(got) is type(sent), path
        for field in fields(sent):
            near(f"{path}.{field.name}", getattr(got, field.name), getattr(sent, field.name))
    elif isinstance(sent, tuple):
        assert len(got) == len(sent), path
        for index, (one, other) in enumerate(zip(got, sent, strict=True)):
            near(f"{path}[{index}]", one, other)
    elif isinstance(sent, float):
        name = path.rsplit(".", 1)[-1]
        gap = abs(got - sent)
        if name in ("heading_deg", "orientation_deg"):
            gap = min(gap, 360 - gap)
        assert gap <= HALF_STEP.get(name, DEFAULT_HALF_STEP) * 1.001 + 1e-9, (path, got, sent)
    else:
        assert got == sent, path


def across(message: Any, edition: Edition = Edition.YDT3709) -> Any:
    frame = uper.decode(uper.encode(*pack(message), edition), edition, max_bytes=1 << 20)
    return unpack(frame)


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


place = st.builds(LatLon, number(-89.9, 89.9), number(-179.9, 180))
near_china = st.builds(LatLon, number(31.0, 31.001), number(121.0, 121.001))
spot = near_china | st.builds(LatLon, number(30, 32), number(120, 122)) | place
minute = maybe(st.integers(0, 527_039))
second = maybe(st.integers(0, 60_999))
count = st.integers(0, 127)
identity = st.binary(min_size=8, max_size=8)
node_ref = st.builds(NodeRef, maybe(st.integers(0, 65535)), st.integers(0, 65535))
words = st.text(st.sampled_from("前方施工限速公里0123 abcXYZ"), min_size=1, max_size=40)
system = maybe(st.sampled_from(SystemState))

bsms = st.builds(
    Bsm,
    msg_count=count,
    id=identity,
    sec_mark_ms=second,
    place=place | near_china,
    yaw_rate_deg_s=number(-327, 327),
    width_m=number(0, 10.2),
    length_m=number(0, 40.9),
    basic_class=st.integers(0, 255),
    elevation_m=maybe(number(-409, 6143)),
    semi_major_m=maybe(number(0, 12.7)),
    semi_minor_m=maybe(number(0, 12.7)),
    orientation_deg=maybe(number(0, 359.999)),
    gear=maybe(st.sampled_from(Gear)),
    speed_mps=maybe(number(0, 163)),
    heading_deg=maybe(number(0, 360)),
    steering_wheel_deg=maybe(number(-189, 189)),
    accel_long_mps2=maybe(number(-20, 20)),
    accel_lat_mps2=maybe(number(-20, 20)),
    accel_vert_mps2=maybe(number(-24, 24)),
    brake_applied=maybe(st.booleans()),
    wheel_brakes=maybe(st.frozensets(st.sampled_from(("left_front", "left_rear", "right_front", "right_rear")))),
    traction_control=system,
    abs=system,
    stability_control=system,
    height_m=maybe(number(0, 6.35)),
    events=st.frozensets(st.sampled_from(Event)),
    path=st.lists(st.builds(Crumb, spot, maybe(number(0.01, 655))), max_size=15).map(tuple),
    prediction=maybe(
        st.builds(PathPrediction, radius_m=maybe(number(-3276, 3276)), confidence_percent=number(0, 100))
    ),
    lights=st.frozensets(st.sampled_from(Light)),
    emergency=maybe(
        st.builds(
            Emergency,
            response=maybe(st.sampled_from(("emergency", "pursuit"))),
            is_siren_on=maybe(st.booleans()),
            lightbar=maybe(st.sampled_from(("notInUse", "inUse", "freqStops"))),
        )
    ),
)
paths = st.builds(
    rsi.ReferencePath, st.lists(spot, min_size=2, max_size=32).map(tuple), number(0, 6553)
)
links = st.builds(rsi.ReferenceLink, node_ref, node_ref, maybe(st.frozensets(st.integers(1, 15))))
shared = {
    "number": st.integers(0, 255),
    "place": maybe(spot),
    "description": maybe(words.filter(lambda text: len(text.encode("gb2312")) > 1)),
    "start_minute": minute,
    "end_minute": minute,
    "priority": maybe(st.integers(0, 7)),
    "paths": st.lists(paths, max_size=2).map(tuple),
    "links": st.lists(links, max_size=3).map(tuple),
}
rsis = st.builds(
    rsi.Rsi,
    msg_count=count,
    id=identity,
    place=near_china,
    minute=minute,
    events=st.lists(
        st.builds(
            rsi.RoadEvent,
            event_type=st.integers(0, 65535),
            source=st.integers(0, 5),
            radius_m=maybe(number(0, 6553)),
            confidence_percent=maybe(number(0, 100)),
            **shared,
        ),
        max_size=3,
    ).map(tuple),
    signs=st.lists(st.builds(rsi.RoadSign, sign_type=st.integers(0, 65535), **shared), max_size=3).map(tuple),
)
participants = st.builds(
    rsm.Participant,
    kind=st.sampled_from(rsm.Kind),
    number=st.integers(0, 65535),
    source=st.sampled_from(rsm.Source),
    sec_mark_ms=second,
    place=spot,
    width_m=number(0, 10.2),
    length_m=number(0, 40.9),
    id=maybe(identity),
    accuracy_m=maybe(st.sampled_from((0.01, 0.5, 5.0, 500.0))),
    speed_mps=maybe(number(0, 163)),
    heading_deg=maybe(number(0, 359.99)),
    accel_long_mps2=maybe(number(-20, 20)),
    yaw_rate_deg_s=number(-300, 300),
    height_m=maybe(number(0, 6.3)),
    basic_class=maybe(st.integers(0, 255)),
)
rsms = st.builds(
    rsm.Rsm,
    msg_count=count,
    id=identity,
    place=near_china,
    participants=st.lists(participants, min_size=1, max_size=16).map(tuple),
)
mark = maybe(number(0, 3600))
marks = {"start_s": mark, "likely_end_s": mark, "confidence_percent": maybe(number(0, 100))}
given_mark = maybe(number(0, 3600))
timings = st.builds(spat.Countdown, **marks, min_end_s=given_mark, next_duration_s=given_mark) | st.builds(
    spat.HourMarks, **marks, max_end_s=given_mark, next_start_s=given_mark, next_end_s=given_mark
)
states = st.builds(spat.PhaseState, st.sampled_from(spat.SignalLight), maybe(timings))
phases = st.builds(spat.Phase, st.integers(0, 255), st.lists(states, min_size=1, max_size=16).map(tuple))
spats = st.builds(
    spat.Spat,
    msg_count=count,
    minute=minute,
    second_ms=second,
    name=maybe(st.text(st.characters(codec="ascii"), min_size=1, max_size=63)),
    intersections=st.lists(
        st.builds(
            spat.Intersection,
            ref=node_ref,
            status=st.frozensets(st.sampled_from(("manual_control", "failure", "off", "no_valid_spat"))),
            minute=minute,
            second_ms=second,
            phases=st.lists(phases, min_size=1, max_size=4).map(tuple),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
points = st.lists(spot, min_size=2, max_size=31).map(tuple) | st.just(())
limits = st.lists(
    st.builds(road_map.SpeedLimit, st.sampled_from(("vehicleMaxSpeed", "vehicleMinSpeed")), maybe(number(0, 60))),
    max_size=3,
).map(tuple)
maneuvers = maybe(st.frozensets(st.sampled_from(road_map.Maneuver)))
lane_kinds = st.builds(
    road_map.LaneKind,
    st.sampled_from(("vehicle", "bikeLane", "crosswalk", "parking")),
    st.frozensets(st.integers(0, 7)),
    maybe(st.frozensets(st.integers(0, 9))),
)
connections = st.builds(
    road_map.Connection, node=node_ref, lane=st.integers(0, 255), maneuvers=maneuvers, phase=maybe(st.integers(0, 255))
)
lanes = st.builds(
    road_map.Lane,
    id=st.integers(0, 255),
    width_m=maybe(number(0, 327)),
    kind=maybe(lane_kinds),
    maneuvers=maneuvers,
    connections=st.lists(connections, max_size=3).map(tuple),
    speed_limits=limits,
    points=points,
)
maps = st.builds(
    road_map.MapData,
    msg_count=count,
    minute=minute,
    nodes=st.lists(
        st.builds(
            road_map.Node,
            ref=node_ref,
            place=near_china,
            name=maybe(st.just("Node A")),
            links=st.lists(
                st.builds(
                    road_map.Link,
                    upstream=node_ref,
                    lanes=st.lists(lanes, min_size=1, max_size=3).map(tuple),
                    name=maybe(st.just("Link B")),
                    width_m=number(0, 327),
                    points=points,
                    movements=st.lists(
                        st.builds(road_map.Movement, node_ref, maybe(st.integers(0, 255))), max_size=3
                    ).map(tuple),
                    speed_limits=limits,
                ),
                max_size=2,
            ).map(tuple),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
)


@settings(deadline=None)
@given(bsms)
def test_bsm_round_trip(message):
    near("bsm", across(message), message)


@settings(deadline=None, max_examples=50)
@given(rsis, st.sampled_from(Edition))
def test_rsi_round_trip(message, edition):
    near("rsi", across(message, edition), message)


@settings(deadline=None, max_examples=50)
@given(rsms)
def test_rsm_round_trip(message):
    near("rsm", across(message), message)


@settings(deadline=None, max_examples=50)
@given(spats)
def test_spat_round_trip(message):
    near("spat", across(message), message)


@settings(deadline=None, max_examples=40)
@given(maps, st.sampled_from(Edition))
def test_map_round_trip(message, edition):
    near("map", across(message, edition), message)


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
        pack(plain(yaw_rate_deg_s=None))


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
        offset = places.offset_to(origin, there)
        assert offset["offsetLL"][0] == form
        back = places.place_at(origin, offset)
        assert abs(back.lat_deg - there.lat_deg) < DEGREE / 2
        assert abs(back.lon_deg - there.lon_deg) < DEGREE / 2


def test_absolute_form_stands_for_itself():
    wire = {"offsetLL": ("position-LatLon", {"lon": 1215000000, "lat": 312000000})}
    assert places.place_at(LatLon(0.0, 0.0), wire) == LatLon(31.2, 121.5)


def test_the_date_line_is_one_line():
    offset = places.offset_to(LatLon(0.0, 179.9999), LatLon(0.0, -179.9999))
    assert offset["offsetLL"] == ("position-LL1", {"lon": 2000, "lat": 0})
    assert places.place_at(LatLon(0.0, 179.9999), offset) == LatLon(0.0, -179.9999)


@pytest.mark.parametrize(("lat", "lon"), [(900_000_001, 0), (0, 1_800_000_001)])
def test_a_message_without_a_place_is_refused(lat, lon):
    name, value = pack(plain())
    value["pos"] = {"lat": lat, "long": lon}
    with pytest.raises(RemoteError) as caught:
        unpack(uper.Frame(name, value, Edition.YDT3709))
    assert caught.value.reason == places.POSITION_UNAVAILABLE


def test_an_offset_past_the_pole_is_refused():
    wire = {"offsetLL": ("position-LL6", {"lon": 0, "lat": 8388607})}
    with pytest.raises(RemoteError) as caught:
        places.place_at(LatLon(89.9, 0.0), wire)
    assert caught.value.reason == places.POSITION_OUT_OF_RANGE


def test_vendor_habits_are_tolerated():
    # Seen in real frames: path points as absolute positions, eventType 9902, reserved bits of the priority set.
    event = {"rteId": 1, "eventType": 9902, "eventSource": "unknown", "priority": b"\xbf"}
    value = {"msgCnt": 0, "id": b"12345678", "refPos": {"lat": 310000000, "long": 1210000000}, "rtes": [event]}
    data = uper.encode("rsiFrame", value, Edition.YDT3709)
    found = unpack(uper.decode(data, None)).events[0]
    assert (found.event_type, found.priority) == (9902, 5)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("caa9b9a4", "施工"),
        ("caa9b9a400", "施工"),
        ("cae9", "书"),
        ("ff41", "\ufffdA"),
        ("0a1b5b324a", "\ufffd\ufffd[2J"),
    ],
)
def test_descriptions_are_read_safely(octets, text):
    assert references.words(("textGB2312", bytes.fromhex(octets))) == text


def test_a_text_that_gb2312_lacks_is_our_fault():
    with pytest.raises(EncodeError, match="GB 2312"):
        references.words_wire("🚌")


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
    from obu.codec import schema

    names = {"Kind": "ParticipantType", "Source": "SourceType", "SignalLight": "LightState"}
    members: type[Enum] = kind
    assert tuple(each.value for each in members) == schema.load("ydt3709").types[names[kind.__name__]].names
