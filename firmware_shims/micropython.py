"""Where the real MicroPython of .ci/micropython.py is, for whoever plays a board."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
MEND = "python3 .ci/micropython.py"


def _fetcher() -> ModuleType:
    spec = spec_from_file_location("fetch_micropython", ROOT / ".ci" / "micropython.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FETCHER = _fetcher()
