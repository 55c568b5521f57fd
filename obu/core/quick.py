"""A frozen dataclass of which thousands are made a second; its one rule: the type checker keeps it frozen.

dataclass(frozen=True) sets every field through object.__setattr__, which costs five times as much as plain assignment:
a fifth of all that receiving a packet costs beside its signature.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Cls = TypeVar("Cls")


@dataclass_transform(frozen_default=True)
def quick(cls: type[Cls]) -> type[Cls]:
    """A slotted dataclass that is compared and hashed by value; whoever assigns to a field is stopped by mypy."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
