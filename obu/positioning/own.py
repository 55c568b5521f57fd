"""The own vehicle in one value: the fix carried to the centre of the outline, heading held at standstill.

GB/T 45315-2025 7.3; YD/T 3709 for the reference point and the signs. `state` is all that changes.
"""

import dataclasses
import math
from dataclasses import dataclass, field

from obu.core.geo import LatLon, move
from obu.core.now import Now
from obu.core.units import mps
from obu.core.vehicle import Body, Fix, Gear, Light, Own, PathPoint, VehicleState
from obu.positioning import path_history, path_prediction
from obu.positioning.path_history import PathHistory
from obu.positioning.path_prediction import Predictor

# Below the one the heading is held, above the other it follows the receiver again (T/CSAE 159-2020).
HOLD_MPS = mps(4.0)
FOLLOW_MPS = mps(5.0)
STILL_MPS = 0.3  # ours: slower than this a moving position is the receiver's noise and no path


@dataclass(slots=True)
class OwnState:
    """body_heading_deg: where the front looks. fix_utc_ns: of the last fix taken over."""

    body_heading_deg: float | None = None
    is_held: bool = True
    fix_utc_ns: int | None = None
    history: PathHistory = field(default_factory=PathHistory)
    predictor: Predictor = field(default_factory=Predictor)


class OwnTracker:
    """update() each step. max_fix_age_ns: an older fix is none."""

    def __init__(self, max_fix_age_ns: int) -> None:
        self._max_fix_age_ns = max_fix_age_ns
        self.state = OwnState()

    def clear_path(self) -> None:
        """Forget the path: a pseudonym change must not join two identities by it (GB/T 45315-2025 7.4)."""
        path_history.clear(self.state.history)

    def update(self, now: Now, vehicle: VehicleState, fix: Fix | None, body: Body) -> Own:
        """The own vehicle at this instant, its place and heading being those of the fix."""
        if fix is not None and now.at_ns - fix.at_ns > self._max_fix_age_ns:
            fix = None
        speed_mps = vehicle.speed_mps
        if speed_mps is None and fix is not None:
            speed_mps = fix.speed_mps
        is_reverse = vehicle.gear is Gear.REVERSE
        is_new = fix is not None and fix.utc_ns != self.state.fix_utc_ns
        if fix is not None and is_new:
            self.state.fix_utc_ns = fix.utc_ns
            self._follow(fix, speed_mps, is_reverse)
        centre = self._centre(fix, body) if fix is not None else None
        if fix is not None and centre is not None and is_new:
            self._remember(fix, centre, speed_mps)
        return Own(
            body=body,
            vehicle=vehicle,
            fix=self._honest(fix, body),
            lat_deg=centre.lat_deg if centre else None,
            lon_deg=centre.lon_deg if centre else None,
            speed_mps=speed_mps,
            heading_deg=self._heading_deg(is_reverse),
            lights=lights(vehicle),
            path=path_history.points(self.state.history),
            prediction=path_prediction.predict(self.state.predictor, now.at_ns, speed_mps, vehicle.yaw_rate_deg_s),
        )

    def _follow(self, fix: Fix, speed_mps: float | None, is_reverse: bool) -> None:
        """The receiver's course is the direction of motion; it means nothing at a crawl, where it is held."""
        state = self.state
        if speed_mps is None or speed_mps < HOLD_MPS:
            state.is_held = True
        elif speed_mps > FOLLOW_MPS:
            state.is_held = False
        if not state.is_held and fix.heading_deg is not None:
            state.body_heading_deg = (fix.heading_deg + (180.0 if is_reverse else 0.0)) % 360.0

    def _heading_deg(self, is_reverse: bool) -> float | None:
        """Direction of motion (GB/T 45315-2025 table of BSM fields): the rear's when backing."""
        front = self.state.body_heading_deg
        return None if front is None else (front + (180.0 if is_reverse else 0.0)) % 360.0

    def _centre(self, fix: Fix, body: Body) -> LatLon:
        """From the antenna to the centre of the outline; before any heading is known, the antenna itself."""
        antenna = LatLon(fix.lat_deg, fix.lon_deg)
        if self.state.body_heading_deg is None:
            return antenna
        return move(antenna, self.state.body_heading_deg, -body.antenna_ahead_m, -body.antenna_right_m)

    def _honest(self, fix: Fix | None, body: Body) -> Fix | None:
        """While the lever arm cannot be taken out for want of a heading, it is a part of the error."""
        if fix is None or self.state.body_heading_deg is not None:
            return fix
        if fix.semi_major_m is None or fix.semi_minor_m is None:
            return fix
        arm_m = math.hypot(body.antenna_ahead_m, body.antenna_right_m)
        return dataclasses.replace(
            fix,
            semi_major_m=math.hypot(fix.semi_major_m, arm_m),
            semi_minor_m=math.hypot(fix.semi_minor_m, arm_m),
        )

    def _remember(self, fix: Fix, centre: LatLon, speed_mps: float | None) -> None:
        history = self.state.history
        if speed_mps is not None and speed_mps < STILL_MPS:
            history.last_ns = fix.utc_ns if history.last_ns is not None else None
            return
        point = PathPoint(lat_deg=centre.lat_deg, lon_deg=centre.lon_deg, at_ns=fix.utc_ns)
        path_history.extend(history, point)


def lights(vehicle: VehicleState) -> frozenset[Light]:
    """The exterior lights that are known to be on; with the hazard lights the turn signals are not told apart."""
    turning = not vehicle.hazard_lights
    known = (
        (Light.LOW_BEAM, vehicle.low_beam),
        (Light.HIGH_BEAM, vehicle.high_beam),
        (Light.LEFT_TURN, vehicle.left_turn and turning),
        (Light.RIGHT_TURN, vehicle.right_turn and turning),
        (Light.HAZARD, vehicle.hazard_lights),
    )
    return frozenset(light for light, is_on in known if is_on)
