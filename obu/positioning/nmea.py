"""Bytes of a receiver to fixes, and the one door to pynmea2; no bytes raise, every sentence is counted once.

RMC, GGA and GST of one UTC instant make one Fix.
NMEA 0183 4.11: sentence 5.3, RMC, GGA, GST 6.3. Talkers GN, BD and GB (BeiDou), GP, GA, GL.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pynmea2

from obu.core.errors import RemoteError
from obu.core.frames import GnssBytes
from obu.core.vehicle import Fix
from obu.positioning import lines
from obu.positioning.epoch import BAD_FIELD, EXPECTED, Epoch, Part, complete, gga_part, gst_part, rmc_part

LONGEST_SENTENCE = 120  # NMEA 0183 allows 82; receivers with RTK digits write longer ones
TALKERS = frozenset({"GN", "BD", "GB", "GP", "GA", "GL"})
PARTS: dict[str, Callable[[list[str]], Part]] = {"RMC": rmc_part, "GGA": gga_part, "GST": gst_part}

BAD_CHECKSUM = "bad_checksum"
NOT_ASCII = "not_ascii"
NO_SENTENCE = "no_sentence"
UNKNOWN_SENTENCE = "unknown_sentence"
NO_FIX = "no_fix"

# Sentences of every receiver that hold nothing we need.
PASSED_OVER = frozenset({"GSA", "GSV", "GLL", "VTG", "ZDA", "TXT", "GNS", "GBS", "DTM", "GRS", "HDT", "THS"})


@dataclass(slots=True)
class NmeaState:
    """fix: the newest, None as soon as the receiver says that it has none.

    has_gst: the last epoch came with GST, so the present one waits for it.
    """

    fix: Fix | None = None
    reading: lines.Reading = field(default_factory=lines.Reading)
    epoch: Epoch | None = None
    has_gst: bool = False


class Nmea:
    """take() what the line brought; `state.fix` is the newest position of the antenna."""

    def __init__(self) -> None:
        self.state = NmeaState()

    def take(self, chunks: Sequence[GnssBytes]) -> None:
        """All whole sentences of these chunks, in order. Never raises; keeps at most one sentence's bytes."""
        lines.read(self.state.reading, chunks, LONGEST_SENTENCE, self._sentence)

    def _sentence(self, line: bytes, at_ns: int) -> bool:
        """Whether the sentence was of use. Raises RemoteError."""
        kind, data = _parse(line)
        make = PARTS.get(kind)
        if make is None:
            return False
        try:
            part = make(data)
        except ValueError:
            raise RemoteError(BAD_FIELD) from None
        if not part.is_valid:
            self.state.fix = self.state.epoch = None  # it has lost its position: the old one is over
            raise RemoteError(NO_FIX)
        self._join(kind, part, at_ns)
        return True

    def _join(self, kind: str, part: Part, at_ns: int) -> None:
        state = self.state
        if state.epoch is None or state.epoch.time_ms != part.time_ms:
            self._finish(state.epoch)
            state.epoch = Epoch(part.time_ms)
        epoch = state.epoch
        epoch.at_ns = at_ns
        setattr(epoch, kind.lower(), part)
        if not epoch.is_done and epoch.rmc and epoch.gga and (epoch.gst or not state.has_gst):
            self._publish(epoch)

    def _finish(self, epoch: Epoch | None) -> None:
        """A new instant has begun: what the last one was still waiting for does not come any more."""
        if epoch is None:
            return
        self.state.has_gst = epoch.gst is not None
        if not epoch.is_done and epoch.rmc and epoch.gga:
            self._publish(epoch)

    def _publish(self, epoch: Epoch) -> None:
        epoch.is_done = True
        self.state.fix = complete(epoch)


def _parse(line: bytes) -> tuple[str, list[str]]:
    """(type, fields) of one line without its end. Raises RemoteError."""
    start = line.rfind(b"$")  # a torn sentence may stand before the whole one
    if start < 0:
        raise RemoteError(NO_SENTENCE)
    if not line.isascii() or not line[start:].decode("ascii").isprintable():
        raise RemoteError(NOT_ASCII)
    try:
        sentence = pynmea2.parse(line[start:].decode("ascii"), check=True)
    except pynmea2.ChecksumError:
        raise RemoteError(BAD_CHECKSUM) from None
    except (pynmea2.ParseError, ValueError, IndexError, TypeError, AttributeError):
        raise RemoteError(UNKNOWN_SENTENCE) from None
    if not isinstance(sentence, pynmea2.TalkerSentence):
        return "", []  # a maker's own ($P...): not ours to judge
    kind = str(sentence.sentence_type)
    if (kind not in PARTS and kind not in PASSED_OVER) or sentence.talker not in TALKERS:
        raise RemoteError(UNKNOWN_SENTENCE)
    if kind in PARTS and len(sentence.data) < EXPECTED[kind]:
        raise RemoteError(BAD_FIELD)
    return kind, list(sentence.data)
