"""When a driver must be warned at the latest and may be at the earliest: kinematics alone, no application in it.

Latest: after it a driver of this class cannot stop in time; earliest: before it a warning is a nuisance. By class of
our vehicle, seconds until the brakes bite and what they then give (UN R13 for the bus's least, standing passengers for
what is comfortable): taxi 0.8 s and 6.67 m/s2 at the latest, 2.0 s and 3.0 m/s2 at the earliest; bus 1.25 s and 5.0,
2.4 s and 2.0. Nothing is early that is less than 4 s away (ISO 15623: no warning at a longer time to collision).
"""

LATEST = {"taxi": (0.8, 6.67), "bus12": (1.25, 5.0), "bus18": (1.25, 5.0)}  # s, m/s2
EARLIEST = {"taxi": (2.0, 3.0), "bus12": (2.4, 2.0), "bus18": (2.4, 2.0)}
FAR_S = 4.0


def ahead_m(kind: str, own_mps: float, lead_mps: float = 0.0) -> tuple[float, float]:
    """(least, most) bumper to bumper at the warning, of somebody slower ahead who keeps his speed."""
    closing_mps = own_mps - lead_mps
    (late_s, late_mps2), (early_s, early_mps2) = LATEST[kind], EARLIEST[kind]
    least_m = closing_mps * late_s + closing_mps**2 / (2 * late_mps2)
    most_m = max(closing_mps * early_s + closing_mps**2 / (2 * early_mps2), closing_mps * FAR_S)
    return round(least_m, 1), round(most_m, 1)


def before_m(kind: str, own_mps: float) -> tuple[float, float]:
    """(least, most) from our front to a place where we must be able to stop: a line, the way of somebody crossing."""
    return ahead_m(kind, own_mps)


def between_s(kind: str, own_mps: float, front_m: float) -> tuple[float, float]:
    """(from, to) of the warning, when we drive at one speed and our front is front_m from that place at second 0."""
    least_m, most_m = before_m(kind, own_mps)
    return round(max(0.0, (front_m - most_m) / own_mps), 2), round((front_m - least_m) / own_mps, 2)
