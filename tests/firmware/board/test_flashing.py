"""An install over the link: whole board and host's end, what else goes on meanwhile, and the trial that follows."""

import struct

import kit
import recovery
import slots
import wire
from install import ARM, BEGIN, NOT_YET, RESTART, STATE, WELL
from served import MOST_WAITING
from settings import FILTERS_OFF
from trial import Trial
from world import DIGEST, World

ROOT = "flash"
UNDER_WAY = 6


def ask(world, requests, limit_ms=60_000):
    """Answers, in order, with at most so many under way as the contract allows."""
    requests, answers, asked, before = list(requests), [], 0, len(world.heard_of(wire.INSTALLED))
    for _ in range(limit_ms):
        answers = world.heard_of(wire.INSTALLED)[before:]
        if len(answers) == len(requests):
            return answers
        while (
            asked < len(requests)
            and asked - len(answers) < UNDER_WAY
            and world.host.send(wire.INSTALL, requests[asked])
        ):
            asked += 1
        world.step()
    raise AssertionError(str(len(answers)) + " answered")


def board():
    found = kit.fresh(ROOT)
    world = World(root=ROOT, about=kit.about())
    assert world.slots.hashes == found.hashes
    return world.until_up()


def restarted():
    found, _ = kit.started(ROOT)
    world = World(root=ROOT, about=kit.about())
    world.slots.running = found.running
    return world.until_up()


def test_an_install_over_the_link_and_its_confirmation():
    world = board()
    answers = ask(world, kit.requests(*kit.bundle("good")))
    assert [answer[2] for answer in answers] == [WELL] * len(answers)
    assert world.host.is_up and not world.device.must_restart()
    assert ask(world, [bytes((RESTART, 1))])[0][2] == WELL
    world.run_ms(1_000)
    assert world.device.must_restart()
    world = restarted()
    assert world.slots.running == 1
    assert ask(world, [bytes((8, 0))])[0][2] == NOT_YET
    world.run_ms(8_000)
    assert world.slots.is_on_trial()
    world.run_ms(3_000)
    assert not world.slots.is_on_trial() and slots.Slots(ROOT).tries == 0
    state = ask(world, [bytes((STATE, 1))])[0]
    assert struct.unpack_from("<BBBBI", state, 3) == (0, 1, 1, 0, 5)
    assert kit.read(ROOT + "/data/calibration.json") == kit.CALIBRATION


def test_without_a_host_or_with_a_fault_a_new_version_is_not_kept_and_has_its_time():
    for is_alive, faults in ((False, 0), (True, 4)):
        world = board()
        ask(world, kit.requests(*kit.bundle("good")))
        world = restarted()
        world.is_host_alive, world.device.faults = is_alive, faults
        world.run_ms(15_000)
        assert world.slots.is_on_trial() and not world.device.must_restart()
    trial, at = Trial(world.slots), 0
    for second in range(181):
        trial.tick(False, True, at)
        assert trial.must_restart == (second >= 180)
        at = (at + 1_000_000) & wire.MASK


def test_can_waits_from_begin_on_and_flows_again_when_nobody_asks():
    world = board()
    world.say(wire.CONFIG, bytes((FILTERS_OFF, 0)))
    requests = list(kit.requests(*kit.bundle("good")))
    ask(world, [bytes((STATE, 0))])
    assert not world.device.served.is_paused
    assert requests[0][0] == BEGIN
    ask(world, requests[:3])
    opened = world.bus[0].opened
    world.bus[0].queue = [(0x100, False, b"x")] * 50
    world.run_ms(200)
    assert world.can() == [] and world.bus[0].queue == [] and world.device.tap.dropped == 50
    assert world.bus[0].opened == opened
    world.run_ms(10_000)
    world.bus[0].queue = [(0x100, False, b"y")]
    world.run_ms(50)
    assert [each[3] for each in world.can()] == [b"y"]


