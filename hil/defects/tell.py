"""Defects of a unit in what its BSMs say, and when they go."""

import dataclasses
from collections.abc import Callable
from typing import Any

from hil.defects.planting import Defect, Patch, changed, constant, result
from obu.codec.messages.bsm import Bsm
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.core.vehicle import Event
from obu.positioning.path_prediction import STRAIGHT
from obu.security.certificate import Certificate
from obu.security.signer import Signer
from obu.stack import aids
from obu.stack.sender import Sender
from obu.station import content, events, schedule, transmit
from obu.station.events import CriticalEvents
from obu.station.pace_channel import ByChannel
from obu.station.pace_density import ByDensity
from obu.station.schedule import BsmSchedule, Due
from obu.station.transmit import Transmit


def _says(what: str, **fields: Any) -> Defect:
    """Its BSMs have this in a field."""
    return result(what, content, "bsm", lambda message: dataclasses.replace(message, **fields))


def _tells(what: str, change: Callable[[Bsm], dict[str, Any]]) -> Defect:
    return result(what, content, "bsm", lambda message: dataclasses.replace(message, **change(message)))


def _mirror(message: Bsm) -> dict[str, Any]:
    return {"yaw_rate_deg_s": -message.yaw_rate_deg_s}


def _at_pace(right: Any) -> Any:
    """Events wait for the pace of regular BSMs."""

    def due(self: Any, at_ns: int, on: frozenset[Event], regular_ns: int) -> Due:
        found = right(self, at_ns, frozenset(), regular_ns)
        return Due.EVENT if on and found is Due.REGULAR else found

    return due


def _on_old_grid(right: Any) -> Any:
    def due(self: Any, at_ns: int, on: frozenset[Event], regular_ns: int) -> Due:
        before_ns, is_new = self.state.base_ns, bool(on - self.state.events)
        found = right(self, at_ns, on, regular_ns)
        if is_new and before_ns is not None:
            self.state.base_ns = before_ns
        return found

    return due


def _counts_twice(right: Any) -> Any:
    def count(self: Any, now: Any) -> None:
        right(self, now)
        self.state.msg_count = (self.state.msg_count + 1) % transmit.MSG_COUNTS

    return count


def _not_urgent(right: Any) -> Any:
    return lambda self, now, message, aid, identity, urgent: right(self, now, message, aid, identity, False)


def _without(event: Event) -> Defect:
    return result(f"it never tells {event.value}", CriticalEvents, "active", lambda found: found - {event})


def _careless_of_others() -> tuple[Patch, ...]:
    return tuple(Patch(pace, "hear", lambda *_: None) for pace in (ByChannel, ByDensity))


DEFECTS: dict[str, Defect] = {
    "mirrored": _tells("its yaw rate counts the other way round", _mirror),
    "imperial": _tells("it takes km/h for m/s", lambda message: {"speed_mps": (message.speed_mps or 0.0) * 3.6}),
    "pushed": _tells("its accelerations are 1 m/s2 off", lambda message: {
        "accel_long_mps2": (message.accel_long_mps2 or 0.0) + 1.0,
    }),
    "lost": _tells("its heading is 10 degrees off", lambda message: {
        "heading_deg": ((message.heading_deg or 0.0) + 10.0) % 360.0,
    }),
    "footless": _says("it never brakes", brake_applied=False),
    "wordy": _says("it tells its elevation, which is forbidden", elevation_m=12.0),
    "pathless": _says("it tells no path history", path=()),
    "endless": constant("the path history goes with each BSM", transmit, "PATH_NS", 0),
    "straight": _says("it predicts a straight road always", prediction=STRAIGHT),
    "dark": _says("it tells no lights", lights=frozenset()),
    "classless": _says("it tells no class", basic_class=0),
    "short": _says("it is 12 m long, whatever it is", length_m=12.0),
    "boastful": _says("it claims a position within five centimetres", semi_major_m=0.05),
    "belated": _tells("secMark is 300 ms behind", lambda message: {
        "sec_mark_ms": ((message.sec_mark_ms or 0) - 300) % 60_000,
    }),
    "restless": _tells("its id changes with each BSM", lambda message: {"id": bytes((message.msg_count,)) * 8}),
    "stuttering": changed("msgCnt goes up by two", Transmit, "_count", _counts_twice),
    "mislabelled": constant(
        "event BSMs go under the AID of regular ones", transmit, "AID", dict.fromkeys(transmit.AID, aids.BSM)
    ),
    "miserly": result("its certificate goes once and never again", Signer, "_is_full_due", lambda _: False),
    "terse": changed("events bring no certificate", Sender, "begin", _not_urgent),
    "slow": constant("event BSMs go each 300 ms", schedule, "PERIOD_NS", 300 * NS_PER_MS),
    "lazy": changed("regular BSMs go each 200 ms", BsmSchedule, "due", lambda right: (
        lambda self, at_ns, on, regular_ns: right(self, at_ns, on, 2 * regular_ns)
    )),
    "muffled": changed("event BSMs wait for the pace of regular ones", BsmSchedule, "due", _at_pace),
    "stubborn": changed("an event does not move the grid", BsmSchedule, "due", _on_old_grid),
    "touchy": constant("braking is hard from 3 m/s2 on", events, "HARD_BRAKING_MPS2", 3.0),
    "alarmed": constant("hard braking is told for ten seconds", events, "BRAKING_HOLD_NS", 10 * NS_PER_S),
    "numb": constant("driving aids count after a minute", events, "ENGAGED_NS", 60 * NS_PER_S),
    "jumpy": constant("driving aids count at once", events, "ENGAGED_NS", -1),
    "undying": constant("its own certificates never end", Certificate, "is_valid_at", lambda *_: True),
    "unlit": _without(Event.HAZARD_LIGHTS),
    "slipping": _without(Event.TRACTION_CONTROL_LOSS),
    "unsteady": _without(Event.STABILITY_CONTROL_ACTIVATED),
    "inconsiderate": Defect("it does not care how crowded the channel is", _careless_of_others),
}  # fmt: skip
