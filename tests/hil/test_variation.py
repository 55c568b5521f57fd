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
from hil.report import Result, Run
from hil.scenario import Variation
from obu.drivers.radio_udp import Datagram, Kind
from tests.hil.players import hil

SPANS = Variation(loss=(0.1, 0.3), latency_ms=(20.0, 80.0), sigma_m=(0.5, 2.0), white_m=(0.0, 0.4))


def test_each_value_lies_in_its_span_and_fills_it() -> None:
    found = [variation.drawn(SPANS, seed) for seed in range(200)]
    for name in ("loss", "latency_ms", "sigma_m", "white_m", "clock_off_ms"):
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
