"""Whole packets as JSON and back: DSMP around a secured packet around a message, layer by layer (docs/json-form.md)."""

from enum import Enum
from typing import Any

from obu.codec import coer, json_form, uper
from obu.codec.editions import Edition
from obu.codec.reasons import MAX_NESTING
from obu.codec.shape import EncodeError
from obu.core.errors import RemoteError
from obu.stack import dsmp


class Layer(Enum):
    """Which layer the octets begin with."""

    FRAME = "frame"  # a bare MessageFrame
    SPDU = "spdu"  # V2XSecData
    DSMP = "dsmp"  # adaptation byte and DSMP header


def decode(data: bytes, layer: Layer, edition: Edition | None, max_bytes: int) -> dict[str, Any]:
    """{layer, message, edition, value} of octets; message None where the innermost is no message. RemoteError."""
    if layer is Layer.FRAME:
        return {"layer": layer.value, **json_form.frame_tree(uper.decode(data, edition, max_bytes))}
    if len(data) > max_bytes:
        raise RemoteError(uper.TOO_LONG)
    value = _spdu_tree(data, edition) if layer is Layer.SPDU else _dsmp_tree(data, edition, max_bytes)
    inner = _innermost(value)
    names = {key: inner[key] if inner else None for key in ("message", "edition")}
    return {"layer": layer.value, **names, "value": value}


def encode(tree: Any) -> bytes:
    """The octets of what decode gave; layer may lack and is then frame. Raises LocalError that names the path."""
    if not isinstance(tree, dict):
        raise EncodeError("an object is expected", "应为 JSON 对象")
    try:
        layer = Layer(tree.get("layer", Layer.FRAME.value))
    except ValueError:
        raise EncodeError("layer: is none of frame, spdu, dsmp", "layer：应为 frame、spdu 或 dsmp") from None
    if layer is Layer.FRAME:
        return _frame_octets(tree)
    value = tree.get("value")
    return _spdu_octets(value) if layer is Layer.SPDU else _dsmp_octets(value)


def _frame_octets(tree: dict[str, Any]) -> bytes:
    frame = json_form.frame_of(tree)
    return uper.encode(frame.name, frame.value, frame.edition)


def _spdu_tree(data: bytes, edition: Edition | None) -> dict[str, Any]:
    value = coer.decode("V2XSecData", data)
    tree: dict[str, Any] = json_form.to_tree(value)
    content = _payload_content(tree)
    if content is not None:
        content["unsecuredData"] = _message_tree(bytes.fromhex(content["unsecuredData"]), edition)
    return tree


def _message_tree(data: bytes, edition: Edition | None) -> Any:
    # What a packet carries need not be a message (a revocation list is none): then its octets are shown.
    try:
        return json_form.frame_tree(uper.decode(data, edition, len(data)))
    except RemoteError:
        return data.hex()


def _spdu_octets(tree: Any) -> bytes:
    content = _payload_content(tree)
    if content is not None and isinstance(content["unsecuredData"], dict):
        inner = _frame_octets(content["unsecuredData"])
        tree = _with_payload(tree, inner.hex())
    return coer.encode("V2XSecData", json_form.from_tree("security", "V2XSecData", tree))


def _payload_content(tree: Any) -> dict[str, Any] | None:
    """The object that holds unsecuredData, inside signedData or not; None where there is none."""
    for _ in range(MAX_NESTING):
        content = _at(tree, "content")
        if isinstance(content, dict) and "unsecuredData" in content:
            return content
        tree = _at(content, "signedData", "tbsData", "payload", "data")
    return None


def _with_payload(tree: dict[str, Any], octets: str) -> dict[str, Any]:
    """The same with other unsecuredData; the given tree stays as it is."""
    content = tree["content"]
    if "unsecuredData" in content:
        return {**tree, "content": {**content, "unsecuredData": octets}}
    signed = content["signedData"]
    tbs = signed["tbsData"]
    payload = {**tbs["payload"], "data": _with_payload(tbs["payload"]["data"], octets)}
    return {**tree, "content": {**content, "signedData": {**signed, "tbsData": {**tbs, "payload": payload}}}}


def _at(tree: Any, *keys: str) -> Any:
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _dsmp_tree(data: bytes, edition: Edition | None, max_bytes: int) -> dict[str, Any]:
    packet = dsmp.decode(data, max_bytes)
    tree: dict[str, Any] = {"protocolType": dsmp.PROTOCOL_DSMP, "aid": packet.aid}
    if packet.extensions:
        tree["extensions"] = [{"id": each.element_id, "data": each.data.hex()} for each in packet.extensions]
    try:
        tree["data"] = _spdu_tree(packet.payload, edition)
    except RemoteError:
        tree["data"] = _message_tree(packet.payload, edition)
    return tree


def _dsmp_octets(tree: Any) -> bytes:
    if not isinstance(tree, dict):
        raise EncodeError("value: an object is expected", "value：应为对象")
    extra = sorted(tree.keys() - {"protocolType", "aid", "extensions", "data"})
    if extra:
        raise EncodeError(f"value.{extra[0]}: is not a field of DSMP", f"value.{extra[0]}：DSMP 没有此字段")
    if tree.get("protocolType", dsmp.PROTOCOL_DSMP) != dsmp.PROTOCOL_DSMP:
        raise EncodeError("value.protocolType: is not 4 (DSMP)", "value.protocolType：应为 4（DSMP）")
    aid = tree.get("aid")
    if not isinstance(aid, int) or isinstance(aid, bool):
        raise EncodeError("value.aid: an integer is expected", "value.aid：应为整数")
    return dsmp.encode(aid, _dsmp_payload(tree.get("data")), _extensions(tree), dsmp.LENGTH_MAX)


def _dsmp_payload(data: Any) -> bytes:
    if isinstance(data, dict):
        return _frame_octets(data) if "message" in data else _spdu_octets(data)
    return _octets(data, "value.data")


def _extensions(tree: dict[str, Any]) -> tuple[dsmp.Extension, ...]:
    found = []
    for index, each in enumerate(tree.get("extensions", ())):
        path = f"value.extensions[{index}]"
        number = _at(each, "id")
        if not isinstance(number, int) or not 0 <= number <= dsmp.BYTE_MAX:
            raise EncodeError(f"{path}.id: 0..255 is expected", f"{path}.id：应为 0..255")
        found.append(dsmp.Extension(number, _octets(_at(each, "data"), f"{path}.data")))
    return tuple(found)


def _octets(text: Any, path: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise EncodeError(f"{path}: hex digits are expected", f"{path}：应为十六进制数字") from None


def _innermost(value: dict[str, Any]) -> dict[str, Any] | None:
    """The frame_tree inside a printed packet; None where the innermost is no message."""
    data = value.get("data", value)
    if isinstance(data, dict) and "message" in data:
        return data
    content = _payload_content(data)
    inner = content["unsecuredData"] if content else None
    return inner if isinstance(inner, dict) else None
