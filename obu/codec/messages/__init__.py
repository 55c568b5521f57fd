"""Typed messages in SI units, one file per message, found by listing this folder: a file with FRAME is a message."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from obu.codec.uper import Frame
from obu.core.errors import LocalError, RemoteError

UNKNOWN_MESSAGE = "unknown_message"

_MODULES: tuple[ModuleType, ...] = tuple(
    module
    for module in (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    if hasattr(module, "FRAME")
)
_BY_FRAME: dict[str, ModuleType] = {module.FRAME: module for module in _MODULES}
_BY_TYPE: dict[type, ModuleType] = {module.MESSAGE: module for module in _MODULES}

Message = Any  # Bsm | MapData | Rsm | Spat | Rsi | FutureMessage: whatever the folder holds


def unpack(frame: Frame) -> Message:
    """The typed message of a decoded frame. Raises RemoteError where it says nothing usable (position_unavailable)."""
    module = _BY_FRAME.get(frame.name)
    if module is None:
        raise RemoteError(UNKNOWN_MESSAGE)
    return module.RECORD.read(frame.value)


def pack(message: Message) -> tuple[str, dict[str, Any]]:
    """(frame name, value for uper.encode) of a typed message. Raises LocalError for a type that is no message."""
    module = _BY_TYPE.get(type(message))
    if module is None:
        raise LocalError(f"{type(message).__name__} is not a message", f"{type(message).__name__} 不是消息类型")
    return module.FRAME, module.RECORD.write(message)
