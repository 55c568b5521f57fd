"""The judge of scenarios: each kind of expectation passes what it should, and says what was not so."""

import dataclasses

import pytest

from hil.expected import Bsms, Figure, Unavailable, Warning
from hil.judging import Seen, Showing, why_not
from hil.plant import Truth
from hil.scenario import Scenario
from hil.sent import Sent
from obu.codec.messages.bsm import Bsm
from obu.core.geo import LatLon
from obu.core.vehicle import Event

RULE = Scenario(title="x", kind="rule", defect="slow", lasts_s=2.0)
STEADY = [Sent(index / 10) for index in range(21)]
BSM = Bsm(
    msg_count=0, id=bytes(8), sec_mark_ms=0, place=LatLon(31.0, 121.0), yaw_rate_deg_s=0.0, width_m=3.0, length_m=12.0,
    basic_class=50,
)  # fmt: skip


def _sent(at_s: float, **fields: object) -> Sent:
    return Sent(at_s, message=dataclasses.replace(BSM, **fields))


def _why(seen: Seen, **expected: object) -> str:
    return why_not(dataclasses.replace(RULE, **expected), seen)


def _agree(found: str, why: str) -> None:
    assert why in found and bool(why) == bool(found)


def test_a_silent_unit_passes_nothing_but_silence() -> None:
    for kind in ("rule", "no_warn", "fault", "warn"):
        assert _why(Seen(), kind=kind) == "the unit sent no BSM"
    assert _why(Seen(), bsm=(Bsms(from_s=0.0, to_s=2.0, none=True),)) == ""


@pytest.mark.parametrize(
    ("expected", "bsms", "why"),
    [
        ({"most_gap_ms": 100}, STEADY, ""),
        ({"most_gap_ms": 100}, STEADY[:10] + STEADY[11:], "200 ms apart"),
        ({"most_gap_ms": 100}, STEADY[:19], "200 ms apart"),  # and it never came back
        ({"least_gap_ms": 100}, STEADY, ""),
        ({"least_gap_ms": 100}, [*STEADY[:10], Sent(0.95)], "50 ms apart"),
        ({"from_s": 0.5, "to_s": 1.5, "none": True}, STEADY[:6] + STEADY[16:], ""),
        ({"from_s": 0.5, "to_s": 1.5, "none": True}, STEADY[:6] + STEADY[14:], "a BSM at 1.40 s"),
        ({"from_s": 1.0, "to_s": 1.1, "most_gap_ms": 100, "has_event": True}, STEADY, ""),  # either end counts
        ({"from_s": 1.0, "to_s": 1.3, "most_gap_ms": 100, "has_event": True}, STEADY, "event BSMs 300 ms apart"),
        ({"from_s": 1.0, "to_s": 1.3, "most_gap_ms": 150, "has_event": True},
         [*STEADY[:10], Sent(1.15, True), Sent(1.25, True)], ""),
        ({"field": "off_m", "rule": "within", "most": 3.0}, [Sent(each.at_s, off_m=3.0) for each in STEADY], ""),
        ({"field": "off_m", "rule": "within", "most": 3.0}, [*STEADY[:20], Sent(2.0, off_m=3.1)], "is 3.1"),
        ({"from_s": 3.0, "to_s": 4.0, "field": "off_m", "rule": "within", "most": 3.0}, STEADY, "no BSMs"),
    ],
)  # fmt: skip
def test_when_bsms_go(expected: dict[str, object], bsms: list[Sent], why: str) -> None:
    _agree(_why(Seen(bsms=bsms), bsm=(Bsms(**{"from_s": 0.0, "to_s": 2.0} | expected),)), why)


