"""Lines of Python while they are being written: indents, unused names, long conditions; it knows nothing of ASN.1."""

import keyword
import re
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 110
# What generated functions use themselves, and so no field's variable may be called.
_TAKEN = {"acc", "at", "bool", "bytes", "data", "dict", "end", "int", "isinstance", "left", "len", "list", "n", "range"}
_TAKEN |= {"str", "tuple", "type", "value", "w", *keyword.kwlist}


def snake(name: str) -> str:
    """BasicSafetyMessage, Position-LL-24B as basic_safety_message, position_ll_24b."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])", "_", re.sub(r"[-.]", "_", name))
    return re.sub("_+", "_", apart).lower()


def constant(name: str) -> str:
    """BrakePedalStatus as BRAKE_PEDAL_STATUS."""
    return snake(name).upper()


class Page:
    """The body of one function."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._indent = 1
        self._names: dict[str, int] = {}

    def line(self, text: str) -> None:
        self.lines.append("    " * self._indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """An indented block under `head:`."""
        self.line(head + ":")
        self._indent += 1
        yield
        self._indent -= 1

    def name(self, hint: str) -> str:
        """A variable that nothing in this function has yet: speed, speed_2, ..."""
        hint = snake(hint)
        hint = hint + "_" if hint in _TAKEN else hint
        self._names[hint] = self._names.get(hint, 0) + 1
        return hint if self._names[hint] == 1 else f"{hint}_{self._names[hint]}"

    def when(self, conditions: list[str]) -> None:
        """`if a and b:`, over as many lines as it takes."""
        self.line("if (")
        self.line("    " + conditions[0])
        for condition in conditions[1:]:
            self.line("    and " + condition)
        self.line("):")

    def unless(self, conditions: list[str], action: str) -> None:
        """`if not (a and b): action`, over as many lines as it takes."""
        unique = list(dict.fromkeys(conditions))
        if not unique:
            return
        short = f"if not ({' and '.join(unique)}):"
        if len(short) + 4 * self._indent <= WIDTH:
            self.line(short)
        else:
            self.line("if not (")
            self.line("    " + unique[0])
            for condition in unique[1:]:
                self.line("    and " + condition)
            self.line("):")
        self.line("    " + action)

    def assign(self, target: str, opening: str, items: list[str], closing: str) -> None:
        """`target = {a, b}`, over as many lines as it takes."""
        short = f"{target} = {opening}{', '.join(items)}{closing}"
        if len(short) + 4 * self._indent <= WIDTH:
            self.line(short)
            return
        self.line(f"{target} = {opening}")
        for item in items:
            self.line(f"    {item},")
        self.line(closing)

    def give(self, items: list[str]) -> None:
        """`return (a, b)`, an item a line."""
        self.line("return (")
        for item in items:
            self.line(f"    {item},")
        self.line(")")

    def assign_or(self, target: str, first: str, terms: list[str]) -> None:
        """`target = first | a | b`, over as many lines as it takes."""
        short = f"{target} = {' | '.join([first, *terms])}"
        if len(short) + 4 * self._indent <= WIDTH:
            self.line(short)
            return
        self.line(f"{target} = (")
        self.line(f"    {first}")
        for term in terms:
            self.line(f"    | {term}")
        self.line(")")

    def sum(self, target: str, terms: list[str]) -> None:
        """`target += a + b`, over as many lines as it takes."""
        short = f"{target} += {' + '.join(terms)}"
        if len(short) + 4 * self._indent <= WIDTH:
            self.line(short)
            return
        self.line(f"{target} += (")
        self.line(f"    {terms[0]}")
        for term in terms[1:]:
            self.line(f"    + {term}")
        self.line(")")


def folded(line: str) -> list[str]:
    """The same over several lines where it is too long: items of the bracket that ends it, or terms of a sum."""
    indent = line[: len(line) - len(line.lstrip())]
    if len(line) <= WIDTH:
        return [line]
    if line.lstrip().startswith(("and ", "len(")) and " + " in line:
        first, *terms = line.split(" + ")
        return [first, *(f"{indent}    + {term}" for term in terms)]
    comma = "," if line.endswith(",") else ""
    body = line.removesuffix(",")
    start = _opening(body)
    if start is None:
        return [line]
    items = _items(body[start + 1 : -1])
    # A comma after what stands in the brackets of a subscript would make a tuple of it.
    is_subscript = body[start] == "[" and (body[start - 1].isalnum() or body[start - 1] in "_])")
    ending = "" if is_subscript else ","
    inside = [part for item in items for part in folded(f"{indent}    {item}{ending}")]
    return [body[: start + 1], *inside, f"{indent}{body[-1]}{comma}"]


def _opening(text: str) -> int | None:
    """Where the bracket that ends the text was opened."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in ")]}") - (text[at] in "([{")
        if depth == 0:
            return at if text[-1] in ")]}" else None
    return None


def _items(text: str) -> list[str]:
    """What commas outside brackets separate."""
    items, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            items.append("")
        else:
            items[-1] += character
    return [item.strip() for item in items if item.strip()]
