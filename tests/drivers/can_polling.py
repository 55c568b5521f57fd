"""How a test reads a CAN channel: as the loop does, waiting on the descriptor and on the wake of the driver."""

import select
import time

from obu.core.frames import CanFrame, DriverState

CCVS1, EEC1 = 0x18FEF131, 0x0CF00400
FILTERS = ((0xFEF100, 0x3FFFF00, True),)  # CCVS1 of any priority and sender


def frames(arrivals):
    return [arrival for arrival in arrivals if isinstance(arrival, CanFrame)]


def states(arrivals):
    return [arrival.is_up for arrival in arrivals if isinstance(arrival, DriverState)]


def reasons(arrivals):
    return [arrival.why for arrival in arrivals if isinstance(arrival, DriverState) and not arrival.is_up]


def poll_until(driver, done, seconds=5.0):
    """Until done(arrivals so far), in real time."""
    arrivals, end = [], time.monotonic() + seconds
    while not done(arrivals) and time.monotonic() < end:
        wait = [driver.fileno()] if driver.fileno() >= 0 else []
        select.select(wait, [], [], 0.02)
        arrivals.extend(driver.poll(time.monotonic_ns()))
    return arrivals
