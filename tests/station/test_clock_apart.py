"""A clock that lies about its error among vehicles whose clocks are right: the unit says by how much, no more."""

import logging

import pytest

from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.runtime.narrator import Narrator

from .crowd import Crowd, lanes
from .unit import START_UTC_NS, Unit

BEGIN_NS = 10 * NS_PER_S
WAY_MS = 20  # from their clock to our ear
SECONDS = 4


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    return Crowd(tmp_path_factory.mktemp("crowd") / "pki", lanes(6, 3.5, 10.0))


def live(crowd: Crowd, fast_ms: int, error_ms: float = 1.0, members: int = 6, wrong_ms: tuple[int, ...] = ()):
    """A unit whose clock is fast by so much; wrong_ms: of the first members' own clocks."""
    unit = Unit(crowd.folder)
    unit.now = lambda: Now(unit.at_ns, START_UTC_NS + unit.at_ns + fast_ms * NS_PER_MS, round(error_ms * NS_PER_MS))
    air: dict[int, list[bytes]] = {}
    for number, member in enumerate(crowd.members[:members]):
        wrong = wrong_ms[number] if number < len(wrong_ms) else 0
        for count in range(SECONDS * 10 - 1):
            sent_ms = count * 100 + number * 10
            utc_ns = START_UTC_NS + BEGIN_NS + (sent_ms + wrong) * NS_PER_MS
            sdu = crowd.sdu(member, unit.place, unit.heading_deg, utc_ns, count % 5 == 0)
            air.setdefault(sent_ms + WAY_MS - 10, []).append(sdu)  # run()'s first step is at 10 ms
    unit.run(SECONDS, air)
    unit.run(1.1)
    return unit


@pytest.mark.parametrize("slow_ms", [50, 300, 2500])
def test_a_slow_clock_is_noticed_although_all_others_are_refused(crowd, slow_ms):
    unit = live(crowd, -slow_ms)
    status = unit.status()
    assert status["air"]["verified"] == 0
    assert set(status["air"]["dropped"]) == {"generation_in_future"}
    assert status["clock"]["apart"] == {"senders": 6, "slow_ms": slow_ms - WAY_MS}
    assert status["air"]["clocks_off"] is None


def test_within_its_own_error_the_others_are_heard_and_it_is_noticed_all_the_same(crowd):
    status = live(crowd, -50, error_ms=60.0).status()
    assert status["air"]["dropped"] == {} and status["air"]["verified"] == status["air"]["received"]
    assert status["clock"]["apart"] == {"senders": 6, "slow_ms": 30}


@pytest.mark.parametrize(("fast_ms", "verdict"), [(300, None), (2500, "generation_too_old")])
def test_a_fast_clock_is_noticed(crowd, fast_ms, verdict):
    status = live(crowd, fast_ms).status()
    assert set(status["air"]["dropped"]) == ({verdict} if verdict else set())
    # 100 ms of it may be the packets' way.
    assert status["clock"]["apart"] == {"senders": 6, "slow_ms": -(fast_ms + WAY_MS - 100)}


@pytest.mark.parametrize("fast_ms", [-20, 0, 50])
def test_what_a_packets_way_explains_is_no_news(crowd, fast_ms):
    assert live(crowd, fast_ms, error_ms=60.0).status()["clock"]["apart"] is None


@pytest.mark.parametrize("wrong_ms", [(900, 900), (-900, -900), (900, -900)])
def test_two_bad_clocks_of_six_change_nothing(crowd, wrong_ms):
    assert live(crowd, 0, wrong_ms=wrong_ms).status()["clock"]["apart"] is None
    slow = live(crowd, -300, wrong_ms=wrong_ms).status()["clock"]["apart"]
    assert slow is not None and abs(slow["slow_ms"] - (300 - WAY_MS)) <= 1


def test_two_vehicles_are_too_few(crowd):
    assert live(crowd, -300, members=2).status()["clock"]["apart"] is None


def test_it_is_logged_once(crowd, caplog):
    caplog.set_level(logging.INFO, "test_clock_apart")
    narrator = Narrator(logging.getLogger("test_clock_apart"))
    unit = live(crowd, -300)
    for (now, inbox), (_, outbox) in zip(unit.inboxes, unit.outboxes, strict=True):
        narrator.observe(now, inbox, outbox)
    told = [record.getMessage() for record in caplog.records if "own clock" in record.getMessage()]
    assert len(told) == 1 and told[0].startswith("own clock slow by 280 ms or more, against ")
