"""The bus's truth as J1939 frames, from the bench's own table (hil/data), never from the unit's DBC.

A sign that is wrong in one of the two would otherwise be wrong in both and never show. What a signal does not carry
is "not available", all ones (SAE J1939-71 5.1.4).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hil.plant import FINAL_DRIVE, GEAR_RATIOS, WHEEL_RADIUS_M, Truth
from obu.core.now import NS_PER_MS

TABLE = Path(__file__).parent / "data" / "j1939-signals.json"
BYTE = 8
HALF_TRACK_M = 1.05

OFF, ON = 0, 1
DOOR_OPEN, DOORS_CLOSED = 0, 2  # SPN 1821: 0 at least one open, 2 all closed
HEAD_LIGHTS = 2  # SPN 2872
TURN_NONE, TURN_LEFT, TURN_RIGHT = 0, 1, 2  # SPN 2876


@dataclass(frozen=True, slots=True)
class Signal:
    """Where a signal sits (Intel, bits from 0) and its step."""

    start: int
    bits: int
    scale: float
    offset: float

    def raw(self, value: float) -> int:
        """The raw value, held within what J1939-71 calls valid (0xFA.. and below; 13 of 4 bits, 1 of 2 bits)."""
        top = (1 << self.bits) - 3 if self.bits < BYTE else (0xFB << self.bits - BYTE) - 1
        return min(top, max(0, round((value - self.offset) / self.scale)))


@dataclass(frozen=True, slots=True)
class Group:
    """One parameter group: its 29-bit identifier, its payload's length, how often it comes."""

    name: str
    can_id: int
    length: int
    period_ns: int
    signals: Mapping[str, Signal]

    def encode(self, values: Mapping[str, float]) -> bytes:
        """The payload; a signal without a value is not available. Raises KeyError for a name that is none."""
        number = (1 << self.length * BYTE) - 1
        for name, value in values.items():
            signal = self.signals[name]
            mask = (1 << signal.bits) - 1
            number = number & ~(mask << signal.start) | signal.raw(value) << signal.start
        return number.to_bytes(self.length, "little")


