"""J1939 frames of a driving bus, byte by byte from the SAE J1939-71 layout: no DBC and no encoder of the program."""

from obu.core.frames import CanFrame

SOURCE = 0x27


def frame(pgn, data, at_ns, priority=6):
    return CanFrame("main", priority << 26 | pgn << 8 | SOURCE, True, bytes(data), at_ns)


def word(value, scale, offset):
    return list(round((value - offset) / scale).to_bytes(2, "little"))


def driving(at_ns, *, speed_kph=40.0, yaw_left_rad_s=0.0, accel_mps2=0.0, hazard=False, brake=False):
    """CCVS1, VDC2, ETC2, EBC1, OEL of one instant. yaw_left_rad_s: to the left positive, as SPN 1808 counts."""
    speed = word(speed_kph, 1 / 256, 0)
    steer, yaw = word(0.0, 1 / 1024, -31.374), word(yaw_left_rad_s, 1 / 8192, -3.92)
    lateral, longitudinal = word(0.0, 1 / 2048, -15.687), round((accel_mps2 + 12.5) / 0.1)
    brake_bits = 0b11001111 | (0b01 if brake else 0b00) << 4
    return (
        frame(65265, [0b11110011, *speed, brake_bits, 255, 255, 255, 255], at_ns),
        frame(61449, [*steer, 255, *yaw, *lateral, longitudinal], at_ns),
        frame(61445, [255, 255, 255, 126, 255, 255, 255, 255], at_ns),
        frame(61441, [0b11000000, 255, 255, 255, 255, 255, 255, 255], at_ns),
        frame(64972, [255, 0b11000000 | (1 if hazard else 0) << 4, 255, 255, 255, 255, 255, 255], at_ns),
    )
