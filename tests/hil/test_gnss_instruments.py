"""A GNSS simulator's stand-in behind TCP, as GSG-5/6's SCPI guide has it; a recorded drive's sentences on a line."""

import os
import pty
import socket
import threading
import tty
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hil import drive_log, nmea
from hil.instruments import Context
from hil.people import Ourselves
from hil.scenario import LEAD_S, Own, Piece, Road
from hil.ways import road_of
from obu.core.errors import ConfigError
from obu.core.geo import LatLon, distance_m
from tests.hil.players import given, made

UTC_NS = 1_790_000_000_000_000_000


class Simulator:
    """said: its orders. states: what it answers of its scenario, the last one again and again. errors: its queue."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.device = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self.said: list[str] = []
        self.states, self.errors = ["STOP", "WAIT", "START"], ['0,"No error"']
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        link, _ = self._server.accept()
        with link, link.makefile("rw", newline="\n") as lines:
            for line in lines:
                order = line.strip()
                self.said.append(order)
                if order.endswith("?"):
                    lines.write(self._answer(order) + "\n")
                    lines.flush()

    def _answer(self, question: str) -> str:
        if question == "*IDN?":
            return "ACME,GSG-6,1,7.1"
        queue = self.errors if question == "SYST:ERR?" else self.states
        return queue.pop(0) if len(queue) > 1 else queue[0]

    def close(self) -> None:
        """Who was served is gone by now."""
        self._thread.join()
        self._server.close()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    found = Simulator()
    yield found
    found.close()


def _epochs(count: int, **what: Any) -> list[Any]:
    """What a bench gives each tenth of a second of a drive to the east at 20 m/s, from two seconds before its begin."""
    ourselves = Ourselves(Own(speed_mps=20.0), road_of(Road(pieces=(Piece(straight_m=500.0),))), 10.0)
    found = []
    for number in range(count):
        at_s = number / 10 - LEAD_S
        one = given(is_epoch=True, sentences=b"$GNRMC,...", **what)
        one.at_s, one.utc_ns, one.truth = at_s, UTC_NS + number * 100_000_000, ourselves.truth(at_s)
        found.append(one)
    return found


def test_a_simulator_is_started_led_darkened_and_stopped(simulator: Simulator, context: Context) -> None:
    tool = made("gnss_scpi", context, device=simulator.device, scenario="bench.scen", dbm=-130.0)
    tool.begin()
    first, second, dark, void, back = _epochs(5)
    dark.sentences, void.sentences = b"", nmea.without_fix(void.utc_ns)
    for each in (first, given(), second, dark, void, back):
        tool.carry(each)
    tool.close()
    simulator.close()
    start = simulator.said.index("SOUR:SCEN:CONT START")
    assert simulator.said[: start + 1] == [
        "*IDN?", "SOUR:SCEN:CONT STOP", "SOUR:SCEN:LOAD bench.scen", "SOUR:POW -130.0", "SYST:ERR?", "SOUR:SCEN:CONT?",
        "SOUR:SCEN:CONT START",
    ]  # fmt: skip
    assert simulator.said[start + 1 : start + 4] == ["SOUR:SCEN:CONT?", "SOUR:SCEN:CONT?", "SYST:ERR?"]
    led = simulator.said[start + 4 :]
    assert [each for each in led if "POW" in each] == ["SOUR:POW -160.0", "SOUR:POW -130.0"]
    assert led[4] == "SOUR:POW -160.0" and led[-1] == "SOUR:SCEN:CONT STOP"
    places = [LatLon(*map(float, each.split(",")[1:3])) for each in led if ":POS IMM" in each]
    way = [distance_m(a, b) for a, b in pairwise(places)]
    assert len(places) == 5 and all(abs(each - 2.0) < 0.01 for each in way)
    speeds = [[float(word) for word in each.split(",")[1:]] for each in led if "ENUVEL" in each]
    assert all(east**2 + north**2 == pytest.approx(400.0, abs=0.05) and up == 0.0 for east, north, up in speeds)
    moved = places[1].lon_deg - places[0].lon_deg, places[1].lat_deg - places[0].lat_deg
    assert all((a > 0) == (b > 0) for a, b in zip(moved, speeds[0], strict=False) if abs(b) > 1.0)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("states", ["STOP"], "does not start its scenario: STOP"), ("errors", ['-200,"Execution error"'], "-200"),
     ("states", ["ARMING"], "does not start its scenario: ARMING")],
)  # fmt: skip
def test_a_simulator_that_does_not_begin_is_told(
    field: str, value: list[str], told: str, simulator: Simulator, context: Context
) -> None:
    setattr(simulator, field, value)
    tool = made("gnss_scpi", context, device=simulator.device, starts_s=0.0)
    with pytest.raises(ConfigError, match="gnss: ") as caught:
        tool.begin()
    assert told in str(caught.value)
    tool.close()


def test_a_recorded_drive_comes_at_its_own_pace_with_the_time_of_now(context: Context, tmp_path: Path) -> None:
    recorded_ns, place = 1_600_000_000_000_000_000, LatLon(30.5, 114.3)
    lines = [
        nmea.rmc(recorded_ns + number * 200_000_000, LatLon(30.5 + number * 1e-5, 114.3), 5.5, 0.0)
        for number in range(60)
    ]
    file = tmp_path / "drive.nmea"
    file.write_bytes(b"".join(lines))
    near, far = pty.openpty()
    tty.setraw(far)
    tool = made("gnss_replay", context, device=os.ttyname(far), file=str(file), from_s=1.0)
    tool.begin()
    heard = []
    for each in _epochs(6):
        tool.carry(each)
        os.set_blocking(near, False)
        try:
            heard.append(os.read(near, 256))
        except BlockingIOError:
            heard.append(b"")
    tool.close()
    os.close(near)
    os.close(far)
    assert [bool(each) for each in heard] == [True, False, True, False, True, False]  # each 0.2 s, as it was recorded
    words = drive_log.sentence_words(heard[2].strip())
    assert words[1] == nmea.clock_word(UTC_NS + 200_000_000) and words[9] == nmea.date_word(UTC_NS)
    assert heard[0].split(b",")[3] == lines[5].split(b",")[3] and place.lat_deg == 30.5
    short = made("gnss_replay", context, device="none", file=str(file), from_s=9.0)
    with pytest.raises(ConfigError, match="shorter than the scenario"):
        short.begin()
