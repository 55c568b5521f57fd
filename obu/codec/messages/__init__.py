"""Typed messages in SI units, one file per message, named as its .asn; imported where such a message is first met."""

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from obu.codec.generated.index import FRAMES, NUMBERS
from obu.codec.messages import future
from obu.codec.uper import Frame
from obu.core.errors import LocalError, RemoteError

UNKNOWN_MESSAGE = "unknown_message"

Message = Any  # Bsm | MapData | Rsm | Spat | Rsi | Psm | ... | FutureMessage: whatever the folder holds

_FRAME_OF = {file: name for name, file in FRAMES.items()} | dict.fromkeys(NUMBERS.values(), future.FRAME)


def unpack(frame: Frame) -> Message:
    """The typed message of a decoded frame. Raises RemoteError where it says nothing usable (position_unavailable)."""
    if frame.name == future.FRAME:
        file = NUMBERS.get(frame.value["messageId"])
        return (future if file is None else _module(file)).RECORD.read(frame.value)
    file = FRAMES.get(frame.name)
    if file is None:
        raise RemoteError(UNKNOWN_MESSAGE)
    return _module(file).RECORD.read(frame.value)


def pack(message: Message) -> tuple[str, dict[str, Any]]:
    """(frame name, value for uper.encode) of a typed message. Raises LocalError for a type that is no message."""
    kind = type(message)
    if kind is future.FutureMessage:
        return future.FRAME, future.RECORD.write(message)
    file = kind.__module__.rpartition(".")[2]
    if file not in _FRAME_OF or _module(file).MESSAGE is not kind:
        raise LocalError(f"{kind.__name__} is not a message", f"{kind.__name__} 不是消息类型")
    return _FRAME_OF[file], _module(file).RECORD.write(message)


@cache
def _module(file: str) -> ModuleType:
    return import_module(f"{__name__}.{file}")
