"""Which type each message has, and the table of which file has it: so nothing has to be imported to find one."""

from obu.codec.compiler.page import snake
from obu.codec.compiler.sources import Module, types_of
from obu.codec.shape import Choice, Named, Open, Sequence


def frames(types: Module) -> dict[str, str]:
    """Type of each alternative of MessageFrame before its mark, in the order of their numbers."""
    frame = types["MessageFrame"]
    if not isinstance(frame, Choice):
        raise ValueError("MessageFrame is no CHOICE")
    root = list(frame.alternatives.items())[: frame.root]
    return {name: inner.name for name, inner in root if isinstance(inner, Named)}


def numbers(types: Module) -> dict[int, str]:
    """Type of each number of MessageFrameExt."""
    extension = types["MessageFrameExt"]
    if not isinstance(extension, Sequence):
        raise ValueError("MessageFrameExt is no SEQUENCE")
    [shapes] = [member.shape.shapes for member in extension.members if isinstance(member.shape, Open)]
    return {number: inner.name for number, inner in shapes.items() if isinstance(inner, Named)}


def text(found: dict[str, Module]) -> str:
    """The module's text below its first line: file stems by name in MessageFrame, and by number in MessageFrameExt."""
    types, stems = types_of(found), {name: snake(module) for module, inside in found.items() for name in inside}
    by_name = {f'"{name}"': f'"{stems[inner]}"' for name, inner in frames(types).items()}
    by_number = {str(number): f'"{stems[inner]}"' for number, inner in numbers(types).items()}
    return table("FRAMES", by_name) + "\n" + table("NUMBERS", by_number)


def table(name: str, pairs: dict[str, str]) -> str:
    """A dictionary as a constant, a line for each pair."""
    return "\n".join([f"{name} = {{", *(f"    {key}: {value}," for key, value in pairs.items()), "}"]) + "\n"
