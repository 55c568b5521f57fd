"""Writes which file has which message: so nothing has to be imported to find one."""

from obu.codec.compiler.page import snake
from obu.codec.compiler.sources import Module
from obu.codec.shape import Choice, Named, Open, Sequence, Shape


def text(found: dict[str, Module]) -> str:
    """The module's text below its first line: file stems by name in MessageFrame, and by number in MessageFrameExt."""
    stems = {name: snake(module) for module, types in found.items() for name in types}
    types = {name: shape for module in found.values() for name, shape in module.items()}
    frame, extension = types["MessageFrame"], types["MessageFrameExt"]
    if not isinstance(frame, Choice) or not isinstance(extension, Sequence):
        raise ValueError("MessageFrame is a CHOICE, MessageFrameExt a SEQUENCE")
    frames = [(f'"{name}"', inner) for name, inner in list(frame.alternatives.items())[: frame.root]]
    numbers = [
        (str(number), inner)
        for member in extension.members
        if isinstance(member.shape, Open)
        for number, inner in member.shape.shapes.items()
    ]
    return _table("FRAMES", frames, stems) + "\n" + _table("NUMBERS", numbers, stems)


def _table(name: str, pairs: list[tuple[str, Shape]], stems: dict[str, str]) -> str:
    lines = [f'    {key}: "{stems[inner.name]}",' for key, inner in pairs if isinstance(inner, Named)]
    return "\n".join([f"{name} = {{", *lines, "}"]) + "\n"
