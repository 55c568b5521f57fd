"""Where the vehicle is while the receiver is silent: GNSS, wheel speed and yaw rate in one estimate of six states.

East, north, direction of the front, speed, bias of the yaw rate, scale of the wheels; an extended Kalman filter with
one measurement at a time, so that nothing is inverted and no library is needed. Laws: it never claims to know a place
better than the receiver said (the receiver's errors of one minute are one error, not six hundred), what it does not
hear makes it less sure, and a vehicle whose wheels stand stands. All noises are assumptions, given with their reason;
no log of a real vehicle stood behind them.
"""

import math
from dataclasses import dataclass, field

from obu.core.geo import LatLon, LocalFrame, distance_m
from obu.core.now import NS_PER_MS, NS_PER_S

E, N, HEADING, SPEED, BIAS, SCALE = range(6)
STATES = 6

STEP_NS = 20 * NS_PER_MS  # 50 times a second is enough for a road vehicle, and costs half a percent of a core
LONGEST_STEP_NS = 500 * NS_PER_MS
FORGOTTEN_NS = 60 * NS_PER_S
RECENTRE_M = 1000.0  # the plane's error is well under 1 cm within 2 km

# Standard deviations, in m, rad, s.
ACCEL_MPS = 1.5  # over a root second: an acceleration lasts, so that its steps add up
GYRO_RAD_S = math.radians(0.1)  # white, over a root second: a stability controller's sensor
BIAS_WALK = math.radians(0.005)  # over a root second: 0.04 deg/s a minute
SCALE_WALK = 1e-5  # over a root second: tyres warm slowly
FIRST_BIAS, FIRST_SCALE = math.radians(0.5), 0.03  # 3 %: worn tyres
WHEEL_MPS = 0.1
GNSS_SPEED_MPS = 0.1
STILL_MPS, STILL_RAD_S = 0.01, math.radians(0.05)
COURSE_MPS = 0.06  # of the velocity across: the course's error is this by the speed
LEAST_COURSE_RAD = math.radians(0.3)
COURSE_FROM_MPS = 1.5
SLOW_MPS = 0.05  # wheels that turn slower than they can tell
UNTOLD_M = 3.0  # where the receiver does not say how sure it is
# Without a sensor the bias is the yaw rate itself with its sign turned; it walks as on a road without bends, and more
# where the courses are off (`odd`).
YAW_WALK = math.radians(0.5)
UNHEARD_RAD_S = math.radians(10.0)  # over a root second: a sensor that is silent says nothing of the road's bends
FAR_OFF = 9.0  # a normalised innovation beyond three sigma: the road is no straight one


@dataclass(slots=True)
class FusionState:
    """x, p: the six states and their covariance about `origin`; None before the first fix with a course.

    at_ns: of x. yaw_rad_s: the last measured, None without one. odd: how far off the last courses were, smoothed.
    """

    origin: LatLon | None = None
    x: list[float] = field(default_factory=list)
    p: list[list[float]] = field(default_factory=list)
    at_ns: int = 0
    yaw_rad_s: float | None = None
    odd: float = 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """place: of the outline's centre. semi_*: 68 % axes in m, orientation_deg of the major one from true north.

    heading_deg: where the front looks. speed_mps: backwards is negative. yaw_rate_deg_s: clockwise, and its sigma.
    """

    place: LatLon
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float
    heading_deg: float
    speed_mps: float
    yaw_rate_deg_s: float
    yaw_sigma_deg_s: float


