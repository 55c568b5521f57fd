"""The edition of a sender: the table's laws, and random histories in which nothing is delivered but as it was meant."""

import itertools
import random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.codec.uper import Frame, Readings
from obu.core.errors import RemoteError
from obu.core.geo import LatLon, move
from obu.stack.edition_binding import (
    CONTRADICTS,
    IMPLAUSIBLE,
    NEXT,
    Answer,
    EditionBinding,
    Grade,
    Options,
    Step,
)
from tests.codec.lifelike import announced, roadside_map, some_map

OWN = LatLon(28.2282, 112.9388)
A, B = Edition.YDT3709, Edition.CSAE53
SIGNER = b"roadside"
KNOWN = (Step.BOUND, Step.DOUBTED, Step.DOUBTED_TWICE)


def somewhere(rng: random.Random) -> LatLon:
    return LatLon(rng.uniform(22, 41), rng.uniform(100, 122))


def small_map(place: LatLon) -> dict:
    steps = {"lat": round(place.lat_deg * 1e7), "long": round(place.lon_deg * 1e7)}
    return {"msgCnt": 1, "nodes": [{"id": {"id": 1}, "refPos": steps}]}


HERE, NOWHERE, ELSEWHERE = small_map(OWN), small_map(LatLon(-80.0, -170.0)), small_map(move(OWN, 90.0, 900.0))


def readings(own: Grade, other: Grade, default: Edition = A) -> Readings:
    """What two decoders found, of any grades."""
    values = {Grade.SOUND: HERE, Grade.ODD: NOWHERE}
    found = [None if grade is Grade.UNREAD else Frame("mapFrame", values[grade], A) for grade in (own, other)]
    return Readings(*(found if default is A else reversed(found)))


U, O, S = Grade.UNREAD, Grade.ODD, Grade.SOUND  # noqa: E741
EVENTS = [event for event in itertools.product(Grade, repeat=2) if event != (U, U)]


def test_every_step_knows_every_event():
    assert {step: set(row) for step, row in NEXT.items()} == {step: set(EVENTS) for step in Step}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("event", EVENTS)
def test_laws_of_the_table(step, event):
    answer, after = NEXT[step][event]
    own, other = event
    delivered = {Answer.OWN: own, Answer.OTHER: other}.get(answer)
    assert delivered is not U, "what was not read cannot be delivered"
    if step is Step.UNBOUND:
        assert delivered in (S, None), "of an unknown sender only what makes sense"
        assert (after is Step.BOUND) == (event in ((S, U), (U, S))), "only what one edition alone reads binds"
    elif event in ((U, S), (O, S)):
        assert answer is not Answer.OWN, "nothing odd where the other edition makes sense"
    elif own is U:
        assert answer is Answer.CONTRADICTS
    else:
        assert answer is Answer.OWN, "a known edition is believed"
    assert (answer is Answer.OTHER and step in KNOWN) == (step is Step.DOUBTED_TWICE and event in ((U, S), (O, S)))
    assert (after is Step.FIXED) == (step is Step.FIXED)
    assert after is not Step.UNBOUND or step is Step.UNBOUND, "what was learned is not unlearned"


def judge(binding: EditionBinding, *events, signer=SIGNER) -> list[str]:
    """The answers to events as seen from the default: which reading, or why none."""
    said = []
    for event in events:
        found = readings(*event, default=binding.options.default)
        try:
            frame = binding.choose(signer, found, OWN)
        except RemoteError as refused:
            said.append(refused.reason)
        else:
            said.append("own" if frame is found.of(binding.options.default) else "other")
    return said


def test_the_first_message_that_tells_binds():
    binding = EditionBinding()
    assert judge(binding, (S, S), (U, S), (S, S)) == ["own", "other", "other"]
    assert binding.state.senders[SIGNER].edition is B
    assert judge(binding, (S, S), signer=b"somebody") == ["own"], "of another sender nothing is known"


@pytest.mark.parametrize("default", Edition)
def test_the_default_decides_where_nothing_tells(default):
    binding = EditionBinding(Options(default=default))
    frame = binding.choose(SIGNER, Readings(Frame("mapFrame", HERE, A), Frame("mapFrame", ELSEWHERE, B)), OWN)
    assert frame.edition is default
    assert binding.state.senders == {}


def test_a_sender_that_changes_its_edition_is_refused_twice_and_then_followed():
    binding = EditionBinding()
    assert judge(binding, (S, U), (U, S), (U, S), (U, S), (S, U)) == [
        "own",
        CONTRADICTS,
        CONTRADICTS,
        "other",
        CONTRADICTS,
    ]
    assert binding.state.rebound == 1


def test_one_message_of_its_own_ends_the_doubt():
    binding = EditionBinding()
    assert judge(binding, (S, U), *((U, S), (U, S), (S, U)) * 3) == ["own", *(CONTRADICTS, CONTRADICTS, "own") * 3]


