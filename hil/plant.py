"""The bus itself: its truth at any instant of its lap, made of the road and a script; no sensor, no clock, no noise."""

import math
from dataclasses import dataclass

from hil.drive import Act, Drive, Motion, Style, limits_of
from hil.route import Route
from obu.core.geo import LatLon

# 12 m low-floor city bus: axles 5.9 m apart, 20 turns of the wheel's angle for one of the road wheels'.
WHEELBASE_M = 5.9
STEERING_RATIO = 20.0
WHEEL_RADIUS_M = 0.48
FINAL_DRIVE = 6.2
GEAR_RATIOS = (3.4, 1.9, 1.4, 1.0, 0.75, 0.65)
SHIFT_MPS = (3.0, 5.5, 8.0, 11.0, 14.0)  # upshift speeds
IDLE_RPM = 600.0

STYLE = Style(delay_s=1.5, accel_mps2=1.2, brake_mps2=1.0, cruise_mps=12.0, lateral_mps2=1.3)
FROM_M = -21.0  # its centre at the stop, third before the line
DOORS_CLOSED_S = 1.2  # after green
DOORS_OPEN_S = 1.5  # after standing again
SIGNAL_BEFORE_M = 35.0  # the turn signal, before a bend
SIGNAL_CURVATURE_PER_M = 1 / 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The bus at one instant. Right turns are positive in yaw, lateral acceleration, steering and curvature.

    place: the centre of its outline. gear: -1 reverse, 0 neutral, 1..6. doors: each of the three, closed is False.
    engaged: of "abs_activated", "traction_control_loss" and "stability_control_activated" those at work.
    """

    lap: int
    lap_s: float
    along_m: float
    place: LatLon
    heading_deg: float
    speed_mps: float
    accel_long_mps2: float
    accel_lat_mps2: float
    yaw_rate_deg_s: float
    curvature_per_m: float
    steering_wheel_deg: float
    gear: int
    engine_rpm: float
    accelerator_percent: float
    brake_percent: float
    parking_brake: bool
    doors: tuple[bool, bool, bool]
    left_turn: bool
    right_turn: bool
    hazard: bool = False
    engaged: frozenset[str] = frozenset()


class Plant:
    """at(script_s): the bus script_s seconds after its first green. period_s: of a lap with its stop."""

    def __init__(self, route: Route, period_s: float, script: tuple[Act, ...] = ()) -> None:
        self.route = route
        self.period_s = period_s
        self.drive = drive_of(route, script)
        if self.drive.moving_s + DOORS_OPEN_S > period_s:
            raise ValueError(f"a lap takes {self.drive.moving_s:.0f} s, more than {period_s:.0f} s")
        self._signals = [curve for curve in route.curves() if abs(curve[2]) > SIGNAL_CURVATURE_PER_M]

    def at(self, script_s: float) -> Truth:
        """The truth at that instant; before 0 it stands at the stop."""
        lap, lap_s = divmod(max(0.0, script_s), self.period_s)
        motion = self.drive.at(lap_s)
        along_m = FROM_M + motion.along_m
        spot = self.route.at(along_m)
        return truth_of(
            at_s=lap_s,
            lap=int(lap),
            along_m=along_m,
            place=self.route.frame.to_place(spot.east_m, spot.north_m),
            heading_deg=spot.heading_deg,
            motion=motion,
            curvature_per_m=spot.curvature_per_m,
            open_doors=lap_s < DOORS_CLOSED_S or lap_s > self.drive.moving_s + DOORS_OPEN_S,
            turning=self._turning(along_m % self.route.length_m),
        )

    def _turning(self, along_m: float) -> tuple[bool, bool]:
        for from_m, to_m, curvature in self._signals:
            if from_m - SIGNAL_BEFORE_M <= along_m <= to_m:
                return curvature < 0, curvature > 0
        return False, False


def truth_of(
    *,
    at_s: float,
    along_m: float,
    place: LatLon,
    heading_deg: float,
    motion: Motion,
    curvature_per_m: float,
    open_doors: bool,
    turning: tuple[bool, bool],
    lap: int = 0,
    hazard: bool = False,
    engaged: frozenset[str] = frozenset(),
) -> Truth:
    """Everything else about the bus follows from how it moves. turning: (left, right) of its turn signals."""
    speed_mps = motion.speed_mps
    is_standing = speed_mps == 0.0
    gear = 0 if is_standing else 1 + sum(speed_mps > shift for shift in SHIFT_MPS)
    return Truth(
        lap=lap,
        lap_s=at_s,
        along_m=along_m,
        place=place,
        heading_deg=heading_deg,
        speed_mps=speed_mps,
        accel_long_mps2=motion.accel_mps2,
        accel_lat_mps2=speed_mps * speed_mps * curvature_per_m,
        yaw_rate_deg_s=math.degrees(speed_mps * curvature_per_m),
        curvature_per_m=curvature_per_m,
        steering_wheel_deg=STEERING_RATIO * math.degrees(math.atan(WHEELBASE_M * curvature_per_m)),
        gear=gear,
        engine_rpm=_engine_rpm(gear, speed_mps),
        accelerator_percent=_share(motion.accel_mps2 / STYLE.accel_mps2) * 60.0 + (15.0 if speed_mps > 1 else 0.0),
        brake_percent=20.0 if is_standing else _share(-motion.accel_mps2 / 5.0) * 100.0,
        parking_brake=is_standing and open_doors,
        doors=(open_doors, open_doors, open_doors),
        left_turn=turning[0],
        right_turn=turning[1],
        hazard=hazard,
        engaged=engaged,
    )


def drive_of(route: Route, script: tuple[Act, ...] = ()) -> Drive:
    """The bus's lap."""
    return Drive(route.length_m, STYLE, limits_of(route, FROM_M, STYLE.lateral_mps2), script)


def _engine_rpm(gear: int, speed_mps: float) -> float:
    if gear == 0:
        return IDLE_RPM
    wheel_rpm = speed_mps / (2 * math.pi * WHEEL_RADIUS_M) * 60.0
    return max(IDLE_RPM, wheel_rpm * FINAL_DRIVE * GEAR_RATIOS[gear - 1])


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
