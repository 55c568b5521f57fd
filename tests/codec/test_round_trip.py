"""Typed messages survive the wire within one step, unavailable stays unavailable, and saturation stays within range."""

from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import lanes as road_lanes
from obu.codec.messages import map as road_map
from obu.codec.messages import pack, rsi, rsm, spat, unpack
from obu.codec.messages.bsm import Bsm, Emergency
from obu.codec.messages.path import Crumb
from obu.codec.messages.references import NodeRef, ReferenceLink, ReferencePath
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
    prediction=maybe(st.builds(PathPrediction, radius_m=maybe(number(-3276, 3276)), confidence_percent=number(0, 100))),
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
paths = st.builds(ReferencePath, st.lists(spot, min_size=2, max_size=32).map(tuple), number(0, 6553))
links = st.builds(ReferenceLink, node_ref, node_ref, maybe(st.frozensets(st.integers(1, 15))))
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
    st.builds(road_lanes.SpeedLimit, st.sampled_from(("vehicleMaxSpeed", "vehicleMinSpeed")), maybe(number(0, 60))),
    max_size=3,
).map(tuple)
maneuvers = maybe(st.frozensets(st.sampled_from(road_lanes.Maneuver)))
lane_kinds = st.builds(
    road_lanes.LaneKind,
    st.sampled_from(("vehicle", "bikeLane", "crosswalk", "parking")),
    st.just(frozenset()),
    maybe(st.frozensets(st.sampled_from(("busVehicleTraffic", "cyclistVehicleTraffic")))),
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
