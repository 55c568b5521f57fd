"""Two results beside each other: what became worse, better or moved is told, and the exit status says whether worse."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest

from hil.compare import changes
from hil.progress import Progress
from tests.hil.players import hil


def _row(why: str = "", at_s: float | None = 4.0, age_ms: float = 10.0) -> dict[str, Any]:
    shown = [] if at_s is None else [["EBW", at_s]]
    runs = [{"why": why, "shown": shown, "age_ms": [age_ms, age_ms + 2]}]
    return {"ok": not why, "rate": float(not why), "interval": [0.2, 1.0], "runs": runs}


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (_row(), _row(), []),
        (_row(), _row("too late"), [("-", "a: as expected, now not as expected: too late")]),
        (_row("too late"), _row(), [("+", "a: not as expected, now as expected")]),
        (_row(), _row(at_s=4.3), [("=", "a: first warning 0.30 s later, at 4.30 s")]),
        (_row(at_s=4.3), _row(), [("=", "a: first warning 0.30 s earlier, at 4.00 s")]),
        (_row(), _row(at_s=4.04), []),
        (_row(), _row(at_s=None), [("=", "a: warnings came, now none")]),
        (_row(), _row(age_ms=30.0), [("=", "a: age of BSMs on the air (middle) 10 ms, now 30 ms"),
                                     ("=", "a: age of BSMs on the air (99 %) 12 ms, now 32 ms")]),
        (_row(), None, [("-", "a: is gone")]),
        (None, _row(), [("+", "a: is new, as expected")]),
        (None, _row("no"), [("-", "a: is new, not as expected")]),
    ],
)  # fmt: skip
def test_each_change_is_told(was: Any, now: Any, told: list[tuple[str, str]]) -> None:
    assert list(changes({"a": was} if was else {}, {"a": now} if now else {})) == told


def test_a_rate_beyond_chance_is_said_so() -> None:
    was, now = _row(), copy.deepcopy(_row())
    was |= {"ok": True, "rate": 0.95, "interval": [0.90, 0.98]}
    now |= {"ok": True, "rate": 0.80, "interval": [0.72, 0.86]}
    assert list(changes({"a": was}, {"a": now})) == [("=", "a: rate 0.95, now 0.80, beyond chance")]
    assert list(changes({"a": was}, {"a": now | {"interval": [0.72, 0.91]}})) == [("=", "a: rate 0.95, now 0.80")]


def test_the_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def write(name: str, row: dict[str, Any]) -> str:
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(json.dumps({"scenarios": [row | {"name": "a"}]}))
        return str(tmp_path / name)

    good, bad = write("good", _row()), write("bad", _row("late"))
    assert hil("compare", good, good) == 0
    assert hil("compare", good, bad) == 1
    assert hil("compare", bad, f"{good}/results.json") == 0
    assert hil("compare", good, str(tmp_path / "nowhere")) == 2
    assert "nowhere: No such file" in capsys.readouterr().err
    older = _row()
    del older["runs"][0]["age_ms"]
    assert hil("compare", good, write("older", older)) == 2
    assert "age_ms" in capsys.readouterr().err


class Terminal(io.StringIO):
    """A place where a person looks on."""

    def isatty(self) -> bool:
        return True


def test_a_person_sees_a_bar_and_a_log_plain_lines() -> None:
    plain, looked_at = io.StringIO(), Terminal()
    for out in (plain, looked_at):
        progress = Progress(2, out)
        progress.done("a seed 1", "", "run a")
        progress.done("b seed 1", "too late", "run b")
        progress.end("over")
    assert plain.getvalue() == "a seed 1: as expected\nb seed 1: too late\n    again: run b\nover\n"
    said = looked_at.getvalue()
    assert "[###############...............] 1 of 2, 0 not as expected" in said
    assert "b seed 1: too late\n    again: run b\n" in said and said.endswith("over\n")
    assert "a seed 1: as expected\n" not in said
