"""An slcan adapter and its bus at their worst, in virtual time: nothing is ever sent, and it is said what is wrong."""

import time

import pytest

from hil.slcan_adapter import SlcanAdapter
from obu.core.errors import ConfigError
from obu.core.frames import CanCounts, CanFrame
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers.can_bus import make
from obu.drivers.can_options import LOOK_NS, Options
from obu.drivers.channel_state import LEFT_NS
from obu.drivers.serial_line import MOST_BYTES
from tests.drivers.can_polling import CCVS1, EEC1, FILTERS, frames, poll_until, reasons, states

SPEED = bytes(range(8))


class Bench:
    """A driver and its adapter; step() lets both live for 10 ms of virtual time."""

    def __init__(self, folder, bus_bitrate=250_000, bitrate=250_000, listen_only=True, filters=FILTERS):
        self.adapter = SlcanAdapter(folder / "tty", bus_bitrate)
        options = Options(
            interface="slcan", channel=str(self.adapter.path), bitrate=bitrate, listen_only=listen_only
        )  # fmt: skip
        self.driver = make("can.main", options, filters)
        self.at_ns = 0
        self.arrivals = []

    def step(self, *traffic):
        self.arrivals += self.driver.poll(self.at_ns)
        self.adapter.carry(traffic)
        self.at_ns += 10 * NS_PER_MS

    def run(self, seconds, *traffic):
        """The same traffic every 10 ms; what arrived meanwhile."""
        before = len(self.arrivals)
        for _ in range(round(seconds * 100)):
            self.step(*traffic)
        return self.arrivals[before:]

    def close(self):
        self.driver.close()
        self.adapter.close()


@pytest.fixture
def bench(tmp_path):
    made = []

    def make_one(**how):
        made.append(Bench(tmp_path, **how))
        return made[-1]

    yield make_one
    for each in made:
        each.close()


def test_it_opens_listen_only_and_reads_what_the_profile_names(bench):
    unit = bench()
    heard = unit.run(1.0, (CCVS1, SPEED), (EEC1, SPEED))
    assert unit.adapter.mode == b"L"
    assert unit.adapter.commands[:4] == [b"V", b"C", b"S5", b"L"]
    assert states(heard) == [True]
    assert {(frame.can_id, frame.data) for frame in frames(heard)} == {(CCVS1, SPEED)}
    assert len(frames(heard)) >= 95
    assert unit.driver.lines.passed_over >= 95
    assert unit.adapter.sent == []


def test_what_was_read_is_told_by_cause_once_a_second(bench):
    unit = bench()
    told = [each for each in unit.run(5.0, (CCVS1, SPEED), (EEC1, SPEED)) if isinstance(each, CanCounts)]
    assert 4 <= len(told) <= 5
    assert told[-1].heard == told[-1].passed_over * 2 > 750
    assert (told[-1].bad, told[-1].errors, told[-1].overruns) == (0, 0, 0)
    quiet = [each for each in unit.run(5.0) if isinstance(each, CanCounts)]
    assert len(quiet) <= 1  # nothing new to tell


def test_a_wrong_bit_rate_is_said_and_the_bus_is_left_undisturbed(bench):
    unit = bench(bus_bitrate=500_000)
    told = unit.run(60.0, (CCVS1, SPEED))
    assert states(told) == [True, False]  # said once, not at each try
    assert reasons(told) == ["wrong bit rate 250000 bit/s: errors and no frame; find it with: obu can detect"]
    assert unit.adapter.disturbed == 0
    assert unit.adapter.sent == []
    openings = unit.adapter.commands.count(b"L")
    assert 2 <= openings <= 60 * NS_PER_S // LEFT_NS + 1


def test_a_wrong_bit_rate_is_mended_by_itself_once_the_bus_speaks_ours(bench):
    unit = bench(bus_bitrate=500_000)
    unit.run(2.0, (CCVS1, SPEED))
    unit.adapter.bus_bitrate = 250_000
    told = unit.run(12.0, (CCVS1, SPEED))
    assert states(told) == [True]
    assert frames(told)


def test_where_the_adapter_may_acknowledge_a_wrong_rate_is_never_tried_again(bench):
    unit = bench(bus_bitrate=500_000, listen_only=False)
    unit.run(1.0, (CCVS1, SPEED))
    disturbed, openings = unit.adapter.disturbed, unit.adapter.commands.count(b"O")
    assert openings == 1
    assert 0 < disturbed <= 80  # what it took to see it: under a second
    unit.run(120.0, (CCVS1, SPEED))
    assert (unit.adapter.disturbed, unit.adapter.commands.count(b"O")) == (disturbed, openings)
    assert unit.driver.wake_at_ns() is None


def test_an_adapter_that_cannot_listen_only_stays_closed(bench):
    unit = bench()
    unit.adapter.can_listen = False
    told = unit.run(30.0, (CCVS1, SPEED))
    assert "cannot listen only" in reasons(told)[0]
    assert b"O" not in unit.adapter.commands
    assert unit.adapter.mode == b""


def test_an_adapter_that_never_answers_is_read_all_the_same(bench):
    unit = bench()
    unit.adapter.answers = False
    assert len(frames(unit.run(1.0, (CCVS1, SPEED)))) >= 95


def test_a_silent_bus_is_no_fault(bench):
    unit = bench()
    assert states(unit.run(30.0)) == [True]
    assert unit.adapter.commands.count(b"L") == 1


