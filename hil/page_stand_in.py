"""A page at a unit's local socket: it says that it is there, confirms what is shown, and tells a witness of it."""

from hil.feed_client import FeedClient
from hil.given import Given
from hil.unit import BEAT_NS, DRAWN_NS
from hil.witness import Witness
from obu.core.frames import FeedEvent
from obu.core.now import NS_PER_S
from obu.feed import ack_line, beat_line


class Page:
    """carry() each turn, look() for what the unit told."""

    def __init__(self, feed: FeedClient) -> None:
        self._feed = feed
        self._beat_ns = 0
        self._due: list[tuple[int, int]] = []  # when drawn (UTC), number

    def carry(self, given: Given) -> None:
        """Beats, and confirmations that are due."""
        if given.beats and given.at_ns >= self._beat_ns:
            self._beat_ns = given.at_ns + BEAT_NS
            self._feed.say(beat_line(1))
        due = [each for each in self._due if each[0] <= given.utc_ns]
        self._due = [each for each in self._due if each[0] > given.utc_ns]
        for drawn_ns, number in due if given.acknowledges else ():
            self._feed.say(ack_line(number, drawn_ns / NS_PER_S))

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What has come."""
        for kind, body in self._feed.poll():
            witness.told(FeedEvent(kind, body), at_s)
            if kind == "alert":
                self._due.append((utc_ns + DRAWN_NS, int(body["number"])))
