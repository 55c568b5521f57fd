"""`obu convert`: a capture of `obu listen --pcap` as JSON lines, one object a packet; signatures are not judged."""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError

SUMMARY = Text("把抓包文件转换为 JSON 行", "turn a capture into JSON lines")
MAX_BYTES = 65_535
NOT_PLAIN = "payload_not_plain"
SECURED = b"\x03"  # protocolVersion of V2XSecData


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE.pcap, --edition, --out FILE."""
    parser.add_argument("file", type=Path, metavar="FILE.pcap", help="what `obu listen --pcap` wrote / 抓包文件")
    parser.add_argument("--edition", choices=("auto", "ydt3709", "csae53"), default="auto", help="message set / 消息集")
    parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output / 写入文件")


def run(args: argparse.Namespace) -> int:
    """Exit status 0; 1 where the file ends within a packet, 2 where it is none of ours."""
    from obu.codec.editions import Edition
    from obu.drivers import capture

    edition = None if args.edition == "auto" else Edition(args.edition)
    with _target(args.file, args.out) as out:
        try:
            for number, packet in enumerate(capture.read(args.file), 1):
                print(json.dumps(as_json(number, packet, edition), ensure_ascii=False), file=out)
        except capture.CutShort as cut:
            print(f"obu convert: {cut.zh if args.lang == 'zh' else cut.text}", file=sys.stderr)
            return 1
    return 0


def _target(source: Path, path: Path | None) -> Any:
    if path is None:
        return nullcontext(sys.stdout)
    try:
        if path.exists() and path.samefile(source):
            raise LocalError(f"{path}: is the capture itself", f"{path}：就是抓包文件本身")
        file: TextIO = path.open("w", encoding="utf-8")
    except OSError as error:
        raise LocalError(f"{path}: cannot be written ({error.strerror})",
                         f"{path}：无法写入（{error.strerror}）") from None  # fmt: skip
    return file


def as_json(number: int, packet: Any, edition: Any) -> dict[str, Any]:
    """One packet as docs/json-form.md has it. Never raises for what the packet holds."""
    found: dict[str, Any] = {
        "ok": True,
        "number": number,
        "utc_s": round(packet.utc_ns / 1e9, 6),
        "size": len(packet.sdu),
        "sdu": packet.sdu.hex(),
        "signer": None,
        "verdict": "not_judged",
    }
    try:
        _open(packet.sdu, edition, found)
    except RemoteError as refused:
        found |= {"ok": False, "error": str(refused)}
    return found


def _open(sdu: bytes, edition: Any, found: dict[str, Any]) -> None:
    """Puts what each layer says into `found`, and under `layer` the last that was reached."""
    from obu.codec import json_form, uper
    from obu.stack import aids, dsmp

    found["layer"] = "dsmp"
    dsm = dsmp.decode(sdu, MAX_BYTES)
    row = aids.BY_AID.get(dsm.aid)
    found |= {"aid": dsm.aid, "application": row.name if row else None}
    if dsm.extensions:
        found["extensions"] = [{"id": each.element_id, "data": each.data.hex()} for each in dsm.extensions]
    payload = dsm.payload
    if payload[:1] == SECURED:
        try:
            payload = _secured(payload, found)
        except RemoteError:
            if not _is_frame(payload, edition):  # a bare BSM can begin with a 3 as well
                raise
    found["layer"] = "frame"
    found |= json_form.frame_tree(uper.decode(payload, edition, MAX_BYTES))


def _is_frame(octets: bytes, edition: Any) -> bool:
    from obu.codec import uper

    try:
        uper.decode(octets, edition, MAX_BYTES)
    except RemoteError:
        return False
    return True


def _secured(spdu: bytes, found: dict[str, Any]) -> bytes:
    """The octets in a V2XSecData; RemoteError where it has none that are plain."""
    from obu.codec import coer
    from obu.codec.reasons import MAX_NESTING

    found["layer"] = "spdu"
    secured = coer.decode("V2XSecData", spdu)
    found["signer"] = _signer(spdu)
    for _ in range(MAX_NESTING):
        kind, body = secured["content"]
        if kind == "unsecuredData":
            return bytes(body)
        if kind != "signedData" or "data" not in body["tbsData"]["payload"]:
            break
        secured = body["tbsData"]["payload"]["data"]
    raise RemoteError(NOT_PLAIN, kind)


def _signer(spdu: bytes) -> str | None:
    """Who claims to have signed (HashedId8), None where that is not said in a form that the unit verifies."""
    from obu.security import certificate, envelope

    try:
        parsed = envelope.parse(spdu)
        signer = parsed.signer or certificate.parse(parsed.certificate, parsed.curve).digest8
    except RemoteError:
        return None
    return signer.hex()
