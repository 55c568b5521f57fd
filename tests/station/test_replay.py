"""The journal: replay is equal from every segment, in other processes too; it holds no key; a torn end is no harm."""

import gzip
import json
import logging
import os
import subprocess
import sys

import pytest

from obu.core.geo import move
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Event
from obu.runtime import freeze, journal, records, replay, wiring
from obu.runtime.keeper import Keeper

from .others import BSM, RSI, Other, car, works
from .unit import START_UTC_NS, Unit

SEGMENT_BYTES = 50_000


@pytest.fixture(scope="module")
def kept(pki, tmp_path_factory):
    """A journal of 20 s with neighbours, road works, hard braking and an outage, in several segments."""
    folder = tmp_path_factory.mktemp("journal")
    unit = Unit(pki)
    keeper = Keeper(folder, unit.config, unit.material, unit.station, logging.getLogger("test"), unit.now())
    keeper._writer._segment_bytes = SEGMENT_BYTES
    step = unit.station.step

    def stepping(now, inbox):
        outbox = step(now, inbox)
        keeper.observe(now, inbox, outbox)
        return outbox

    unit.station.step = stepping
    neighbours = [Other(pki / f"neighbours/{number:02d}") for number in (0, 1)]
    rsu = Other(pki / "rsu")
    for second in range(20):
        utc_ns = START_UTC_NS + unit.at_ns
        braking = {"events": frozenset({Event.HARD_BRAKING, Event.ABS_ACTIVATED})} if second == 9 else {}
        place = move(unit.place, unit.heading_deg, 60)
        unit.feedings.gnss = second not in (14, 15)
        unit.run(1, {
            0: [neighbours[0].sdu(car(place, unit.heading_deg, utc_ns, **braking), BSM, utc_ns)],
            20: [rsu.sdu(works(unit.place, unit.heading_deg, 120), RSI, utc_ns), os.urandom(60)],
            500: [neighbours[1].sdu(car(place, 20.0, utc_ns, id=b"car-0002"), BSM, utc_ns, full=second % 2 == 0)],
        })  # fmt: skip
    keeper.close()
    assert {alert["app"] for alert in unit.events("alert")} == {"HLW", "EBW"}
    assert len(journal.segments(folder)) >= 3
    return folder


