"""Typed messages in SI units, one file per message, by the name of its ASN.1 module; imported where it is first met."""

from dataclasses import replace
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from obu.codec.generated.index import FRAMES, NUMBERS
from obu.codec.messages.future import FRAME as EXTENSION
from obu.codec.messages.future import RECORD as FUTURE
from obu.codec.messages.future import FutureMessage
from obu.codec.uper import Frame
from obu.core.errors import LocalError, RemoteError

UNKNOWN_MESSAGE = "unknown_message"

Message = Any  # Bsm | MapData | Rsm | Spat | Rsi | Psm | ... | FutureMessage: whatever the folder holds

_FRAME_OF = {file: name for name, file in FRAMES.items()}
_NUMBER_OF = {file: number for number, file in NUMBERS.items()}


def unpack(frame: Frame) -> Message:
    """The typed message of a decoded frame. Raises RemoteError where it says nothing usable (position_unavailable).

    A message of T/CSAE 157-2020 keeps the additions of its envelope in its rest, as if they were a field `msgFrameExt`.
    """
    if frame.name == EXTENSION:
        return _unpack_later(frame.value)
    file = FRAMES.get(frame.name)
    if file is None:
        raise RemoteError(UNKNOWN_MESSAGE)
    return _module(file).RECORD.read(frame.value)


def _unpack_later(value: dict[str, Any]) -> Message:
    file = NUMBERS.get(value["messageId"])
    if file is None:
        return FUTURE.read(value)
    message = _module(file).RECORD.read(value["value"])
    added = {key: each for key, each in value.items() if key not in ("messageId", "value")}
    return replace(message, rest={**(message.rest or {}), EXTENSION: added}) if added else message


def pack(message: Message) -> tuple[str, dict[str, Any]]:
    """(frame name, value for uper.encode) of a typed message. Raises LocalError for a type that is no message."""
    kind = type(message)
    if kind is FutureMessage:
        return EXTENSION, FUTURE.write(message)
    file = kind.__module__.rpartition(".")[2]
    known = _FRAME_OF.get(file) or _NUMBER_OF.get(file)
    if known is None or _module(file).MESSAGE is not kind:
        raise LocalError(f"{kind.__name__} is not a message", f"{kind.__name__} 不是消息类型")
    value = _module(file).RECORD.write(message)
    if isinstance(known, str):
        return known, value
    added = value.pop(EXTENSION, {})
    return EXTENSION, {"messageId": known, "value": value, **added}


@cache
def _module(file: str) -> ModuleType:
    return import_module(f"{__name__}.{file}")
