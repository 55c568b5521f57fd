"""What was wrong has the cause that the traffic shows, and no use of the report goes unlogged."""

import dataclasses
import json
from pathlib import Path

import pytest

from hil.traffic import causes, command, limits, report
from hil.traffic.causes import Groundless, Missed
from hil.traffic.command import Case, Driven
from hil.traffic.host import Warned
from hil.traffic.score import Drive
from hil.traffic.trace import LEFT, RIGHT, Mover
from hil.traffic.truth import Conflict, Steps, Truth
from tests.hil.traffic.test_truth import HOST, drive, straight

OURS = straight(0, 0, 0, 10)  # its middle at y = 50 at 5 s


def stopping(at_y: float) -> list[Mover]:
    """From the east at 10 m/s, standing 12 m before our way from then on."""
    return [Mover(max(12.0, 60.0 - n), at_y, 270.0, 10.0 if n < 48 else 0.0, 0.0, 0) for n in range(120)]


CROSSES_LATE = straight(95, 50, 270, 10)  # there at 9.5 s
CROSSES = straight(50, 50, 270, 10)
BESIDE = straight(4, 0, 0, 10)
WALKS_BESIDE = straight(8, 50, 0, 1.4)
STANDS = straight(0, 50, 270, 0)
STARTS = [Mover(4.0 - max(0, n - 40) * 0.3, 50.0, 270.0, 3.0 if n > 40 else 0.0, 0.0, 0) for n in range(120)]  # at 4 s
GIVES_WAY = stopping(50.0)
OUT_OF_THE_WAY = straight(8, 50, 270, 0)


def scene(foe: list[Mover]):
    traffic = drive({HOST: OURS, "foe": foe}, {HOST: "host_taxi", "foe": "car"})
    return Steps(traffic.steps), traffic.kinds


def shown(at_s: float, app: str = "ICW", **why: str | float) -> Warned:
    return Warned(HOST, at_s, app, 3, "s", tuple(why.items()))


@pytest.mark.parametrize(
    ("foe", "why", "cause"),
    [
        (CROSSES, {}, Groundless.NEAR),
        (GIVES_WAY, {}, Groundless.GAVE_WAY),
        (GIVES_WAY, {"light": "red"}, Groundless.LIGHT),
        (BESIDE, {}, Groundless.WAYS),
        (WALKS_BESIDE, {}, Groundless.WAYS),  # slow, and no slower than before
        (CROSSES_LATE, {}, Groundless.TIME),
    ],
)
def test_why_a_warning_had_no_ground(foe, why, cause):
    assert causes.of_groundless(*scene(foe), shown(2.0, **why), "foe") is cause


BRAKES = [Mover(0.0, min(n * 1.0, 30.0), 0.0, 10.0 if n < 30 else 0.0, 0.0, 0) for n in range(120)]  # 20 m before it


@pytest.mark.parametrize(
    ("foe", "app", "cause"),
    [
        (CROSSES, "ICW", Groundless.WE_BRAKED),
        (GIVES_WAY, "ICW", Groundless.BOTH_BRAKED),
        (STANDS, "FCW", Groundless.WE_BRAKED),
        (straight(0, 32, 0, 8), "FCW", Groundless.FOLLOWED),  # 12 s until we had reached it
        (straight(4, 50, 0, 0), "FCW", Groundless.WAYS),  # on the next lane
    ],
)
def test_who_braked_had_met_the_other_else(foe, app, cause):
    traffic = drive({HOST: BRAKES, "foe": foe}, {HOST: "host_taxi", "foe": "car"})
    assert causes.of_groundless(Steps(traffic.steps), traffic.kinds, shown(2.0, app), "foe") is cause


def test_a_driver_who_brakes_already_is_told_nothing_new():
    """He brakes hard from 3 s on, 5 m before the way of one who passes there; an instant SUMO tells at 5 s."""
    ours = [dataclasses.replace(one, y=min(one.y, 44.5), accel_mps2=-4.0 if n >= 30 else 0.0)
            for n, one in enumerate(OURS)]  # fmt: skip
    traffic = drive({HOST: ours, "foe": straight(50, 47, 270, 10)}, {HOST: "host_taxi", "foe": "car"})
    conflict = Conflict(HOST, "foe", "ICW", 5.0, 0.0, 8.0, True)
    assert causes.of_miss(Steps(traffic.steps), traffic.kinds, conflict, []) is Missed.BRAKING


