"""The table of clauses: its rows are shown by tests, and it can fail."""

import ast
from pathlib import Path

import pytest

from tests.conformity.clauses import BY_NAME, CLAUSES
from tests.conformity.table import CITES, Table

HERE = Path(__file__).parent


def cited() -> set[str]:
    """Every name in a pytest.mark.clause(...) of this folder."""
    return {
        word.value
        for path in HERE.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.clause"
        for word in node.args
        if isinstance(word, ast.Constant)
    }


def test_every_covered_row_is_cited_and_nothing_else_is() -> None:
    assert len(BY_NAME) == len(CLAUSES)
    assert cited() == {clause.name for clause in CLAUSES if clause.why_not is None}


def report(name: str, outcome: str, when: str = "call") -> pytest.TestReport:
    return pytest.TestReport("t", ("f", 1, "t"), {}, outcome, None, when, user_properties=[(CITES, name)])  # type: ignore


def filled() -> Table:
    table = Table()
    for clause in CLAUSES:
        if clause.why_not is None:
            table.pytest_runtest_logreport(report(clause.name, "passed"))
    return table


def test_it_is_good_when_every_covered_row_passes() -> None:
    table = filled()
    left = sum(clause.why_not is not None for clause in CLAUSES)
    assert table.is_good()
    assert table.lines()[-1] == f"GB/T 45315-2025: {len(CLAUSES) - left} rules pass, 0 fail, {left} not covered"
    assert all(any(clause.why_not in line for line in table.lines()) for clause in CLAUSES if clause.why_not)


@pytest.mark.parametrize(
    ("name", "outcome", "when"),
    [
        ("period", "failed", "call"),
        ("period", "failed", "setup"),
        ("period", "skipped", "setup"),
        ("no-row", "passed", "call"),
    ],
)
def test_a_failure_a_test_left_out_and_an_unknown_name_are_failures(name: str, outcome: str, when: str) -> None:
    table = filled()
    table.pytest_runtest_logreport(report(name, outcome, when))
    assert not table.is_good()
    assert "1 fail" in table.lines()[-1]


def test_a_covered_row_without_a_test_is_a_failure() -> None:
    table = filled()
    del table.outcomes["airbag"]
    assert not table.is_good() and "1 fail" in table.lines()[-1]
