"""Power cut at any moment: after each step of each write, every way a disk may come out is given to the real store."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.core.frames import Save
from obu.core.now import NS_PER_S
from obu.runtime import durable, store
from tests.runtime import power_cut
from tests.station.unit import Unit, make_pki


def kept(folder: Path) -> dict[str, bytes]:
    """What the next run is given by the real store."""
    later = store.Store(folder)
    found = {one.name: one.data for one in later.poll(0) if isinstance(one, Save)}
    later.close()
    return found


def worst_values(steps, tmp_path):
    """For each cut of a series of writes of x: what may be found of it, None for nothing."""
    for cut in range(len(steps) + 1):
        for number, found in enumerate(power_cut.left_behind(steps[:cut])):
            folder = tmp_path / f"cut-{cut}-{number}"
            power_cut.put(folder, found)
            yield cut, dict((save.name, save.data) for save in store.read(folder)[0]).get("x")


def test_a_value_is_the_last_written_one_or_the_one_being_written_at_every_cut(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    values, done = [b"first", b"second one", b"", b"4" * 5000], [0]
    with power_cut.traced() as disk:
        for value in values:
            store.write(folder, "x", value)
            done.append(len(disk.steps))
    for cut, found in worst_values(disk.steps, tmp_path):
        finished = sum(end <= cut for end in done) - 1
        allowed = [None, *values][finished : finished + 2]
        assert found in allowed, (cut, disk.steps[:cut][-1:])


def test_a_new_folder_is_there_after_a_power_cut_with_those_above_it(tmp_path):
    (tmp_path / "data").mkdir()
    with power_cut.traced() as disk:
        durable.make_folder(tmp_path / "data/unit/state")
        durable.make_folder(tmp_path / "data/unit/state")
    assert disk.steps == [("names", str(tmp_path / "data/unit")), ("names", str(tmp_path / "data"))]
    assert (tmp_path / "data/unit/state").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("forgotten", ["sync", "names"])
def test_the_model_finds_a_writer_that_forgets_a_step(tmp_path, forgotten):
    folder = tmp_path / "state"
    folder.mkdir()
    with power_cut.traced() as disk:
        store.write(folder, "x", b"old")
        first = len(disk.steps)
        store.write(folder, "x", b"new")
    careless = [*disk.steps[:first], *(step for step in disk.steps[first:] if step[0] != forgotten)]
    found = {value for cut, value in worst_values(careless, tmp_path) if cut == len(careless)}
    assert found == ({None, b"new"} if forgotten == "sync" else {b"old", b"new"})


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """A unit that starts, learns its vehicle, changes its pseudonym and ends in order; its PKI, steps, and saves."""
    base = tmp_path_factory.mktemp("driven")
    unit, folder = Unit(make_pki(base / "pki"), random_seed=5), base / "state"
    folder.mkdir()
    saves: list[tuple[int, Save]] = []
    with power_cut.traced() as disk:

        def keep(outbox):
            for save in outbox.saves:
                store.write(folder, save.name, save.data)
                saves.append((len(disk.steps), save))

        def go(seconds):
            before = len(unit.outboxes)
            unit.run(seconds)
            for _, outbox in unit.outboxes[before:]:
                keep(outbox)

        go(12)
        unit.at_ns += 400 * NS_PER_S  # and far away: the next period brings another pseudonym
        unit.place = type(unit.place)(unit.place.lat_deg + 0.05, unit.place.lon_deg)
        go(2)
        keep(unit.station.final(unit.now()))
    assert {save.name for _, save in saves} == {"pseudonyms", "vehicle", "runs"} and len(saves) >= 5
    return base / "pki", disk.steps, saves


@settings(max_examples=25, derandomize=True, deadline=None)
@given(data=st.data())
def test_a_unit_cut_off_anywhere_starts_again_and_has_lost_nothing_that_was_kept(driven, tmp_path_factory, data):
    pki, steps, saves = driven
    cut = data.draw(st.integers(0, len(steps)))
    ways = list(power_cut.left_behind(steps[:cut]))
    folder = tmp_path_factory.mktemp("after") / "state"
    power_cut.put(folder, ways[data.draw(st.integers(0, len(ways) - 1))])
    found = kept(folder)
    for name in {save.name for _, save in saves}:
        mine = [(end, save.data) for end, save in saves if save.name == name]
        finished = sum(end <= cut for end, _ in mine)
        assert found.get(name) in [None, *(data for _, data in mine)][finished : finished + 2]
    unit = Unit(pki, random_seed=data.draw(st.integers(0, 99)))
    unit.step(saved=tuple(Save(name, content) for name, content in found.items()))
    unit.run(1.1)
    status = unit.status()
    assert unit.packets() and status["vehicle"]["match"] in ("own", "learning")
    is_over = cut >= saves[-1][0]
    expected = "asked" if is_over else "cut"
    assert status["power"]["last_run"] is None or status["power"]["last_run"]["how"] in (expected, "asked")
    if "runs" in found and not is_over:
        assert status["power"]["run"] == 2


def test_a_program_killed_at_any_moment_has_kept_what_it_was_told_was_kept(tmp_path):
    writer = (
        "import sys; from pathlib import Path; from obu.runtime import store\n"
        "for number in range(10**6):\n"
        "    store.write(Path(sys.argv[1]), 'x', number.to_bytes(4, 'big') * 3000)\n"
        "    print(number, flush=True)\n"
    )
    for kills_after in (0, 1, 7, 20):
        with subprocess.Popen(
            [sys.executable, "-c", writer, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            last = [int(child.stdout.readline()) for _ in range(kills_after + 1)][-1]
            child.kill()
        value = kept(tmp_path)["x"]
        assert len(value) == 12_000 and value == value[:4] * 3000
        assert int.from_bytes(value[:4], "big") >= last
