"""The light and the sign before us as the screen draws them; what an application claims of them, it says here too."""

from collections.abc import Sequence
from typing import Any

from obu.apps import glosa, ivs
from obu.core.alert import Alert
from obu.core.signs import SYMBOLS, outline_of
from obu.core.world import Lamp, View

FARTHEST_M = 300.0  # T/CSAE 53: range of GLOSA
PASSED_M = -2.0  # a front that reaches so far over the line still waits at it
LAMPS = {Lamp.RED: "red", Lamp.YELLOW: "yellow", Lamp.PERMISSIVE_GREEN: "green", Lamp.PROTECTED_GREEN: "green"}


def light(view: View, claims: Sequence[Alert]) -> dict[str, Any] | None:
    """The light at our next stop line, with the speeds that GLOSA advises; None where none is known or near."""
    signal = view.signal
    if signal is None or not PASSED_M <= signal.stop_m <= FARTHEST_M:
        return None
    advice = _why(claims, glosa.NAME)
    return {
        "lamp": LAMPS[signal.lamp],
        "turn": view.turn.value if view.turn else None,
        "stop_m": round(max(0.0, signal.stop_m)),
        "left_s": None if signal.left_s is None else round(signal.left_s, 1),
        "advice_kph": [round(float(advice[name])) for name in ("low_kph", "high_kph")] if advice else None,
    }


def sign(claims: Sequence[Alert]) -> dict[str, Any] | None:
    """The nearest sign that IVS shows."""
    shown = next((claim for claim in claims if claim.app == ivs.NAME), None)
    if shown is None:
        return None
    why = dict(shown.why)
    number = round(float(why["sign_type"]))
    return {
        "text": {"zh": shown.text.zh, "en": shown.text.en},
        "shape": outline_of(number),
        "symbol": SYMBOLS.get(number),
        "figure": why.get("figure"),
        "distance_m": round(shown.distance_m or 0.0),
    }


def _why(claims: Sequence[Alert], app: str) -> dict[str, float | str]:
    return next((dict(claim.why) for claim in claims if claim.app == app), {})
