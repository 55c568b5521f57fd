"""Information objects (ITU-T X.681): a number chooses an open type; asn1tools leaves the choosing to its caller."""

import re
from typing import Any

OPEN = "OPEN TYPE"  # as a descriptor's type: {"by": the number's field, "types": number to name}
# An object in the notation of its class: `psm MESSAGE-ID-AND-TYPE ::= { PersonalSafetyMessage IDENTIFIED BY 15 }`.
_OBJECT = re.compile(r"^[a-z][\w-]* ([A-Z][A-Z-]*) ::= \{ ([A-Z][\w-]*) IDENTIFIED BY (\d+) \}$", re.MULTILINE)


def put_in_place(parsed: dict[str, Any], texts: tuple[str, ...]) -> None:
    """Turns fields like CLASS.&id and CLASS.&Type of what asn1tools parsed into types that are known without the class.

    Raises ValueError where a number is given twice.
    """
    classes = {name: each["members"] for module in parsed.values() for name, each in module["object-classes"].items()}
    objects = {name: _objects(name, texts) for name in classes}
    fields = {
        f"{name}.{member['name']}": (name, member["type"]) for name, members in classes.items() for member in members
    }
    for module in parsed.values():
        for descriptor in module["types"].values():
            for member in descriptor.get("members", ()):
                if isinstance(member, dict) and member["type"] in fields:
                    name, kind = fields[member["type"]]
                    table = member.pop("table")
                    member["type"] = kind
                    if kind == "OpenType":
                        member |= {"type": OPEN, "by": table[1][0].removeprefix("."), "types": objects[name]}


def _objects(name: str, texts: tuple[str, ...]) -> dict[int, str]:
    """The type of each number, of every object of a class."""
    found: dict[int, str] = {}
    for text in texts:
        for of, type_name, number in _OBJECT.findall(text):
            if of == name and found.setdefault(int(number), type_name) != type_name:
                raise ValueError(f"two objects of {name} have the number {number}")
    return dict(sorted(found.items()))
