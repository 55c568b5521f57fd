"""The wire's steps and unavailable values, each in one place; within the unit it is SI, degrees and None."""

from dataclasses import dataclass

from obu.codec.messages.record import Code
from obu.codec.shape import EncodeError
from obu.core.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class Scale:
    """How a number travels: value = raw * step. The ends of minimum..maximum stand for all beyond them as well.

    nothing: the raw value that says nothing; None where the element has none. turn: raw steps of a full circle.
    """

    name: str
    step: float
    minimum: int
    maximum: int
    nothing: int | None = None
    turn: int | None = None
    needs_origin: bool = False

    def read(self, raw: int) -> float | None:
        """SI value of a raw one; None if it is the one that says nothing."""
        if raw == self.nothing:
            return None
        return raw / self._per_unit if self._per_unit else raw * self.step

    def write(self, value: float | None) -> int:
        """Raw value, nearest step, held within the range. EncodeError for what is no number."""
        if value is None and self.nothing is not None:
            return self.nothing
        try:
            steps = value / self.step  # type: ignore[operator]
            raw = round(steps if self.turn is None else steps % self.turn)
        except (TypeError, ValueError):
            raise EncodeError(f"{self.name}: is not a number", f"{self.name}：不是数值") from None
        except OverflowError:
            raise EncodeError(f"{self.name}: is infinite", f"{self.name}：为无穷大") from None
        if self.turn is not None:
            return raw % self.turn
        return min(max(raw, self.minimum), self.maximum)

    @property
    def _per_unit(self) -> float:
        """Steps in one unit where that is a whole number, else 0: x / 50 is the nearest float to x fiftieths."""
        steps = round(1 / self.step)
        return float(steps) if abs(steps * self.step - 1) < 1e-12 else 0.0

    def reading(self, code: Code, raw: str) -> str:
        value = f"{raw} / {self._per_unit!r}" if self._per_unit else f"{raw} * {self.step!r}"
        return value if self.nothing is None else f"None if {raw} == {self.nothing} else {value}"

    def loses(self, code: Code, is_optional: bool) -> str:
        return "v is None" if is_optional and self.nothing is not None else ""

    def writing(self, code: Code, value: str) -> str:
        return f"{code.name(self.write)}({value})"


ELEVATION = Scale("elevation", 0.1, -4095, 61439, -4096)  # m above the ellipsoid
RISE = Scale("vertical offset", 0.1, -2048, 2047)  # m above the reference
SEMI_AXIS = Scale("semi axis", 0.05, 0, 254, 255)  # m; 254 is 12.7 m or more
ORIENTATION = Scale("orientation", 360 / 65535, 0, 65534, 65535, turn=65535)  # degree from true north
SPEED = Scale("speed", 0.02, 0, 8190, 8191)  # m/s
HEADING = Scale("heading", 0.0125, 0, 28799, 28800, turn=28800)  # degree clockwise from true north
COARSE_HEADING = Scale("coarse heading", 1.5, 0, 239, 240, turn=240)  # the same
STEERING_WHEEL = Scale("steering wheel angle", 1.5, -126, 126, 127)  # degree, right positive
ACCELERATION = Scale("acceleration", 0.01, -2000, 2000, 2001)  # m/s2, forward and right positive
VERTICAL_ACCELERATION = Scale(  # 0.02 g, down positive
    "vertical acceleration", 0.02 * STANDARD_GRAVITY_MPS2, -126, 127, -127
)
YAW_RATE = Scale("yaw rate", 0.01, -32767, 32767)  # degree/s clockwise; no unavailable value (GB/T 45315-2025)
WIDTH = Scale("width", 0.01, 0, 1023)  # m
LENGTH = Scale("length", 0.01, 0, 4095)  # m
HEIGHT = Scale("height", 0.05, 0, 127)  # m
CURVE_RADIUS = Scale("curve radius", 0.1, -32767, 32766, 32767)  # m, right positive; 32767 is straight
CONFIDENCE = Scale("confidence", 0.5, 0, 200)  # percent
AGE = Scale("time offset", 0.01, 1, 65534, 65535)  # s
RADIUS = Scale("radius", 0.1, 0, 65535)  # m
LANE_WIDTH = Scale("lane width", 0.01, 0, 32767)  # m
ALONG = Scale("way along the reference line", 0.1, -1024, 65535)  # m; step: docs/open-questions.md
BESIDE = Scale("way beside the reference line", 0.01, -32768, 32767)  # m; step: docs/open-questions.md
# T/CSAE 157-2020; why these steps: docs/open-questions.md.
TILT = Scale("pitch or roll", 0.0125, -7200, 7200)  # degree
YAW = Scale("yaw", 0.0125, -14400, 14400)  # degree
TILT_RATE = Scale("pitch or roll rate", 0.01, -32767, 32766, 32767)  # degree/s
GROUP_RADIUS = Scale("overall radius", 0.1, 0, 200)  # m
OBJECT_SIZE = Scale("object size", 0.1, 0, 1023)  # m
PLAN_DURATION = Scale("planning duration", 0.1, 0, 600)  # s
DISTANCE = Scale("distance to the intersection", 0.1, 0, 10_000)  # m
HEIGHT_LIMIT = Scale("height restriction", 0.1, 0, 100)  # m
DECIMETRES = Scale("decimetres", 0.1, 0, 65535)  # m
DECIMETRES_8 = Scale("decimetres of one octet", 0.1, 0, 255)  # m
TIME_MARK = Scale("time mark", 0.1, 0, 36000, 36001)  # s; 36000 is an hour or more
