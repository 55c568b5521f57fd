"""What the unit says of itself: plain dictionaries for the local socket (field by field in docs/local-socket.md)."""

import math
from collections.abc import Sequence
from typing import Any

import obu
from obu.can_input.decoder import DecoderState
from obu.codec.editions import Edition
from obu.core import sun
from obu.core.alert import Alert, Shown, Text
from obu.core.frames import CanCounts
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.vehicle import Own
from obu.core.world import Neighbour, Section, View
from obu.security.misbehaviour import Reports
from obu.security.offsets import Apart
from obu.stack.edition_binding import EditionBinding, Step
from obu.stack.receiver import Receiver
from obu.station import ahead
from obu.station.installation import InstallationState
from obu.station.transmit import Transmit

SENDERS_SHOWN = 16
CLAIMS_SHOWN = 8
NEIGHBOURS_SHOWN = 32  # as many as a small picture can hold; 5 kB of a line


def words(text: Text | None) -> dict[str, str] | None:
    """A text in both languages."""
    return None if text is None else {"zh": text.zh, "en": text.en}


def utc_s(now: Now) -> float | None:
    """Unix seconds, to the millisecond."""
    return None if now.utc_ns is None else round(now.utc_ns / NS_PER_S, 3)


def age_ms(now: Now, at_ns: int | None) -> float | None:
    """How long ago, in milliseconds."""
    return None if at_ns is None else round((now.at_ns - at_ns) / NS_PER_MS, 1)


def rounded(value: float | None, digits: int = 1) -> float | None:
    """A figure for people, or None."""
    return None if value is None else round(value, digits)


def scene(view: View, claims: Sequence[Alert]) -> dict[str, Any]:
    """Own speed, light, limit, sign and the nearest neighbours as the screen draws them."""
    own, others = view.own, sorted(view.neighbours, key=_away_m)[:NEIGHBOURS_SHOWN]
    return {
        "speed_kph": rounded(own.speed_mps * 3.6 if own.speed_mps is not None else None),
        "heading_deg": rounded(own.heading_deg),
        "gear": own.vehicle.gear.value if own.vehicle.gear else None,
        "left_turn": own.vehicle.left_turn,
        "right_turn": own.vehicle.right_turn,
        "hazard": own.vehicle.hazard_lights,
        "door_open": own.vehicle.door_open,
        "sections": [_section(one) for one in view.sections],
        "limit_kph": None if view.limit_mps is None else round(view.limit_mps * 3.6),
        "signal": ahead.light(view, claims),
        "sign": ahead.sign(claims),
        "around": len(view.neighbours),
        "neighbours": [
            {
                "subject": other.subject,
                "ahead_m": round(other.offset.ahead_m, 1),
                "right_m": round(other.offset.right_m, 1),
                "heading_deg": round(other.heading_diff_deg, 1),
                "speed_mps": round(other.speed_mps, 1),
                "length_m": other.length_m,
                "width_m": other.width_m,
                "kind": other.kind.value,
            }
            for other in others
        ],
    }


def _section(section: Section) -> dict[str, float]:
    return {
        "ahead_m": round(section.ahead_m, 2),
        "right_m": round(section.right_m, 2),
        "turn_deg": round(section.turn_deg, 1),
        "length_m": round(section.length_m, 2),
        "width_m": section.width_m,
    }


def _away_m(other: Neighbour) -> tuple[float, str]:
    return math.hypot(other.offset.ahead_m, other.offset.right_m), other.subject


def alert(shown: Shown, issued_utc_s: float | None) -> dict[str, Any]:
    """The warning that is on the screen."""
    claim = shown.alert
    return {
        "number": shown.number,
        "app": claim.app,
        "subject": claim.subject,
        "level": int(claim.level),
        "text": words(claim.text),
        "symbol": claim.symbol,
        "direction": claim.direction.value,
        "distance_m": rounded(claim.distance_m, 0),
        "time_s": rounded(claim.time_s, 0),
        "issued_utc_s": issued_utc_s,
        "why": dict(claim.why),
    }


def claims(found: Sequence[Alert]) -> list[dict[str, Any]]:
    """What the applications claim, shown or not, the most urgent first, with the values that decided."""
    first = sorted(found, key=lambda claim: (claim.priority, -claim.level, claim.app, claim.subject))[:CLAIMS_SHOWN]
    return [
        {
            "app": claim.app,
            "subject": claim.subject,
            "level": int(claim.level),
            "text": words(claim.text),
            "why": dict(claim.why),
        }
        for claim in first
    ]


def gnss(now: Now, own: Own, dropped: dict[str, int]) -> dict[str, Any]:
    """The receiver as the unit sees it."""
    fix = own.fix
    return {
        "state": "fix" if fix else "none",
        "kind": fix.kind.value if fix else None,
        "satellites": fix.satellites if fix else None,
        "age_ms": age_ms(now, fix.at_ns if fix else None),
        "accuracy_m": rounded(fix.semi_major_m, 2) if fix else None,
        "dropped": dict(sorted(dropped.items())),
    }


