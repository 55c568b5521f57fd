"""The whole board against a host's end: what each may ask of the other, and what happens when one falls silent."""

import struct

import wire
from settings import BITRATE, EXTENDED, FAIL_SLOW, FILTERS, FILTERS_OFF, MODE
from world import DIGEST, World


def test_the_link_comes_up_and_says_which_board_this_is():
    world = World().until_up()
    assert world.host.peer_name == b"stand-in\t1.2.3\tabc"
    assert world.device.faults == 0


def test_a_bus_is_silent_and_shut_until_it_is_told_otherwise_by_name():
    world = World().until_up()
    assert world.bus[0].opened == (250_000, False, [])
    world.bus[0].queue = [(0x123, False, b"abc")]
    world.run_ms(50)
    assert world.can() == []
    for word in (b"Normal", b"on", b"\x01", b"normal "):
        world.say(wire.CONFIG, bytes((MODE, 0)) + word)
        assert not world.bus[0].opened[1]
    assert world.device.refused == 4
    world.say(wire.CONFIG, bytes((MODE, 0)) + b"normal")
    assert world.bus[0].opened[1] and not world.bus[1].opened[1]
    world.say(wire.CONFIG, bytes((MODE, 0)) + b"silent")
    assert not world.bus[0].opened[1]


def test_can_goes_up_in_batches_with_its_instants():
    world = World().until_up()
    world.say(wire.CONFIG, bytes((FILTERS_OFF, 0)))
    frames = [(0x18FEF131, True, bytes(range(8))), (0x7FF, False, b""), (0x1FFFFFFF, True, b"\0\0\0")]
    sent = []
    for number in range(60):
        world.bus[0].queue.append(frames[number % 3])
        world.step()
        sent.append(world.at)
    world.run_ms(50)
    got = world.can()
    assert [each[1:4] for each in got] == frames * 20
    assert all(each[0] == 0 for each in got)
    assert [each[4] for each in got] == sent
    assert len(world.heard_of(wire.CAN)) < 20


def test_only_what_a_filter_names_passes():
    world = World().until_up()
    asked = struct.pack("<II", 0xFEF100 | EXTENDED, 0x3FFFF00) + struct.pack("<II", 0x100, 0x7FF)
    world.say(wire.CONFIG, bytes((FILTERS, 0, 1)) + asked[:8])
    assert world.bus[0].opened[2] == []
    world.say(wire.CONFIG, bytes((FILTERS, 0, 0)) + asked[8:])
    assert world.bus[0].opened[2] == [(0, 0xFEF100, 0x3FFFF00, True), (0, 0x100, 0x7FF, False)]
    frames = [(0x18FEF131, True, b"a"), (0x18FEF231, True, b"b"), (0x100, False, b"c"), (0x100, True, b"d")]
    world.bus[0].queue = frames
    world.run_ms(50)
    assert [each[3] for each in world.can()] == [b"a", b"c"]
    assert world.device.tap.filtered == 2


def test_the_bit_rate_is_one_of_those_there_are():
    world = World().until_up()
    world.say(wire.CONFIG, bytes((BITRATE, 0)) + struct.pack("<I", 500_000))
    assert world.bus[0].opened[0] == 500_000
    world.say(wire.CONFIG, bytes((BITRATE, 0)) + struct.pack("<I", 499_999))
    world.say(wire.CONFIG, bytes((BITRATE, 9)) + struct.pack("<I", 500_000))
    assert world.bus[0].opened[0] == 500_000 and world.device.refused == 2


def test_what_the_link_cannot_take_is_dropped_and_told():
    world = World().until_up()
    world.say(wire.CONFIG, bytes((FILTERS_OFF, 0)))
    world.is_host_alive = False
    for _ in range(2_000):
        world.bus[0].queue.append((0x100, False, bytes(8)))
        world.step()
    assert world.device.tap.dropped > 1_500
    world.is_host_alive = True
    world.until_up()
    world.run_ms(2_500)
    health = struct.unpack("<IIIIIHHHBB", world.heard_of(wire.HEALTH)[-1])
    assert health[2] == 2_000 and health[4] == world.device.tap.dropped
    assert health[1] == 12_345 and health[8] == 0
    assert len(world.can()) + world.device.tap.dropped == 2_000


