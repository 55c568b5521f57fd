"""The loudspeaker's driver with a real child process in aplay's place: what it plays, and what goes wrong."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from obu.core.frames import DriverState, Sound
from obu.drivers import audio_aplay
from obu.drivers.audio_aplay import LONGEST_NS, Aplay, Options

WARNING = Sound(("tone_caution", "zh_fcw"), 1)


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], Options]:
    """Options with a player that does what the shell words say."""

    def make(words: str) -> Options:
        player = tmp_path / "player"
        player.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{words}\n')
        player.chmod(player.stat().st_mode | stat.S_IXUSR)
        return Options(device="driver", left="driver_left", player=str(player))

    return make


def until(driver: Aplay, seen: Callable[[list[DriverState]], bool]) -> list[DriverState]:
    """What it says, until that is enough."""
    said: list[DriverState] = []
    deadline = time.monotonic() + 20
    while not seen(said):
        assert time.monotonic() < deadline, said
        said += driver.poll(time.monotonic_ns())
        os.sched_yield()
    return said


def test_the_clips_are_played_in_a_row_and_as_often(stand_in: Callable[[str], Options], tmp_path: Path) -> None:
    driver = audio_aplay.make("hmi.audio", stand_in("exit 0"), Path("/clips"))
    assert [state.is_up for state in driver.poll(1)] == [True]
    driver.play(Sound(("a", "b"), 2))
    until(driver, lambda _: driver.wake_at_ns() is None)
    asked = (tmp_path / "asked").read_text().split()
    assert asked == ["-q", "-D", "driver", *[f"/clips/{name}.wav" for name in ("a", "b", "a", "b")]]


@pytest.mark.parametrize(("side", "device"), [("left", "driver_left"), ("right", "driver"), ("", "driver")])
def test_a_danger_on_one_side_is_heard_from_there_where_there_is_such_a_device(
    stand_in: Callable[[str], Options], tmp_path: Path, side: str, device: str
) -> None:
    driver = audio_aplay.make("hmi.audio", stand_in("exit 0"), Path("/clips"))
    driver.play(Sound(("a",), 1, side))
    until(driver, lambda _: driver.wake_at_ns() is None)
    assert (tmp_path / "asked").read_text().split()[2] == device


def test_a_newer_sound_ends_the_one_before_it(stand_in: Callable[[str], Options], tmp_path: Path) -> None:
    driver = audio_aplay.make("hmi.audio", stand_in(f"echo $$ >> {tmp_path}/pids; exec sleep 60"), Path("/clips"))
    driver.play(WARNING)
    until(driver, lambda _: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().endswith("\n"))
    driver.play(Sound((), 0))
    until(driver, lambda _: driver.wake_at_ns() is None)
    assert not Path(f"/proc/{(tmp_path / 'pids').read_text().split()[0]}").exists()
    driver.close()


def test_what_cannot_be_heard_is_a_driver_that_is_down_until_it_can(stand_in: Callable[[str], Options]) -> None:
    driver = audio_aplay.make("hmi.audio", stand_in("exit 1"), Path("/clips"))
    driver.poll(1)
    driver.play(WARNING)
    (down,) = until(driver, bool)
    assert not down.is_up and "driver" in down.why and "exit 1" in down.why and down.why_zh
    stand_in("exit 0")
    driver.play(WARNING)
    assert until(driver, bool)[0].is_up


def test_a_device_that_takes_no_samples_is_given_up(stand_in: Callable[[str], Options]) -> None:
    driver = audio_aplay.make("hmi.audio", stand_in("exec sleep 60"), Path("/clips"))
    driver.poll(1)
    driver.play(WARNING)
    assert driver.poll(1000) == ()
    (down,) = driver.poll(1000 + LONGEST_NS)
    assert not down.is_up and down.why == "the device takes no sound"


def test_without_a_player_it_says_what_to_install() -> None:
    driver = audio_aplay.make("hmi.audio", Options(player="/nowhere/aplay"), Path("/clips"))
    (down,) = driver.poll(1)
    assert not down.is_up and "alsa-utils" in down.why
    driver.play(WARNING)
    assert driver.poll(2) == ()
