"""Packets of the air to a pcap file and back; the one door to dpkt. Link type USER0 (147): PDCP SDUs as they are.

The rule of reading: a file that was cut off gives all its whole packets, and nothing is made of what is no packet.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import dpkt

from obu.core.errors import LocalError
from obu.core.now import NS_PER_S

LINK_TYPE = 147
MAX_SDU_BYTES = 65_535

_FILE_HEAD_BYTES = 24  # magic, version, time zone and accuracy (unused), greatest length, link type
_RECORD_HEAD_BYTES = 16  # seconds, fraction, octets kept, octets there were
_FORMS = {  # magic: byte order, nanoseconds of one step of the fraction
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_VERSION = 2
_LINK_TYPE_BITS = 0x03FF_FFFF  # those above say whether a frame check sequence follows


class Capture:
    """An open pcap file; each packet is on the disk when write returns."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise LocalError(f"{path}: cannot be written ({error.strerror})",
                             f"{path}：无法写入（{error.strerror}）") from None  # fmt: skip
        self._writer: Any = dpkt.pcap.Writer(self._file, snaplen=MAX_SDU_BYTES, linktype=LINK_TYPE, nano=True)
        self._file.flush()

    def write(self, sdu: bytes, utc_ns: int) -> None:
        """One PDCP SDU with the UTC of its arrival (ns since 1970)."""
        self._writer.writepkt(sdu, ts=Decimal(utc_ns) / NS_PER_S)
        self._file.flush()

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


class CutShort(LocalError):
    """The file ends within a packet, as one does whose writer was killed; what came before it is whole."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One PDCP SDU and the UTC of its arrival (ns since 1970)."""

    sdu: bytes
    utc_ns: int


def read(path: Path) -> Iterator[Captured]:
    """The packets of a pcap file of our link type, one by one.

    Raises CutShort after the last whole packet, LocalError for a file that is none, of another link type, or that goes
    on with something else than packets.
    """
    try:
        with path.open("rb") as file:
            yield from _packets(path, file)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise LocalError(f"{path}: {reason}", f"{path}：无法读取（{reason}）") from None


def _packets(path: Path, file: BinaryIO) -> Iterator[Captured]:
    order, step_ns = _form(path, file.read(_FILE_HEAD_BYTES))
    at, count = _FILE_HEAD_BYTES, 0
    while head := file.read(_RECORD_HEAD_BYTES):
        if len(head) < _RECORD_HEAD_BYTES:
            raise _cut(path, count)
        second, fraction, kept, whole = struct.unpack(f"{order}IIII", head)
        if not any(head) or kept > min(whole, MAX_SDU_BYTES) or fraction * step_ns >= NS_PER_S:
            raise LocalError(f"{path}: no packet at byte {at}, after {count} packets",
                             f"{path}：第 {at} 字节处不是数据包（之前有 {count} 个包）")  # fmt: skip
        sdu = file.read(kept)
        if len(sdu) < kept:
            raise _cut(path, count)
        yield Captured(sdu, second * NS_PER_S + fraction * step_ns)
        at, count = at + _RECORD_HEAD_BYTES + kept, count + 1


def _form(path: Path, head: bytes) -> tuple[str, int]:
    """Byte order and step of the fraction (ns) of a file that begins so."""
    if head[:4] == _PCAPNG:
        raise LocalError(f"{path}: is pcapng; make a pcap of it: editcap -F pcap {path} FILE",
                         f"{path}：是 pcapng 格式；请先转换：editcap -F pcap {path} 文件")  # fmt: skip
    form = _FORMS.get(head[:4])
    if form is None:
        raise LocalError(f"{path}: is not a pcap file", f"{path}：不是 pcap 文件")
    if len(head) < _FILE_HEAD_BYTES:
        raise _cut(path, 0)
    version, link_type = struct.unpack(f"{form[0]}4xH14xI", head)
    if version != _VERSION:
        raise LocalError(f"{path}: is pcap of version {version}, not {_VERSION}",
                         f"{path}：pcap 版本为 {version}，应为 {_VERSION}")  # fmt: skip
    if link_type & _LINK_TYPE_BITS != LINK_TYPE:
        other = link_type & _LINK_TYPE_BITS
        raise LocalError(f"{path}: link type {other}; what `obu listen` writes has {LINK_TYPE}",
                         f"{path}：链路类型为 {other}；`obu listen` 写的是 {LINK_TYPE}")  # fmt: skip
    return form


def _cut(path: Path, count: int) -> CutShort:
    return CutShort(f"{path}: ends within a packet; the {count} before it are whole",
                    f"{path}：结尾的数据包不完整，之前的 {count} 个包完整")  # fmt: skip
