"""Each fault by itself: off it changes nothing of what the unit is given, on it changes something, over it is over."""

import copy
import dataclasses
import random

import pytest

from hil import faults, sim, variation
from hil.given import Given
from hil.nmea import EPOCH_NS
from hil.remembering import Memory
from hil.scenario import Act, Actor, Fault, Own, Piece, Road, Scenario
from hil.staging import Stage
from hil.variation import Errors
from obu.core.frames import JobOutcome, JobResult

TURNS = 120
SITUATION = Scenario(
    title="x", kind="rule", defect="deaf", lasts_s=5.0,
    road=Road(pieces=(Piece(turn_deg=90.0, radius_m=40.0),)),
    own=Own(at_m=15.0, speed_mps=5.0, act=(Act(do="accelerate", from_s=-2.0, mps2=1.0, to_mps=20.0),)),
    actor=(Actor(name="car", at_m=45.0, speed_mps=5.0),),
)  # fmt: skip
FIELDS = [field.name for field in dataclasses.fields(Given) if field.name not in ("dice", "chance", "attacker")]
NEVER_AGAIN = ("packets_duplicated", "packets_reordered", "slow_keys")  # what waits still comes when the fault is over


@pytest.fixture(scope="module")
def turns(tmp_path_factory: pytest.TempPathFactory) -> list[Given]:
    """What a unit is given in the first turns of a drive."""
    folder = tmp_path_factory.mktemp("faults") / "pki"
    sim.ensure_pki(folder)
    errors = Errors(variation.drawn(SITUATION.variation, 1), 60.0, 1)
    stage = Stage(SITUATION, 1, folder, Memory(), sim.START_NS, errors)
    last, given = None, []
    for turn in range(1, TURNS + 1):
        at_ns = sim.START_NS + turn * sim.TICK_NS
        utc_ns, at_s = sim.UTC_NS + at_ns, turn / 100 - 2.0
        truth = stage.ourselves.truth(at_s)
        packets = stage.packets(at_ns, utc_ns, at_s)
        last = packets[0].datagram if packets else last
        given.append(Given(
            at_s=at_s, at_ns=at_ns, utc_ns=utc_ns, truth=truth, dice=random.Random(1), chance=random.Random(turn),
            attacker=stage.attacker, frames=stage.traffic.due(at_ns, truth), is_epoch=utc_ns % EPOCH_NS == 0,
            packets=packets, results=[JobResult(2 * turn, JobOutcome.OK)], last=last,
        ))  # fmt: skip
    return given


def _given(turns: list[Given], acting: faults.Acting, on: range) -> list[Given]:
    """After the fault has acted, on in these turns."""
    found = []
    for index, each in enumerate(turns):
        one = dataclasses.replace(each, chance=copy.deepcopy(each.chance))
        for field in ("frames", "packets", "results", "drivers", "buses", "host"):
            setattr(one, field, list(getattr(each, field)))
        acting.act(one, index in on)
        found.append(one)
    return found


def _plain(given: list[Given]) -> list[tuple[object, ...]]:
    return [tuple(getattr(each, name) for name in FIELDS) for each in given]


@pytest.mark.parametrize("name", faults.names())
def test_a_fault_acts_while_it_is_on_and_then_alone(name: str, turns: list[Given]) -> None:
    def made() -> faults.Acting:
        return faults.make(Fault(name=name, from_s=0.0))

    untouched = _plain(turns)
    assert _plain(_given(turns, made(), range(0))) == untouched
    on = range(40, 80)
    found = _plain(_given(turns, made(), on))
    assert found[:40] == untouched[:40]
    assert found[40:80] != untouched[40:80]
    changed = {
        field
        for before, after in zip(untouched, found, strict=True)
        for field, was, now in zip(FIELDS, before, after, strict=True)
        if was != now
    }
    assert changed <= {*faults.module(name).CHANGES, "drivers", "buses", "host"}  # so a bench can tell whether it can
    if name not in NEVER_AGAIN:
        assert found[82:] == untouched[82:]  # the turn in which it ends may say that it has
