"""Whether SUMO drives here as it drove when the recording was made: the same seed, the same octets."""

import gzip
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hil.traffic import net, sumo, trace
from hil.traffic.net import CORRIDOR
from hil.traffic.trace import STEP_S

RECORDED = CORRIDOR / "recorded.json.gz"
MADE_BY = "1.28.0"  # of libsumo, as requirements/sumo.txt pins it


def differs(recorded: Path = RECORDED) -> str:
    """What is not the same, empty when nothing is. Raises sumo.Missing, and ValueError or OSError for no recording."""
    try:
        here = version("libsumo")
    except PackageNotFoundError:
        raise sumo.Missing from None
    was = trace.read(recorded)
    minutes = (len(was.steps) - 2) * STEP_S / 60.0
    with tempfile.TemporaryDirectory(prefix="city-") as folder:
        again = Path(folder) / "again.json.gz"
        trace.write(sumo.drive(net.load(), was.seed, minutes), again)
        old, new = (gzip.decompress(path.read_bytes()).split(b"\n") for path in (recorded, again))
    if old == new:
        return ""
    which = f"libsumo {here}, where {MADE_BY} made the recording" if here != MADE_BY else f"libsumo {here}"
    if len(old) != len(new):
        return f"{which}: {len(new)} lines, not {len(old)}"
    line = next(index for index, (one, other) in enumerate(zip(old, new, strict=True)) if one != other)
    at_s = (line - 1) * STEP_S
    return (
        f"{which}: differs first at {at_s:.1f} s" if 0 < line < len(old) - 1 else f"{which}: differs in line {line + 1}"
    )
