"""GB/T 45315-2025 7.3: the eight critical events, their conditions, and how long each is held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.vehicle import Event, Gear, SystemState, VehicleState
from obu.runtime.freeze import freeze, thaw
from obu.station.events import CriticalEvents

UTC_NS = 1_800_000_000 * NS_PER_S
QUIET = VehicleState()
CRASH = VehicleState(airbag_deployed=True)


def now(t_s):
    return Now(round(t_s * NS_PER_S), UTC_NS + round(t_s * NS_PER_S))


def events_over(vehicles, step_ms=10, machine=None):
    machine = machine or CriticalEvents()
    return [machine.active(now(number * step_ms / 1000), vehicle) for number, vehicle in enumerate(vehicles)]


@pytest.mark.parametrize(
    ("field", "event"),
    [
        ("abs", Event.ABS_ACTIVATED),
        ("traction_control", Event.TRACTION_CONTROL_LOSS),
        ("stability_control", Event.STABILITY_CONTROL_ACTIVATED),
    ],
)
def test_a_driving_aid_is_an_event_after_more_than_100_ms(field, event):
    engaged, passive = VehicleState(**{field: SystemState.ENGAGED}), VehicleState(**{field: SystemState.ON})
    seen = events_over([engaged] * 13)
    assert [event in events for events in seen] == [False] * 11 + [True] * 2
    assert events_over([engaged] * 10 + [passive] + [engaged] * 10) == [frozenset()] * 21
    assert events_over([engaged] * 13 + [QUIET])[-1] == frozenset()


@pytest.mark.parametrize(
    ("field", "event"),
    [
        ("hazard_lights", Event.HAZARD_LIGHTS),
        ("flat_tire", Event.FLAT_TIRE),
        ("disabled", Event.DISABLED_VEHICLE),
    ],
)
def test_a_state_of_the_vehicle_is_an_event_at_once_and_no_longer(field, event):
    on, off = VehicleState(**{field: True}), VehicleState(**{field: False})
    assert events_over([off, on, off, on, QUIET]) == [frozenset(), {event}, frozenset(), {event}, frozenset()]


def test_hard_braking_begins_above_4_mps2_and_noise_does_not_restart_it():
    seen = events_over([VehicleState(accel_long_mps2=a) for a in (-3.9, -4.0, -4.1, -3.8, -4.2, -3.9)] +
                       [VehicleState(accel_long_mps2=-3.0)] * 40)  # fmt: skip
    braking = [Event.HARD_BRAKING in events for events in seen]
    assert braking == [False] * 2 + [True] * (3 + 30) + [False] * (46 - 35)
    assert events_over([VehicleState(accel_long_mps2=-6.0), QUIET])[-1] == frozenset()


@pytest.mark.parametrize(("gear", "brakes_at"), [(Gear.FORWARD, -5.0), (None, -5.0), (Gear.REVERSE, 5.0)])
def test_who_backs_brakes_with_forward_acceleration(gear, brakes_at):
    def seen(accel_mps2):
        return events_over([VehicleState(gear=gear, accel_long_mps2=accel_mps2)])[0]

    assert seen(brakes_at) == {Event.HARD_BRAKING}
    assert seen(-brakes_at) == frozenset()


@pytest.mark.parametrize("deployed_s", [1, 700])
def test_an_airbag_is_told_for_ten_minutes_whatever_the_bus_says_then(deployed_s):
    machine = CriticalEvents()
    told = [bool(machine.active(now(second), CRASH if second < deployed_s else QUIET)) for second in range(800)]
    assert told == [second < max(600, deployed_s) for second in range(800)]
    assert machine.active(now(900), CRASH) == {Event.AIRBAG_DEPLOYMENT}  # another one
    assert machine.active(now(1499), QUIET) == {Event.AIRBAG_DEPLOYMENT}


def test_an_airbag_outlives_a_power_cut_but_not_its_ten_minutes():
    before = CriticalEvents()
    before.active(now(0), CRASH)
    saved = before.to_save()
    assert saved and before.to_save() is None
    for restart_s, is_told in ((30, True), (599, True), (601, False)):
        after = CriticalEvents()
        after.recall(saved)
        assert bool(after.active(now(restart_s), QUIET)) == is_told
        assert after.to_save() == (None if is_told else b"")  # what is over is forgotten
    assert CriticalEvents().active(now(30), QUIET) == frozenset()


@given(st.binary(max_size=20))
def test_what_was_saved_by_something_else_changes_nothing(data):
    machine = CriticalEvents()
    machine.recall(data)
    recalled = int.from_bytes(data, "big") if len(data) == 8 else None
    is_near = recalled is not None and abs(UTC_NS - recalled) < 600 * NS_PER_S
    assert bool(machine.active(now(0), QUIET)) == is_near


def test_all_that_is_on_is_told_together():
    everything = VehicleState(
        hazard_lights=True, abs=SystemState.ENGAGED, traction_control=SystemState.ENGAGED,
        stability_control=SystemState.ENGAGED, accel_long_mps2=-7.0, flat_tire=True, disabled=True,
        airbag_deployed=True,
    )  # fmt: skip
    assert len(events_over([everything] * 12)[-1]) == 8


def test_the_state_survives_a_checkpoint():
    vehicle = VehicleState(abs=SystemState.ENGAGED, accel_long_mps2=-5.0, airbag_deployed=True)
    whole, halved = CriticalEvents(), CriticalEvents()
    halved.active(now(0), vehicle)
    whole.active(now(0), vehicle)
    halved.state = thaw(freeze(halved.state))
    later = Now(101 * NS_PER_MS, UTC_NS)
    assert halved.active(later, vehicle) == whole.active(later, vehicle) != frozenset()
