"""Places as the messages write them: absolute, or in the smallest of six widths of offset from a reference.

A place that is unavailable or off the globe refuses its message. Another width than the smallest is kept in the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obu.codec.messages import degrees
from obu.codec.messages.record import ORIGIN, At, Code, Inside, blank
from obu.codec.messages.rest import Rest, Wire
from obu.codec.messages.scales import ELEVATION, RISE
from obu.codec.shape import EncodeError
from obu.core.errors import RemoteError
from obu.core.geo import LatLon

POSITION_UNAVAILABLE = "position_unavailable"
POSITION_OUT_OF_RANGE = "position_out_of_range"

_ABSOLUTE = "position-LatLon"
_OFFSET_FORMS = (  # alternative of PositionOffsetLL, bits of each coordinate (YD/T 3709-2020)
    ("position-LL1", 12),
    ("position-LL2", 14),
    ("position-LL3", 16),
    ("position-LL4", 18),
    ("position-LL5", 22),
    ("position-LL6", 24),
)
_RISE_FORMS = (  # alternative of VerticalOffset, bits
    ("offset1", 7),
    ("offset2", 8),
    ("offset3", 9),
    ("offset4", 10),
    ("offset5", 11),
    ("offset6", 12),
)
_ELEVATION = "elevation"
_WHOLE = "corners"  # in the rest of an Area


def _too_small(forms: tuple[tuple[str, int], ...]) -> dict[str, int]:
    """By form: n, so that what lies within -n..n-1 fits a smaller one as well."""
    return {form: 1 << smaller >> 1 for (form, _), (_, smaller) in zip(forms, (("", 0), *forms), strict=False)}


_SMALLER_OFFSET = _too_small(_OFFSET_FORMS)
_SMALLER_RISE = _too_small(_RISE_FORMS)

_BlankLatLon = blank(LatLon)
_STEPS, _QUARTER_TURN, _HALF_TURN = degrees.STEPS, degrees.QUARTER_TURN, degrees.HALF_TURN
_NO_LONGITUDE = degrees.LONGITUDE_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Height:
    """Metres above the reference's elevation, or above the ellipsoid; both None: it is said to be unknown."""

    rise_m: float | None = None
    elevation_m: float | None = None


def place(lat: int, lon: int) -> LatLon:
    """The place of a raw latitude and longitude. Raises RemoteError: position_unavailable, position_out_of_range."""
    if not -_QUARTER_TURN <= lat <= _QUARTER_TURN:
        raise RemoteError(POSITION_UNAVAILABLE if lat == degrees.LATITUDE_UNAVAILABLE else POSITION_OUT_OF_RANGE)
    if lon == _NO_LONGITUDE:
        raise RemoteError(POSITION_UNAVAILABLE)
    found: Any = _BlankLatLon()
    found.lat_deg = lat / _STEPS
    found.lon_deg = lon / _STEPS
    found.__class__ = LatLon
    return found  # type: ignore[no-any-return]


def steps(place: LatLon) -> tuple[int, int]:
    """(latitude, longitude) raw. Raises EncodeError for what is no number."""
    try:
        return round(place.lat_deg * _STEPS), _turn(round(place.lon_deg * _STEPS))
    except (ValueError, OverflowError):
        raise EncodeError("place: is not a number", "place：不是数值") from None


def place_at(lat0: int, lon0: int, offset: tuple[str, Mapping[str, int]]) -> tuple[LatLon, bool]:
    """(place, whether no smaller form holds it) of a PositionOffsetLL. The absolute form is the last resort.

    lat0, lon0: the raw place it is from.
    """
    form, step = offset
    lat, lon = step["lat"], step["lon"]
    if form == _ABSOLUTE:
        return place(lat, lon), not _fits(lat - lat0, _turn(lon - lon0), 1 << 23)
    limit = _SMALLER_OFFSET[form]
    # A MAP has hundreds of points: what need not be called is not.
    is_smallest = not (-limit <= lat < limit and -limit <= lon < limit)
    lon += lon0
    return place(lat0 + lat, lon if -_HALF_TURN < lon <= _HALF_TURN else _turn(lon)), is_smallest


def offset_to(lat0: int, lon0: int, place: LatLon) -> tuple[str, dict[str, int]]:
    """PositionOffsetLL of a place, in the smallest form that holds it."""
    lat, lon = steps(place)
    lat_diff, lon_diff = lat - lat0, _turn(lon - lon0)
    for form, bits in _OFFSET_FORMS:
        if _fits(lat_diff, lon_diff, 1 << bits - 1):
            return form, {"lon": lon_diff, "lat": lat_diff}
    return _ABSOLUTE, {"lon": lon, "lat": lat}


def _fits(lat: int, lon: int, limit: int) -> bool:
    return -limit <= lat < limit and -limit <= lon < limit


def _turn(lon: int) -> int:
    # Longitude is -1799999999..1800000000: the date line has one name.
    if -_HALF_TURN < lon <= _HALF_TURN:
        return lon
    return _HALF_TURN - (_HALF_TURN - lon) % (2 * _HALF_TURN)