def load() -> dict[str, Group]:
    """The groups of the table by name."""
    groups = json.loads(TABLE.read_text(encoding="utf-8"))["groups"]
    return {
        name: Group(
            name=name,
            can_id=row["priority"] << 26 | row["pgn"] << 8 | row["source"],
            length=row["bytes"],
            period_ns=row["period_ms"] * NS_PER_MS,
            signals={
                signal: Signal(each["start"], each["bits"], each["scale"], each["offset"])
                for signal, each in row["signals"].items()
            },
        )
        for name, row in groups.items()
    }


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame for the bus, 29-bit identifier."""

    can_id: int
    data: bytes


class BusTraffic:
    """What the vehicle's bus carries: due() for each turn, each group on its own grid."""

    # These come at once when a switch moves, and each second anyway (FMS v04).
    ON_CHANGE = ("OEL", "LD")

    def __init__(self) -> None:
        groups = load()
        # Control units do not speak all at one instant: a grid each, a third of a millisecond apart.
        self._due_ns = {name: index * NS_PER_MS // 3 for index, name in enumerate(groups)}
        self._groups = groups
        self._last: dict[str, bytes] = {}

    def due(self, at_ns: int, truth: Truth) -> list[Frame]:
        """The frames of this instant. After a pause each group comes once, not once for each missed turn."""
        frames = []
        for name, group in self._groups.items():
            is_due = at_ns >= self._due_ns[name]
            if not is_due and name not in self.ON_CHANGE:
                continue
            data = group.encode(CONTENT[name](truth))
            if is_due:
                missed = (at_ns - self._due_ns[name]) // group.period_ns
                self._due_ns[name] += (missed + 1) * group.period_ns
            if is_due or data != self._last.get(name):
                self._last[name] = data
                frames.append(Frame(group.can_id, data))
        return frames

    def wake_at_ns(self) -> int:
        """When the next group is due."""
        return min(self._due_ns.values())


Values = dict[str, float]


def _kph(speed_mps: float) -> float:
    return speed_mps * 3.6


def _flag(is_on: bool) -> int:
    return ON if is_on else OFF


def _wheels(truth: Truth) -> tuple[float, float]:
    """Left and right wheel speed in km/h: in a right turn (curvature positive) the left one runs further."""
    apart = truth.curvature_per_m * HALF_TRACK_M
    return _kph(truth.speed_mps) * (1 + apart), _kph(truth.speed_mps) * (1 - apart)


def _ccvs1(truth: Truth) -> Values:
    return {
        "ParkingBrakeSwitch": _flag(truth.parking_brake),
        "WheelBasedVehicleSpeed": _kph(truth.speed_mps),
        "CruiseCtrlActive": OFF,
        "BrakeSwitch": _flag(truth.brake_percent > 0),
    }


def _ebc1(truth: Truth) -> Values:
    return {
        "AsrEngineCtrlActive": _flag("traction_control_loss" in truth.engaged),
        "AsrBrakeCtrlActive": OFF,
        "AbsActive": _flag("abs_activated" in truth.engaged),
        "EbsBrakeSwitch": _flag(truth.brake_percent > 0),
        "BrakePedalPos": truth.brake_percent,
        "AbsFullyOperational": ON,
        "HaltBrakeSwitch": _flag(any(truth.doors)),
    }


def _ebc2(truth: Truth) -> Values:
    left, right = _wheels(truth)
    mean = _kph(truth.speed_mps)
    return {
        "FrontAxleSpeed": mean,
        "RelSpdFrontLeft": left - mean,
        "RelSpdFrontRight": right - mean,
        "RelSpdRear1Left": left - mean,
        "RelSpdRear1Right": right - mean,
    }


def _vdc1(truth: Truth) -> Values:
    is_at_work = _flag("stability_control_activated" in truth.engaged)
    return {
        "VdcBrakeLightReq": OFF, "VdcFullyOperational": ON, "YcBrakeCtrlActive": is_at_work, "YcEngCtrlActive": OFF,
    }  # fmt: skip


def _vdc2(truth: Truth) -> Values:
    # SPN 1807: "steered to the left (counterclockwise) results in a positive steering wheel angle"; SPN 1808 and
    # 1809 count the same way (ISO 8855: z up, y left). Our truth counts to the right.
    return {
        "SteerWheelAngle": -math.radians(truth.steering_wheel_deg),
        "SteerWheelTurnCounter": -truth.steering_wheel_deg // 360,
        "SteerAngleSensorType": ON,
        "YawRate": -math.radians(truth.yaw_rate_deg_s),
        "LateralAccel": -truth.accel_lat_mps2,
        "LongitudinalAccel": truth.accel_long_mps2,
    }


def _shaft_rpm(truth: Truth) -> float:
    return truth.speed_mps / (2 * math.pi * WHEEL_RADIUS_M) * 60 * FINAL_DRIVE


def _etc1(truth: Truth) -> Values:
    return {
        "DrivelineEngaged": _flag(truth.gear != 0),
        "ShiftInProcess": OFF,
        "OutputShaftSpeed": _shaft_rpm(truth),
    }


def _etc2(truth: Truth) -> Values:
    ratio = GEAR_RATIOS[truth.gear - 1] if truth.gear > 0 else 0.0
    return {"SelectedGear": truth.gear, "ActualGearRatio": ratio, "CurrentGear": truth.gear}


def _dc1(truth: Truth) -> Values:
    is_open = any(truth.doors)
    return {
        "DoorPosition": DOOR_OPEN if is_open else DOORS_CLOSED,
        "RampPosition": OFF,
        "DoorEnable": _flag(is_open or truth.speed_mps == 0),
    }


def _dc2(truth: Truth) -> Values:
    values: Values = {}
    for number, is_open in enumerate(truth.doors, start=1):
        values |= {
            f"Door{number}Lock": OFF,
            f"Door{number}Open": _flag(is_open),
            f"Door{number}Enable": _flag(truth.speed_mps == 0),
        }
    return values


def _oel(truth: Truth) -> Values:
    turn = TURN_LEFT if truth.left_turn else TURN_RIGHT if truth.right_turn else TURN_NONE
    return {
        "MainLightSwitch": HEAD_LIGHTS,
        "TurnSignalSwitch": turn,
        "HazardSwitch": _flag(truth.hazard),
        "HighLowBeamSwitch": OFF,
    }


def _ld(truth: Truth) -> Values:
    is_braking = _flag(truth.brake_percent > 0)
    return {
        "LowBeam": ON,
        "HighBeam": OFF,
        "LeftTurn": _flag(truth.left_turn or truth.hazard),
        "RightTurn": _flag(truth.right_turn or truth.hazard),
        "BackUp": _flag(truth.gear < 0),
        "CenterStop": is_braking,
        "LeftStop": is_braking,
        "RightStop": is_braking,
    }


def _tco1(truth: Truth) -> Values:
    return {
        "VehicleMotion": _flag(truth.speed_mps > 0),
        "VehicleOverspeed": OFF,
        "DirectionIndicator": _flag(truth.gear < 0),
        "TachoOutputShaftSpeed": _shaft_rpm(truth),
        "TachoVehicleSpeed": _kph(truth.speed_mps),
    }


def _eec1(truth: Truth) -> Values:
    return {"ActualEngTorque": truth.accelerator_percent, "EngineSpeed": truth.engine_rpm}


def _eec2(truth: Truth) -> Values:
    return {"AccelPedalPos1": truth.accelerator_percent}


def _amb(truth: Truth) -> Values:
    return {"BarometricPressure": 101.0, "AmbientAirTemp": 18.5}


def _hrw(truth: Truth) -> Values:
    left, right = _wheels(truth)
    return {"FL": left, "FR": right, "RL": left, "RR": right}


CONTENT = {
    "CCVS1": _ccvs1,
    "EBC1": _ebc1,
    "EBC2": _ebc2,
    "VDC1": _vdc1,
    "VDC2": _vdc2,
    "ETC1": _etc1,
    "ETC2": _etc2,
    "DC1": _dc1,
    "DC2": _dc2,
    "OEL": _oel,
    "LD": _ld,
    "TCO1": _tco1,
    "EEC1": _eec1,
    "EEC2": _eec2,
    "AMB": _amb,
    "HRW": _hrw,
}