def clock(timing: dict[str, Any], apart: Apart | None) -> dict[str, Any]:
    """Whose word the time is, how good it is, and whether the clocks of others contradict it."""
    return {**timing, "apart": {"senders": apart.senders, "slow_ms": apart.slow_ms} if apart else None}


def bsm(transmit: Transmit) -> dict[str, Any]:
    """Own BSMs: sent or why not, how many, how regularly."""
    state, periods = transmit.state, transmit.periods
    why = [*state.why, *([state.key_fault] if state.key_fault else [])]
    sender = transmit.sender.state
    why += [sender.refusal.why] if sender.refusal else []
    return {
        "state": "stopped" if why else "sending",
        "why": [words(reason) for reason in why],
        "sent": state.sent,
        "refused": sender.refused,
        "first_utc_s": None if state.first_utc_ns is None else round(state.first_utc_ns / NS_PER_S, 3),
        "period_ms": {"p50": periods.percentile_ms(0.5), "p99": periods.percentile_ms(0.99)},
        "congestion": transmit.pace.status(),
    }


def air(now: Now, receiver: Receiver) -> dict[str, Any]:
    """What was heard; every packet is in exactly one of verified, lists, dropped by reason, pending."""
    state, off = receiver.state, receiver.offsets.found(now)
    return {
        "received": state.received,
        "verified": state.verified,
        "lists": state.handed_over,
        "dropped": dict(sorted(state.dropped.items())),
        "pending": receiver.pending(),
        "habits": dict(sorted(state.habits.items())),
        "clocks_off": {"senders": off.senders, "off_s": off.off_s} if off else None,
        "editions": _editions(receiver.editions),
    }


def _editions(editions: EditionBinding) -> dict[str, Any]:
    """Which edition MAP and RSI are read by; of the senders the last to speak."""
    state, options = editions.state, editions.options
    last = list(state.senders.items())[-SENDERS_SHOWN:]
    return {
        "mode": options.fixed.value if options.fixed else "auto",
        "default": options.default.value,
        "judged": dict(sorted(state.judged.items())),
        "rebound": state.rebound,
        "forgotten": state.forgotten,
        "bound": {
            edition.value: sum(each.edition is edition for each in state.senders.values()) for edition in Edition
        },
        "doubted": sum(each.step is not Step.BOUND for each in state.senders.values()),
        "senders": [
            {"signer": signer.hex(), "edition": binding.edition.value, "state": binding.step.value}
            for signer, binding in last
        ],
    }


def can(now: Now, state: DecoderState, buses: dict[str, CanCounts]) -> dict[str, Any]:
    """The vehicle's bus: what became of the profile's frames, and what each channel read before the filters."""
    return {
        "frames": state.frames,
        "used": state.used,
        "dropped": dict(sorted(state.dropped.items())),
        "age_ms": age_ms(now, state.last_frame_ns),
        "channels": {
            name: {
                "heard": counts.heard,
                "passed_over": counts.passed_over,
                "bad": counts.bad,
                "errors": counts.errors,
                "overruns": counts.overruns,
            }
            for name, counts in sorted(buses.items())
        },
    }


def vehicle(state: InstallationState) -> dict[str, Any]:
    """Whether this is the vehicle the unit was installed in."""
    return {"match": state.match.value, "vin": state.vin or None}


def security(now: Now, transmit: Transmit, is_bench: bool) -> dict[str, Any]:
    """Whether the unit can sign, and as whom."""
    pseudonyms = transmit.pseudonyms
    identity, lack = pseudonyms.state.identity, pseudonyms.state.lack
    outlook = None if now.utc_ns is None else pseudonyms.outlook(now.utc_ns)
    return {
        "state": lack.value if lack else "key_failed" if transmit.state.key_fault else "ok",
        "certificate": identity.certificate.digest8.hex() if identity else None,
        "on_duty": identity is not None and identity.is_on_duty,
        "pool": outlook.usable if outlook else 0,
        "pool_low_from_utc_s": _unix_s(outlook.low_from_ns) if outlook else None,
        "duty_until_utc_s": _unix_s(outlook.duty_end_ns) if outlook else None,
        "bench_keys": is_bench,
    }


def _unix_s(utc_ns: int | None) -> int | None:
    return None if utc_ns is None else utc_ns // NS_PER_S


def misbehaviour(reports: Reports) -> dict[str, Any]:
    """Senders whose signed messages cannot be true; the reports themselves are in the store."""
    state = reports.state
    last = state.kept[-1] if state.kept else None
    return {
        "reports": len(state.kept),
        "unreported": state.unreported,
        "last": None if last is None else {name: last[name] for name in ("number", "utc_s", "reason", "signer")},
    }


def light(now: Now, place: LatLon | None) -> str | None:
    """Whether a screen here should be bright or dark."""
    if now.utc_ns is None or place is None:
        return None
    return "night" if sun.is_night(place, now.utc_ns / NS_PER_S) else "day"


def version() -> str:
    """The program's version."""
    return obu.__version__
