"""The loop: what arrives is stepped at once, deadlines are kept, a signal ends it in order. Real descriptors."""

import dataclasses
import itertools
import os
import signal
import socket
import threading
import time
import typing

from obu.core.frames import ChannelLoad, DriverState, FeedEvent, GnssBytes, Inbox, Outbox, Save
from obu.core.now import NS_PER_MS
from obu.drivers.clock import SystemClock
from obu.drivers.contract import Arrival
from obu.runtime.loop import FIELD, Loop, Outer, inbox_of


def test_every_kind_of_arrival_has_a_field_of_the_inbox():
    assert set(FIELD) == set(typing.get_args(Arrival))
    assert set(FIELD.values()) <= {field.name for field in dataclasses.fields(Inbox)}
    assert inbox_of([ChannelLoad(0.5, 1)], b"").loads == (ChannelLoad(0.5, 1),)


class Line:
    """A driver on one end of a socket pair; the test holds the other."""

    def __init__(self, name="line"):
        self.name = name
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.closed = 0
        self.sent, self.submitted, self.lines = [], [], []

    def fileno(self):
        return self.near.fileno()

    def poll(self, at_ns):
        try:
            return [GnssBytes(self.near.recv(100), at_ns)]
        except BlockingIOError:
            return []

    def wake_at_ns(self):
        return None

    def close(self):
        self.closed += 1
        self.near.close()

    def send(self, packets):
        self.sent.extend(packets)

    def submit(self, sign_jobs, verify_jobs):
        self.submitted.extend([*sign_jobs, *verify_jobs])

    def publish(self, lines):
        self.lines.extend(lines)

    def greet(self, lines):
        pass


class Steps:
    """A station that keeps its inboxes, wants to be woken each 20 ms, and stops the loop after `most` turns."""

    def __init__(self, most=10**9):
        self.turns, self.most, self.loop = [], most, None
        self.left = 0

    def step(self, now, inbox):
        self.turns.append((now.at_ns, inbox))
        if len(self.turns) >= self.most:
            self.loop.stopping = True
        return Outbox(wake_at_ns=now.at_ns + 20 * NS_PER_MS, want_random=7 if len(self.turns) == 1 else 0)

    def pending(self):
        return self.left

    def final(self, now):
        return Outbox(events=(FeedEvent("status", {"last": True}),))


def made(steps):
    source, radio, pool, kept, trust, sock = (
        Line(name) for name in ("gnss", "radio", "pool", "state", "trust", "socket")
    )
    events = []
    loop = Loop(steps, Outer(SystemClock(1.0), [source], radio, pool, kept, trust, sock), events.extend)
    steps.loop = loop
    return loop, source, radio, events


def test_what_arrives_is_stepped_at_once_and_deadlines_are_kept():
    steps = Steps(most=6)
    loop, source, _, _ = made(steps)
    source.far.send(b"$GN")
    loop.run()
    assert any(inbox.gnss and inbox.gnss[0].data == b"$GN" for _, inbox in steps.turns)
    assert [len(inbox.random) for _, inbox in steps.turns[:3]] == [0, 7, 0]
    times = [at_ns for at_ns, inbox in steps.turns if not inbox.gnss]
    assert all(after - before >= 19 * NS_PER_MS for before, after in itertools.pairwise(times[1:]))


def test_a_signal_ends_it_in_order():
    steps = Steps()
    loop, source, radio, events = made(steps)
    began = threading.Event()
    step = steps.step

    def stepping(now, inbox):
        began.set()
        return step(now, inbox)

    steps.step = stepping

    def kill():
        began.wait(10)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=kill).start()
    started = time.monotonic()
    loop.run()
    assert time.monotonic() - started < 5
    assert events == [FeedEvent("status", {"last": True})]
    assert source.closed and radio.closed
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_driver_that_comes_back_on_another_descriptor_is_heard():
    steps = Steps(most=12)
    loop, source, _, _ = made(steps)
    step = steps.step

    def stepping(now, inbox: Inbox):
        if len(steps.turns) == 3:
            source.near.close()
            source.near, source.far = socket.socketpair()
            source.near.setblocking(False)
            source.far.send(b"again")
        return step(now, inbox)

    steps.step = stepping
    loop.run()
    assert any(inbox.gnss and inbox.gnss[0].data == b"again" for _, inbox in steps.turns)


def test_driver_states_reach_the_station():
    steps = Steps(most=3)
    loop, source, _, _ = made(steps)
    source.poll = lambda at_ns: [DriverState("gnss", False, "gone", at_ns)]
    loop.run()
    assert steps.turns[0][1].drivers[0].why == "gone"


def test_the_station_can_end_the_run_and_the_loop_says_why_and_keeps_what_it_still_wants():
    steps = Steps()
    loop, _, _, events = made(steps)
    saved = []
    loop.outer.store.save = saved.extend
    step = steps.step
    steps.step = lambda now, inbox: dataclasses.replace(
        step(now, inbox), end="ignition_off" if len(steps.turns) > 2 else ""
    )
    steps.final = lambda now: Outbox(events=(FeedEvent("status", {"last": True}),), saves=(Save("runs", b"x"),))
    loop.run()
    assert loop.ended == "ignition_off" and len(steps.turns) == 3
    assert saved == [Save("runs", b"x")] and events[-1].body == {"last": True}