class Fusion:
    """move() with what the vehicle says, settle() with each fix; estimate() at any time.

    has_yaw_sensor: the vehicle has one; while it is silent its bias stays what it was, and is not taken for a turn.
    """

    def __init__(self, *, has_yaw_sensor: bool = True) -> None:
        self.state = FusionState()
        self._has_yaw_sensor = has_yaw_sensor

    def move(self, at_ns: int, wheel_mps: float | None, yaw_deg_s: float | None, is_reverse: bool) -> None:
        """Carries the estimate on to at_ns. wheel_mps: of the wheels, never negative."""
        state = self.state
        state.yaw_rad_s = None if yaw_deg_s is None else math.radians(yaw_deg_s)
        if state.origin is not None and at_ns - state.at_ns > FORGOTTEN_NS:
            state.origin = None  # the unit slept
        if state.origin is None:
            return
        while at_ns - state.at_ns >= STEP_NS:
            step_ns = min(at_ns - state.at_ns, LONGEST_STEP_NS)
            self._predict(step_ns / NS_PER_S)
            state.at_ns += step_ns
        if wheel_mps is None:
            return
        if wheel_mps < SLOW_MPS:
            self._measure({SPEED: 1.0}, 0.0 - state.x[SPEED], STILL_MPS)
            if state.yaw_rad_s is not None:
                self._measure({BIAS: 1.0}, state.yaw_rad_s - state.x[BIAS], STILL_RAD_S)
            elif not self._has_yaw_sensor:
                self._measure({BIAS: 1.0}, 0.0 - state.x[BIAS], STILL_RAD_S)
            return
        signed = -wheel_mps if is_reverse else wheel_mps
        speed, scale = state.x[SPEED], state.x[SCALE]
        self._measure({SPEED: 1.0 + scale, SCALE: speed}, signed - speed * (1.0 + scale), WHEEL_MPS)

    def settle(
        self, at_ns: int, centre: LatLon, sigma_m: float | None, speed_mps: float | None, front_deg: float | None
    ) -> None:
        """A fix of the centre. speed_mps: the receiver's, backwards negative. front_deg: where the front looks."""
        state, sigma = self.state, UNTOLD_M if sigma_m is None else max(sigma_m, 0.01)
        if state.origin is None:
            if front_deg is not None and speed_mps is not None:
                self._begin(at_ns, centre, sigma, speed_mps, front_deg)
            return
        if distance_m(state.origin, centre) > RECENTRE_M:
            self._recentre(centre)
        assert state.origin is not None
        east_m, north_m = LocalFrame(state.origin).to_plane(centre)
        self._measure({E: 1.0}, east_m - state.x[E], sigma)
        self._measure({N: 1.0}, north_m - state.x[N], sigma)
        for axis in (E, N):
            state.p[axis][axis] = max(state.p[axis][axis], sigma * sigma)
        if speed_mps is None:
            return
        self._measure({SPEED: 1.0}, speed_mps - state.x[SPEED], GNSS_SPEED_MPS)
        if front_deg is not None and abs(speed_mps) > COURSE_FROM_MPS:
            self._turn(math.radians(front_deg), max(LEAST_COURSE_RAD, COURSE_MPS / abs(speed_mps)))

    def estimate(self) -> Estimate | None:
        """As of the last move(); None before anything is known."""
        state = self.state
        if state.origin is None:
            return None
        major_m, minor_m, orientation_deg = _ellipse(state.p[E][E], state.p[N][N], state.p[E][N])
        yaw_rad_s = (state.yaw_rad_s or 0.0) - state.x[BIAS]
        variance = state.p[BIAS][BIAS] * (1.0 if self._has_yaw_sensor else max(1.0, state.odd))
        return Estimate(
            place=LocalFrame(state.origin).to_place(state.x[E], state.x[N]),
            semi_major_m=major_m,
            semi_minor_m=minor_m,
            orientation_deg=orientation_deg,
            heading_deg=math.degrees(state.x[HEADING]) % 360.0,
            speed_mps=state.x[SPEED],
            yaw_rate_deg_s=math.degrees(yaw_rad_s),
            yaw_sigma_deg_s=math.degrees(math.sqrt(variance)),
        )

    def _begin(self, at_ns: int, centre: LatLon, sigma_m: float, speed_mps: float, front_deg: float) -> None:
        state = self.state
        state.origin, state.at_ns = centre, at_ns
        state.x = [0.0, 0.0, math.radians(front_deg), speed_mps, 0.0, 0.0]
        course = max(LEAST_COURSE_RAD, COURSE_MPS / max(abs(speed_mps), COURSE_FROM_MPS))
        sigmas = (sigma_m, sigma_m, course, GNSS_SPEED_MPS, FIRST_BIAS, FIRST_SCALE)
        state.p = [[sigmas[i] ** 2 if i == j else 0.0 for j in range(STATES)] for i in range(STATES)]

    def _recentre(self, centre: LatLon) -> None:
        state = self.state
        assert state.origin is not None
        place = LocalFrame(state.origin).to_place(state.x[E], state.x[N])
        state.origin = centre
        state.x[E], state.x[N] = LocalFrame(centre).to_plane(place)

    def _predict(self, dt_s: float) -> None:
        """Along the chord of the step's middle; P' = F P F^T + Q with the few entries of F that are not 0 or 1."""
        state = self.state
        x, p = state.x, state.p
        is_unheard = self._has_yaw_sensor and state.yaw_rad_s is None
        turn = 0.0 if is_unheard else (state.yaw_rad_s or 0.0) - x[BIAS]
        middle = x[HEADING] + turn * dt_s / 2
        sin, cos, way_m = math.sin(middle), math.cos(middle), x[SPEED] * dt_s
        x[E] += way_m * sin
        x[N] += way_m * cos
        x[HEADING] += turn * dt_s
        by_bias = 0.0 if is_unheard else 1.0
        rows = (  # F - 1, row by row: what a state gains by another
            (E, ((HEADING, way_m * cos), (SPEED, dt_s * sin), (BIAS, -by_bias * way_m * cos * dt_s / 2))),
            (N, ((HEADING, -way_m * sin), (SPEED, dt_s * cos), (BIAS, by_bias * way_m * sin * dt_s / 2))),
            (HEADING, ((BIAS, -by_bias * dt_s),)),
        )
        left = [row[:] for row in p]
        for i, gains in rows:
            for j, factor in gains:
                for k in range(STATES):
                    left[i][k] += factor * p[j][k]
        found = [row[:] for row in left]
        for i, gains in rows:
            for j, factor in gains:
                for k in range(STATES):
                    found[k][i] += factor * left[k][j]
        walk = BIAS_WALK if self._has_yaw_sensor else YAW_WALK * max(1.0, state.odd)
        gyro = GYRO_RAD_S if self._has_yaw_sensor else 0.0
        if is_unheard:
            gyro = UNHEARD_RAD_S if abs(x[SPEED]) > SLOW_MPS else 0.0  # who stands does not turn
        found[HEADING][HEADING] += gyro * gyro * dt_s
        found[SPEED][SPEED] += ACCEL_MPS * ACCEL_MPS * dt_s
        found[BIAS][BIAS] += walk * walk * dt_s
        found[SCALE][SCALE] += SCALE_WALK * SCALE_WALK * dt_s
        state.p = found

    def _turn(self, front_rad: float, sigma: float) -> None:
        """A course; how far off it was tells, without a yaw rate sensor, whether the road turns."""
        state = self.state
        off = math.remainder(front_rad - state.x[HEADING], 2 * math.pi)
        ratio = off * off / (state.p[HEADING][HEADING] + sigma * sigma)
        state.odd += 0.3 * (min(ratio, FAR_OFF * FAR_OFF) - state.odd)
        self._measure({HEADING: 1.0}, off, sigma)

    def _measure(self, h: dict[int, float], residual: float, sigma: float) -> None:
        """One number that was measured: residual = measured - h(x)."""
        x, p = self.state.x, self.state.p
        ph = [sum(row[j] * factor for j, factor in h.items()) for row in p]
        variance = sum(ph[j] * factor for j, factor in h.items()) + sigma * sigma
        for i in range(STATES):
            gain = ph[i] / variance
            x[i] += gain * residual
            row = p[i]
            for j in range(STATES):
                row[j] -= gain * ph[j]


def _ellipse(east2: float, north2: float, cross: float) -> tuple[float, float, float]:
    """(semi-major, semi-minor, orientation of the major one from north, 0..180) of a covariance in m2."""
    mean, half = (east2 + north2) / 2, math.hypot((north2 - east2) / 2, cross)
    orientation_deg = math.degrees(math.atan2(2 * cross, north2 - east2)) / 2 % 180.0
    return math.sqrt(mean + half), math.sqrt(max(0.0, mean - half)), orientation_deg
