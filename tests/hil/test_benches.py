"""What a bench can bring about, and the stand-ins of the bench `process` that can fail: clock, disk, cable."""

import os
import pty
import select
import subprocess
import tty
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hil import bench_file, judging, realtime, scenario_file
from hil.cable import Cable
from hil.expected import Bsms
from hil.instruments import Context, clock_chronyd
from hil.judging import Seen
from hil.scenario import Variation
from hil.sent import Sent
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import chrony
from tests.hil.players import GOOD, given, made


def test_what_a_bench_cannot_bring_about_is_refused_before_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(GOOD)
    mine, process = bench_file.read(path), bench_file.read(bench_file.PROCESS)
    paths = scenario_file.paths()
    for bench, name, refused in (
        (mine, "packets_forged", ""), (mine, "display_silent", ""), (mine, "can_yaw_rate_lost", "can_lost"),
        (mine, "gnss_jump_is_refused", "gnss_jump"), (mine, "disk_full", "disk_full"),
        (process, "disk_full", ""), (process, "keys_slow", "slow_keys"),
        (process, "clock_two_months_ahead", "clock_other_day"),
    ):  # fmt: skip
        why = bench.refusal(scenario_file.read(paths[name]))
        assert (f"the fault {refused};" in str(why) and bench.name in str(why)) if refused else why is None
    behind = scenario_file.read(paths["can_bus_off"])
    assert process.refusal(behind) is None
    assert process.refusal(replace(behind, own=replace(behind.own, has_board=True)))  # its controller is the board's
    varied = replace(behind, variation=Variation(clock_off_ms=(-20.0, 20.0)))
    assert process.refusal(varied) is None and "clock_off_ms" in str(mine.refusal(replace(varied, fault=())))


def test_gaps_are_judged_as_exactly_as_the_bench_can_tell_them() -> None:
    assert [realtime.slack_ms(late_ms * NS_PER_MS) for late_ms in (0, 50, 5000)] == [30.0, 80.0, 230.0]
    bsms = [SimpleNamespace(at_s=at_s, has_event=False) for at_s in (0.0, 0.1, 0.26, 0.36)]
    expected, seen = Bsms(from_s=0.0, to_s=0.4, most_gap_ms=110.0), Seen(bsms=cast(list[Sent], bsms))
    assert "160 ms apart" in judging._bsms(expected, seen)
    seen.slack_ms = realtime.slack_ms(20 * NS_PER_MS)
    assert judging._bsms(expected, seen) == ""


def test_a_clock_that_is_led_or_not_is_told_as_chronyd_does() -> None:
    asked = chrony.question(77)
    for error_ns in (NS_PER_MS, 5 * NS_PER_MS, NS_PER_MS // 4, 3_600 * NS_PER_S):
        told = chrony.tracking(clock_chronyd.answer(asked, error_ns))
        assert told and told.sequence == 77 and told.error_s is not None
        assert 0 <= (error_ns - clock_chronyd.GROWS_NS) / 1e9 - told.error_s < 1e-6 * error_ns / 1e9
    assert chrony.tracking(clock_chronyd.answer(asked, None)) == chrony.Tracking(77, None)


@pytest.mark.needs("mount_namespace")
def test_a_disk_of_its_own_is_full_for_the_unit_and_has_room_again(context: Context) -> None:
    context.scenario = scenario_file.read(scenario_file.paths()["disk_full"])
    disk = made("disk_tmpfs", context, kib=64)
    disk.begin()
    folder = context.sections["unit"]["state"]

    def saves(name: str) -> str:
        words = [*context.before, "sh", "-c", 'cat > "$1/$2"', "sh", folder, name]
        return subprocess.run(words, input="whole", capture_output=True, text=True, check=False).stderr

    try:
        assert saves("before") == ""
        disk.carry(given(saves_fail=True))
        assert "No space left on device" in saves("meanwhile")
        disk.carry(given())
        assert saves("after") == ""
    finally:
        disk.close()
    assert list(Path(folder).iterdir()) == []  # nobody else ever saw it


def test_a_cable_carries_is_cut_is_disturbed_and_goes_into_another_board() -> None:
    cable, boards = Cable(), [pty.openpty() for _ in range(2)]
    unit = os.open(cable.device, os.O_RDWR | os.O_NOCTTY)
    for near, far in boards:
        tty.setraw(far)
        os.set_blocking(near, False)

    def through(source: int, sink: int, data: bytes) -> bytes:
        os.write(source, data)
        ready, _, _ = select.select([sink], [], [], 0.0 if cable.is_cut else 5.0)
        return os.read(sink, 64) if ready else b""

    for near, far in boards:
        cable.plug(os.ttyname(far))
        assert through(near, unit, b"up") == b"up" and through(unit, near, b"down") == b"down"
    cable.garbled = 1.0
    (near, _) = boards[1]
    assert all(got != sent for got, sent in zip(through(near, unit, bytes(8)), bytes(8), strict=True))
    cable.is_cut = True
    assert through(near, unit, b"lost") == b""
    cable.close()
    for fd in (unit, *boards[0], *boards[1]):
        os.close(fd)
