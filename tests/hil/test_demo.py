"""The demonstration as a newcomer runs it: real processes, the unit's own counts beside the city's truth."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hil import attack
from hil.encode import load
from obu.can_input import dbc, j1939
from obu.can_input.profile import Profile
from obu.runtime import strict
from tests.hil.players import Show

Start = Callable[..., Show]
INFORMATION = {"IVS", "GLOSA"}  # without sound, of what is really there
DBC = Path(__file__).parents[2] / "dbc" / "city_bus_j1939"


def children_of(folder: Path) -> list[int]:
    """Processes whose command line names the folder: those of a run in it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(os.fsencode(folder)) for word in words) and b"demo" not in words:
            found.append(int(path.parent.name))
    return found


def test_twenty_seconds_hold_what_they_promise(show: Start) -> None:
    began_s = time.monotonic()
    found = show("--for", "20").found()
    assert time.monotonic() - began_s <= 20 + 15
    assert found["bsm_sent"] >= 180
    assert 98 <= found["bsm_period_ms"]["p50"] <= 102
    assert found["truth"]["genuine_sent"] >= 1200  # six at 10 Hz, and the roadside unit
    assert found["verified"] >= 0.95 * found["truth"]["genuine_sent"]
    assert found["received"] == found["verified"] + sum(found["dropped"].values()) + found["pending"]
    assert not {"backend_failed", "timed_out", "queue_full", "malformed"} & found["dropped"].keys()
    windows = {window["app"]: window for window in found["windows"]}
    assert windows.keys() == {"HLW", "EBW"}
    for app, window in windows.items():
        shown_s = [alert["shown_at_s"] for alert in found["alerts"] if alert["app"] == app]
        assert shown_s and shown_s[0] is not None, (app, found["alerts"])
        assert window["from_s"] <= shown_s[0] <= window["to_s"]
    assert found["rss_mib"] > 10 and found["cpu_s"] > 0


def test_without_triggers_nothing_is_shown_and_each_attack_has_its_counter(show: Start) -> None:
    attacks = [word for name in attack.REASONS for word in ("--attack", name)]
    found = show("--for", "17", "--can", "slcan", "--without", "hazards", "--without", "braking", *attacks).found()
    dangers = [each for each in found["alerts"] if each["app"] not in INFORMATION]
    assert (dangers, found["windows"]) == ([], [])
    sent = found["truth"]["attacks_sent"]
    assert sent.keys() == attack.REASONS.keys()
    for name, reason in attack.REASONS.items():
        assert sent[name] >= 3 and found["dropped"][reason] == sent[name], (name, found["dropped"])


@pytest.mark.needs("multicast")
def test_two_side_by_side_do_not_hear_each_other(show: Start) -> None:
    shows = [show("--for", "8", CAN_INTERFACE="nonsense", CAN_CHANNEL="nowhere") for _ in range(2)]
    profile = strict.parse_toml(DBC.with_suffix(".toml").read_text("utf-8"), Profile, "profile")
    plans = dbc.compile_plans(DBC.with_suffix(".dbc").read_text("utf-8"), profile, "profile")
    used = {message.key for message in plans.messages}
    rate = sum(1e9 / group.period_ns for group in load().values() if j1939.pgn(group.can_id) in used)
    for one in shows:
        found = one.found()
        truth = found["truth"]
        apart = found["received"] - truth["genuine_sent"]
        # The other city would add 550. The two counts begin some milliseconds apart, at 70 packets a second.
        assert abs(apart) <= 20, "it heard what its own city did not say, or not all of it"
        assert abs(truth["bsm_heard"] - found["bsm_sent"]) <= 3
        # The unit counts from up to a second before its first BSM.
        assert 0.85 * rate * 8 < found["can_frames"] < 1.3 * rate * 9, rate


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(show: Start, run_folder: Path, number: signal.Signals) -> None:
    one = show()
    assert one.child.stdout
    lines = [one.child.stdout.readline() for _ in range(4)]
    assert lines[0].startswith("driver's screen: http://127.0.0.1:") and "BSM" in lines[3]
    assert Path(lines[1].split(": ")[1].split("  ")[0].strip()).is_file(), "what --config of the other verbs takes"
    assert len(children_of(run_folder)) == 4  # city, unit, screen, and their guard
    one.child.send_signal(number)
    assert one.end(10.0)[0] == 0
    assert not children_of(run_folder)
    assert [path.name for path in run_folder.iterdir()] == ["summary0.json"]


def test_nobody_stays_behind_when_it_is_killed(show: Start, run_folder: Path) -> None:
    one = show()
    assert one.child.stdout
    for _ in range(3):
        one.child.stdout.readline()
    one.child.kill()
    one.end()
    end_s = time.monotonic() + 8.0
    while (children_of(run_folder) or list(run_folder.iterdir())) and time.monotonic() < end_s:
        time.sleep(0.05)
    assert not children_of(run_folder)
    assert not list(run_folder.iterdir())


def test_a_process_that_dies_is_named_with_its_last_words(show: Start, run_folder: Path) -> None:
    one = show("--listen", "203.0.113.1:1")  # TEST-NET-3 (RFC 5737): no machine's own
    status, written = one.end(20.0)
    assert status == 1
    assert "screen ended with status 2" in written and "--listen" in written
    assert "Traceback" not in written
    assert not children_of(run_folder)
