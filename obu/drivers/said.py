"""What a driver has said of itself; the same for every driver. Only news is told on: a lost device floods no log."""

from obu.core.alert import Text
from obu.core.frames import DriverState


class Said:
    """last: what was told last, None before anything was."""

    def __init__(self, name: str) -> None:
        """name: the configuration section."""
        self.last: DriverState | None = None
        self._name = name

    def tell(self, is_up: bool, why: str | Text, at_ns: int) -> tuple[DriverState, ...]:
        """For the inbox: one when state or reason is another. why: a Text where Chinese has words of its own."""
        said = why if isinstance(why, Text) else Text("", why)
        if self.last is not None and (self.last.is_up, self.last.why) == (is_up, said.en):
            return ()
        self.last = DriverState(self._name, is_up, said.en, at_ns, said.zh)
        return (self.last,)
