"""A fleet from one table: a folder for each vehicle, with its own configuration and the record of what is open yet.

Its one rule: a row is whole or refused by row and column; what is made stays as it is, so that a run can be repeated.
"""

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError
from obu.drivers.contract import KeyStore
from obu.runtime import config, config_edit, devices, durable, provision_record, provisioning, strict, wiring
from obu.runtime import provision_questions as questions
from obu.runtime.provision_steps import STEPS, Step

COLUMNS = tuple(question.name for question in questions.OF_VEHICLE)
UNIQUE = ("serial", "vin")
MOST_ROWS = 10_000
DONE = ("vehicle", "dimensions")
READY = Text("按表格填写", "as in the table")
AT_VEHICLE = Text("车上安装时完成", "to be done at the vehicle")


@dataclass(frozen=True, slots=True)
class Row:
    """line: of the file, from 1. answers: by column, as written. why: the column and what is wrong, if anything."""

    line: int
    answers: dict[str, str]
    why: tuple[str, LocalError] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. kind: made, skipped (made before, the same), refused (why)."""

    row: Row
    kind: str
    why: Text | None = None


def rows(path: Path) -> list[Row]:
    """Every row, judged. Raises LocalError for a file that is no such table at all."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    except UnicodeDecodeError:
        raise LocalError(f"{path}: is not UTF-8; save it as 'CSV UTF-8'",
                         f"{path}：不是 UTF-8 编码；请另存为“CSV UTF-8”") from None  # fmt: skip
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header)
        taken: dict[tuple[str, str], int] = {}
        found = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(_row(reader.line_num, header, [cell.strip() for cell in cells], taken))
    except csv.Error as error:
        raise LocalError(f"{path}: row {reader.line_num}: not CSV ({error})",
                         f"{path}：第 {reader.line_num} 行：不是 CSV（{error}）") from None  # fmt: skip
    if not found or len(found) > MOST_ROWS:
        raise LocalError(f"{path}: holds {len(found)} vehicles; 1 to {MOST_ROWS} are possible",
                         f"{path}：有 {len(found)} 辆车；应为 1 到 {MOST_ROWS} 辆") from None  # fmt: skip
    return found


def _check_header(path: Path, header: list[str]) -> None:
    if sorted(header) == sorted(COLUMNS):
        return
    wrong = [name for name in header if name not in COLUMNS or header.count(name) > 1]
    missing = [name for name in COLUMNS if name not in header]
    if wrong:
        raise LocalError(f"{path}: row 1: no such column, or twice: {', '.join(wrong)}; there are: {','.join(COLUMNS)}",
                         f"{path}：第 1 行：没有此列或重复：{'、'.join(wrong)}；应为：{','.join(COLUMNS)}")  # fmt: skip
    raise LocalError(f"{path}: row 1: missing: {', '.join(missing)}", f"{path}：第 1 行：缺少列：{'、'.join(missing)}")


def _row(line: int, header: list[str], cells: list[str], taken: dict[tuple[str, str], int]) -> Row:
    if len(cells) != len(header):
        return Row(line, {}, ("-", LocalError(f"{len(cells)} cells under {len(header)} columns",
                                              f"{len(header)} 列下有 {len(cells)} 格")))  # fmt: skip
    answers, values = dict(zip(header, cells, strict=True)), {}
    for name in COLUMNS:
        try:
            values[name] = questions.BY_NAME[name].read(answers[name])
        except LocalError as error:
            return Row(line, answers, (name, error))
    if fault := questions.outside(values):
        return Row(line, answers, fault)
    for name in UNIQUE:
        first = taken.setdefault((name, str(values[name])), line) if values[name] else line
        if first != line:
            return Row(line, answers, (name, LocalError(f"{answers[name]} is that of row {first} already",
                                                        f"{answers[name]} 与第 {first} 行重复")))  # fmt: skip
    return Row(line, answers)


def make(
    template: Path, table: list[Row], out: Path, technician: str, now: Callable[[], float] = time.time
) -> Iterator[Outcome]:
    """A folder out/<serial> for each good row: unit.toml after the template, and the signed record. Raises LocalError.

    The record comes last: a folder with one is whole. It is signed by the key store of the template.
    """
    settings = config.read(template)
    wiring.must_be_encrypted(settings, is_bench=False)
    store = devices.key_store(settings)
    try:
        for row in table:
            if row.why:
                column, why = row.why
                yield Outcome(row, "refused", Text(f"{column}：{why.zh}", f"{column}: {why.text}"))
                continue
            try:
                yield _made(template, row, out / row.answers["serial"], store, technician, now())
            except LocalError as error:
                yield Outcome(row, "refused", Text(error.zh, error.text))
    finally:
        store.close()


def _made(template: Path, row: Row, folder: Path, store: KeyStore, technician: str, utc_s: float) -> Outcome:
    text = _configuration(template, row)
    toml, record = folder / "unit.toml", folder / provision_record.FILE
    if record.exists():
        if _is_the_same(record, row) and strict.read_text(toml) == text:
            return Outcome(row, "skipped")
        raise LocalError(f"serial: {folder} was made from other values; remove it to make it anew",
                         f"serial：{folder} 由不同的数据生成；如需重做，请先删除")  # fmt: skip
    try:
        durable.make_folder(folder)
        durable.write(toml, text.encode("utf-8"), config_edit.MODE)
    except OSError as error:
        raise LocalError(f"{folder}: {error.strerror}", f"{folder}：{error.strerror}") from None
    settings = config.read(toml)
    kept = provisioning.Kept(folder / provisioning.KEPT, {"serial": row.answers["serial"]})
    steps = [Step(name, name in DONE, READY if name in DONE else AT_VEHICLE) for name in STEPS]
    content = provisioning.content(settings, kept, steps, technician, utc_s)
    provision_record.write(record, provision_record.sealed(content, store, None))
    return Outcome(row, "made")


def _configuration(template: Path, row: Row) -> str:
    """The template with this vehicle in it. Raises LocalError that names the key."""
    values = {name: questions.BY_NAME[name].read(row.answers[name]) for name in COLUMNS}
    vehicle = {name: None if value == "" else value for name, value in values.items() if name != "serial"}
    text = config_edit.edited(strict.read_text(template), "vehicle", vehicle, str(template))  # type: ignore[arg-type]
    return config_edit.edited(text, "unit", {"name": row.answers["serial"]}, str(template))


def _is_the_same(record: Path, row: Row) -> bool:
    try:
        content, _ = provision_record.opened(provision_record.read(record))
    except RemoteError:
        return False
    return bool(content.get("serial") == row.answers["serial"])
