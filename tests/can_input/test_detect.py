"""Which vehicle a bus is: the right profile first, a foreign one below, and what is missing said."""

import dataclasses
import random

import pytest

from obu.can_input.detect import Candidate, Census, ranked
from obu.can_input.profile import Values
from obu.cli import can as verb
from obu.core.frames import CanFrame
from obu.core.vehicle import Gear, SystemState
from tests.can_input.j1939_bus import frame, payload
from tests.station.frames import driving

MS = 1_000_000


def drive(candidates, change=lambda frame: frame, seconds=3.0):
    """A bus at 40 km/h for so long; `change` is done to each frame. The instant after it, and the census."""
    census = Census()
    for at_ms in range(0, round(seconds * 1000), 100):
        frames = [change(each) for each in driving(at_ms * MS)]
        census.take(frames)
        for candidate in candidates:
            candidate.take(frames)
            candidate.look(at_ms * MS)
    return round(seconds * 1000) * MS, census


def test_the_bus_is_known_by_its_messages_and_their_sane_values(bus):
    known = Candidate("city", bus.profile, bus.plans)
    at_ns, census = drive([known])
    (fit,) = ranked([known], at_ns - 50 * MS)
    assert (fit.seen, fit.measured, fit.sane) == (5, 1.0, 1.0)
    values = {reading.name: reading for reading in fit.readings}
    assert values["speed_mps"].value == pytest.approx(40 / 3.6, abs=0.01)
    assert values["speed_mps"].age_ns == 50 * MS
    assert values["speed_mps"].signals == ("CCVS1.WheelBasedVehicleSpeed",)
    assert not {"speed_mps", "yaw_rate_deg_s"} & set(fit.missing)
    assert {"siren", "light_bar", "door_open"} <= set(fit.missing)
    assert (census.frames, len(census.seen)) == (150, 5)
    assert {round(seen.period_ms()) for seen in census.seen.values()} == {100}


def test_another_vehicle_with_the_same_identifiers_but_other_bits_ranks_below(bus):
    """The true profile against one whose speed is read from the wrong bytes."""
    true = Candidate("true", bus.profile, bus.plans)
    messages = tuple(
        dataclasses.replace(message, fields=tuple(
            dataclasses.replace(field, shift=(field.shift + 12) % (64 - field.bits)) for field in message.fields
        ))
        for message in bus.plans.messages
    )  # fmt: skip
    false = Candidate("false", bus.profile, dataclasses.replace(bus.plans, messages=messages))
    rng = random.Random(5)

    def live(each):  # the low bits of a real signal are never still
        return dataclasses.replace(each, data=bytes([*each.data[:1], rng.randrange(251), *each.data[2:]]))

    at_ns, _ = drive([true, false], live)
    fits = ranked([false, true], at_ns)
    assert [fit.name for fit in fits] == ["true", "false"]
    assert fits[0].score > 1.2 * fits[1].score


def test_a_foreign_bus_is_no_candidate(bus):
    known = Candidate("city", bus.profile, bus.plans)
    at_ns, _ = drive([known], lambda each: CanFrame("main", each.can_id & 0x7FF, False, each.data, each.at_ns))
    assert ranked([known], at_ns) == []


def test_what_a_bsm_needs_and_the_bus_lacks_comes_first(bus):
    known = Candidate("city", bus.profile, bus.plans)
    known.take([frame("CCVS1", payload("CCVS1", WheelBasedVehicleSpeed=36.0))])
    (fit,) = ranked([known], 1)
    assert fit.missing[0] == "yaw_rate_deg_s"
    assert verb.needed(fit) == ["yaw_rate_deg_s"]
    said = verb.lines(250_000, Census(), [fit], "zh")
    assert any("缺少" in line and "横摆角速度" in line for line in said)
    assert "车速  10.0 m/s  0 ms  CCVS1.WheelBasedVehicleSpeed" in "\n".join(said)
    assert all(line.isascii() or "公交" in line for line in verb.lines(None, Census(), [fit], "en"))


def test_profiles_that_fit_alike_are_told_apart_by_people_and_states_have_words(bus):
    twins = [Candidate(name, bus.profile, bus.plans) for name in ("long", "short")]
    at_ns, census = drive(twins)
    said = verb.lines(250_000, census, ranked(twins, at_ns - 50 * MS), "zh")
    assert any("得分相同" in line for line in said)
    assert any(line.startswith("  挡位  前进挡") for line in said)
    assert any(line.startswith("  横摆角速度  0.0 °/s") for line in said)


def test_every_state_has_a_word():
    assert {state.value for kind in (Gear, SystemState) for state in kind} == set(verb.STATES)


def test_old_values_are_not_shown(bus):
    known = Candidate("city", bus.profile, bus.plans)
    at_ns, _ = drive([known])
    (fit,) = ranked([known], at_ns + 10_000 * MS)
    assert fit.readings == () and fit.seen == 5


def test_the_census_is_bounded():
    census = Census(most=10)
    census.take(CanFrame("main", can_id, True, b"", 0) for can_id in range(1000))
    assert (census.frames, len(census.seen)) == (1000, 10)


def test_every_value_has_a_name_for_people():
    assert set(verb.NAMES) == {field.name for field in dataclasses.fields(Values)}
