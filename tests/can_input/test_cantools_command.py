"""Every shipped database decoded by cantools' own command line and by us: the same frames, the same numbers."""

import random
import re
import subprocess
import sys
from pathlib import Path

import cantools
import pytest

from obu.can_input.dbc import compile_plans
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Profile
from obu.core.frames import CanFrame
from obu.runtime.strict import read_text, read_toml
from tests.can_input.conftest import DBC_FOLDER

FRAMES = 40  # of each message
_SIGNAL = re.compile(r"^\s+(\w+): (-?[\d.e+-]+)", re.MULTILINE)


def told(path: Path, frames: list[CanFrame], is_j1939: bool) -> list[dict[str, float]]:
    """What `cantools decode` prints of these frames, signal by signal."""
    lines = []
    for frame in frames:
        number, octets = f"{frame.can_id:{'08X' if frame.is_extended else '03X'}}", frame.data.hex(" ").upper()
        lines.append(f"  can0  {number}   [{len(frame.data)}]  {octets}")
    words = [sys.executable, "-m", "cantools", "decode", "--no-decode-choices"]
    words += ["-m", "0x3FFFF00"] if is_j1939 else []
    done = subprocess.run(
        [*words, str(path)], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=120, check=True
    )
    parts = re.split(r"^ +can0 ", done.stdout, flags=re.MULTILINE)[1:]
    return [{name: float(number) for name, number in _SIGNAL.findall(part)} for part in parts]


@pytest.mark.parametrize("toml", sorted(DBC_FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_cantools_reads_the_same(toml: Path) -> None:
    profile = read_toml(toml, Profile)
    path = toml.with_suffix(".dbc")
    plans = compile_plans(read_text(path), profile, str(toml))
    rng, frames, compared = random.Random(toml.stem), [], 0
    by_name = {message.name: message for message in cantools.database.load_file(path).messages}
    for plan in plans.messages:
        message = by_name[plan.name]
        frames += [
            CanFrame("main", message.frame_id, message.is_extended_frame, rng.randbytes(message.length), 0)
            for _ in range(FRAMES)
        ]
    theirs = told(path, frames, profile.family == "j1939")
    assert len(theirs) == len(frames)
    keyed = {plan.key: plan for plan in plans.messages}
    for frame, signals in zip(frames, theirs, strict=True):
        plan = keyed[plans.family.key(frame.can_id, frame.is_extended)]
        decoder = Decoder(plans)
        decoder._commit(plan, frame)  # the signals alone: random frames have no right checksum
        for field in plan.fields:
            raw = decoder.state.raws[field.slot]
            theirs_raw = round((signals[field.name.partition(".")[2]] - field.offset) / field.scale)
            if raw is None:  # refused: "not available" by SAE, or beyond the range
                assert not field.lowest_valid <= theirs_raw <= field.highest_valid, (field.name, frame.data.hex())
            else:
                assert raw == theirs_raw, (field.name, frame.data.hex())
                compared += 1
    assert compared > len(frames) / 2
