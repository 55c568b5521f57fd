"""Which vehicle is this? Every profile hears the same frames; ranked by what it finds in them and how sane that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from obu.can_input import j1939
from obu.can_input.assembler import Assembler, Reading
from obu.can_input.dbc import Plans
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Profile, Values
from obu.core.frames import CanFrame

# What has no "unavailable" value in a BSM; the receiver may give speed in place of the bus (GB/T 45315-2025 7.3.2).
NEEDED = ("speed_mps", "yaw_rate_deg_s")
# No bus or taxi exceeds these; a foreign profile read into a bus does so within seconds.
BOUNDS = {
    "speed_mps": (0.0, 60.0), "steering_wheel_deg": (-1200.0, 1200.0), "yaw_rate_deg_s": (-90.0, 90.0),
    "accel_long_mps2": (-12.0, 12.0), "accel_lat_mps2": (-12.0, 12.0), "accel_vert_mps2": (-12.0, 12.0),
}  # fmt: skip
MOST_JUMP = {"speed_mps": 3.0, "steering_wheel_deg": 200.0, "yaw_rate_deg_s": 60.0}  # between two looks, 100 ms apart


@dataclass(frozen=True, slots=True)
class Fit:
    """How a profile fits. score: 0..1, the product of the three shares. seen, of: its messages on this bus, and all.

    measured: share of its frames that carry a measurement or say "not available". sane: share of the values looked
    at that a vehicle can have. missing: values a BSM could carry and this bus does not give, the needed ones first.
    """

    name: str
    title: str
    score: float
    seen: int
    of: int
    measured: float
    sane: float
    readings: tuple[Reading, ...]
    missing: tuple[str, ...]


@dataclass(slots=True)
class Seen:
    """An identifier on the bus: how often, and when first and last."""

    count: int = 0
    first_ns: int = 0
    last_ns: int = 0

    def period_ms(self) -> float | None:
        """The mean time between two frames; None after only one."""
        return (self.last_ns - self.first_ns) / (self.count - 1) / 1e6 if self.count > 1 else None


@dataclass(slots=True)
class Census:
    """What is on the bus, by (is_extended, identifier). most: identifiers kept, the rest is only counted."""

    most: int = 4096
    frames: int = 0
    seen: dict[tuple[bool, int], Seen] = field(default_factory=dict)

    def take(self, frames: Iterable[CanFrame]) -> None:
        """These frames, in order."""
        for frame in frames:
            self.frames += 1
            key = frame.is_extended, frame.can_id
            if key not in self.seen:
                if len(self.seen) >= self.most:
                    continue
                self.seen[key] = Seen(first_ns=frame.at_ns)
            seen = self.seen[key]
            seen.count += 1
            seen.last_ns = frame.at_ns


class Candidate:
    """One profile on trial: take() all frames, look() ten times a second, fit() at the end."""

    def __init__(self, name: str, profile: Profile, plans: Plans) -> None:
        """name: of the profile. Raises ConfigError as the assembler does."""
        self.name = name
        self._title = profile.title
        self._plans = plans
        self._decoder = Decoder(plans)
        self._assembler = Assembler(profile, plans, self._decoder, name)
        self._keys = {message.key for message in plans.messages}
        self._heard: set[int] = set()
        self._before: dict[str, float] = {}
        self._looks = self._sane = 0

    def take(self, frames: Sequence[CanFrame]) -> None:
        """Every frame of the bus, also those of no concern."""
        self._decoder.take(frames)
        key = self._plans.family.key
        self._heard |= {key(frame.can_id, frame.is_extended) for frame in frames} & self._keys

    def look(self, at_ns: int) -> None:
        """Judges the values of this instant."""
        for reading in self._assembler.readings(at_ns):
            if reading.name in BOUNDS and isinstance(reading.value, float):
                low, high = BOUNDS[reading.name]
                jump = abs(reading.value - self._before.get(reading.name, reading.value))
                is_sane = low <= reading.value <= high and jump <= MOST_JUMP.get(reading.name, jump)
                self._looks += 1
                self._sane += is_sane
                self._before[reading.name] = reading.value

    def fit(self, at_ns: int) -> Fit:
        """The verdict as of this instant."""
        state = self._decoder.state
        silent = state.dropped.get(j1939.NOT_AVAILABLE, 0)
        own = state.frames - state.dropped.get("not_in_profile", 0)
        measured = (state.used + silent) / own if own else 0.0
        sane = self._sane / self._looks if self._looks else 0.5  # nothing to judge by
        of = len(self._plans.messages)
        readings = tuple(self._assembler.readings(at_ns))
        given = {reading.name for reading in readings}
        absent = [value.name for value in fields(Values) if value.name not in given]
        missing = [name for name in NEEDED if name in absent] + [name for name in absent if name not in NEEDED]
        score = len(self._heard) / of * measured * sane if of else 0.0
        return Fit(
            self.name, self._title, round(score, 3), len(self._heard), of, measured, sane, readings, tuple(missing)
        )


def ranked(candidates: Iterable[Candidate], at_ns: int) -> list[Fit]:
    """The best first; those that found nothing are left out."""
    fits = [candidate.fit(at_ns) for candidate in candidates]
    return sorted((fit for fit in fits if fit.seen), key=lambda fit: (-fit.score, -fit.seen, fit.name))
