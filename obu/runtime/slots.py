#!/usr/bin/env python3
"""Which installed version of the unit starts. Its one rule: what it decides is on the disk before it acts on it.

The package of the terminal puts this same file outside all versions, as the launcher: it knows nothing but the standard
library, so that no version can break it. Below the root:

    versions/<version>/    what a bundle brought; never written again
    data/<version>/        its unit.toml, state and trust; each version has a copy of its own
    slots.json             which is current, which was before, how many starts are left to confirm it
    unit.toml              leads to the configuration of the version that started last; for people

A version that is not confirmed in TRIES starts is taken back. At each change of versions the record of used pseudonyms
goes along (LATER): a pseudonym that was used stays used.
"""

import json
import os
import re
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

RECORD, LINK = "slots.json", "unit.toml"
TRIES = 3
VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,3}")
KEPT, LATER = "pseudonyms.state", "pseudonyms_later.state"
USAGE = """usage: obu-start ROOT [OPTION OF obu run]...    the version that is to start, as the unit
       obu-start --confirm ROOT                 `obu update confirm` of the version that runs; no start
       obu-start --obu ROOT VERB [OPTION]...    any other verb of it; no start"""


@dataclass(frozen=True)
class Record:
    """current: the version that starts. previous: the one to go back to, empty when there is none.

    tries: starts left until it is taken back; only what is not confirmed has any. counter, previous_counter: of the
    bundles. failed: the version that was last taken back.
    """

    current: str
    counter: int = 0
    previous: str = ""
    previous_counter: int = 0
    is_confirmed: bool = True
    tries: int = 0
    failed: str = ""


def installed(record: Record, version: str, counter: int) -> Record:
    """After an install: the new version has TRIES starts to be confirmed. An unconfirmed one is never gone back to."""
    back, back_counter = (
        (record.current, record.counter) if record.is_confirmed else (record.previous, record.previous_counter)
    )
    return Record(version, counter, back, back_counter, is_confirmed=False, tries=TRIES, failed=record.failed)


def confirmed(record: Record) -> Record:
    """The current version holds; there is no way back from now on."""
    return replace(record, is_confirmed=True, tries=0)


def taken_back(record: Record) -> Record:
    """The previous version is the current one again; only while the new one is not confirmed."""
    assert not record.is_confirmed and record.previous
    return Record(record.previous, record.previous_counter, failed=record.current)


def at_start(record: Record) -> Record:
    """What a start makes of it: one try fewer, or the way back."""
    if record.is_confirmed:
        return record
    return replace(record, tries=record.tries - 1) if record.tries > 0 else taken_back(record)


def read(root: Path) -> Record | None:
    """The record of a root; None where there is none. Raises ValueError for one that is not of ours."""
    try:
        tree = json.loads((root / RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return None
    try:
        record = Record(**tree)
    except TypeError:
        raise ValueError(f"{root / RECORD}: not a record of versions") from None
    names = [record.current, *filter(None, (record.previous, record.failed))]
    is_whole = all(isinstance(name, str) and VERSION.fullmatch(name) for name in names)
    numbers = (record.counter, record.previous_counter, record.tries)
    if not is_whole or not all(isinstance(number, int) for number in numbers):
        raise ValueError(f"{root / RECORD}: not a record of versions")
    return record


def write(root: Path, record: Record) -> None:
    """The record, whole or as it was before. Raises OSError."""
    _put(root / RECORD, json.dumps(asdict(record), indent=1).encode())


def _put(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    force(path.parent)


def force(folder: Path) -> None:
    """Forces a folder's names to the disk."""
    handle = os.open(folder, os.O_DIRECTORY | os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def program(root: Path, version: str) -> Path:
    """The console command of a version."""
    return root / "versions" / version / "bin" / "obu"


def configuration(root: Path, version: str) -> Path:
    """The configuration of a version."""
    return root / "data" / version / "unit.toml"


def take_back(root: Path, record: Record) -> Record:
    """Goes back to the previous version. Its record of pseudonyms goes first: a cut repeats it."""
    back = taken_back(record)
    carry(root, record.current, back.current)
    write(root, back)
    return back


def carry(root: Path, leaving: str, coming: str) -> None:
    """The record of used pseudonyms from one version's state to another's."""
    kept, state = root / "data" / leaving / "state" / KEPT, root / "data" / coming / "state"
    if not kept.is_file():
        return
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put(state / LATER, kept.read_bytes())


def point_at(root: Path, version: str) -> None:
    """Makes LINK lead to the configuration of a version. Raises OSError."""
    link, target = root / LINK, configuration(root, version).relative_to(root)
    if link.is_symlink() and link.readlink() == target:
        return
    beside = root / f".{LINK}.new"
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)


def start(root: Path) -> Record:
    """Decides which version starts now, and keeps it. Raises ValueError, OSError."""
    record = _decided(root)
    point_at(root, record.current)
    return record


def _decided(root: Path) -> Record:
    record = read(root)
    if record is None:
        raise ValueError(f"{root}: no version is installed there")
    is_gone = not program(root, record.current).is_file()
    if not record.is_confirmed and (record.tries == 0 or is_gone):
        return take_back(root, record)
    if not record.is_confirmed and record.tries == TRIES:
        carry(root, record.previous, record.current)  # the old version went on since its data were copied
    after = at_start(record)
    if after != record:
        write(root, after)
    return after


def command(words: list[str]) -> list[str]:
    """The command that a call of the launcher becomes (USAGE). Raises ValueError, OSError."""
    how = words[0] if words[:1] in (["--confirm"], ["--obu"]) else ""
    words = words[1:] if how else words
    if not words or words[0].startswith("-"):
        raise ValueError(USAGE)
    root = Path(words[0]).resolve()
    record = (read(root) or start(root)) if how else start(root)
    whole = {
        "": ["run", "--config", str(configuration(root, record.current)), *words[1:]],
        "--confirm": ["update", "confirm", "--root", str(root)],
        "--obu": words[1:],
    }
    return [str(program(root, record.current)), *whole[how]]


def main(words: list[str]) -> int:
    """Becomes what `command` says; returns only when it cannot: 2 for wrong words, 1 for what is not there."""
    try:
        becomes = command(words)
        os.execv(becomes[0], becomes)
    except (OSError, ValueError) as error:
        print(error if str(error) == USAGE else f"obu-start: {error}", file=sys.stderr)
        return 2 if str(error) == USAGE else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
