"""`make conformance`: the tests of this folder, then the table of clauses; the last line is the summary."""

import sys
from pathlib import Path

import pytest

from tests.conformity.table import Table


def main(words: list[str]) -> int:
    """Exit status 0 when every covered clause passes."""
    table = Table()
    status = pytest.main(["-q", "-n", "auto", str(Path(__file__).parent), *words], plugins=[table])
    print("\n" + "\n".join(table.lines()))
    return int(status) or int(not table.is_good())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
