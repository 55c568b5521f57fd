"""Texts that people read: octets of GB 2312 from strangers, made safe; what does not survive it is in the rest."""

from typing import Any

from obu.codec.messages.record import Leaf
from obu.codec.shape import EncodeError


def words(value: tuple[str, Any]) -> str:
    """A Description as text; what is neither GB 2312 (or its superset) nor printable becomes a replacement mark."""
    form, content = value
    return printable(content) if form == "textString" else of_gb2312(content)


def words_wire(text: str) -> tuple[str, Any]:
    """Description of a text, in GB 2312 where its two octets at least allow. EncodeError for what GB 2312 lacks."""
    content = to_gb2312(text)
    return ("textGB2312", content) if len(content) > 1 else ("textString", text)


def of_gb2312(octets: bytes) -> str:
    """The text of octets that should be GB 2312; never raises."""
    return printable(octets.decode("gb18030", errors="replace"))


def to_gb2312(text: str) -> bytes:
    """Its octets. Raises EncodeError for what GB 2312 lacks."""
    try:
        return text.encode("gb2312")
    except UnicodeEncodeError as error:
        lacking = text[error.start]
        raise EncodeError(
            f"description: GB 2312 lacks {lacking!r}", f"description：GB 2312 无此字 {lacking!r}"
        ) from None


def printable(text: str) -> str:
    """The text without the zeros it is filled up with, and with a mark for each character that is none to be shown."""
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in text.rstrip("\0"))


def _is_whole(text: str, raw: tuple[str, Any]) -> bool:
    try:
        return words_wire(text) == raw
    except EncodeError:
        return False


TEXT = Leaf(words, words_wire, _is_whole, is_strict=True)  # Description


def octets(size: int | None = None) -> Leaf:
    """An OCTET STRING of GB 2312 as text; size: filled up with zeros to so many octets."""

    def write(text: str) -> bytes:
        return to_gb2312(text).ljust(size or 0, b"\0")

    def is_whole(text: str, raw: bytes) -> bool:
        try:
            return write(text) == raw
        except EncodeError:
            return False

    return Leaf(of_gb2312, write, is_whole, is_strict=True)