def test_there_is_no_difference_from_any_segment_also_under_another_hash_seed(kept):
    for seed in ("0", "4711"):
        done = subprocess.run(
            [sys.executable, "-m", "obu", "--lang", "en", "replay", str(kept)],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout.endswith("2000 turns, no difference\n"), done.stdout + done.stderr
        assert done.returncode == 0
    for path in journal.segments(kept):
        station, _ = wiring.station_of_journal(replay.head(path), path)
        assert replay.replay(path, station)[1] is None


def test_a_changed_turn_is_found_and_named(kept, tmp_path):
    path = journal.segments(kept)[-1]
    kept_records = list(records.read(path))
    kinds = [index for index, record in enumerate(kept_records) if index and "packets" in record["o"]]
    kept_records[kinds[-1]]["o"]["packets"] ^= 1
    forged = tmp_path / "00000001.journal"
    file = records.RecordFile(forged)
    for record in kept_records:
        file.write(record)
    file.close()
    station, _ = wiring.station_of_journal(replay.head(forged), forged)
    _, difference = replay.replay(forged, station)
    assert (difference.turn, difference.fields) == (kinds[-1], ("packets",))


def test_a_torn_or_garbled_last_record_ends_the_segment_in_silence(kept, tmp_path):
    path = journal.segments(kept)[0]
    data = path.read_bytes()
    whole = sum(1 for _ in journal.read(path))
    torn = tmp_path / "00000001.journal"
    for damaged in (data[:-1], data[:-9], data[:-3] + bytes([data[-3] ^ 1]) + data[-2:], data + b"\xff" * 7):
        torn.write_bytes(damaged)
        assert sum(1 for _ in journal.read(torn)) in (whole, whole - 1)
    at_most = -1
    for cut in range(0, len(data), 2003):
        torn.write_bytes(data[:cut])
        found = sum(1 for _ in records.read(torn))
        assert found >= at_most
        at_most = found
    assert at_most > 0.9 * whole


def test_the_journal_holds_no_key_and_is_the_owners_alone(kept, pki):
    text = b"".join(gzip.decompress(path.read_bytes()) for path in journal.segments(kept))
    for key in (pki / "unit/keys").glob("*.pem"):
        body = key.read_text().splitlines()[1:-1]
        assert not any(line.encode() in text for line in body)
    for path in journal.segments(kept):
        assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_bounded_and_the_oldest_goes(pki, tmp_path):
    unit = Unit(pki)
    writer = journal.Writer(tmp_path / "j", max_bytes=15_000, segment_bytes=5_000, max_days=14)
    for _ in range(12):
        unit.run(1)
        for now, inbox in unit.inboxes:
            if writer.is_full(now):
                writer.open_segment(now, {}, {}, {})
            writer.keep(now, inbox, unit.outboxes[-1][1])
        unit.inboxes.clear()
    writer.close()
    sizes = [path.stat().st_size for path in journal.segments(tmp_path / "j")]
    assert sum(sizes) <= 15_000 + 5_000
    assert not (tmp_path / "j/00000001.journal").exists()


def days(number):
    return START_UTC_NS + round(number * 86_400 * NS_PER_S)


@pytest.mark.parametrize(
    ("opened_at_days", "kept"),
    [
        ((0, 3, 10, 13.9), 5),
        ((0, 3, 10, 15), 4),
        ((0, None, 3, 20), 2),  # one that did not know its time is as old as the next that does
        ((None, None, None, 40), 5),
        ((0, 1, 2, 40), 2),
    ],
)
def test_what_is_too_old_goes_also_over_restarts_and_what_has_no_time_with_its_elders(tmp_path, opened_at_days, kept):
    for at_days in (*opened_at_days, opened_at_days[-1]):
        writer = journal.Writer(tmp_path, 10**6, 10**5, max_days=14)
        writer.open_segment(Now(1, None if at_days is None else days(at_days)), {}, {}, {})
        writer.close()
    assert [int(path.stem) for path in journal.segments(tmp_path)] == list(range(6 - kept, 6))


def test_a_segment_ends_after_an_hour_and_where_the_time_becomes_known(tmp_path):
    writer = journal.Writer(tmp_path, 10**6, 10**5, max_days=14)
    writer.open_segment(Now(1, None), {}, {}, {})
    assert not writer.is_full(Now(2, None)) and writer.is_full(Now(2, days(1)))
    writer.open_segment(Now(2, days(1)), {}, {}, {})
    assert not writer.is_full(Now(3599 * NS_PER_S, None)) and writer.is_full(Now(3601 * NS_PER_S, None))
    writer.close()
    assert sum(path.stat().st_size for path in journal.segments(tmp_path)) == writer.written


def test_every_part_with_state_is_in_the_checkpoint(pki):
    """Walks every object that the station reaches: one whose state were forgotten would make replay lie."""
    unit = Unit(pki)
    unit.run(1)
    kept = {id(state) for state in unit.station.checkpoint().values()}
    seen, todo, found = set(), [unit.station], set()
    while todo:
        part = todo.pop()
        if id(part) in seen or not type(part).__module__.startswith("obu.") or isinstance(part, type):
            continue
        seen.add(id(part))
        names = [*getattr(type(part), "__slots__", ()), *getattr(part, "__dict__", ())]
        values = [getattr(part, name) for name in names if hasattr(part, name) and name != "state"]
        for value in values:
            todo.extend(value.values() if isinstance(value, dict) else [value])
        if "state" in getattr(part, "__dict__", ()):
            found.add(type(part).__name__)
            assert id(part.state) in kept or type(part).__name__ == "Replay", type(part).__name__
    assert {"Station", "Decoder", "Verifier", "Arbiter", "OwnTracker", "BsmSchedule"} <= found


def test_a_checkpoint_survives_freezing(pki):
    unit = Unit(pki)
    unit.run(3)
    frozen = json.dumps(freeze.freeze(unit.station.checkpoint()))
    other = Unit(pki)
    other.station.restore(freeze.thaw(json.loads(frozen)))
    assert json.dumps(freeze.freeze(other.station.checkpoint())) == frozen


def test_a_full_disk_ends_the_journal_and_not_the_unit(pki, tmp_path, caplog):
    unit = Unit(pki)
    keeper = Keeper(tmp_path / "j", unit.config, unit.material, unit.station, logging.getLogger("test"), unit.now())
    keeper._writer._file._file.close()
    keeper._writer._file._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - full(4), closed by the writer
    unit.run(1)
    with caplog.at_level(logging.ERROR):
        for now, inbox in unit.inboxes:
            keeper.observe(now, inbox, unit.outboxes[-1][1])
        keeper.close()
    assert [record.message for record in caplog.records] == [
        "the journal ended, the unit goes on: No space left on device; free some space and start again"
    ]