def test_the_link_stays_up_and_turns_stay_short_while_a_signature_is_checked():
    world = board()
    requests = list(kit.requests(*kit.bundle("good")))
    ask(world, requests[:-2])
    beats = world.host.beats
    assert world.host.send(wire.INSTALL, requests[-2])
    turns = 0
    while world.heard_of(wire.INSTALLED)[-1][0] != requests[-2][0]:
        world.step()
        turns += 1
    assert turns > 256 // 4  # pieces of work, not one long wait
    world.run_ms(2_000)
    assert world.host.is_up and world.host.beats > beats
    assert ask(world, requests[-1:])[0][2] == WELL


def test_who_asks_more_than_is_agreed_loses_it_and_nothing_else():
    world = board()
    requests = list(kit.requests(*kit.bundle("good")))
    for _ in range(20):
        for _ in range(wire.WINDOW):
            world.host.send(wire.INSTALL, requests[-2])
        world.step()
    assert len(world.device.served._waiting) <= MOST_WAITING
    world.run_ms(3_000)
    assert [answer[2] for answer in ask(world, requests)] == [WELL] * len(requests)


def test_a_host_that_starts_anew_asks_anew():
    world = board()
    requests = list(kit.requests(*kit.bundle("good")))
    ask(world, requests[:4])
    for request in requests[4:8]:
        world.host.send(wire.INSTALL, request)
    world.host = wire.End(99, DIGEST, b"another")
    world.until_up()
    world.run_ms(500)
    world.heard = []
    assert [answer[2] for answer in ask(world, [bytes((ARM, 0))])] == [17]
    _, files = kit.bundle("good")
    at = {}
    for name, content in files:
        answer = ask(world, [requests[0], kit.opening(name, content)])[1]
        at[name] = struct.unpack_from("<I", answer, 3)[0]
        rest = [bytes((4, 3)) + struct.pack("<I", start) + content[start : start + 233]
                for start in range(at[name], len(content), 233)]  # fmt: skip
        ask(world, rest)
    assert any(at.values())
    assert [answer[2] for answer in ask(world, requests[-2:])] == [WELL, WELL]


def test_a_host_of_another_release_greets_with_the_boards_digest_and_may_install():
    kit.fresh(ROOT)
    world = World(root=ROOT, about=kit.about())
    world.host = wire.End(9, b"anothers", b"host")
    world.run_ms(1_000)
    assert not world.host.is_up and world.host.peer_digest == DIGEST
    world.host = wire.End(10, world.host.peer_digest, b"host")
    world.until_up()
    requests = list(kit.requests(*kit.bundle("good")))
    assert [answer[2] for answer in ask(world, requests)] == [WELL] * len(requests)


def test_recovery_speaks_the_link_shows_its_lamp_and_takes_an_install():
    kit.fresh(ROOT)
    kit.put(ROOT + "/app_a/main.py", b"x")
    found, who = kit.started(ROOT)
    assert who is None
    world = World(root=ROOT, about=kit.about())
    world.device = recovery.Recovery(world.pins, kit.installer(found), 7, b"stm32_machine\trecovery\tabc")
    world.device.end = world.device.served._end = wire.End(7, DIGEST, b"stm32_machine\trecovery\tabc")
    lit = []
    for _ in range(4_194):  # two periods
        world.step()
        if not lit or lit[-1] != world.pins.lit:
            lit.append(world.pins.lit)
    assert set(lit) == {0, 1} and 12 <= len(lit) <= 14
    assert world.host.is_up and world.host.peer_name.split(b"\t")[1] == b"recovery"
    world.say(wire.LAMPS, bytes(6))
    assert world.device.refused == 1
    state = ask(world, [bytes((STATE, 1))])[0]
    assert struct.unpack_from("<BB", state, 3) == (1, slots.NONE)
    requests = list(kit.requests(*kit.bundle("good")))
    assert [answer[2] for answer in ask(world, requests)] == [WELL] * len(requests)
    assert kit.started(ROOT)[1] == b"new"
