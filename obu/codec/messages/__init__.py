"""Typed messages in SI units, one file per message, found by listing this folder: a file with RECORD is a message.

Those of day 2 have the names of their .asn files, and are imported when their numbers are first met.
"""

import importlib
import pkgutil
import sys
from types import ModuleType
from typing import Any

from obu.codec.generated.index import NUMBERS
from obu.codec.messages import future
from obu.codec.uper import Frame
from obu.core.errors import LocalError, RemoteError

UNKNOWN_MESSAGE = "unknown_message"


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")


_FILES = tuple(info.name for info in pkgutil.iter_modules(__path__))
_BY_NUMBER: dict[int, str] = {number: name for number, name in NUMBERS.items() if name in _FILES}
_MODULES: tuple[ModuleType, ...] = tuple(
    module for name in _FILES if name not in _BY_NUMBER.values() and hasattr(module := _module(name), "RECORD")
)
_BY_FRAME: dict[str, ModuleType] = {module.FRAME: module for module in _MODULES if module is not future}
_BY_TYPE: dict[type, ModuleType] = {module.MESSAGE: module for module in _MODULES}

Message = Any  # Bsm | MapData | Rsm | Spat | Rsi | FutureMessage: whatever the folder holds


def unpack(frame: Frame) -> Message:
    """The typed message of a decoded frame. Raises RemoteError where it says nothing usable (position_unavailable)."""
    module = _BY_FRAME.get(frame.name)
    if module is None:
        if frame.name != future.FRAME:
            raise RemoteError(UNKNOWN_MESSAGE)
        name = _BY_NUMBER.get(frame.value["messageId"])
        module = future if name is None else _module(name)
    return module.RECORD.read(frame.value)


def pack(message: Message) -> tuple[str, dict[str, Any]]:
    """(frame name, value for uper.encode) of a typed message. Raises LocalError for a type that is no message."""
    module = _BY_TYPE.get(type(message))
    if module is None:
        return future.FRAME, _imported(type(message)).RECORD.write(message)
    return module.FRAME, module.RECORD.write(message)


def _imported(kind: type) -> ModuleType:
    """The module of a message of day 2: who has the message has imported it."""
    module = sys.modules.get(kind.__module__)
    if module is None or getattr(module, "MESSAGE", None) is not kind:
        raise LocalError(f"{kind.__name__} is not a message", f"{kind.__name__} 不是消息类型")
    return module
