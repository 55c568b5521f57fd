"""The vehicle's body: the profile's, with what a technician measured in its place; what no BSM can say is refused."""

import dataclasses

from obu.core.errors import ConfigError
from obu.core.vehicle import Body
from obu.runtime.config import Vehicle

# Above the first, up to the second: YD/T 3709-2020 VehicleWidth, VehicleLength, VehicleHeight, BasicVehicleClass. No
# class (0) is none of GB/T 45315-2025's.
RANGES = {"width_m": (0.0, 10.23), "length_m": (0.0, 40.95), "height_m": (0.0, 6.35), "basic_class": (0, 255)}
ALONG = ("joint_m", "last_axle_m")  # from the front of an articulated vehicle, in this order


def of(vehicle: Vehicle, profile: Body) -> Body:
    """The body to be told of. Raises ConfigError that names the key."""
    measured = {
        field.name: value for field in dataclasses.fields(Body) if (value := getattr(vehicle, field.name)) is not None
    }
    body = dataclasses.replace(profile, **measured)
    for name, (above, upto) in RANGES.items():
        value = getattr(body, name)
        if value is not None and not above < value <= upto:
            raise ConfigError(f"vehicle.{name}: {value} is not above {above} and at most {upto}",
                              f"vehicle.{name}：{value} 不在大于 {above}、不大于 {upto} 的范围内")  # fmt: skip
    _check_joint(body)
    return body


def _check_joint(body: Body) -> None:
    """Both or neither, each behind the one before it."""
    before_m = body.length_m / 4.0  # the front section has two axles before the joint
    if (body.joint_m is None) != (body.last_axle_m is None):
        name, other = ALONG if body.joint_m is None else ALONG[::-1]
        raise ConfigError(f"vehicle.{name}: is missing beside {other}", f"vehicle.{name}：缺少，已给出 {other}")
    for name in ALONG:
        value = getattr(body, name)
        if value is not None and not before_m < value < body.length_m:
            raise ConfigError(f"vehicle.{name}: {value} is not above {before_m:g} and below {body.length_m:g}",
                              f"vehicle.{name}：{value} 应在 {before_m:g} 与 {body.length_m:g} 之间")  # fmt: skip
        before_m = before_m if value is None else value
