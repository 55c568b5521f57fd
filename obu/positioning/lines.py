"""A stream of bytes cut into lines; its one rule: at most one line's bytes are kept, whatever comes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Rest:
    """data: of the line under way. is_skipping: it was too long and is thrown away to its end."""

    data: bytes = b""
    is_skipping: bool = False


def whole(rest: Rest, data: bytes, longest: int) -> tuple[list[bytes], bool]:
    """The lines that are whole now, without ends and empty ones; True: one under way just passed `longest` bytes."""
    lines = (rest.data + data).split(b"\n")
    rest.data = lines.pop()
    if lines and rest.is_skipping:
        rest.is_skipping = False
        del lines[0]
    is_cut = False
    if rest.is_skipping:
        rest.data = b""
    elif len(rest.data) > longest:
        rest.data, rest.is_skipping, is_cut = b"", True, True
    return [stripped for line in lines if (stripped := line.strip())], is_cut
