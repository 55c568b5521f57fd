"""What is frozen comes back equal; what a stranger writes builds nothing but values of the program."""

import json
from collections import OrderedDict, deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import AirPacket, CanFrame, Inbox
from obu.core.vehicle import Event, Gear, VehicleState
from obu.runtime.freeze import FreezeError, freeze, thaw

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.sampled_from(Event) | st.sampled_from(Gear)
    | st.builds(CanFrame, st.text(), st.integers(), st.booleans(), st.binary(), st.integers())
)  # fmt: skip
HASHABLE = st.integers() | st.text() | st.binary() | st.sampled_from(Event)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(HASHABLE, inner)
        | st.dictionaries(HASHABLE, inner).map(OrderedDict) | st.frozensets(HASHABLE) | st.sets(HASHABLE)
        | st.lists(inner).map(lambda items: deque(items, maxlen=50))
    ),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
def test_what_is_frozen_comes_back_through_json(value):
    back = thaw(json.loads(json.dumps(freeze(value))))
    assert back == value
    assert type(back) is type(value)


def test_an_inbox_comes_back():
    inbox = Inbox(air=(AirPacket(b"\x04\x00", 5, 0x010203),), random=b"\xff")
    assert thaw(freeze(inbox)) == inbox
    assert thaw(freeze(VehicleState(gear=Gear.PARK))).gear is Gear.PARK


@given(st.frozensets(st.integers() | st.text()))
def test_equal_sets_are_equal_bytes(values):
    assert freeze(values) == freeze(frozenset(reversed(sorted(values, key=repr))))


@pytest.mark.parametrize(
    "tree",
    [
        {"o": "os:system", "v": ["true"]},
        {"o": "obu.runtime.freeze:os.system", "v": []},
        {"o": "obu.runtime.freeze:json", "v": []},
        {"o": "obu.core.frames:NoSuch", "v": []},
        {"o": "obu.no_such:X", "v": []},
        {"o": "obu.core.frames:CanFrame", "v": [1]},
        {"e": "obu.core.frames:CanFrame", "n": "x"},
        {"e": "obu.core.vehicle:Gear", "n": "SIDEWAYS"},
        {"z": 1},
    ],
)
def test_a_strangers_tree_builds_nothing(tree):
    with pytest.raises(FreezeError):
        thaw(tree)


@pytest.mark.parametrize("value", [object(), type, lambda: None, 1j])
def test_values_of_other_kinds_are_refused(value):
    with pytest.raises(FreezeError):
        freeze(value)