@pytest.mark.parametrize(
    ("expected", "bsms", "why"),
    [
        ({"field": "speed_mps", "rule": "within", "least": 2.0}, [_sent(1.0, speed_mps=2.0)], ""),
        ({"field": "speed_mps", "rule": "within", "least": 2.0}, [_sent(1.0, speed_mps=1.9)], "is 1.9"),
        ({"field": "speed_mps", "rule": "within", "least": 2.0}, [_sent(1.0)], "is None"),
        ({"field": "gear", "rule": "equal", "value": "forward"}, [_sent(1.0)], "not forward"),
        ({"field": "events", "rule": "has", "value": "flat_tire"},
         [_sent(1.0, events=frozenset({Event.FLAT_TIRE, Event.HARD_BRAKING}))], ""),
        ({"field": "events", "rule": "has", "value": "flat_tire"}, [_sent(1.0)], "without flat_tire"),
        ({"field": "events", "rule": "lacks", "value": "flat_tire"}, [_sent(1.0)], ""),
        ({"field": "events", "rule": "lacks", "value": "flat_tire"},
         [_sent(1.0, events=frozenset({Event.FLAT_TIRE}))], "with flat_tire"),
        ({"field": "msg_count", "rule": "counts_up"}, [_sent(1.0, msg_count=127), _sent(1.1, msg_count=0)], ""),
        ({"field": "msg_count", "rule": "counts_up"}, [_sent(1.0, msg_count=5), _sent(1.1, msg_count=7)], "5 to 7"),
        ({"field": "id", "rule": "steady"}, [_sent(1.0), _sent(1.1)], ""),
        ({"field": "id", "rule": "steady"}, [_sent(1.0), _sent(1.1, id=b"7" * 8)], "goes from"),
        ({"field": "id", "rule": "changes"}, [_sent(1.0), _sent(1.1, id=b"7" * 8)], ""),
        ({"field": "id", "rule": "changes"}, [_sent(1.0), _sent(1.1)], "stays"),
        ({"field": "speed_mps", "rule": "each_ms", "most": 500},
         [_sent(0.1, speed_mps=1.0), _sent(0.2), _sent(0.6, speed_mps=1.0)], ""),
        ({"field": "speed_mps", "rule": "each_ms", "most": 500},
         [_sent(0.1, speed_mps=1.0), _sent(0.2), _sent(0.7, speed_mps=1.0)], "more than 500"),
        ({"field": "speed_mps", "rule": "each_ms", "most": 500, "least": 500},
         [_sent(0.1, speed_mps=1.0), _sent(0.2, speed_mps=1.0)], "less than 500"),
    ],
)  # fmt: skip
def test_what_bsms_say(expected: dict[str, object], bsms: list[Sent], why: str) -> None:
    _agree(_why(Seen(bsms=bsms), bsm=(Bsms(from_s=0.0, to_s=2.0, **expected),)), why)


