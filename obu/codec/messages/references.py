"""Nodes, stretches and words that MAP, SPAT and RSI share; a node is the same in all three by (region, id)."""

from dataclasses import dataclass
from typing import Any

from obu.codec.messages.scales import without_none
from obu.codec.shape import EncodeError


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node of the road net: region None where the message leaves it out."""

    region: int | None
    id: int


def node_ref(value: dict[str, Any]) -> NodeRef:
    """A NodeReferenceID."""
    return NodeRef(value.get("region"), value["id"])


def node_ref_wire(ref: NodeRef) -> dict[str, Any]:
    """NodeReferenceID of it."""
    return without_none({"region": ref.region, "id": ref.id})


def words(value: tuple[str, Any]) -> str:
    """A Description as text; what is neither GB 2312 (or its superset) nor printable becomes a replacement mark."""
    form, content = value
    text = content if form == "textString" else content.decode("gb18030", errors="replace")
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in text.rstrip("\0"))


def words_wire(text: str) -> tuple[str, Any]:
    """Description of a text, in GB 2312 where its two octets at least allow. EncodeError for what GB 2312 lacks."""
    try:
        content = text.encode("gb2312")
    except UnicodeEncodeError as error:
        lacking = text[error.start]
        raise EncodeError(
            f"description: GB 2312 lacks {lacking!r}", f"description：GB 2312 无此字 {lacking!r}"
        ) from None
    return ("textGB2312", content) if len(content) > 1 else ("textString", text)
