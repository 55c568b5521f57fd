"""`make firmware`: the tests of the co-processor and of its link; the last line says what ran where."""

import os
import sys
from collections import Counter

import pytest

from tests.firmware import runtimes

FOLDERS = ("tests/link", "tests/firmware")  # the longest test first


class Tally:
    """Counts what passed, by runtime; all else is the host's."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each phase of each test; a worker's come here too."""
        if report.when == "call" and report.passed:
            self.passed[next((name for name in runtimes.NAMES if f"[{name}" in report.nodeid), "host")] += 1

    def missing(self) -> list[str]:
        """Runtimes on which nothing ran."""
        return [name for name in runtimes.NAMES if not self.passed[name]]


def main(words: list[str]) -> int:
    """0 when all passed and every runtime was run."""
    tally = Tally()
    workers = str(2 * (os.cpu_count() or 2))  # half of them wait for a board that proves itself for ten seconds
    status = int(pytest.main(["-q", "-n", workers, "--dist", "worksteal", *FOLDERS, *words], plugins=[tally]))
    ran = [f"{runtimes.what(name)}: {tally.passed[name]} passed" for name in runtimes.NAMES if tally.passed[name]]
    missing = [f"NOT RUN on {name} (python3 .ci/micropython.py)" for name in tally.missing()]
    print("firmware: " + "; ".join([*ran, f"link and compiler: {tally.passed['host']} passed", *missing]))
    return status or int(bool(missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
