"""Is this bus fit to be read? From frames and error indications alone, so that every kind of channel judges alike.

A controller at another bit rate than the bus reads no frame at all and sees an error in each; in its normal mode it
destroys every one of them. Listening only, it disturbs nobody; the channel is left all the same, and it is said why.
"""

from obu.core.alert import Text
from obu.core.now import NS_PER_MS

ERRORS_NEEDED = 3
ERRORS_SPAN_NS = 300 * NS_PER_MS  # three frames of a J1939 bus at its slowest rate in use, 100 ms

BUS_OFF = Text("总线关闭（bus-off）：检查接线、终端电阻和比特率",
               "bus-off: check wiring, termination and bit rate")  # fmt: skip
ERRORS_ONLY = Text("总线只有错误，没有报文：检查接线和终端电阻",
                   "errors and no frame: check wiring and termination")  # fmt: skip


def wrong_bitrate(bitrate: int | None) -> Text:
    """The sentence for a bus of another rate; bitrate: ours in bit/s, None where the interface keeps it."""
    zh = f"{bitrate} bit/s " if bitrate else ""
    en = f" {bitrate} bit/s" if bitrate else ""
    return Text(f"比特率 {zh}不对：只有错误，没有报文；用 obu can detect 查找",
                f"wrong bit rate{en}: errors and no frame; find it with: obu can detect")  # fmt: skip


class BusWatch:
    """opened(), then what is read; trouble() says what is wrong, None while nothing is. frames, errors: so far."""

    def __init__(self, bitrate: int | None) -> None:
        self.frames = self.errors = 0
        self.is_off = self.is_wrong_rate = self.has_heard = False
        self._bitrate = bitrate
        self._run = 0  # errors since the last frame
        self._since_ns = 0

    def opened(self) -> None:
        """The channel begins anew."""
        self.is_off = self.is_wrong_rate = self.has_heard = False
        self._run = 0

    def heard(self, count: int = 1) -> None:
        """Whole frames of the bus were read, wanted or not."""
        self.frames += count
        self.has_heard = True
        self._run = 0

    def erred(self, at_ns: int) -> None:
        """The controller saw an error on the bus."""
        self.errors += 1
        if self._run == 0:
            self._since_ns = at_ns
        self._run += 1

    def went_off(self) -> None:
        """The controller has taken itself off the bus."""
        self.is_off = True

    def trouble(self, at_ns: int) -> Text | None:
        """Why the channel should be left now."""
        if self.is_off:
            return BUS_OFF
        if self._run < ERRORS_NEEDED or at_ns - self._since_ns < ERRORS_SPAN_NS:
            return None
        self.is_wrong_rate = not self.has_heard
        return wrong_bitrate(self._bitrate) if self.is_wrong_rate else ERRORS_ONLY
