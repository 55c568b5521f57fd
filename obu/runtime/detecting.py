"""Listening to an unknown bus for `obu can detect`: bit rates one after another, then every shipped profile at once.

Nothing is sent: each channel is opened listen-only, whatever the configuration permits.
"""

import dataclasses
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from obu.can_input import dbc
from obu.can_input.detect import Candidate, Census
from obu.can_input.profile import Profile
from obu.core.alert import Text
from obu.core.frames import CanFrame, DriverState
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import can_bus, can_link
from obu.drivers.can_options import Options
from obu.drivers.clock import SystemClock
from obu.runtime import places, strict

# The most usual of vehicles first: J1939, passenger cars, newer J1939 (J1939-14), body buses.
RATES = (250_000, 500_000, 125_000, 1_000_000, 100_000, 50_000, 83_300, 20_000, 10_000, 800_000)
TRY_S = 1.5  # the slowest groups of J1939 come each second
ENOUGH = 3  # frames: each passed a 15-bit CRC, so that three are no chance
LOOK_NS = 100 * NS_PER_MS
WAIT_MS = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was heard at a bit rate (None: the interface's own). why: what the driver said when it gave up."""

    bitrate: int | None
    frames: int
    errors: int
    why: Text | None


class Ear:
    """A channel that is polled as the main loop does it."""

    def __init__(self, options: Options) -> None:
        self._channel = can_bus.make("can.detect", dataclasses.replace(options, listen_only=True))
        self._clock = SystemClock(0)
        self.why: Text | None = None

    def hear(self, seconds: float) -> Iterator[tuple[int, list[CanFrame]]]:
        """(monotonic ns, frames) of each poll, for so long or until the channel says that it is of no use."""
        self.why = None
        end_ns = self._clock.now().at_ns + int(seconds * NS_PER_S)
        while (at_ns := self._clock.now().at_ns) < end_ns:
            arrivals = self._channel.poll(at_ns)
            frames = [arrival for arrival in arrivals if isinstance(arrival, CanFrame)]
            for arrival in arrivals:
                if isinstance(arrival, DriverState):
                    self.why = None if arrival.is_up else Text(arrival.why_zh or arrival.why, arrival.why)
            yield at_ns, frames
            if self.why:
                return
            self._wait(at_ns)

    def errors(self) -> int:
        """Errors on the bus so far, where the interface tells them."""
        return self._channel.watch.errors

    def close(self) -> None:
        """Leaves the bus."""
        self._channel.close()

    def _wait(self, at_ns: int) -> None:
        poller = select.poll()
        if (fd := self._channel.fileno()) >= 0:
            poller.register(fd, select.POLLIN)
        wake_ns = self._channel.wake_at_ns()
        wait_ms = WAIT_MS if wake_ns is None else max(0, -(-(wake_ns - at_ns) // NS_PER_MS))
        poller.poll(min(WAIT_MS, wait_ms))


def find_rate(
    options: Options, rates: tuple[int | None, ...], tell: Callable[[Attempt], None], set_link: bool = False
) -> tuple[list[Attempt], Ear | None]:
    """Tries the rates; what each gave, and the channel that heard, still open. Raises LocalError.

    set_link: the kernel's interface is set to each rate, listen-only, and stays at the last one.
    """
    attempts = []
    for rate in rates:
        if set_link and rate is not None:
            can_link.listen(options.channel, rate)
        ear = Ear(dataclasses.replace(options, bitrate=rate))
        heard = 0
        for _, frames in ear.hear(TRY_S):
            heard += len(frames)
            if heard >= ENOUGH:
                break
        attempts.append(Attempt(rate, heard, ear.errors(), ear.why))
        tell(attempts[-1])
        if heard >= ENOUGH:
            return attempts, ear
        ear.close()
    return attempts, None


def rates_of(options: Options, set_link: bool) -> tuple[int | None, ...]:
    """The rates to try: the one asked for, all that an adapter may know, or the one the interface has."""
    if options.bitrate is not None:
        return (options.bitrate,)
    return RATES if options.interface == "slcan" or set_link else (None,)


def kernel_rate(options: Options) -> int | None:
    """What the kernel says its interface runs at, in bit/s."""
    if options.interface != "socketcan":
        return None
    try:
        return can_link.read(options.channel).bitrate
    except OSError:
        return None


def candidates(names: tuple[str, ...] = ()) -> list[Candidate]:
    """A candidate for each shipped profile, or for those that are named (a name, or a path). Raises ConfigError.

    A car that must be asked says nothing that could be heard: it is none.
    """
    shipped = sorted(places.vehicles().glob("*.toml"))
    paths = [places.vehicle(name, "--profile") for name in names] if names else shipped
    profiles = [(path, strict.read_toml(path, Profile)) for path in paths]
    return [_candidate(path, profile) for path, profile in profiles if profile.family != "obd"]


def _candidate(path: Path, profile: Profile) -> Candidate:
    plans = dbc.compile_plans(strict.read_text(path.with_suffix(".dbc")), profile, str(path))
    return Candidate(path.stem, profile, plans)


def study(ear: Ear, seconds: float, vehicles: list[Candidate]) -> Iterator[tuple[int, Census]]:
    """Feeds the candidates for so long: (instant, census) after each poll; they look ten times a second."""
    census, looked_ns = Census(), 0
    for at_ns, frames in ear.hear(seconds):
        census.take(frames)
        for vehicle in vehicles:
            vehicle.take(frames)
        if at_ns - looked_ns >= LOOK_NS:
            looked_ns = at_ns
            for vehicle in vehicles:
                vehicle.look(at_ns)
        yield at_ns, census
