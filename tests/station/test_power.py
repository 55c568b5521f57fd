"""The states of power: the sentences of obu/station/power.py over random histories, and the usual days by hand."""

import dataclasses

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from obu.core.now import NS_PER_S
from obu.station import power
from obu.station.power import End, Options, Power, PowerMachine, Senses

KNOWN = (None, True, False)
LAMPS = st.sampled_from(KNOWN)
SPEEDS = st.sampled_from([None, 0.0, 0.2, 0.5, 0.99, 1.0, 12.0])
VOLTS = st.sampled_from([None, 27.6, 22.0, 21.9, 5.0])
STEPS_S = st.sampled_from([0.01, 0.5, 1.0, 3.0, 10.0, 29.0, 31.0, 60.0, 400.0])


class History(RuleBasedStateMachine):
    """Drives the machine and keeps every instant; the laws are judged from the whole history, not from timers."""

    @initialize(
        after_run_s=st.sampled_from([None, 0.0, 60.0]),
        longest_s=st.sampled_from([60.0, 600.0]),
        low_v=st.sampled_from([None, 22.0]),
    )
    def begin(self, after_run_s, longest_s, low_v):
        self.options = Options(
            after_run_s=after_run_s, longest_after_run_s=longest_s, low_supply_v=low_v, low_supply_s=30
        )
        self.machine = PowerMachine(self.options)
        self.at_ns = NS_PER_S
        self.senses = Senses()
        self.past: list[tuple[int, Senses, Power, End | None]] = []
        self.look()

    def look(self):
        self.machine.look(self.at_ns, self.senses)
        self.past.append((self.at_ns, self.senses, self.machine.state.power, self.machine.state.end))

    @rule(
        seconds=STEPS_S,
        ignition=LAMPS,
        speed=SPEEDS,
        door=LAMPS,
        volts=VOLTS,
        settled=st.booleans(),
        busy=st.booleans(),
    )
    def live(self, seconds, ignition, speed, door, volts, settled, busy):
        self.at_ns += round(seconds * NS_PER_S)
        self.senses = Senses(
            ignition_on=ignition, is_settled=settled, door_open=door, speed_mps=speed, supply_v=volts, is_busy=busy
        )
        self.look()

    @rule(seconds=STEPS_S)
    def nothing_changes(self, seconds):
        self.at_ns += round(seconds * NS_PER_S)
        self.look()

    @rule()
    def parked(self):
        self.live(1.0, False, 0.0, False, 27.6, True, False)

    def lasted_s(self, holds):
        """For how long, up to now, a condition held at every look."""
        since_ns = self.at_ns
        for at_ns, senses, _, _ in reversed(self.past):
            if not holds(senses):
                break
            since_ns = at_ns
        else:
            since_ns = self.past[0][0]
        return (self.at_ns - since_ns) / NS_PER_S if holds(self.senses) else None

    @property
    def now(self):
        return self.past[-1][2:]

    @invariant()
    def an_end_is_final_and_dark(self):
        ends = [end for *_, end in self.past]
        first = next((index for index, end in enumerate(ends) if end), len(ends))
        assert set(ends[first:]) <= {ends[first]} if first < len(ends) else True
        assert all(state is Power.OFF for _, _, state, end in self.past if end)

    @invariant()
    def a_moving_vehicle_is_on_and_never_ended(self):
        before = self.past[-2][3] if len(self.past) > 1 else None
        if before is None and is_moving(self.senses):
            state, end = self.now
            assert end is None and state in (Power.WARM_UP, Power.ON)

    @invariant()
    def it_never_ends_itself_unless_it_was_told_to(self):
        if self.options.after_run_s is None and self.options.low_supply_v is None:
            assert self.now[1] is None

    @invariant()
    def no_end_comes_early(self):
        end = self.now[1]
        if end is None or self.past[-2:][0][3] is not None:
            return
        low_s = self.lasted_s(lambda senses: senses.supply_v is not None and senses.supply_v < 22.0)
        dark_s = self.lasted_s(lambda senses: not is_on(senses))
        if end is End.LOW_SUPPLY:
            assert self.options.low_supply_v and low_s >= self.options.low_supply_s and not is_moving(self.senses)
        elif end is End.NO_IGNITION:
            assert dark_s >= self.options.longest_after_run_s
            assert all(not is_on(senses) for _, senses, _, _ in self.past)
        else:
            assert end is End.IGNITION_OFF and dark_s >= self.options.after_run_s
            assert not self.senses.is_busy or dark_s >= self.options.longest_after_run_s
            assert any(is_on(senses) for _, senses, _, _ in self.past)

    @invariant()
    def no_end_is_forgotten(self):
        dark_s = self.lasted_s(lambda senses: not is_on(senses))
        if self.options.after_run_s is not None and dark_s is not None and dark_s >= self.options.longest_after_run_s:
            assert self.now[1]
        low_s = self.lasted_s(
            lambda senses: senses.supply_v is not None and senses.supply_v < 22.0 and not is_moving(senses)
        )
        if self.options.low_supply_v and low_s is not None and low_s >= self.options.low_supply_s:
            assert self.now[1]

    @invariant()
    def a_parked_vehicle_sends_nothing(self):
        off_s = self.lasted_s(lambda senses: is_on(senses) is False)
        if off_s is not None and off_s * NS_PER_S >= power.OFF_HOLD_NS:
            assert not self.machine.is_driving() and self.now[0] in (Power.OFF, Power.SHUTTING_DOWN)

    @invariant()
    def boarding_is_an_open_door_at_a_standstill(self):
        state = self.now[0]
        if state is Power.BOARDING:
            assert self.senses.door_open and self.senses.speed_mps < power.MOVING_MPS
        elif state is Power.ON:
            assert not (self.senses.door_open and self.senses.speed_mps is not None and self.senses.speed_mps <= 0.3)

    @invariant()
    def warm_up_is_bounded(self):
        if self.now[0] is Power.WARM_UP and is_on(self.senses):
            warm_s = 0.0
            for at_ns, _, state, _ in reversed(self.past):
                if state is not Power.WARM_UP:
                    break
                warm_s = (self.at_ns - at_ns) / NS_PER_S
            assert not self.senses.is_settled and warm_s * NS_PER_S < power.LONGEST_WARM_UP_NS


