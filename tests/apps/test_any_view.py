"""Whatever is around us, an application answers, and so do its conditions, which `obu explain` asks to the last one."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.apps import base
from obu.core.vehicle import Event, Light
from obu.core.world import Conflict, Course, Hazard, Kind, Lamp, Sign, Signal, Turn, View, Zone
from tests.apps import seen

PATHS_M = st.sampled_from((-5.0, 0.0, 20.0)) | st.floats(-100, 300)
MPS = st.sampled_from((0.0, 0.5, 12.0)) | st.floats(0, 40)
MPS2 = st.none() | st.sampled_from((-9.0, -4.5, -4.0, -3.0, -1.0, 0.0, 2.0)) | st.floats(-12, 6)
SECONDS = st.sampled_from((0.0, 3.0, math.inf)) | st.floats(0, 60)
SIGNALS = st.builds(
    Signal,
    lamp=st.sampled_from(Lamp),
    stop_m=PATHS_M,
    left_s=st.none() | st.floats(0, 200),
    green=st.none() | st.tuples(st.floats(0, 100), st.floats(100, 200)),
    is_right_on_red=st.booleans(),
)
CONFLICTS = st.builds(
    Conflict,
    own_m=PATHS_M,
    other_m=PATHS_M,
    own_in_s=SECONDS,
    own_out_s=SECONDS,
    other_in_s=SECONDS,
    other_out_s=SECONDS,
    angle_deg=st.floats(0, 180),
    is_on_map=st.booleans(),
)
NEIGHBOURS = st.builds(
    seen.other,
    kind=st.sampled_from(Kind),
    along_m=PATHS_M,
    right_m=st.floats(-15, 15),
    gap_m=st.just(0.0) | st.floats(0, 300),
    zone=st.sampled_from(Zone),
    course=st.sampled_from(Course),
    heading_diff_deg=st.floats(-180, 180),
    speed_mps=MPS,
    accel_long_mps2=MPS2,
    events=st.frozensets(st.sampled_from(Event), max_size=2),
    lights=st.frozensets(st.sampled_from(Light), max_size=2),
    age_s=st.floats(0, 3),
    sigma_m=st.floats(0, 5),
    conflict=st.none() | CONFLICTS,
    turn=st.none() | st.sampled_from(Turn),
    signal=st.none() | SIGNALS,
    is_on_duty=st.booleans(),
    is_opposite=st.booleans(),
    is_beside=st.booleans(),
    swept_s=st.none() | st.floats(0, 5),
    askew_deg=st.floats(-90, 90),
)
EVENTS = st.builds(
    Hazard,
    id=st.just((b"rsu", 1)),
    event_type=st.sampled_from((101, 401, 405, 707)) | st.integers(0, 1000),
    description=st.none(),
    priority=st.integers(0, 7),
    ahead_m=PATHS_M,
    age_s=st.floats(0, 60),
)
SIGNS = st.builds(
    Sign,
    id=st.just((b"rsu", 1)),
    sign_type=st.integers(0, 600),
    description=st.none() | st.just("60"),
    priority=st.integers(0, 7),
    ahead_m=PATHS_M,
    age_s=st.floats(0, 60),
)
BUS = st.fixed_dictionaries(
    {"accel_long_mps2": MPS2, "left_turn": st.none() | st.booleans(), "right_turn": st.none() | st.booleans()}
)
SCENE: dict[str, st.SearchStrategy[Any]] = {
    "sigma_m": st.none() | st.floats(0, 5),
    "is_boarding": st.booleans(),
    "is_departing": st.booleans(),
    "stop_m": st.none() | PATHS_M,
    "is_on_map": st.booleans(),
    "turn": st.none() | st.sampled_from(Turn),
    "signal": st.none() | SIGNALS,
    "limit_mps": st.none() | st.floats(0, 40),
    "lanes": st.none() | st.integers(0, 8),
    "kerb_m": st.none() | st.floats(-5, 20),
    "drift_mps": st.none() | st.floats(-2, 2),
    "hazards": st.tuples(EVENTS),
    "signs": st.tuples(SIGNS),
}


@pytest.mark.parametrize("name", base.names())
@given(
    own_mps=st.none() | MPS, kind=st.sampled_from(("taxi", "bus12", "bus18")), bus=BUS, other=NEIGHBOURS,
    scene=st.fixed_dictionaries(SCENE),
)  # fmt: skip
def test_an_application_speaks_where_all_its_conditions_hold_and_all_can_be_asked(
    name: str, own_mps: float | None, kind: str, bus: dict[str, Any], other: Any, scene: dict[str, Any]
) -> None:
    app = base.load(name)
    view: View = seen.view(other, speed_mps=own_mps, kind=kind, bus=bus, **scene)
    parameters = app.Parameters()
    ours = all(condition[4] for condition in app.ours(view, parameters))
    things = getattr(view, app.ABOUT) if app.ABOUT else ()
    of_things = [all(condition[4] for condition in app.theirs(view, thing, parameters)) for thing in things]
    assert len(app.look(view, parameters)) == (ours and (any(of_things) or not app.ABOUT))