def test_who_follows_is_near_every_day():
    """15 m ahead at our speed: we are where he was 1.5 s ago."""
    ahead = scene(straight(0, 15, 0, 10))
    assert causes.of_groundless(*ahead, shown(2.0, "FCW"), "foe") is Groundless.FOLLOWED


def test_a_warning_of_nobody():
    assert causes.of_groundless(*scene(CROSSES), shown(2.0), None) is Groundless.NOBODY


@pytest.mark.parametrize(
    ("foe", "warned", "cause"),
    [
        (CROSSES, [(shown(5.5), "foe")], Missed.LATE),
        (CROSSES, [(shown(2.0, "EBW"), "foe")], Missed.ALREADY),
        (CROSSES, [(shown(2.0, "RLVW"), None)], Missed.RED_LIGHT),
        (OUT_OF_THE_WAY, [], Missed.NEVER_NEAR),
        (GIVES_WAY, [], Missed.AVERTED),
        (STANDS, [], Missed.BLOCKED),
        (STARTS, [], Missed.SUDDEN),
        (CROSSES, [(shown(2.0, "FCW"), "another")], Missed.SCREEN),
        (CROSSES, [], Missed.RULE),
    ],
)
def test_why_a_conflict_was_missed(foe, warned, cause):
    conflict = Conflict(HOST, "foe", "ICW", 5.0, 0.0, 8.0, True)
    assert causes.of_miss(*scene(foe), conflict, warned) is cause


def beside(their_side: int = 0, our_side: int = 0):
    """Somebody 4 m to our right who comes over to our place from 4 s on. A side: trace.LEFT or RIGHT, signalled."""
    ours = [dataclasses.replace(one, flags=our_side) for one in OURS]
    theirs = [
        dataclasses.replace(one, x=max(0.0, 4.0 - max(0, n - 40) * 0.4), y=one.y - 6.0, flags=their_side)
        for n, one in enumerate(straight(4, 0, 0, 10))
    ]
    traffic = drive({HOST: ours, "foe": theirs}, {HOST: "host_taxi", "foe": "car"})
    return Steps(traffic.steps), traffic.kinds


@pytest.mark.parametrize(
    ("their_side", "our_side", "cause"),
    [(LEFT, 0, Missed.ITS_MOVE), (LEFT, LEFT, Missed.ITS_MOVE), (LEFT, RIGHT, Missed.RULE), (0, RIGHT, Missed.RULE),
     (RIGHT, 0, Missed.RULE)],
)  # fmt: skip
def test_who_comes_over_to_us_is_no_miss_of_our_own_move(their_side, our_side, cause):
    conflict = Conflict(HOST, "foe", "LCW", 5.0, 0.0, 8.0, True)
    assert causes.of_miss(*beside(their_side, our_side), conflict, []) is cause


@pytest.mark.parametrize(
    ("app", "right_m", "at_s", "cause"),
    [("LCW", 3.5, 3.0, Missed.SHARED), ("LCW", -3.5, 3.0, Missed.SCREEN), ("FCW", 3.5, 3.0, Missed.SCREEN),
     ("LCW", 3.5, 6.0, Missed.RULE)],
)  # fmt: skip
def test_a_warning_of_a_side_is_of_all_who_are_there(app, right_m, at_s, cause):
    conflict = Conflict(HOST, "foe", "LCW", 5.0, 0.0, 8.0, True)
    warned = [(shown(at_s, app, right_m=right_m), "another")]
    assert causes.of_miss(*beside(our_side=RIGHT), conflict, warned) is cause


@pytest.mark.parametrize(("app", "cause"), [("FCW", Missed.SHARED), ("ICW", Missed.BLOCKED)])
def test_who_is_told_of_one_ahead_looks_ahead(app, cause):
    conflict = Conflict(HOST, "foe", app, 5.0, 0.0, 8.0, True)
    assert causes.of_miss(*scene(STANDS), conflict, [(shown(3.0, app), "another")]) is cause


@pytest.mark.parametrize(
    ("heading_deg", "at_s", "cause"),
    [(270.0, 3.0, Missed.SHARED), (180.0, 3.0, Missed.SCREEN), (270.0, 5.5, Missed.RULE)],
)
def test_who_is_told_of_one_coming_towards_us_looks_for_all_who_do(heading_deg, at_s, cause):
    traffic = drive(
        {HOST: OURS, "foe": CROSSES, "another": straight(40, 50, heading_deg, 1)},
        {HOST: "host_taxi", "foe": "car", "another": "car"},
    )
    conflict = Conflict(HOST, "foe", "ICW", 5.0, 0.0, 8.0, True)
    warned = [(shown(at_s, "LTA"), "another")]
    assert causes.of_miss(Steps(traffic.steps), traffic.kinds, conflict, warned) is cause