def test_lamps_and_the_pattern_of_a_silent_host():
    world = World(fail_slow=4).until_up()
    world.say(wire.LAMPS, struct.pack("<HHH", 1, 0, 0))
    assert world.pins.lit == 1
    world.is_host_alive = False
    world.run_ms(2_900)
    assert world.pins.lit == 1
    seen = set()
    for _ in range(2_000):
        world.step()
        seen.add(world.pins.lit)
    assert seen - {1} == {0, 4}
    world.is_host_alive = True
    world.until_up()
    world.run_ms(5)
    assert world.pins.lit == 1
    world.say(wire.CONFIG, bytes((FAIL_SLOW, 2)))
    assert world.device.lamps.fail_slow == 2


def test_lamps_blink():
    world = World().until_up()
    world.say(wire.LAMPS, struct.pack("<HHH", 0, 1, 2))
    changes = {1: 0, 2: 0}
    last = world.pins.lit
    for _ in range(10_000):
        world.step()
        for bit in (1, 2):
            changes[bit] += bool((last ^ world.pins.lit) & bit)
        last = world.pins.lit
    assert 18 <= changes[1] <= 20 and 75 <= changes[2] <= 77


def test_a_sound_ends_by_itself_and_the_more_urgent_cuts_in():
    world = World().until_up()
    world.say(wire.SOUND, bytes((1, 2)))
    assert world.pins.hertz == 1000
    world.say(wire.SOUND, bytes((3, 1)))
    assert world.pins.hertz == 2400
    world.say(wire.SOUND, bytes((1, 1)))
    assert world.pins.hertz in (2400, 0)
    world.run_ms(500)
    assert world.pins.hertz == 0
    world.say(wire.SOUND, bytes((99, 1)))
    world.say(wire.SOUND, bytes((2, 255)))
    world.run_ms(2_500)
    assert world.pins.hertz == 0


def test_text_is_cut_and_drawn_when_it_changes():
    world = World().until_up()
    world.say(wire.TEXT, b"\0" + "前方施工 200 m, slow down".encode())
    assert world.pins.shown[0] == "前方施工 200 m, slow"
    assert len(world.pins.shown[0]) == 16
    world.pins.shown.clear()
    world.say(wire.TEXT, b"\0" + "前方施工 200 m, slow down".encode())
    assert world.pins.shown == {}
    world.say(wire.TEXT, b"\x07x")
    world.say(wire.TEXT, b"\0\xff\xfe")
    assert world.pins.shown == {} and world.device.refused == 2


def test_words_of_a_host_that_fell_silent_are_gone():
    world = World().until_up()
    world.say(wire.TEXT, b"\1" + b"120 m")
    world.is_host_alive = False
    world.run_ms(2_900)
    assert world.pins.shown[1] == "120 m" + " " * 11
    world.run_ms(200)
    assert world.pins.shown == {1: " " * 16}
    world.pins.shown.clear()
    world.run_ms(100)
    assert world.pins.shown == {}, "drawn once"


def test_inputs_settle_and_are_told_again_each_second():
    world = World().until_up()
    world.run_ms(100)
    assert struct.unpack("<IHHH", world.heard_of(wire.INPUT)[0])[1:] == (0, 15, 24_000)
    for _ in range(10):
        world.pins.mask ^= 1
        world.run_ms(3)
    world.pins.mask = 0x21  # ignition, and a door that is not wired
    world.run_ms(40)
    told = [struct.unpack("<IHHH", payload)[1] for payload in world.heard_of(wire.INPUT)]
    assert told == [0, 1]
    count = len(told)
    world.run_ms(5_000)
    assert 4 <= len(world.heard_of(wire.INPUT)) - count <= 6