def is_moving(senses):
    return senses.speed_mps is not None and senses.speed_mps >= 1.0


def is_on(senses):
    return True if is_moving(senses) else senses.ignition_on


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=150, stateful_step_count=30, derandomize=True, deadline=None)

ON = Senses(ignition_on=True, is_settled=True, door_open=False, speed_mps=8.0, supply_v=27.5)


def played(options, *parts):
    """(seconds, senses) one after another, looked at ten times a second; the states in order, and the machine."""
    machine, at_ns, states = PowerMachine(options), 0, []
    for seconds, senses in parts:
        for _ in range(round(seconds * 10)):
            at_ns += NS_PER_S // 10
            machine.look(at_ns, senses)
            if not states or states[-1] is not machine.state.power:
                states.append(machine.state.power)
    return states, machine


def but(**changes):
    return dataclasses.replace(ON, **changes)


def test_a_day_of_a_bus():
    standing = but(speed_mps=0.0)
    states, machine = played(
        Options(after_run_s=60, longest_after_run_s=600),
        (5, Senses()),
        (10, but(is_settled=False, speed_mps=None)),
        (60, ON),
        (20, dataclasses.replace(standing, door_open=True)),
        (60, ON),
        (2, dataclasses.replace(standing, ignition_on=False)),  # the starter's dip
        (60, standing),
        (59.9, dataclasses.replace(standing, ignition_on=False)),
    )
    assert states == [
        Power.OFF, Power.WARM_UP, Power.ON, Power.BOARDING, Power.ON, Power.SHUTTING_DOWN,
    ]  # fmt: skip
    assert machine.state.end is None
    machine.look(machine.state.off_ns + 60 * NS_PER_S, dataclasses.replace(standing, ignition_on=False))
    assert machine.state.end is End.IGNITION_OFF and machine.state.power is Power.OFF


def test_ignition_that_comes_back_in_the_after_run_goes_on():
    parked = but(speed_mps=0.0, ignition_on=False)
    states, machine = played(Options(after_run_s=60), (10, ON), (40, parked), (200, ON))
    assert states == [Power.ON, Power.SHUTTING_DOWN, Power.ON] and machine.state.end is None


def test_unsaved_work_holds_the_end_but_not_for_ever():
    parked = but(speed_mps=0.0, ignition_on=False, is_busy=True)
    options = Options(after_run_s=10, longest_after_run_s=120)
    assert played(options, (5, ON), (119, parked))[1].state.end is None
    assert played(options, (5, ON), (121, parked))[1].state.end is End.IGNITION_OFF
    assert played(options, (5, ON), (20, parked), (1, but(speed_mps=0.0, ignition_on=False)))[1].state.end


def test_a_low_supply_ends_a_parked_unit_with_ignition_on_too_and_a_starter_does_not():
    options = Options(low_supply_v=22.0, low_supply_s=30)
    standing = but(speed_mps=0.0)
    low = dataclasses.replace(standing, supply_v=21.5)
    assert played(options, (5, standing), (29, low), (1, standing), (29, low))[1].state.end is None
    assert played(options, (5, standing), (31, low))[1].state.end is End.LOW_SUPPLY
    at_a_light = ((100, but(supply_v=21.5)), (29, low)) * 3
    assert played(options, (5, ON), *at_a_light)[1].state.end is None


@pytest.mark.parametrize("silent", [None, False])
def test_a_bus_that_falls_silent_on_the_road_is_no_ignition_off(silent):
    """The cable to the bus comes loose: the receiver says that we move, and warnings go on."""
    assert played(Options(after_run_s=10), (5, ON), (900, but(ignition_on=silent)))[0] == [Power.ON]
