"""The spacing of own BSMs as a histogram of 0.1 ms steps: bounded, exact enough for percentiles."""

from dataclasses import dataclass, field

from obu.core.now import NS_PER_MS

STEPS_PER_MS = 10
LONGEST_MS = 2000  # a longer pause is a stop, not a period


@dataclass(slots=True)
class PeriodsState:
    """counts: by tenth of a millisecond. last_ns: of the last BSM of an unbroken series."""

    counts: dict[int, int] = field(default_factory=dict)
    last_ns: int | None = None


class Periods:
    """sent() at each BSM, broken() when the series stops, percentile_ms() at any time."""

    def __init__(self) -> None:
        self.state = PeriodsState()

    def sent(self, at_ns: int) -> None:
        """A BSM left at this instant."""
        state = self.state
        if state.last_ns is not None and at_ns - state.last_ns < LONGEST_MS * NS_PER_MS:
            step = round((at_ns - state.last_ns) * STEPS_PER_MS / NS_PER_MS)
            state.counts[step] = state.counts.get(step, 0) + 1
        state.last_ns = at_ns

    def broken(self) -> None:
        """The series stopped; the next BSM begins a new one."""
        self.state.last_ns = None

    def percentile_ms(self, share: float) -> float | None:
        """The period that `share` (0..1) of all periods do not exceed; None before the second BSM."""
        counts = self.state.counts
        rest = share * sum(counts.values())
        for step in sorted(counts):
            rest -= counts[step]
            if rest <= 0:
                return step / STEPS_PER_MS
        return None
