"""Values as TOML text, for configurations that the bench writes."""

import json
from typing import Any


def value(what: Any) -> str:
    """A string, number, truth value, list or inline table."""
    if isinstance(what, dict):
        return "{ " + ", ".join(f"{key} = {value(each)}" for key, each in what.items()) + " }" if what else "{}"
    return json.dumps(what, ensure_ascii=False)


def sections(tree: dict[str, dict[str, Any]]) -> str:
    """A whole file of tables."""
    texts = []
    for name, table in tree.items():
        texts.append(f"[{name}]\n" + "".join(f"{key} = {value(each)}\n" for key, each in table.items()))
    return "\n".join(texts)
