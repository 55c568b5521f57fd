"""Where a key stands in a TOML text, for errors that people can follow; its one rule: the nearest line that says it."""

import re
from pathlib import Path

from obu.core.errors import ConfigError

TABLE = re.compile(r"\s*(\[\[?)\s*([\w.]+)\s*\]")


def located(error: ConfigError, path: Path, text: str) -> ConfigError:
    """The same of the file at `path`, with the line of the key that it names, where there is one."""
    line = line_of(error.text.removeprefix(f"{path}: ").partition(":")[0], text)
    if line is None:
        return error
    return ConfigError(*(words.replace(str(path), f"{path}:{line}", 1) for words in (error.text, error.zh)))


def line_of(key: str, text: str) -> int | None:
    """Where the key stands, counted from 1, as actor[1].act[0].mps2; its table's line where it stands nowhere."""
    counts: dict[str, int] = {}
    current, best, best_length = "", None, -1
    for number, line in enumerate(text.splitlines(), start=1):
        table = TABLE.match(line)
        if table:
            current = here = _indexed(table[2], counts, is_list=table[1] == "[[")
        elif "=" in line and not line.lstrip().startswith("#"):
            name = line.partition("=")[0].strip().strip('"')
            here = f"{current}.{name}" if current else name
        else:
            continue
        if (key == here or key.startswith((f"{here}.", f"{here}["))) and len(here) > best_length:
            best, best_length = number, len(here)
    return best


def _indexed(name: str, counts: dict[str, int], *, is_list: bool) -> str:
    """A table's name with the numbers of the lists that it is in."""
    found = ""
    words = name.split(".")
    for depth, word in enumerate(words):
        found = f"{found}.{word}" if found else word
        if is_list and depth == len(words) - 1:
            counts[found] = counts.get(found, -1) + 1
            for inner in [each for each in counts if each.startswith(f"{found}.") or each.startswith(f"{found}[")]:
                del counts[inner]
        if found in counts:
            found = f"{found}[{counts[found]}]"
    return found