@pytest.mark.parametrize(("app", "cause"), [("FCW", Missed.AVERTED), ("ICW", Missed.NEVER_NEAR)])
def test_who_steered_by_would_have_met_whom_he_followed(app, cause):
    """He stands in our lane; we pass him 4 m aside, having steered from 2.5 s on."""
    ours = [dataclasses.replace(one, x=min(4.0, max(0.0, (n - 25) * 0.4))) for n, one in enumerate(OURS)]
    traffic = drive({HOST: ours, "foe": straight(0, 50, 0, 0)}, {HOST: "host_taxi", "foe": "car"})
    conflict = Conflict(HOST, "foe", app, 4.5, 0.0, 8.0, True)
    assert causes.of_miss(Steps(traffic.steps), traffic.kinds, conflict, []) is cause


def test_every_cause_has_a_limit():
    assert set(causes.LIMITS) == {*Missed, *Groundless}


def driven(cases: list[Case], jobs: int) -> list[Driven]:
    """One drive with a miss and a groundless warning, without SUMO; the rest were stopped."""
    traffic = drive({HOST: OURS, "foe": CROSSES}, {HOST: "host_taxi", "foe": "car"})
    truth = Truth((Conflict(HOST, "foe", "ICW", 5.0, 4.0, 8.0, True),), {})
    ridden = Drive(truth, [(shown(2.0, "LCW"), "nobody")], {HOST: "host_taxi"}, {HOST: 12.0})
    known = {title: ridden for title in limits.WHY} | {limits.Known.WAYS.value: dataclasses.replace(ridden, warned=[])}
    return [Driven(cases[0].seed, ridden, command.events_of(ridden, traffic), known)]


def test_the_report_keeps_figures_causes_and_its_own_use(tmp_path: Path):
    for _ in range(2):
        report.written(tmp_path, 1, driven)
    found = json.loads((tmp_path / report.VALUES).read_text())
    assert found["applications"]["ICW"]["recall"] == 0.0
    by_class = found["applications_by_class"]
    assert {name: row["critical"] for name, row in by_class.items() if row["critical"]} == {"ICW host_taxi": 1}
    assert by_class["LCW host_taxi"]["groundless"] == 1
    assert found["missed"] == {"SCREEN": {"ICW": 1}} and found["causeless"] == {"NOBODY": {"LCW": 1}}
    page = (tmp_path / report.PAGE).read_text()
    assert Missed.SCREEN.value in page and Groundless.NOBODY.value in page and found["commit"] in page
    assert found["limited"] == {
        "conflict": {"ICW": {"RULES": 1}, "ICW host_taxi": {"RULES": 1}, "all": {"RULES": 1}},
        "warning": {"LCW": {"RULES": 1}, "LCW host_taxi": {"RULES": 1}, "all": {"RULES": 1}},
    }
    assert "| ICW host_taxi | 0 of 1 | 0 | 0 | 0 | 1 | 0.00 | 1.00 | 0 of 1 |" in page
    assert "| LCW host_taxi | 1 of 1 | 0 | 0 | 0 | 1 | 0.00 | 1.00 |" in page
    groundless = {title: row["all"]["groundless"] or 0 for title, row in found["limits"].items()}
    assert groundless == {title: 0 if title == limits.Known.WAYS.value else 1 for title in limits.WHY}
    nobody = found["costs"][limits.Known.WAYS.value]["LCW"]
    assert "+0 -0, 0 missed; -1 +0, 1 groundless" in page
    assert (nobody["groundless"], nobody["groundless_no_more"], nobody["new"]) == (1, 1, 0)
    assert found["costs"][limits.Known.AS_IS.value]["LCW"]["groundless_no_more"] == 0
    assert all(f"| {title} |" in page and limits.WHY[title] in page for title in limits.WHY)
    lines = (tmp_path / report.LOG).read_text().splitlines()
    assert [line.split()[3].rstrip(":") for line in lines] == ["begun", "done"] * 2
    assert all(line.split()[2] == found["commit"] for line in lines)


def test_a_use_that_is_broken_off_is_in_the_log(tmp_path: Path):
    def broken_off(cases: list[Case], jobs: int) -> list[Driven]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        report.written(tmp_path, 1, broken_off)
    assert "begun" in (tmp_path / report.LOG).read_text()
