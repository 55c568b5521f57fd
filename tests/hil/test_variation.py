"""What a seed varies: drawn within its span, and what it does to packets and fixes; a rate may be asked for."""

import dataclasses
import math
import statistics
from itertools import pairwise
from pathlib import Path

import pytest

from hil import scenario_file, variation
from hil.given import Packet
from hil.nmea import EPOCH_NS, Mount, Receiver
from hil.outcome import Outcome
from hil.people import Person
from hil.report import Result, Run
from hil.scenario import Actor, Road, Variation
from hil.ways import road_of
from obu.core.geo import LocalFrame
from obu.drivers.radio_udp import Datagram, Kind
from tests.hil.players import hil

SPANS = Variation(
    loss=(0.1, 0.3), latency_ms=(20.0, 80.0), sigma_m=(0.5, 2.0), white_m=(0.0, 0.4), others_sigma_m=(0.1, 0.3)
)


def test_each_value_lies_in_its_span_and_fills_it() -> None:
    found = [variation.drawn(SPANS, seed) for seed in range(200)]
    for name in ("loss", "latency_ms", "sigma_m", "white_m", "clock_off_ms", "others_sigma_m"):
        low, high = getattr(SPANS, name)
        values = [getattr(each, name) for each in found]
        assert low <= min(values) and max(values) <= high
        assert statistics.mean(values) == pytest.approx((low + high) / 2, abs=(high - low) / 10)
    assert variation.drawn(SPANS, 7) == variation.drawn(SPANS, 7) != variation.drawn(SPANS, 8)


def test_packets_are_lost_and_late_and_stay_in_order() -> None:
    drawn = dataclasses.replace(variation.drawn(Variation(), 1), loss=0.25, latency_ms=35.0)
    path, arrived = variation.Path(drawn, 1), []
    for turn in range(4000):
        sent = [Packet("car", Datagram(kind=Kind.DATA, sdu=turn.to_bytes(2, "big")))] if turn < 3996 else []
        arrived += [(turn, int.from_bytes(each.datagram.sdu, "big")) for each in path.carry(sent, turn * 10_000_000)]
    assert len(arrived) / 3996 == pytest.approx(0.75, abs=0.03)  # 4 sigma
    assert {now - then for now, then in arrived} == {4}
    assert all(a[1] < b[1] for a, b in pairwise(arrived))


def test_the_two_errors_of_a_receiver_are_what_they_are_called() -> None:
    def errors_m(mount: Mount) -> list[float]:
        receiver = Receiver(mount, 5)
        return [receiver._error()[0] for _ in range(20_000)]

    def correlation(values: list[float], lag: int) -> float:
        return statistics.correlation(values[:-lag], values[lag:])

    wander = errors_m(Mount(sigma_m=1.0, correlation_s=5.0))
    assert correlation(wander, 10) == pytest.approx(math.exp(-10 * EPOCH_NS / 1e9 / 5.0), abs=0.05)
    assert statistics.pstdev(wander) == pytest.approx(1.0, abs=0.2)
    white = errors_m(Mount(sigma_m=0.0, white_m=1.0))
    assert abs(correlation(white, 1)) < 0.03
    assert statistics.pstdev(white) == pytest.approx(1.0, abs=0.03)


def test_each_other_errs_by_himself_and_tells_how_much() -> None:
    """By what a receiver's error is: of each axis sigma_m, slow, and of no one else's."""
    road = road_of(Road())
    persons = [Person(Actor(name=name, at_m=50.0), number, road, 1.0) for number, name in enumerate("ab")]
    frame = LocalFrame(persons[0].state(0.0).place)

    def off_m(by: str, person: Person, sigma_m: float, seed: int, at_s: tuple[float, ...]) -> list[float]:
        drawn = dataclasses.replace(variation.drawn(Variation(), 1), others_sigma_m=sigma_m)
        told = variation.Errors(drawn, 5.0, seed).told(person, by)
        states = [told.state(each) for each in at_s]
        assert {each.sigma_m for each in states} == {sigma_m or 0.5}
        return [axis_m for each in states for axis_m in frame.to_plane(each.place)]

    assert off_m("bsm", persons[0], 0.0, 1, (0.0,)) == [0.0, 0.0]
    first = [off_m("bsm", persons[0], 0.4, seed, (0.0, 0.1, 5.0)) for seed in range(2000)]
    for axis in (0, 1):
        at_0, soon, later = ([each[2 * when + axis] for each in first] for when in (0, 1, 2))
        assert statistics.pstdev(at_0) == pytest.approx(0.4, rel=0.06) == statistics.pstdev(later)
        assert statistics.correlation(at_0, soon) == pytest.approx(math.exp(-0.02), abs=0.01)
        assert statistics.correlation(at_0, later) == pytest.approx(math.exp(-1.0), abs=0.09)
    for by, person in (("rsm", persons[0]), ("bsm", persons[1])):
        other = [off_m(by, person, 0.4, seed, (0.0,)) for seed in range(2000)]
        for axis in (0, 1):
            assert abs(statistics.correlation([each[axis] for each in first], [each[axis] for each in other])) < 0.09


def test_a_scenario_may_ask_for_a_rate(tmp_path: Path) -> None:
    found = scenario_file.read(scenario_file.paths()["hlw_works_ahead"])
    drawn = variation.drawn(found.variation, 1)
    good, bad = Outcome((), {}, 1, 1.0, ""), Outcome((), {}, 1, 1.0, "late")
    runs = tuple(Run(seed, drawn, bad if seed == 20 else good, tmp_path) for seed in range(1, 21))
    assert not Result("x", found, runs).is_good
    assert Result("x", dataclasses.replace(found, least_rate=0.95), runs).is_good
    assert not Result("x", dataclasses.replace(found, least_rate=0.96), runs).is_good


@pytest.mark.parametrize(
    ("line", "key"),
    [("variation.loss = [0.2, 0.1]", "variation.loss"), ("variation.loss = [0.0, 1.5]", "variation.loss"),
     ("variation.correlation_s = 0.0", "variation.correlation_s"), ("least_rate = 0.0", "least_rate")],
)  # fmt: skip
def test_a_span_that_is_none_is_named(line: str, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(line + "\n" + scenario_file.paths()["hlw_works_ahead"].read_text())
    assert hil("run", str(path)) == 2
    assert key in capsys.readouterr().err
