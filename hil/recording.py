"""What a run leaves behind: its bus as BLF, its air as pcap, its receiver's sentences, the display's events as lines.

can.blf, air.pcap, gnss.nmea and feed.jsonl lie beside the journal; times are UTC, in feed.jsonl at_s of the scenario.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import can

from hil.encode import Frame
from hil.vehicle_bus import is_extended
from obu.core.frames import FeedEvent
from obu.core.now import NS_PER_S
from obu.drivers.capture import Capture

CAN, AIR, GNSS, FEED = "can.blf", "air.pcap", "gnss.nmea", "feed.jsonl"


class Recorder:
    """Open files of one run; close() at its end."""

    def __init__(self, folder: Path) -> None:
        """folder: of the run, made if it is missing; what an earlier run left there is replaced."""
        folder.mkdir(parents=True, exist_ok=True)
        self._can = can.BLFWriter(str(folder / CAN))
        self._air = Capture(folder / AIR)
        self._gnss = (folder / GNSS).open("wb")
        self._feed = (folder / FEED).open("w", encoding="utf-8")

    def frames(self, frames: Iterable[Frame], utc_ns: int) -> None:
        """What the bus carried."""
        for frame in frames:
            self._can.on_message_received(
                can.Message(
                    timestamp=utc_ns / NS_PER_S,
                    arbitration_id=frame.can_id,
                    is_extended_id=is_extended(frame.can_id),
                    data=frame.data,
                    check=False,
                )
            )

    def sentences(self, data: bytes) -> None:
        """What the receiver said."""
        self._gnss.write(data)

    def packet(self, sdu: bytes, utc_ns: int) -> None:
        """A packet of the air, the unit's own or one that it was given."""
        self._air.write(sdu, utc_ns)

    def event(self, event: FeedEvent, at_s: float) -> None:
        """What the unit told its displays."""
        line = {"at_s": round(at_s, 3), "kind": event.kind, **event.body}
        self._feed.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Ends the files."""
        self._can.stop()
        self._air.close()
        self._gnss.close()
        self._feed.close()