def test_a_mirrored_sign_is_off_the_truth_and_a_heading_knows_that_360_is_0() -> None:
    truth = Truth(
        lap=0, lap_s=0.0, along_m=0.0, place=LatLon(31.0, 121.0), heading_deg=359.0, speed_mps=5.0, accel_long_mps2=0.0,
        accel_lat_mps2=0.0, yaw_rate_deg_s=9.0, curvature_per_m=0.0, steering_wheel_deg=0.0, gear=1, engine_rpm=600.0,
        accelerator_percent=0.0, brake_percent=0.0, parking_brake=False, doors=(False,) * 3, left_turn=False,
        right_turn=False,
    )  # fmt: skip
    said = dataclasses.replace(_sent(1.0, yaw_rate_deg_s=-9.0, heading_deg=1.0), truth=truth)

    def near(field: str, most: float) -> str:
        rule = Bsms(from_s=0.0, to_s=2.0, field=field, rule="near_truth", most=most)
        return _why(Seen(bsms=[said]), bsm=(rule,))

    assert near("heading_deg", 2.0) == ""
    assert "18.00 off the truth" in near("yaw_rate_deg_s", 1.0)
    assert "where 5.0 is true" in near("speed_mps", 1.0)  # it says none


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        ({"least": 5}, ""), ({"least": 6}, "air.verified is 5"), ({"most": 5}, ""), ({"most": 4}, "air.verified is 5"),
        ({"at_s": 1.5, "most": 1}, ""), ({"path": "air.nothing", "most": 0}, ""),
        ({"path": "air.nothing", "least": 1}, "air.nothing is 0"), ({"path": "bsm.state", "value": "sending"}, ""),
        ({"path": "bsm.state", "value": "stopped"}, "is sending"), ({"path": "bsm.state", "least": 0}, "is sending"),
    ],
)  # fmt: skip
def test_figures_of_the_status(expected: dict[str, object], why: str) -> None:
    status = [(1.0, {"air": {"verified": 1}}), (2.0, {"air": {"verified": 5}, "bsm": {"state": "sending"}})]
    figure = Figure(**{"path": "air.verified"} | expected)
    _agree(_why(Seen(bsms=STEADY, status=status), figure=(figure,)), why)


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        ({"from_s": 1.0, "to_s": 1.2}, ""), ({"to_s": 1.1}, "not within"), ({"from_s": 1.3}, "not within"),
        ({"level": "caution"}, ""), ({"level": "imminent"}, "is caution, not imminent"),
        ({"app": "HLW"}, "never shown"),
        ({"most": 2}, ""), ({"most": 1}, "was shown 2 times"), ({"over_s": 1.5}, ""), ({"over_s": 1.4}, "still shown"),
        ({"until_s": 1.4}, ""), ({"until_s": 1.45}, "was gone at 1.4 s"),
        ({"of": "car", "most_m": 30.0, "least_m": 20.0}, ""), ({"of": "car", "most_m": 24.0}, "earlier than 24.0 m"),
        ({"of": "car", "least_m": 26.0}, "later than 26.0 m"),
        ({"of": "car", "since_s": 1.05, "within_ms": 100}, ""),
        ({"of": "car", "since_s": 0.9, "within_ms": 100}, "200 ms after car was heard"),
        ({"of": "bus", "within_ms": 100}, "nothing was heard of bus"),
    ],
)  # fmt: skip
def test_warnings(expected: dict[str, object], why: str) -> None:
    shown = [Showing("EBW", 1.2, "caution", {"car": 25.0}, 1.5, left_s=1.4), Showing("EBW", 1.9)]
    seen = Seen(shown=shown, bsms=STEADY, heard_s={"car": [0.5, 1.0, 1.1]})
    _agree(_why(seen, app="EBW", kind="warn", warning=(Warning(**expected),)), why)


def test_what_may_not_sound_is_information_all_the_time() -> None:
    quiet, other, rose = Showing("EBW", 1.0), Showing("HLW", 1.0, rose_s=1.0), Showing("EBW", 1.0, rose_s=1.5)
    for shown, why in (([], ""), ([quiet, other], ""), ([quiet, rose], "more than information at 1.5 s")):
        _agree(_why(Seen(bsms=STEADY, shown=shown), kind="no_sound", app="EBW"), why)


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        ({"app": "BSW", "why": "uncertain"}, ""), ({"app": "BSW", "why": "no MAP"}, "not said to be unavailable"),
        ({"app": "BSW", "is_silent": True}, "not said to be silent"), ({"is_silent": True}, ""),
        ({"app": "BSW", "at_s": 0.7}, "all right"), ({"app": "LCW"}, "all right"), ({"app": "LCW", "at_s": 1.5}, ""),
    ],
)  # fmt: skip
def test_what_the_driver_is_told_that_he_cannot_have(expected: dict[str, object], why: str) -> None:
    def lack(name: str, is_silent: bool) -> dict[str, object]:
        return {"apps": [{"name": name}], "why": {"en": "position uncertain by 1.0 m"}, "is_silent": is_silent}

    everything = {"apps": None, "why": {"en": "no time"}, "is_silent": False}
    told = {0.5: [], 1.0: [everything], 2.0: [lack("BSW", False), lack("FCW", True)]}
    status = [(at_s, {"unavailable": lacks}) for at_s, lacks in told.items()]
    _agree(_why(Seen(bsms=STEADY, status=status), app="FCW", unavailable=(Unavailable(**expected),)), why)


def test_where_nothing_may_be_shown_any_warning_fails() -> None:
    seen = Seen(bsms=STEADY, shown=[Showing("HLW", 1.0)])
    assert _why(Seen(bsms=STEADY), kind="no_warn", app="EBW") == ""
    assert _why(seen, kind="no_warn", app="EBW") == ""  # another application's
    for quiet in ({"kind": "no_warn", "app": "HLW"}, {"kind": "no_warn"}, {"kind": "fault", "is_quiet": True}):
        assert "HLW was shown at 1.0 s" in _why(seen, **quiet)
