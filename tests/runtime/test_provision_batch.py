"""A fleet's table: whatever its cells hold, each row ends in one way, and what was made stays as it is."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obu.cli.main import main
from obu.core.errors import LocalError
from obu.runtime import config, provision_batch, provision_questions, provision_record
from obu.runtime.provision_batch import COLUMNS, UNIQUE
from tests.runtime.a_terminal import CHOSEN, Terminal

VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
CELLS = {
    "serial": st.from_regex(r"[A-Z][0-9]{1,3}", fullmatch=True),
    "profile": st.sampled_from(["city_bus_j1939", "articulated_bus_j1939", "taxi_vw_mqb"]),
    "vin": st.one_of(st.just("-"), st.text(VIN_LETTERS, min_size=17, max_size=17)),
    "width_m": st.sampled_from(["2.55", "2.95"]),
    "length_m": st.sampled_from(["4.6", "12", "18.1"]),
    "height_m": st.sampled_from(["1.5", "3.2"]),
    "antenna_ahead_m": st.sampled_from(["0", "-2.3", "+1.25"]),
    "antenna_right_m": st.sampled_from(["0.0", "0.4"]),
}
ODD = st.sampled_from(
    ["", "x", "nan", "1e3", "1_0", "-", "99", "２", "ABC/../..", "LZYTATE63B100000I", 'a"b', "é", "1,5"]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[dict[str, str]], dict[int, str]]:
    """(columns, rows, the column that was spoilt by the row's index)."""
    rows, spoilt = [], {}
    for index in range(draw(st.integers(1, 6))):
        row = {name: draw(cell) for name, cell in CELLS.items()}
        if draw(st.integers(0, 3)) == 0:
            name = draw(st.sampled_from(COLUMNS))
            row[name], spoilt[index] = draw(ODD), name
        rows.append(row)
    return draw(st.permutations(COLUMNS)), rows, spoilt


def written(path: Path, columns: list[str], rows: list[dict[str, str]], mark: str = "\ufeff") -> Path:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, columns)
    table.writeheader()
    table.writerows(rows)
    path.write_text(mark + text.getvalue(), "utf-8")
    return path


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    with pytest.MonkeyPatch.context() as patch:
        made = Terminal(tmp_path_factory.mktemp("workshop"), patch)
    (made.folder / "keys").mkdir(mode=0o700)
    return made


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_right(row: dict[str, str]) -> bool:
    """By the questions themselves, without the table's code."""
    values = {}
    for name, text in row.items():
        try:
            values[name] = provision_questions.BY_NAME[name].read(text.strip())
        except LocalError:
            return False
    return provision_questions.outside(values) is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_each_row_ends_in_one_way_and_a_second_run_changes_nothing(
    workshop: Terminal, table: tuple[list[str], list[dict[str, str]], dict[int, str]]
) -> None:
    columns, rows, spoilt = table
    out = workshop.folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    judged = provision_batch.rows(written(workshop.folder / "fleet.csv", columns, rows))
    ends = list(provision_batch.make(workshop.config, judged, out, "Li Wei"))
    assert len(ends) == len(rows)
    taken: set[tuple[str, object]] = set()
    for index, (row, end) in enumerate(zip(rows, ends, strict=True)):
        own = {(name, row[name].strip().upper()) for name in UNIQUE if row[name] != "-"} if is_right(row) else set()
        is_first = not any((name, value) in taken for name, value in own)
        assert end.kind == ("made" if is_right(row) and is_first else "refused"), (row, end)
        taken |= own
        if end.kind == "refused":
            assert end.why is not None
            column = end.why.en.partition(":")[0]
            assert column in COLUMNS and (
                column == spoilt.get(index) or column in (*UNIQUE, "antenna_ahead_m", "antenna_right_m")
            )
            continue
        made = config.read(out / row["serial"] / "unit.toml")
        assert (made.unit.name, made.vehicle.profile) == (row["serial"], row["profile"])
        assert made.vehicle.vin == ("" if row["vin"] == "-" else row["vin"])
        assert made.vehicle.length_m == float(row["length_m"])
        content, _ = provision_record.opened((out / row["serial"] / provision_record.FILE).read_bytes())
        assert content["serial"] == row["serial"] and "bus" in content["open"] and "vehicle" not in content["open"]
    before = files(out) if out.exists() else {}
    again = [end.kind for end in provision_batch.make(workshop.config, judged, out, "Li Wei")]
    assert again == ["skipped" if end.kind == "made" else "refused" for end in ends]
    assert (files(out) if out.exists() else {}) == before


class Killed(BaseException):
    """The process is gone."""


def test_killed_anywhere_the_next_run_makes_the_rest(workshop: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [CHOSEN | {"serial": f"K-{number}", "vin": "-"} for number in range(3)]
    judged = provision_batch.rows(written(workshop.folder / "fleet.csv", list(COLUMNS), rows, ""))
    real = provision_batch.durable.write
    for steps in range(7):  # two files a vehicle
        out, left = workshop.folder / f"killed-{steps}", [steps]

        def write(*words: object, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            real(*words)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(provision_batch.durable, "write", write)
            try:
                list(provision_batch.make(workshop.config, judged, out, "Li Wei"))
            except Killed:
                assert steps < 6
        ends = [end.kind for end in provision_batch.make(workshop.config, judged, out, "Li Wei")]
        assert ends == ["skipped"] * (steps // 2) + ["made"] * (3 - steps // 2)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"serial,vin\n", "row 1: missing: profile, width_m"),
        ((",".join((*COLUMNS, "colour")) + "\n").encode(), "row 1: no such column, or twice: colour; there are: "),
        ((",".join((*COLUMNS, "vin")) + "\n").encode(), "row 1: no such column, or twice: vin, vin"),
        ((",".join(COLUMNS) + "\n").encode(), "holds 0 vehicles"),
        ("终端".encode("gbk"), "is not UTF-8; save it as 'CSV UTF-8'"),
        ((",".join(COLUMNS) + '\n"open').encode(), "row 2: not CSV"),
        (b"", "row 1: missing: serial"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_one_sentence(tmp_path: Path, octets: bytes, why: str) -> None:
    path = tmp_path / "fleet.csv"
    path.write_bytes(octets)
    with pytest.raises(LocalError) as caught:
        provision_batch.rows(path)
    assert why in caught.value.text and caught.value.zh != caught.value.text


def test_what_a_workshop_sees(workshop: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    out = workshop.folder / "seen"
    rows = [CHOSEN, CHOSEN | {"serial": "T-0002"}, CHOSEN | {"serial": "T-0003", "vin": "-", "height_m": "32"}]
    table = written(workshop.folder / "fleet.csv", list(COLUMNS), rows)
    words = [
        "--lang",
        "en",
        "provision",
        "--config",
        workshop.config,
        "--technician",
        "Li Wei",
        "--batch",
        table,
        "--out",
        out,
    ]
    assert main([str(word) for word in words]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "row 2 T-0001 made"
    assert said[1] == f"row 3 T-0002 wrong: vin: {CHOSEN['vin']} is that of row 2 already"
    assert said[2].startswith("row 4 T-0003 wrong: height_m: '32' is no length in metres from 0 to 6.35")
    assert said[3] == "in all: 1 made, 0 there already, 2 wrong"
    assert (out / "T-0001/unit.toml").read_text("utf-8").startswith("# of the operator\n")
    written(table, list(COLUMNS), [CHOSEN | {"length_m": "12"}])
    assert main([str(word) for word in words]) == 1
    assert "was made from other values; remove it to make it anew" in capsys.readouterr().out
