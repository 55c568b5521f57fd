"""The own vehicle in one value: the fix carried to the centre of the outline, heading held at standstill.

While the receiver gives fixes they stand as they are; without them the estimate of wheels and yaw rate goes on (fusion)
until it is no longer sure enough.

GB/T 45315-2025 7.3; YD/T 3709 for the reference point and the signs. `state` is all that changes.
"""

import dataclasses
import math
from dataclasses import dataclass, field

from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.units import mps
from obu.core.vehicle import Body, Fix, FixKind, Gear, Light, Own, PathPoint, VehicleState
from obu.positioning import path_history, path_prediction
from obu.positioning.fusion import Estimate, Fusion
from obu.positioning.path_history import PathHistory
from obu.positioning.path_prediction import Predictor

# Below the one the heading is held, above the other it follows the receiver again (T/CSAE 159-2020).
HOLD_MPS = mps(4.0)
FOLLOW_MPS = mps(5.0)
STILL_MPS = 0.3  # ours: slower than this a moving position is the receiver's noise and no path
YAW_SIGMA_DEG_S = 0.5  # GB/T 45315-2025: the accuracy of yawRate, 68 %
BETWEEN_POINTS_NS = 100 * NS_PER_MS  # of a path without fixes, as with them


@dataclass(slots=True)
class OwnState:
    """body_heading_deg: where the front looks. fix_utc_ns: of the last fix taken over."""

    body_heading_deg: float | None = None
    is_held: bool = True
    fix_utc_ns: int | None = None
    history: PathHistory = field(default_factory=PathHistory)
    predictor: Predictor = field(default_factory=Predictor)


class OwnTracker:
    """update() each step. max_fix_age_ns: an older fix is none. max_sigma_m: nor is an estimate less sure than this.

    has_yaw_sensor: the vehicle has one; only where it has none the yaw rate is told by the courses.
    """

    def __init__(self, max_fix_age_ns: int, max_sigma_m: float, *, has_yaw_sensor: bool = True) -> None:
        self._has_yaw_sensor = has_yaw_sensor
        self._max_fix_age_ns = max_fix_age_ns
        self._max_sigma_m = max_sigma_m
        self.fusion = Fusion(has_yaw_sensor=has_yaw_sensor)
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
        self.fusion.move(now.at_ns, vehicle.speed_mps, vehicle.yaw_rate_deg_s, is_reverse)
        is_new = fix is not None and fix.utc_ns != self.state.fix_utc_ns
        if fix is not None and is_new:
            self.state.fix_utc_ns = fix.utc_ns
            self._follow(fix, speed_mps, is_reverse)
        centre = self._centre(fix, body) if fix is not None else None
        if fix is not None and centre is not None and is_new:
            self._settle(now, fix, centre, speed_mps, is_reverse)
            self._remember(fix.utc_ns, centre, speed_mps)
        estimate = self.fusion.estimate()
        if fix is None and now.utc_ns is not None and estimate and estimate.semi_major_m <= self._max_sigma_m:
            fix, centre = self._carried(now.at_ns, now.utc_ns, estimate, body), estimate.place
            speed_mps = abs(estimate.speed_mps) if speed_mps is None else speed_mps
            self._follow(fix, speed_mps, is_reverse)
            if now.utc_ns - (self.state.history.last_ns or 0) >= BETWEEN_POINTS_NS:
                self._remember(now.utc_ns, centre, speed_mps)
        if not self._has_yaw_sensor and estimate and estimate.yaw_sigma_deg_s <= YAW_SIGMA_DEG_S:
            vehicle = dataclasses.replace(vehicle, yaw_rate_deg_s=estimate.yaw_rate_deg_s)
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

    def _settle(self, now: Now, fix: Fix, centre: LatLon, speed_mps: float | None, is_reverse: bool) -> None:
        """The estimate is of now; the fix is of its own instant, and what it says of motion is signed for the front."""
        front_deg = self.state.body_heading_deg
        if front_deg is None:
            return
        utc_ns = now.utc_ns
        age_s = (now.at_ns - fix.at_ns) / NS_PER_S
        if utc_ns is not None and 0 <= utc_ns - fix.utc_ns <= NS_PER_S:
            age_s = (utc_ns - fix.utc_ns) / NS_PER_S  # the line's delay is in it
        sign = -1.0 if is_reverse else 1.0
        present = move(centre, front_deg, sign * (speed_mps or 0.0) * age_s)
        receiver_mps = None if fix.speed_mps is None else sign * fix.speed_mps
        course_deg = None if self.state.is_held or fix.heading_deg is None else front_deg
        self.fusion.settle(now.at_ns, present, fix.semi_major_m, receiver_mps, course_deg)

    def _carried(self, at_ns: int, utc_ns: int, estimate: Estimate, body: Body) -> Fix:
        """The estimate in the form of a fix of the antenna."""
        antenna = move(estimate.place, estimate.heading_deg, body.antenna_ahead_m, body.antenna_right_m)
        is_back = estimate.speed_mps < 0
        return Fix(
            at_ns=at_ns,
            utc_ns=utc_ns,
            lat_deg=antenna.lat_deg,
            lon_deg=antenna.lon_deg,
            kind=FixKind.DEAD_RECKONING,
            satellites=0,
            speed_mps=abs(estimate.speed_mps),
            heading_deg=(estimate.heading_deg + (180.0 if is_back else 0.0)) % 360.0,
            semi_major_m=estimate.semi_major_m,
            semi_minor_m=estimate.semi_minor_m,
            orientation_deg=estimate.orientation_deg,
        )

    def _remember(self, utc_ns: int, centre: LatLon, speed_mps: float | None) -> None:
        history = self.state.history
        if speed_mps is not None and speed_mps < STILL_MPS:
            history.last_ns = utc_ns if history.last_ns is not None else None
            return
        point = PathPoint(lat_deg=centre.lat_deg, lon_deg=centre.lon_deg, at_ns=utc_ns)
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