def test_a_host_that_has_just_come_is_told_of_the_inputs_at_once_but_not_before_they_have_settled():
    world = World()
    world.pins.mask = 1
    world.until_up()
    world.run_ms(100)
    assert [struct.unpack("<IHHH", payload)[1] for payload in world.heard_of(wire.INPUT)] == [1]
    world.host = wire.End(10, DIGEST, b"host")
    world.until_up()
    world.run_ms(30)
    assert [struct.unpack("<IHHH", payload)[1] for payload in world.heard_of(wire.INPUT)[1:]] == [1]
    chatters = World().until_up()
    for _ in range(110):
        chatters.pins.mask ^= 1
        chatters.run_ms(10)
    assert chatters.heard_of(wire.INPUT), "the supply is told of"


def test_the_pulse_and_the_receivers_bytes_go_up():
    world = World().until_up()
    world.device.pps.edge(world.at)
    edge = world.at
    world.pins.sentences.extend(b"$GNRMC,1*00\r\n" * 40)
    world.run_ms(50)
    assert [struct.unpack("<IH", payload) for payload in world.heard_of(wire.PPS)] == [(edge, 1)]
    assert b"".join(world.heard_of(wire.GNSS)) == b"$GNRMC,1*00\r\n" * 40


def test_the_power_of_a_dead_host_is_cycled_a_few_times_and_ever_later():
    world = World(cycle_after_s=10).until_up()
    world.run_ms(15_000)
    assert world.pins.power
    world.is_host_alive = False
    offs, last = [], True
    for second in range(120):
        world.run_ms(1_000)
        if last and not world.pins.power:
            offs.append(second)
        last = world.pins.power
    assert len(offs) == 3
    assert offs[1] - offs[0] < offs[2] - offs[1]
    assert world.pins.power
    world = World(cycle_after_s=0)
    world.is_host_alive = False
    world.run_ms(30_000)
    assert world.pins.power and world.device.watch.cycles == 0


def test_noise_and_lies_on_the_line_stop_nothing():
    world, seed = World().until_up(), 1
    for _ in range(400):
        junk = bytearray()
        for _ in range(30):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            junk.append(seed >> 16 & 0xFF)
        world.pins.to_board.extend(junk)
        if world.host.room():
            kind = wire.LAMPS + (seed >> 8 & 7)
            world.host.send(kind, bytes(junk[: seed & 15]))
        world.run_ms(4)
    world.until_up()
    world.run_ms(3_000)
    world.say(wire.LAMPS, struct.pack("<HHH", 3, 0, 0))
    assert world.pins.lit == 3


def test_frames_of_any_content_stop_nothing():
    """Good CRC, everything else by chance: kinds, numbers, lengths, greetings of other lives."""
    world, seed = World().until_up(), 7
    for _ in range(500):
        frame = bytearray(wire.MOST_FRAME)
        for index in range(wire.PAYLOAD_AT, wire.MOST_FRAME):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            frame[index] = seed >> 16 & 0xFF
        kinds = (wire.HELLO, wire.BEAT, wire.CONFIG, wire.TEXT, wire.SOUND, wire.LAMPS, wire.INSTALL,
                 1 + (seed >> 8) % 255)  # fmt: skip
        length = (19, 15, 6, 2, seed % wire.MOST_PAYLOAD)[seed % 5]
        if seed & 64:
            frame[wire.PAYLOAD_AT] &= 7  # a key, a row or a sound that there is, more often than chance has it
            frame[wire.PAYLOAD_AT + 1] &= 1
        number = world.device.end._expected if seed & 128 else seed >> 3
        if not world.device.end.is_up:
            world.host = wire.End(1 + (seed & 0xFFF), DIGEST, b"host")
            world.until_up()
        sealed = wire.seal(frame, kinds[(seed >> 4) % len(kinds)], number & 255, length)
        world.pins.to_board.extend(frame[:sealed])
        world.run_ms(8)
    assert world.device.refused > 20
    world.host = wire.End(77, DIGEST, b"host")
    world.until_up()
    world.say(wire.LAMPS, struct.pack("<HHH", 5, 0, 0))
    assert world.pins.lit == 5


def test_another_wire_file_is_not_served():
    world = World()
    world.host = wire.End(9, b"otherone", b"host")
    world.run_ms(1_000)
    assert not world.device.end.is_up and not world.host.is_up
    assert world.host.peer_digest == b"12345678"
