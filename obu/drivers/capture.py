"""Packets of the air to a pcap file; the one door to dpkt. Link type USER0 (147): PDCP SDUs as they are."""

from pathlib import Path
from typing import Any

import dpkt

from obu.core.errors import LocalError

LINK_TYPE = 147


class Capture:
    """An open pcap file; each packet is on the disk when write returns."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise LocalError(f"{path}: cannot be written ({error.strerror})",
                             f"{path}：无法写入（{error.strerror}）") from None  # fmt: skip
        self._writer: Any = dpkt.pcap.Writer(self._file, snaplen=65_535, linktype=LINK_TYPE, nano=True)

    def write(self, sdu: bytes, utc_ns: int) -> None:
        """One PDCP SDU with the UTC of its arrival (ns since 1970)."""
        self._writer.writepkt(sdu, ts=utc_ns / 1e9)
        self._file.flush()

    def close(self) -> None:
        """Ends the file."""
        self._file.close()
