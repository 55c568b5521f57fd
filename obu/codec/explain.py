"""Says where and why our own value does not fit its type, once the quick generated code has refused it."""

from importlib import import_module
from typing import Any

from obu.codec.shape import EncodeError, Misfit, Named, Types


def types(schema: str) -> Types:
    """The types of a schema (ydt3709, csae53, security); only the tools and our own mistakes need them."""
    found: Types = import_module(f"obu.codec.generated.types_{schema}").TYPES
    return found


def explain(schema: str, type_name: str, value: Any, root: str = "") -> EncodeError:
    """The error that opens with the field's path, under `root` if that is given."""
    known = types(schema)
    if type_name not in known:
        return EncodeError(f"{type_name}: is not a type", f"{type_name}：没有此类型")
    try:
        Named(type_name).judge(value, known, 0)
    except Misfit as misfit:
        path = misfit.under(root).path if root else misfit.path or type_name
        return EncodeError(f"{path}: {misfit.en}", f"{path}：{misfit.zh}")
    return EncodeError(f"{root or type_name}: cannot be encoded", f"{root or type_name}：无法编码")