def test_a_broken_wire_is_told_from_a_wrong_rate(bench):
    unit = bench()
    unit.run(1.0, (CCVS1, SPEED))
    for _ in range(100):
        unit.adapter.noise(1)
        unit.step()
    assert reasons(unit.arrivals) == ["errors and no frame: check wiring and termination"]
    back = unit.run(12.0, (CCVS1, SPEED))
    assert states(back) == [True]


def test_bus_off_is_survived(bench):
    unit = bench()
    unit.run(0.5, (CCVS1, SPEED))
    unit.adapter.go_off()
    told = unit.run(5.0, (CCVS1, SPEED))
    assert "bus-off" in reasons(told)[0]
    assert len(frames(told)) <= 1
    back = unit.run(6.0, (CCVS1, SPEED))
    assert states(back) == [True]
    assert frames(back)


def test_a_pulled_plug_is_survived(bench):
    unit = bench()
    unit.run(0.5, (CCVS1, SPEED))
    unit.adapter.unplug()
    told = unit.run(3.0)
    assert states(told) == [False, False] and len(set(reasons(told))) == 2, "it was lost, and then it is not there"
    assert unit.driver.fileno() == -1
    unit.adapter.plug()
    back = unit.run(3.0, (CCVS1, SPEED))
    assert states(back) == [True]
    assert frames(back)
    assert unit.adapter.mode == b"L"


def test_an_absent_device_comes_up_later_after_growing_pauses(bench):
    unit = bench()
    unit.adapter.unplug()
    assert states(unit.driver.poll(0)) == [False]
    wakes = []
    for _ in range(8):
        wakes.append(unit.driver.wake_at_ns())
        assert not unit.driver.poll(wakes[-1] - 1)
        assert not unit.driver.poll(wakes[-1])  # still down: nothing new to say
    pauses = [late - early for early, late in zip([0, *wakes], wakes, strict=False)]
    assert pauses[:5] == [100_000_000, 200_000_000, 400_000_000, 800_000_000, 1_600_000_000]
    assert set(pauses[5:]) == {2_000_000_000}
    unit.adapter.plug()
    assert states(unit.driver.poll(unit.driver.wake_at_ns())) == [True]


def test_a_babbling_node_costs_bounded_turns_and_hides_nobody(bench):
    """0x00000000 wins every arbitration: a full 500 kbit/s bus is some 4,000 such frames a second."""
    unit = bench()
    babble = [(0, b"\0" * 8)] * 40
    heard = unit.run(2.0, *babble, (CCVS1, SPEED))
    assert len(frames(heard)) >= 195
    assert {frame.can_id for frame in frames(heard)} == {CCVS1}
    assert unit.driver.lines.passed_over >= 195 * 40
    assert states(heard) == [True]


def test_a_babbling_node_within_the_profile_is_bounded_a_turn(bench):
    unit = bench()
    unit.step()
    unit.step()
    for _ in range(10):
        unit.adapter.carry([(CCVS1, SPEED)] * 30)
    taken = unit.driver.poll(unit.at_ns)
    assert len(taken) <= MOST_BYTES // 27 + 2
    assert unit.driver.wake_at_ns() == unit.at_ns  # there may be more


def test_a_busy_channel_is_looked_at_on_the_grid_and_a_quiet_one_is_waited_for(bench):
    unit = bench()
    unit.step()
    unit.step((CCVS1, SPEED))
    at_ns = unit.at_ns + 1_234_567
    assert len(frames(unit.driver.poll(at_ns))) == 1
    assert unit.driver.fileno() == -1
    assert unit.driver.wake_at_ns() == (at_ns // LOOK_NS + 1) * LOOK_NS
    assert unit.driver.poll(at_ns + LOOK_NS) == []
    assert unit.driver.fileno() >= 0


def test_noise_on_the_line_does_no_harm(bench):
    unit = bench()
    unit.run(0.1)
    unit.adapter._write(b"T18FEF1318zz\r\xff\xfe\x80\rT\r\r\x07garbage\rT18FEF131\r" + b"9" * 500)
    told = unit.run(0.5)
    assert frames(told) == [] and states(told) == []
    assert unit.driver.lines.bad >= 5
    unit.adapter._write(b"\r")
    assert len(frames(unit.run(0.5, (CCVS1, SPEED)))) >= 45


def test_the_frames_of_a_real_second_come_in_order(bench):
    """In real time, as the loop reads it."""
    unit = bench()
    poll_until(unit.driver, lambda arrivals: states(arrivals) == [True])
    sent = [(CCVS1, number.to_bytes(8, "big")) for number in range(100)]
    unit.adapter.carry(sent)
    heard = frames(poll_until(unit.driver, lambda arrivals: len(frames(arrivals)) >= 100))
    assert [frame.data for frame in heard] == [data for _, data in sent]
    assert all(isinstance(frame, CanFrame) and frame.at_ns <= time.monotonic_ns() for frame in heard)


def test_there_is_no_way_to_send(bench):
    assert not [name for name in dir(bench().driver) if "send" in name]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"bitrate": 250_001}, "bitrate"),
        ({"bitrate": None}, "bitrate"),
        ({"options": {"ttyBaudrate": 9600}}, "options.ttyBaudrate"),
        ({"options": {"tty_baudrate": "fast"}}, "options.tty_baudrate"),
        ({"channel": "/dev/ttyUSB0@fast"}, "options.tty_baudrate"),
    ],
)
def test_nonsense_is_one_sentence_with_the_key(change, key):
    with pytest.raises(ConfigError) as caught:
        make("can.main", Options(**({"interface": "slcan", "channel": "x", "bitrate": 250_000} | change)))
    assert f"can.main.{key}:" in caught.value.text
