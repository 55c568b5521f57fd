"""The record of the slots: starts, trials, ways back, and what is left when files or the record itself are damaged."""

import os

import kit
import slots

ROOT = "flash"
RECORD = ROOT + slots.RECORD


def armed(name="good"):
    """A board whose new version is installed and armed."""
    found = kit.fresh(ROOT)
    assert kit.send(kit.installer(found), name) == 0
    return found


def test_the_first_version_starts_ever_again():
    kit.fresh(ROOT)
    before = kit.read(RECORD)
    for _ in range(5):
        assert kit.started(ROOT)[1] == b"old"
    assert kit.read(RECORD) == before


def test_an_armed_version_starts_and_stays_when_it_is_confirmed():
    armed()
    assert (slots.Slots(ROOT).running, slots.Slots(ROOT).active) == (0, 1)
    found, who = kit.started(ROOT)
    assert slots.Slots(ROOT).running == 1
    assert (who, found.tries, found.is_on_trial(), found.counter) == (b"new", 3, True, 3)
    found.confirm()
    assert (found.tries, found.counter) == (0, 5)
    for _ in range(5):
        found, who = kit.started(ROOT)
        assert (who, found.is_on_trial()) == (b"new", False)
    assert found.condition(0) == slots.WHOLE


def test_three_starts_without_confirmation_and_the_old_version_is_back_for_good():
    armed()
    assert [kit.started(ROOT)[1] for _ in range(5)] == [b"new", b"new", b"new", b"old", b"old"]
    found, _ = kit.started(ROOT)
    assert (found.tries, found.counter, found.condition(1)) == (0, 3, slots.TAKEN_BACK)
    assert kit.resume(kit.installer(found), "good") == 0
    assert kit.started(ROOT)[1] == b"new"


def test_a_confirmation_after_a_start_or_two_counts():
    for starts in (1, 2, 3):
        armed()
        for _ in range(starts):
            found, who = kit.started(ROOT)
        found.confirm()
        assert [kit.started(ROOT)[1] for _ in range(4)] == [b"new"] * 4 and who == b"new"


def test_a_file_that_changed_is_not_started():
    for name, content in (("main.py", b"WHO = 'bad'\n"), ("manifest.json", b"{}"), ("tables.bin", b"")):
        armed()
        kit.put(ROOT + "/app_b/" + name, content)
        found, who = kit.started(ROOT)
        assert (who, found.condition(1)) == (b"old", slots.TAKEN_BACK)
    armed()
    os.remove(ROOT + "/app_b/main.py")
    assert kit.started(ROOT)[1] == b"old"


def test_a_confirmed_version_that_is_damaged_later_gives_way_to_the_other():
    armed()
    kit.started(ROOT)[0].confirm()
    kit.put(ROOT + "/app_b/main.py", b"WHO = 'bad'\n")
    assert kit.started(ROOT)[1] == b"old"
    kit.put(ROOT + "/app_a/main.py", b"WHO = 'bad'\n")
    found, who = kit.started(ROOT)
    assert (who, found.running, found.counter) == (None, slots.NONE, 5)


def test_what_was_taken_back_is_no_way_out():
    armed()
    for _ in range(4):
        kit.started(ROOT)
    kit.put(ROOT + "/app_a/main.py", b"x")
    assert kit.started(ROOT)[1] is None


def test_recovery_takes_an_install_and_the_board_lives_again():
    found = kit.fresh(ROOT)
    kit.put(ROOT + "/app_a/main.py", b"x")
    for _ in range(2):
        found, who = kit.started(ROOT)
        assert who is None
    assert kit.send(kit.installer(found), "good") == 0
    assert [kit.started(ROOT)[1] for _ in range(4)] == [b"new", b"new", b"new", None]
    before = kit.read(RECORD)
    found, who = kit.started(ROOT)
    assert who is None and kit.read(RECORD) == before
    assert kit.send(kit.installer(found), "newer") == 0
    found, who = kit.started(ROOT)
    assert who == b"new" and found.counters[found.active] == 6
    found.confirm()
    assert kit.started(ROOT)[1] == b"new"


def test_a_lost_record_costs_no_board():
    record = kit.read(RECORD)
    for damage in (b"", b"\0" * 120, record[:-1] + bytes([record[-1] ^ 1])):  # a check octet may be 0 by itself
        armed()
        kit.started(ROOT)[0].confirm()
        kit.put(RECORD, damage)
        assert slots.Slots(ROOT).is_lost
        found, who = kit.started(ROOT)
        assert (who, found.tries, found.counter) == (b"new", 3, 3)
        assert [kit.started(ROOT)[1] for _ in range(3)] == [b"new", b"new", b"old"]
        os.remove(RECORD)
        kit.put(ROOT + "/app_b/main.py", b"WHO = 'bad'\n")
        found, who = kit.started(ROOT)
        assert (who, found.tries) == (b"old", 0)


def test_without_a_record_only_what_is_signed_starts():
    kit.fresh(ROOT)
    os.remove(RECORD)
    found = slots.Slots(ROOT)
    assert found.start(lambda slot: False) == slots.NONE
    assert found.start(lambda slot: slot == 0) == 0


def test_every_octet_of_the_record_counts():
    found = kit.fresh(ROOT)
    whole = kit.read(RECORD)
    for at in range(len(whole)):
        for bit in (1, 128):
            kit.put(RECORD, whole[:at] + bytes((whole[at] ^ bit,)) + whole[at + 1 :])
            assert slots.Slots(ROOT).is_lost, at
    kit.put(RECORD, whole)
    assert not slots.Slots(ROOT).is_lost and found.active == 0