def _height_of(raw: tuple[str, int]) -> tuple[Height, bool]:
    form, value = raw
    if form == _ELEVATION:
        return Height(elevation_m=ELEVATION.read(value)), True
    limit = _SMALLER_RISE[form]
    return Height(rise_m=RISE.read(value)), not -limit <= value < limit


def _height_wire(height: Height) -> tuple[str, int]:
    if height.rise_m is None:
        return _ELEVATION, ELEVATION.write(height.elevation_m)
    rise = RISE.write(height.rise_m)
    form = next(form for form, bits in _RISE_FORMS if -(1 << bits - 1) <= rise < 1 << bits - 1)
    return form, rise


def read_offset(lat0: int, lon0: int, raw: Wire) -> tuple[LatLon, Height | None, Wire | None]:
    """(place, height, what they do not tell) of a PositionOffsetLLV."""
    found, is_smallest = place_at(lat0, lon0, raw["offsetLL"])
    rest = None if is_smallest else {"offsetLL": raw["offsetLL"]}
    if "offsetV" not in raw:
        return found, None, rest
    height, is_smallest = _height_of(raw["offsetV"])
    if not is_smallest:
        rest = {**(rest or {}), "offsetV": raw["offsetV"]}
    return found, height, rest


def write_offset(lat0: int, lon0: int, place: LatLon, height: Height | None) -> Wire:
    """PositionOffsetLLV, in the smallest forms."""
    offset: Wire = {"offsetLL": offset_to(lat0, lon0, place)}
    if height is not None:
        offset["offsetV"] = _height_wire(height)
    return offset


def read_line(lat0: int, lon0: int, raw: list[Wire]) -> tuple[tuple[LatLon, ...], tuple[Height | None, ...], bool]:
    """(points, their heights if any has one, whether that is all) of PositionOffsetLLVs."""
    points: list[LatLon] = []
    heights: list[Height | None] = []
    is_all = True
    for offset in raw:
        point, is_smallest = place_at(lat0, lon0, offset["offsetLL"])
        points.append(point)
        if not is_smallest:
            is_all = False
        if "offsetV" in offset:
            height, is_smallest = _height_of(offset["offsetV"])
            heights += [None] * (len(points) - 1 - len(heights))
            heights.append(height)
            is_all = is_all and is_smallest
    if heights:
        heights += [None] * (len(points) - len(heights))
    return tuple(points), tuple(heights), is_all


def write_line(lat0: int, lon0: int, points: Sequence[LatLon], heights: Sequence[Height | None]) -> list[Wire]:
    """PositionOffsetLLVs. Raises EncodeError where there are heights, but not one for each point."""
    if not heights:
        return [{"offsetLL": offset_to(lat0, lon0, point)} for point in points]
    if len(heights) != len(points):
        raise EncodeError("heights: not one for each point", "heights：与点数不符")
    return [write_offset(lat0, lon0, point, height) for point, height in zip(points, heights, strict=True)]


def read_road_line(lat0: int, lon0: int, raw: list[Wire]) -> tuple[tuple[LatLon, ...], tuple[Height | None, ...], bool]:
    """The same of RoadPoints."""
    points, heights, is_all = read_line(lat0, lon0, [point["posOffset"] for point in raw])
    return points, heights, is_all and not any(len(point) > 1 for point in raw)


def write_road_line(lat0: int, lon0: int, points: Sequence[LatLon], heights: Sequence[Height | None]) -> list[Wire]:
    """RoadPoints. Raises EncodeError where there are heights, but not one for each point."""
    return [{"posOffset": offset} for offset in write_line(lat0, lon0, points, heights)]


@dataclass(frozen=True, slots=True)
class Origin:
    """A Position3D in two fields of the dataclass; what stands after it is from there."""

    wire: str
    place: str = "place"
    elevation: str = "elevation_m"
    gives_origin: bool = True
    needs_origin: bool = False

    @property
    def fills(self) -> Mapping[str, Any]:
        return {self.place: None, self.elevation: None}

    @property
    def _elevation(self) -> At:
        return At("elevation?", self.elevation, ELEVATION)

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        within = code.inner()
        code.line(f"{within} = {of}[{self.wire!r}]")
        code.line(f"lat0 = {within}['lat']")
        code.line(f"lon0 = {within}['long']")
        code.line(f"b.{self.place} = {code.name(place)}(lat0, lon0)")
        self._elevation.read(code, within, (*path, self.wire))

    def always(self, code: Code) -> tuple[str, str] | None:
        within = code.inner()
        code.line(f"lat0, lon0 = {code.name(steps)}(m.{self.place})")
        code.line(f"{within} = {{'lat': lat0, 'long': lon0}}")
        self._elevation.sometimes(code, within)
        return self.wire, within

    def sometimes(self, code: Code, into: str) -> None:
        """Nothing is left."""


