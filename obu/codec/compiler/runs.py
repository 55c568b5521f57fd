"""Adjacent fields of known width as one number: a shift takes the run, a shift and a mask each of its fields."""

import re
from dataclasses import dataclass

from obu.codec.compiler.page import Page
from obu.codec.shape import Sequence


@dataclass(slots=True)
class _Run:
    """Adjacent fields: read by one shift into `name` where the first of them stands."""

    name: str
    width: int = 0


class Runs:
    """The lines of one reading function, and the runs in them whose width is known only at the end."""

    def __init__(self) -> None:
        self.page = Page()
        self._guards: list[tuple[int, bool]] = []  # bit of the first run, what it must be
        self._runs: list[_Run] = []
        self._is_open = False

    def text(self) -> list[str]:
        """The lines, now that all widths are known: `<3:5:8>` is 8 bits after the first 5 of run 3."""

        def bits(found: re.Match[str]) -> str:
            run = self._runs[int(found[1])]
            start, width = int(found[2]), int(found[3])
            rest = run.width - start - width
            shifted = f"{run.name} >> {rest}" if rest else run.name
            return shifted if start == 0 else f"{shifted} & {_number((1 << width) - 1)}"

        def width(found: re.Match[str]) -> str:
            return str(self._runs[int(found[1])].width)

        def mask(found: re.Match[str]) -> str:
            return _number((1 << self._runs[int(found[1])].width) - 1)

        lines = [re.sub(r"<mask (\d+)>", mask, re.sub(r"<(\d+)>", width, line)) for line in self.page.lines]
        return _without_single_use([re.sub(r"<(\d+):(\d+):(\d+)>", bits, line) for line in lines])

    def guarded(self) -> list[str]:
        """The lines, for values whose presence bits are as expected; all others go on below them."""
        taken, _, *rest = self.text()
        width = self._runs[0].width
        mask = sum(1 << width - 1 - bit for bit, _ in self._guards)
        wanted = sum(1 << width - 1 - bit for bit, is_set in self._guards if is_set)
        shift = f"n >> left - {width}"
        if wanted:  # a shorter shape may be whole; none has all of its presence bits set
            shift += f" if left >= {width} else -1"
        return [  # without any optional field this is the shortest shape: what has fewer bits is cut off
            f"    w = {shift}",
            f"    if w & {mask:#x} == {wanted:#x}:",
            *(f"    {line}" for line in ([taken] if any("left" in line for line in rest) else [])),
            *(f"    {line}" for line in rest),
        ]

    def expect(self, shape: Sequence, present: frozenset[str], read: frozenset[str] | None = None) -> None:
        """Takes the extension and presence bits of a SEQUENCE as known; with `read` only those of these members."""
        flags = [("", False)] if shape.is_extensible else []
        flags += [(each.name, each.name in present) for each in shape.members[: shape.root] if each.may_lack]
        for name, flag in flags:
            if read is None or name in read:
                self._guards.append((self._runs[-1].width if self._runs else 0, flag))
            self.field(1)

    def close(self) -> None:
        """The next field starts a new run."""
        self._is_open = False

    def field(self, width: int) -> str:
        """The expression of the next `width` bits, none of which has been read."""
        if width == 0:
            return "0"
        if not self._is_open:
            self._runs.append(_Run("w" if not self._runs else f"w{len(self._runs) + 1}"))
            self.page.line(f"left -= <{len(self._runs) - 1}>")
            self.page.line(f"{self._runs[-1].name} = n >> left & <mask {len(self._runs) - 1}>")
            self._is_open = True
        run = self._runs[-1]
        start, run.width = run.width, run.width + width
        return f"<{len(self._runs) - 1}:{start}:{width}>"

    def pass_over(self, width: int) -> None:
        """Counts `width` bits as read: with the fields around them, or alone."""
        if self._is_open:
            self.field(width)
        else:
            self.page.line(f"left -= {width}")


def _without_single_use(lines: list[str]) -> list[str]:
    """A run that only the line below it uses needs no variable."""
    whole = "\n".join(lines)
    kept: list[str] = []
    for line in lines:
        found = re.fullmatch(r" +(w\d*) = (n >> left & \w+)", kept[-1]) if kept else None
        if found and len(re.findall(rf"\b{found[1]}\b", whole)) == 2 and re.search(rf"\b{found[1]}\b", line):
            is_shifted = f"{found[1]} >>" in line
            kept[-1] = re.sub(rf"\b{found[1]}\b", f"({found[2]})" if is_shifted else found[2], line)
        else:
            kept.append(line)
    return kept


def _number(value: int) -> str:
    """A constant: masks and patterns are easier to read in hex."""
    return str(value) if value < 1 << 8 else f"{value:#x}"
