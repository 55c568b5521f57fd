"""Typed messages in SI units, one file per message, named as its .asn; imported where such a message is first met."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from obu.codec.generated.index import FRAMES, NUMBERS
from obu.codec.messages import future
from obu.codec.messages.record import Record
from obu.codec.uper import Frame
from obu.core.errors import LocalError, RemoteError

UNKNOWN_MESSAGE = "unknown_message"

Message = Any  # Bsm | MapData | Rsm | Spat | Rsi | Psm | ... | FutureMessage: whatever the folder holds

_FRAME_OF = {file: name for name, file in FRAMES.items()} | dict.fromkeys((*NUMBERS.values(), "future"), future.FRAME)


def unpack(frame: Frame) -> Message:
    """The typed message of a decoded frame. Raises RemoteError where it says nothing usable (position_unavailable)."""
    file = FRAMES.get(frame.name)
    if file is None:
        if frame.name != future.FRAME:
            raise RemoteError(UNKNOWN_MESSAGE)
        file = NUMBERS.get(frame.value["messageId"], "future")
    return _record(file).read(frame.value)


def pack(message: Message) -> tuple[str, dict[str, Any]]:
    """(frame name, value for uper.encode) of a typed message. Raises LocalError for a type that is no message."""
    name, write = _writer(type(message))  # type: ignore[arg-type]  # a class is hashable
    return name, write(message)


def import_day_2() -> None:
    """Imports what T/CSAE 157-2020 has, for who will hear it: up to 40 ms a message, which no step shall wait for."""
    for file in NUMBERS.values():
        _record(file)


@cache
def _record(file: str) -> Record:
    record: Record = _module(file).RECORD
    return record


@cache
def _writer(kind: type) -> tuple[str, Callable[[Message], dict[str, Any]]]:
    file = kind.__module__.rpartition(".")[2]
    if file not in _FRAME_OF or _module(file).MESSAGE is not kind:
        raise LocalError(f"{kind.__name__} is not a message", f"{kind.__name__} 不是消息类型")
    return _FRAME_OF[file], _record(file).write


def _module(file: str) -> ModuleType:
    return import_module(f"{__name__}.{file}")