@dataclass(frozen=True, slots=True)
class LatLong:
    """The latitude and longitude of a Position3D in one field of the dataclass; it is nobody's origin."""

    place: str = "place"
    needs_origin: bool = False

    @property
    def fills(self) -> Mapping[str, Any]:
        return {self.place: None}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        code.line(f"b.{self.place} = {code.name(place)}({of}['lat'], {of}['long'])")

    def always(self, code: Code) -> tuple[str, str] | None:
        return None

    def sometimes(self, code: Code, into: str) -> None:
        code.line(f"{into}['lat'], {into}['long'] = {code.name(steps)}(m.{self.place})")


@dataclass(frozen=True, slots=True)
class Offset:
    """A PositionOffsetLLV in two fields of the dataclass, from the origin."""

    wire: str
    place: str = "place"
    height: str = "height"
    needs_origin: bool = True

    @property
    def fills(self) -> Mapping[str, Any]:
        return {self.place: None, self.height: None}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        key = self.wire.rstrip("?")
        if key == self.wire:
            code.line(f"x = {of}[{key!r}]")
            self._read_there(code, (*path, key))
            return
        code.line(f"x = {of}.get({key!r})")
        with code.under("if x is None:"):
            code.line(f"b.{self.place} = b.{self.height} = None")
        with code.under("else:"):
            self._read_there(code, (*path, key))

    def _read_there(self, code: Code, path: tuple[str, ...]) -> None:
        code.line(f"b.{self.place}, b.{self.height}, y = {code.name(read_offset)}(lat0, lon0, x)")
        with code.under("if y is not None:"):
            code.keep(path, "y")

    def always(self, code: Code) -> tuple[str, str] | None:
        return None if self.wire.endswith("?") else (self.wire, self._writing(code))

    def sometimes(self, code: Code, into: str) -> None:
        if self.wire.endswith("?"):
            with code.under(f"if m.{self.place} is not None:"):
                code.line(f"{into}[{self.wire[:-1]!r}] = {self._writing(code)}")

    def _writing(self, code: Code) -> str:
        return f"{code.name(write_offset)}(lat0, lon0, m.{self.place}, m.{self.height})"


@dataclass(frozen=True, slots=True)
class Line:
    """A list of offsets from the origin in two fields: places, and a height for each, or none at all."""

    wire: str
    points: str = "points"
    heights: str = "heights"
    is_road: bool = False  # of RoadPoints
    needs_origin: bool = True

    @property
    def fills(self) -> Mapping[str, Any]:
        return {self.points: (), self.heights: ()}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        key = self.wire.rstrip("?")
        reader = code.name(read_road_line if self.is_road else read_line)
        with code.under(f"if {key!r} in {of}:"):
            code.line(f"x = {of}[{key!r}]")
            code.line(f"b.{self.points}, b.{self.heights}, y = {reader}(lat0, lon0, x)")
            with code.under("if not y:"):
                code.keep((*path, key), "x")
        with code.under("else:"):
            code.line(f"b.{self.points} = b.{self.heights} = ()")

    def always(self, code: Code) -> tuple[str, str] | None:
        return None if self.wire.endswith("?") else (self.wire, self._writing(code))

    def sometimes(self, code: Code, into: str) -> None:
        if self.wire.endswith("?"):
            with code.under(f"if m.{self.points}:"):
                code.line(f"{into}[{self.wire[:-1]!r}] = {self._writing(code)}")

    def _writing(self, code: Code) -> str:
        writer = code.name(write_road_line if self.is_road else write_line)
        return f"{writer}(lat0, lon0, m.{self.points}, m.{self.heights})"


@dataclass(frozen=True, slots=True)
class Area:
    """An area by its corners (Polygon)."""

    corners: tuple[LatLon, ...]
    heights: tuple[Height | None, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True)
class _Corners:
    """An Area on the wire: the list itself, so its rest is the whole of it."""

    nothing: Any = None
    needs_origin: bool = True

    def reading(self, code: Code, raw: str) -> str:
        return f"{code.name(_area)}({raw}{ORIGIN})"

    def loses(self, code: Code, is_optional: bool) -> str:
        return ""

    def writing(self, code: Code, value: str) -> str:
        return f"{code.name(_area_wire)}({value}{ORIGIN})"


def _area(raw: list[Wire], lat0: int, lon0: int) -> Area:
    corners, heights, is_all = read_line(lat0, lon0, raw)
    return Area(corners, heights, None if is_all else {_WHOLE: raw})


def _area_wire(area: Area, lat0: int, lon0: int) -> list[Wire]:
    if area.rest is not None:
        whole: list[Wire] = area.rest[_WHOLE]
        return whole
    return write_line(lat0, lon0, area.corners, area.heights)


AREA = _Corners()


def position(wire: str) -> Inside:
    """A Position3D that is there or not: place, elevation_m."""
    return Inside(wire, LatLong(), At("elevation?", "elevation_m", ELEVATION))
