"""chronyd's word for the clock's error: by a real chronyd from Debian, and by answers that are none."""

import select
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import DriverState
from obu.core.now import MARK_LIFE_NS, NS_PER_MS, NS_PER_S
from obu.drivers import chrony
from obu.drivers.chrony import ANSWER_BYTES, ASK_NS, ChronyClock, question, tracking
from tests.chronyd import Chronyd

PATIENCE_S = 20.0
OFFSET_S = 0.0003  # of the reference clock

# chronyd 4.3 of Debian 12, as it answered here: before its first reference, and led by a reference clock with 0.2 ms of
# offset and 0.1 ms of delay. Its chronyc showed a moment later: 0.000200000 s off, delay 0.000100000, dispersion
# 0.000001077.
UNLED = bytes.fromhex(
    "0602000000210005000000000000000000000001000000000000000000000000000000000000000000000000000000000000000000000003"
    "000000000000000000000000000000000000000000000000000000000000000000000000048000000480000000000000"
)
LED = bytes.fromhex(
    "0602000000210005000000000000000000000002000000000000000050505300000000000000000000000000000000000000000000010000"
    "000000006b08574319ca2dd0ead1b71781ffa98d80032af0a6e8370095594f20dc8637bde8d1b717dc904322008389ac"
)


@pytest.fixture
def daemon(tmp_path):
    """Makes daemons that end with the test."""
    made = []

    def make(*lines):
        made.append(Chronyd(tmp_path, *lines))
        made[-1].begin()
        return made[-1]

    yield make
    for each in made:
        each.end()


def until(clock: ChronyClock, is_so, meanwhile=lambda: None) -> list[DriverState]:
    """Lives as the loop does, but asks as soon as it is answered; what the driver said of itself."""
    states: list[DriverState] = []
    end_s, at_ns = time.monotonic() + PATIENCE_S, time.monotonic_ns()
    while not is_so(states):
        assert time.monotonic() < end_s, states
        meanwhile()
        select.select([clock.fileno()], [], [], 0.02)
        at_ns = max(at_ns + ASK_NS // 2, time.monotonic_ns()) if states else time.monotonic_ns()
        states += [each for each in clock.poll(at_ns) if isinstance(each, DriverState)]
    return states


def is_told(word: str):
    return lambda states: any(word in state.why for state in states)


@pytest.mark.needs("chrony")
def test_its_bound_is_what_chronys_own_client_shows_and_without_a_reference_there_is_no_time(daemon):
    chronyd = daemon()
    clock = ChronyClock(chronyd.port)
    states = until(clock, is_told("not synchronised"))
    assert not states[-1].is_up and clock.now().utc_ns is None
    states = until(clock, lambda _: clock.now().utc_ns is not None, lambda: chronyd.feed(OFFSET_S))
    fields = chronyd.tracking()  # refid, name, stratum, time, system time, last, rms, 3 of frequency, delay, dispersion
    shown_s = abs(float(fields[4])) + float(fields[11]) + float(fields[10]) / 2
    now = clock.now()
    assert OFFSET_S <= shown_s < 2 * OFFSET_S
    assert now.utc_error_ns == pytest.approx(shown_s * NS_PER_S, rel=0.2)  # they were asked one after the other
    assert abs(now.utc_ns - time.time_ns()) < NS_PER_S
    clock.close()


@pytest.mark.needs("chrony")
def test_a_chronyd_that_follows_its_own_crystal_is_no_time(daemon):
    chronyd = daemon("local stratum 1")
    clock = ChronyClock(chronyd.port)
    until(clock, is_told("not synchronised"))
    assert chronyd.tracking()[-1] == "Normal"  # so its leap status does not tell
    asked_ns, heard = time.monotonic_ns() + 2 * ASK_NS, []
    assert clock.poll(asked_ns) == []
    select.select([clock.fileno()], [], [], PATIENCE_S)
    assert clock.poll(asked_ns + 1) == heard and clock.now().utc_ns is None  # nothing has changed for us
    clock.close()


@pytest.mark.needs("chrony")
def test_when_it_goes_the_error_grows_and_in_the_end_there_is_no_time(daemon, monkeypatch):
    chronyd = daemon()
    clock = ChronyClock(chronyd.port)
    until(clock, lambda _: clock.now().utc_ns is not None, lambda: chronyd.feed(OFFSET_S))
    chronyd.end()
    at_ns = time.monotonic_ns()
    said = [state for step in range(8) for state in clock.poll(at_ns + step * ASK_NS)]
    assert [(state.is_up, state.why) for state in said] == [(False, chrony.SILENT.en)]
    assert said[0].why_zh == chrony.SILENT.zh
    errors_ns = []
    for later_s in (20, 30):
        monkeypatch.setattr(chrony.time, "monotonic_ns", lambda later_s=later_s: at_ns + later_s * NS_PER_S)
        errors_ns.append(clock.now().utc_error_ns)
    assert errors_ns[1] - errors_ns[0] == NS_PER_MS  # 100 ppm
    monkeypatch.setattr(chrony.time, "monotonic_ns", lambda: at_ns + 2 * MARK_LIFE_NS)
    assert clock.now().utc_ns is None
    clock.close()


def test_the_recorded_answers_say_what_chronyc_showed() -> None:
    assert len(UNLED) == len(LED) == ANSWER_BYTES == len(question(1))
    unled, led = tracking(UNLED), tracking(LED)
    assert unled is not None and led is not None
    assert (unled.sequence, unled.error_s, led.sequence) == (1, None, 2)
    assert led.error_s == pytest.approx(0.000200000 + 0.000100000 / 2 + 0.000001077, abs=1e-8)


@given(st.binary(max_size=200) | st.binary(max_size=20).map(lambda tail: LED[: len(LED) - len(tail)] + tail))
def test_no_bytes_raise_and_no_bound_is_below_zero(data: bytes) -> None:
    found = tracking(data)
    assert found is None or found.error_s is None or found.error_s >= 0


@pytest.mark.parametrize("at", [0, 1, 5, 7, 9])  # version, type, command, reply, status
def test_another_version_another_answer_or_a_refusal_is_none(at: int) -> None:
    assert tracking(LED[:at] + bytes([LED[at] + 1]) + LED[at + 1 :]) is None


@pytest.fixture
def impostor():
    """Something else at chronyd's port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.bind(("127.0.0.1", 0))
        yield mouth


def test_an_answer_to_an_older_question_counts_for_nothing_and_a_strange_one_is_said(impostor) -> None:
    clock = ChronyClock(impostor.getsockname()[1])
    at_ns = time.monotonic_ns()
    assert clock.poll(at_ns) == []
    asked, peer = impostor.recvfrom(500)
    impostor.sendto(LED, peer)  # of question 2, which was not asked yet
    assert clock.poll(at_ns + 1) == [] and clock.now().utc_ns is None
    impostor.sendto(b"what?", peer)
    (said,) = clock.poll(at_ns + 2)
    assert (said.is_up, said.why, said.why_zh) == (False, chrony.STRANGE.en, chrony.STRANGE.zh)
    clock.poll(at_ns + ASK_NS)
    impostor.sendto(LED, peer)
    (said,) = clock.poll(at_ns + ASK_NS + 1)
    assert said.is_up and clock.now().utc_ns is not None
    assert asked == question(1)
    impostor.sendto(UNLED[:19] + b"\x02" + UNLED[20:], peer)
    (said,) = clock.poll(at_ns + ASK_NS + 2)
    assert not said.is_up and clock.now().utc_ns is None
    clock.close()
