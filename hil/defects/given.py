"""Defects of a unit in how it takes what its bus, receiver, board and own parts give it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from hil.defects.planting import Defect, changed, constant
from obu.can_input import j1939
from obu.can_input.assembler import Assembler
from obu.can_input.decoder import Decoder
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, Now
from obu.hmi.display import Condition, DisplayHealth, DisplayWatch
from obu.link import wire
from obu.positioning import gate
from obu.positioning.gate import Gate
from obu.positioning.own import OwnTracker
from obu.security import signer
from obu.security.pseudonym import Pseudonyms
from obu.station.board import Board
from obu.station.health import Health
from obu.station.station import Station

ENOUGH = 200  # turns: two seconds
LEAST_FRAME = 7


def _held(right: Any) -> Any:
    """The last value of each signal for ever."""
    kept: dict[str, Any] = {}

    def vehicle(self: Any, at_ns: int) -> Any:
        found = right(self, at_ns)
        for field in dataclasses.fields(found):
            if (value := getattr(found, field.name)) is not None:
                kept[field.name] = value
        return dataclasses.replace(found, **kept)

    return vehicle


def _antenna(right: Any) -> Any:
    return lambda self, fix, body: LatLon(fix.lat_deg, fix.lon_deg)


def _own_way(right: Any) -> Any:
    """After a while no fix is admitted any more."""
    turns = [0]

    def admit(self: Any, fix: Any, wheel_mps: Any) -> Any:
        turns[0] += 1
        return right(self, fix, wheel_mps) if turns[0] < ENOUGH else None

    return admit


def _without_sum(frame: bytearray, length: int) -> int:
    if length < LEAST_FRAME:
        return -1
    at = 0
    while at < length:
        code = frame[at]
        frame[at] = 0
        at += code or length
    return length - LEAST_FRAME


def _always_alike(right: Any) -> Any:
    def update(self: Any, now: Any, place: Any, has_event: bool, random: bytes, is_on_duty: bool) -> Any:
        return right(self, now, place, has_event, bytes(range(7, 7 + len(random))), is_on_duty)

    return update


def _drivers_unheard(right: Any) -> Callable[..., None]:
    return lambda self, drivers, *rest: right(self, (), *rest)


def _late_from_50_ms(now: Any, underway: Any, *_: Any) -> Any:
    return signer.Dropped.LATE if now.at_ns - underway.asked_ns > 50 * NS_PER_MS else None


def _with_a_guess(right: Any) -> Any:
    known = [0]

    def step(self: Any, now: Now, inbox: Any) -> Any:
        if now.utc_ns is not None:
            known[0] = now.utc_ns - now.at_ns
        return right(self, dataclasses.replace(now, utc_ns=now.at_ns + known[0]), inbox)

    return step


def _settled(right: Any) -> Any:
    def vehicle(self: Any, at_ns: int) -> Any:
        self.state.settled_ns = 0
        return right(self, at_ns)

    return vehicle


DEFECTS: dict[str, Defect] = {
    "believing": constant("it takes any fix for true", gate, "_jump", lambda *_: None),
    "introverted": changed("it believes its wheels and no receiver", Gate, "admit", _own_way),
    "holding": changed("it keeps a lost signal's last value", Assembler, "vehicle", _held),
    "armless": changed("it takes its antenna for its centre", OwnTracker, "_centre", _antenna),
    "rash": changed("it trusts a bus that was just switched on", Assembler, "vehicle", _settled),
    "literal": constant("it takes error values for measurements", j1939, "span", lambda bits, *_: (0, (1 << bits) - 1)),
    "summing_up": constant("it takes frames with a wrong sum", Decoder, "_check", lambda *_: None),
    "guessing": changed("it goes on with a guess where it does not know the time", Station, "step", _with_a_guess),
    "overrun": changed("it takes eight frames of its bus a turn", Decoder, "take", lambda right: (
        lambda self, frames: right(self, frames[-8:])
    )),
    "unaware": changed("it does not hear what its drivers say", Health, "take", _drivers_unheard),
    "sumless": constant("it does not check the sum of what the board says", wire, "opened", _without_sum),
    "obliging": constant("it talks with any firmware", wire.End, "is_compatible", lambda _: True),
    "uncaring": constant("it takes no note of the board", Board, "take", lambda *_: None),
    "impatient": constant("a signature that takes 50 ms is too late", signer, "_failure", _late_from_50_ms),
    "stale": constant("it sends what was signed too late", signer, "_failure", lambda *_: None),
    "unwatched": constant("it believes the display whatever it does", DisplayWatch, "health", lambda *_: (
        DisplayHealth(Condition.OK)
    )),
    "rigid": changed("each start takes the same certificate and id", Pseudonyms, "update", _always_alike),
}  # fmt: skip
