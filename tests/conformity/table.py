"""The table of clauses with what its tests came to: a pytest plugin, printed by `make conformance`."""

from dataclasses import dataclass, field

import pytest

from tests.conformity.clauses import BY_NAME, CLAUSES, Clause

CITES = "clause"
PASS, FAIL, NOT_COVERED = "pass", "FAIL", "not covered"


@dataclass
class Table:
    """outcomes: by clause, of each test that cites it."""

    outcomes: dict[str, list[bool]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that was left out has shown nothing."""
        if report.when != "call" and report.passed:
            return
        for key, name in report.user_properties:
            if key == CITES:
                self.outcomes.setdefault(str(name), []).append(report.passed)

    def verdict(self, clause: Clause) -> tuple[str, str]:
        """(pass | FAIL | not covered, why or how many tests)."""
        outcomes = self.outcomes.get(clause.name, [])
        if clause.why_not is not None:
            return NOT_COVERED, clause.why_not
        if not outcomes:
            return FAIL, "no test was run that cites it"
        failed = outcomes.count(False)
        count = f"{len(outcomes)} test" + ("s" if len(outcomes) > 1 else "")
        return (FAIL, f"{failed} of {count}") if failed else (PASS, count)

    def lines(self) -> list[str]:
        """The table; its last line is the summary."""
        rows = [(clause, *self.verdict(clause)) for clause in CLAUSES]
        width = max(len(clause.rule) for clause in CLAUSES)
        text = [f"{clause.number:9} {clause.rule:{width}}  {verdict}: {why}" for clause, verdict, why in rows]
        text += [f"{'?':9} {name}: is cited and stands in no row" for name in sorted(self.unknown())]
        verdicts = [verdict for _, verdict, _ in rows]
        passed, left = verdicts.count(PASS), verdicts.count(NOT_COVERED)
        failed = verdicts.count(FAIL) + len(self.unknown())
        return [*text, f"GB/T 45315-2025: {passed} rules pass, {failed} fail, {left} not covered"]

    def unknown(self) -> set[str]:
        """Names that are cited and stand in no row."""
        return set(self.outcomes) - set(BY_NAME)

    def is_good(self) -> bool:
        """Whether every covered clause passes."""
        return not self.unknown() and all(self.verdict(clause)[0] != FAIL for clause in CLAUSES)