def test_odd_places_bind_nobody_and_rebind_nobody():
    binding = EditionBinding()
    assert judge(binding, *((U, O),) * 5, (O, O)) == [IMPLAUSIBLE] * 6
    assert judge(binding, (S, U), *((U, O),) * 5, (O, U)) == ["own", *[CONTRADICTS] * 5, "own"]


def test_a_fixed_edition_learns_nothing():
    binding = EditionBinding(Options(fixed=A))
    assert judge(binding, *((U, S),) * 5, (O, S), (S, S), (O, U)) == [*[CONTRADICTS] * 6, "own", "own"]
    assert binding.state.senders == {}


def test_a_place_is_odd_where_we_are_not():
    binding = EditionBinding()
    far = Readings(None, Frame("mapFrame", small_map(LatLon(39.9, 116.4)), B))
    with pytest.raises(RemoteError, match=IMPLAUSIBLE):
        binding.choose(SIGNER, far, OWN)
    assert binding.choose(SIGNER, far, None).edition is B  # in China, while our own place is not known


def test_the_senders_kept_are_bounded_and_the_silent_go_first():
    binding = EditionBinding(Options(max_senders=4))
    for number in range(4):
        judge(binding, (U, S), signer=bytes((number,)))
    judge(binding, (S, S), signer=b"\x00")
    judge(binding, (U, S), signer=b"\x09")
    assert list(binding.state.senders) == [b"\x02", b"\x03", b"\x00", b"\x09"]
    assert binding.state.forgotten == 1


def test_no_roadside_map_is_delivered_otherwise_than_meant():
    rng = random.Random(20)
    for default in Edition:
        for number in range(400):
            value = roadside_map(rng, OWN)
            data = uper.encode("mapFrame", value, B)
            frame = EditionBinding(Options(default=default)).choose(SIGNER, uper.readings(data), OWN)
            assert frame.value == value, number


def test_small_maps_that_both_editions_read_are_told_apart_by_their_places():
    rng, read_by_both = random.Random(21), 0
    for _ in range(600):
        own = somewhere(rng)
        name, value = pack(some_map(rng, own))
        found = uper.readings(uper.encode(name, value, B), 1 << 16)
        read_by_both += found.ydt3709 is not None
        assert EditionBinding().choose(SIGNER, found, own).value == value
    assert read_by_both > 5  # 3 in 100


class Senders(RuleBasedStateMachine):
    """Roadside units that each speak one edition and sometimes change it, heard by one receiver."""

    @initialize(seed=st.integers(0, 2**32 - 1), default=st.sampled_from(Edition))
    def begin(self, seed, default):
        self.rng = random.Random(seed)
        self.own = somewhere(self.rng)
        self.binding = EditionBinding(Options(default=default, max_senders=3))
        self.speaks = {bytes((number,)) * 8: self.rng.choice(list(Edition)) for number in range(5)}
        self.changed: set[bytes] = set()
        self.messages = 0

    def _value(self, kind: str, edition: Edition):
        if kind == "rsiFrame":
            return announced(self.rng, self.own)
        if kind == "corridor" and edition is B:
            return roadside_map(self.rng, self.own)
        return pack(some_map(self.rng, self.own))[1]

    @rule(number=st.integers(0, 4), kind=st.sampled_from(("mapFrame", "rsiFrame", "corridor")))
    def speak(self, number, kind):
        signer = bytes((number,)) * 8
        edition = self.speaks[signer]
        others = {each: self.binding.state.senders.get(each) for each in self.speaks if each != signer}
        step = self.binding.state.senders[signer].step if signer in self.binding.state.senders else Step.UNBOUND
        value = self._value(kind, edition)
        found = uper.readings(uper.encode("rsiFrame" if kind == "rsiFrame" else "mapFrame", value, edition), 1 << 16)
        self.messages += 1
        try:
            frame = self.binding.choose(signer, found, self.own)
        except RemoteError as refused:
            assert refused.reason == CONTRADICTS and signer in self.changed
        else:
            # Only where both readings make sense and nothing is known can the default be wrong (1 RSI in 7,000).
            is_blind = step is Step.UNBOUND and None not in (found.ydt3709, found.csae53)
            assert frame.value == value or is_blind or signer in self.changed
        after = self.binding.state.senders
        assert all(after.get(each) in (before, None) for each, before in others.items()), "nobody binds another"
        known = after.get(signer)
        if known and signer not in self.changed:
            assert (known.edition, known.step) == (edition, Step.BOUND)
        if known and known.edition is edition:
            self.changed.discard(signer)

    @rule(number=st.integers(0, 4))
    def change(self, number):
        signer = bytes((number,)) * 8
        if signer in self.binding.state.senders:
            self.speaks[signer] = B if self.speaks[signer] is A else A
            self.changed ^= {signer}

    @invariant()
    def bounded_and_counted(self):
        if hasattr(self, "binding"):
            assert len(self.binding.state.senders) <= 3
            assert sum(self.binding.state.judged.values()) == self.messages


TestSenders = Senders.TestCase
