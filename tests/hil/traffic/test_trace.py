"""Traffic that was recorded is the traffic that was driven; a file that is none is refused in a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.traffic import repeat, sumo, trace
from hil.traffic.repeat import MADE_BY
from hil.traffic.trace import Encounter, Kind, Mover, Step, Trace

RECORDED = Path("hil/traffic/corridor/recorded.json.gz")
PLACES = st.floats(-2000, 2000, allow_nan=False)


def drive(movers: dict[str, Mover]) -> Trace:
    steps = tuple(
        Step(round(number / 10, 1), trace.of_step(movers.items()), {"first": (2, 1.5)}) for number in range(3)
    )
    met = Encounter(
        ego="a", foe="b", begin_s=0.0, end_s=1.0, ttc_s=1.2, ttc_at_s=0.5, ttc_type=2, pet_s=None, pet_at_s=None,
        pet_type=None,
    )  # fmt: skip
    return Trace(7, {name: Kind("car", 4.7, 1.8) for name in movers}, steps, (met,))


@given(x=PLACES, y=PLACES, heading=st.floats(0, 359.99), speed=st.floats(0, 40), accel=st.floats(-9, 5))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, x: float, y: float, heading: float, speed: float, accel: float
) -> None:
    driven = drive({"a": Mover(x, y, heading, speed, accel, trace.LEFT | trace.BRAKING)})
    path = tmp_path_factory.mktemp("trace") / "t.json.gz"
    trace.write(driven, path)
    assert trace.read(path) == driven
    kept = driven.steps[0].movers["a"]
    assert abs(kept.x - x) <= 0.0051 and abs(kept.y - y) <= 0.0051 and abs(kept.speed_mps - speed) <= 0.0051


def test_equal_traffic_makes_equal_files(tmp_path: Path) -> None:
    again = tmp_path / "again.json.gz"
    trace.write(trace.read(RECORDED), again)
    assert again.read_bytes() == RECORDED.read_bytes()


def test_a_sumo_that_drives_otherwise_than_when_it_was_recorded_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, path = drive({"a": Mover(1.0, 2.0, 3.0, 4.0, 0.0, 0)}), tmp_path / "was.json.gz"
    trace.write(was, path)
    late = replace(was.steps[2], movers={"a": replace(was.steps[2].movers["a"], x=1.01)})
    for version, now, why in (
        (MADE_BY, was, ""),
        (MADE_BY, replace(was, steps=(*was.steps[:2], late)), f"libsumo {MADE_BY}: differs first at 0.2 s"),
        ("9.9", replace(was, steps=was.steps[:2]), f"libsumo 9.9, where {MADE_BY} made the recording: 4 lines, not 5"),
        (MADE_BY, replace(was, encounters=()), f"libsumo {MADE_BY}: differs in line 5"),
    ):  # fmt: skip
        monkeypatch.setattr(repeat, "version", lambda _, version=version: version)
        monkeypatch.setattr(sumo, "drive", lambda *_, now=now: now)
        assert repeat.differs(path) == why


@pytest.mark.parametrize("data", [b"", b"no archive", RECORDED.read_bytes()[:5000]])
def test_no_recording_is_refused_with_its_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.json.gz"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="broken"):
        trace.read(path)


def test_between_two_steps_everybody_is_on_the_straight_line() -> None:
    before = Step(1.0, {"a": Mover(0.0, 0.0, 350.0, 10.0, 0.0, 0), "gone": Mover(0, 0, 0, 0, 0, 0)}, {})
    after = Step(1.1, {"a": Mover(0.0, 1.0, 10.0, 12.0, 1.0, 0)}, {})
    (moved,) = trace.between(before, after, 1.05).values()
    assert (moved.y, moved.speed_mps) == (pytest.approx(0.5), pytest.approx(11.0))
    assert min(moved.heading_deg, 360 - moved.heading_deg) == pytest.approx(0.0, abs=1e-6)
    assert moved.yaw_rate_deg_s == pytest.approx(200.0)
