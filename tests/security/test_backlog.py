"""The backlog as a machine: against a plain list that does the same slowly."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from obu.security.backlog import Backlog, BacklogState, Packet, Waiting
from obu.security.envelope import Spdu
from obu.security.priority import Priority
from tests.security.forge import Workshop

MOST, MOST_OF_SENDER = 6, 2
RANKS = list(Priority)
PARTS = Spdu(b"", "sm2", 111, 0, None, False, b"", bytes(8), b"", b"", b"")


@dataclass
class Entry:
    rank: Priority
    waiting: Waiting


def model_put(line: list[Entry], waiting: Waiting, rank: Priority) -> Waiting | None:
    """The rule in its own words: the sender's oldest goes, else the oldest of the last rank, else the newcomer."""
    gone = None
    own = [entry for entry in line if entry.waiting.sender == waiting.sender]
    if len(own) == MOST_OF_SENDER:
        gone = own[0]
    elif len(line) == MOST:
        last = max(entry.rank for entry in line)
        if last < rank:
            return waiting
        gone = next(entry for entry in line if entry.rank == last)
    if gone is not None:
        line.remove(gone)
    line.append(Entry(rank, waiting))
    return gone.waiting if gone else None


PUTS = st.tuples(st.integers(0, 4), st.sampled_from(RANKS))
STEPS = st.lists(st.one_of(PUTS, st.sampled_from(RANKS), st.just("expire")), max_size=60)


@given(steps=STEPS)
def test_it_is_a_list_in_order_of_rank_and_age(shop: Workshop, steps: list) -> None:
    backlog, state, line = Backlog(MOST, MOST_OF_SENDER), BacklogState(), []
    certificate = shop.vehicle.certificate
    for ticket, step in enumerate(steps):
        if step == "expire":
            gone = [entry for entry in line if entry.waiting.packet.until_ns < ticket]
            line = [entry for entry in line if entry not in gone]
            assert sorted(each.packet.ticket for each in backlog.expire(state, ticket)) == sorted(
                entry.waiting.packet.ticket for entry in gone
            )
        elif isinstance(step, Priority):
            allowed = [entry for entry in line if entry.rank <= step]
            first = min(allowed, key=lambda entry: entry.rank, default=None)
            if first is not None:
                line.remove(first)
            assert backlog.take(state, step) == (None if first is None else (first.waiting, first.rank))
        else:
            aid, rank = step
            packet = Packet(ticket, b"", PARTS, 0, None, None, False, rank, ticket + 20, 0)
            waiting = Waiting(packet, certificate, b"", (certificate.digest8, aid))
            assert backlog.put(state, waiting, rank) == model_put(line, waiting, rank)
        assert state.count == len(line) == sum(map(len, state.of_sender.values()))
