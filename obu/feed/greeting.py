"""What a client that has just connected is told at once: last status, lanes about us, the warning that is showing."""

from dataclasses import dataclass

from obu.core.frames import FeedEvent


@dataclass(slots=True)
class Greeting:
    """Keeps the lines a newcomer gets. take() every published event with its line, in order."""

    status: bytes | None = None
    road: bytes | None = None
    alert: bytes | None = None
    number: int | None = None

    def take(self, event: FeedEvent, line: bytes) -> None:
        """Remembers a status, a road or an alert; a clear forgets the alert only if it is that one's."""
        if event.kind == "status":
            self.status = line
        elif event.kind == "road":
            self.road = line
        elif event.kind == "alert":
            number = event.body["number"]
            self.alert, self.number = line, number if isinstance(number, int) else None
        elif event.kind == "clear" and event.body["number"] == self.number:
            self.alert = self.number = None

    def lines(self) -> tuple[bytes, ...]:
        """The greeting, oldest first."""
        return tuple(line for line in (self.status, self.road, self.alert) if line is not None)
