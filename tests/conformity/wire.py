"""A second reader of what the unit sends, bit by bit from the field lists of the standards; it uses nothing of obu.

BSM: YD/T 3709-2020, unaligned PER. SPDU: YD/T 3957-2021, COER. Values are raw, as on the wire; what is absent is None.
"""

from dataclasses import dataclass

EVENTS = ("hazard", "stop_line", "abs", "traction", "stability", "hazmat", "reserved", "hard_braking", "lights",
          "wipers", "flat_tire", "disabled", "airbag")  # fmt: skip
LIGHTS = ("low_beam", "high_beam", "left_turn", "right_turn", "hazard", "automatic", "daytime", "fog", "parking")
OFFSET_BITS = (12, 14, 16, 18, 22, 24)  # Position-LL-24B .. 48B


class Bits:
    """Bits of an octet string, first the most significant."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        assert self._left >= count, "the message is too short"
        self._left -= count
        return self._number >> self._left & (1 << count) - 1

    def number(self, low: int, high: int) -> int:
        """INTEGER (low..high)."""
        value = low + self.take((high - low).bit_length())
        assert value <= high
        return value

    def flags(self, count: int) -> list[bool]:
        return [bool(self.take(1)) for _ in range(count)]

    def no_extension(self) -> None:
        assert self.take(1) == 0, "an addition that no text of ours knows"

    def end(self) -> int:
        """How many bits of padding there are."""
        padding = self._left
        assert padding < 8 and self.take(padding) == 0, "padding is less than an octet, of zeros"
        return padding


def bsm(payload: bytes) -> dict:
    """A MessageFrame that is a BSM."""
    bits = Bits(payload)
    assert bits.take(1) == 0 and bits.take(3) == 0, "bsmFrame"
    bits.no_extension()
    has_time, has_accuracy, has_confidence, has_angle, has_motion, has_safety, has_emergency = bits.flags(7)
    said = {"msgCnt": bits.take(7), "id": bits.take(64).to_bytes(8, "big"), "secMark": bits.take(16)}
    said["timeConfidence"] = bits.take(6) if has_time else None
    (has_elevation,) = bits.flags(1)
    said["lat"], said["long"] = bits.number(-900000000, 900000001), bits.number(-1799999999, 1800000001)
    said["elevation"] = bits.number(-4096, 61439) if has_elevation else None
    said["posAccuracy"] = (bits.take(8), bits.take(8), bits.take(16)) if has_accuracy else None
    said["posConfidence"] = _position_confidence(bits) if has_confidence else None
    said["transmission"], said["speed"], said["heading"] = bits.take(3), bits.take(13), bits.number(0, 28800)
    said["angle"] = bits.number(-126, 127) if has_angle else None
    said["motionCfd"] = _motion_confidence(bits) if has_motion else None
    said["long_accel"], said["lat_accel"] = bits.number(-2000, 2001), bits.number(-2000, 2001)
    said["vert_accel"], said["yaw"] = bits.number(-127, 127), bits.number(-32767, 32767)
    widths = {"brakePadel": 2, "wheelBrakes": 5, "traction": 2, "abs": 2, "scs": 2, "brakeBoost": 2, "auxBrakes": 2}
    present = bits.flags(len(widths))
    for (name, width), is_there in zip(widths.items(), present, strict=True):
        said[name] = bits.take(width) if is_there else None
    (has_height,) = bits.flags(1)
    said["width"], said["length"] = bits.take(10), bits.take(12)
    said["height"] = bits.take(7) if has_height else None
    bits.no_extension()
    (has_fuel,) = bits.flags(1)
    said["class"] = bits.take(8)
    said["fuel"] = bits.take(4) if has_fuel else None
    said |= _safety(bits) if has_safety else {}
    said["emergency"] = _emergency(bits) if has_emergency else None
    said["padding"] = bits.end()
    return said


def _position_confidence(bits: Bits) -> tuple[int, int | None]:
    (has_elevation,) = bits.flags(1)
    return bits.take(4), bits.take(4) if has_elevation else None


def _motion_confidence(bits: Bits) -> tuple[int | None, ...]:
    present = bits.flags(3)
    return tuple(bits.take(width) if is_there else None for width, is_there in zip((3, 3, 2), present, strict=True))


def _safety(bits: Bits) -> dict:
    bits.no_extension()
    has_events, has_path, has_prediction, has_lights = bits.flags(4)
    said: dict = {"events": None, "path": None, "prediction": None, "lights": None}
    if has_events:
        bits.no_extension()
        said["events"] = {name for name, is_on in zip(EVENTS, bits.flags(13), strict=True) if is_on}
    if has_path:
        said["path"] = _path(bits)
    if has_prediction:
        bits.no_extension()
        said["prediction"] = (bits.number(-32767, 32767), bits.number(0, 200))
    if has_lights:
        bits.no_extension()
        said["lights"] = {name for name, is_on in zip(LIGHTS, bits.flags(9), strict=True) if is_on}
    return said


def _path(bits: Bits) -> list[dict]:
    """The points as they come: choice (0 is Position-LL-24B), lon, lat (offsets) and time_offset."""
    bits.no_extension()
    assert bits.flags(2) == [False, False], "initialPosition, currGNSSstatus"
    points = []
    for _ in range(bits.number(1, 23)):
        bits.no_extension()
        assert bits.flags(3) == [False] * 3, "speed, posAccuracy, heading"
        assert bits.take(1) == 0, "offsetV: no elevation, not even as an offset"
        choice = bits.take(3)
        assert choice < len(OFFSET_BITS), "position-LatLon"
        half = 1 << OFFSET_BITS[choice] - 1
        lon, lat = bits.number(-half, half - 1), bits.number(-half, half - 1)
        points.append({"choice": choice, "lon": lon, "lat": lat, "time_offset": bits.number(1, 65535)})
    return points


def _emergency(bits: Bits) -> tuple[int | None, ...]:
    """responseType, sirenUse, lightsUse."""
    bits.no_extension()
    has_response, has_siren, has_lights = bits.flags(3)
    if has_response:
        bits.no_extension()
    return (bits.take(3) if has_response else None, bits.take(2) if has_siren else None,
            bits.take(3) if has_lights else None)  # fmt: skip


@dataclass(frozen=True)
class Packet:
    """A PDCP SDU taken apart. signer: HashedId8 or None; certificate: the octets, or None. time_us: since 2004."""

    aid: int
    payload: bytes
    tbs: bytes
    header_aid: int
    time_us: int
    signer: bytes | None
    certificate: bytes | None
    r: bytes
    s: bytes


def packet(sdu: bytes) -> Packet:
    """DSMP (YD/T 3707-2020), then the SPDU as GB/T 45315-2025 7.4 wants it; AssertionError for anything else."""
    assert sdu[:2] == b"\x04\x00", "adaptation layer: DSMP; version 0, no extension, reserved bits zero"
    aid, at = (sdu[2], 3) if sdu[2] < 0x80 else (int.from_bytes(sdu[2:4], "big") - 0x7F80, 4)
    spdu = sdu[at + 2 :]
    assert int.from_bytes(sdu[at : at + 2], "big") == len(spdu), "length"
    assert spdu[:2] == b"\x03\x81", "version 3, signedData"
    assert spdu[2:3] == b"\x02", "hashId sm3"
    assert spdu[3:6] == b"\x40\x03\x80", "payload: data alone; version 3, unsecuredData"
    at, size = _length(spdu, 6)
    payload, at = spdu[at : at + size], at + size
    assert spdu[at] == 0x40, "header: generationTime and nothing else that is optional; no generationLocation"
    width = spdu[at + 1]
    header_aid, at = int.from_bytes(spdu[at + 2 : at + 2 + width], "big"), at + 2 + width
    time_us, end = int.from_bytes(spdu[at : at + 8], "big"), at + 8
    signature = spdu[-66:]
    assert signature[:2] == b"\x84\x40", "sm2Signature: r and s of 32 octets each"
    signer, certificate = None, None
    if spdu[end] == 0x80:
        signer = spdu[end + 1 : -66]
        assert len(signer) == 8
    else:
        assert spdu[end : end + 3] == b"\x81\x01\x01", "a list of one certificate; neither self nor x509"
        certificate = spdu[end + 3 : -66]
    return Packet(aid, payload, spdu[3:end], header_aid, time_us, signer, certificate, signature[2:34], signature[34:])


def _length(data: bytes, at: int) -> tuple[int, int]:
    """(where the content begins, its length) of a COER length."""
    if data[at] < 0x80:
        return at + 1, data[at]
    width = data[at] & 0x7F
    return at + 1 + width, int.from_bytes(data[at + 1 : at + 1 + width], "big")
