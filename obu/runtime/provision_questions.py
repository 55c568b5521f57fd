"""What a technician is asked when a terminal goes into service; its one rule: an answer is whole and true to its range,
or refused in one sentence.

Answers are kept as they were typed. A row of a fleet's table has the same names for columns.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.runtime import body, places, strict
from obu.station.installation import is_vin

NO_VIN = "-"
NUMBER = re.compile(r"[+-]?[0-9]{1,4}(\.[0-9]{1,4})?")
SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
YES, NO = ("y", "yes", "是", "1"), ("n", "no", "否", "0")
MOST_AHEAD_M, MOST_RIGHT_M = body.RANGES["length_m"][1] / 2, body.RANGES["width_m"][1] / 2


@dataclass(frozen=True, slots=True)
class Question:
    """name: of the answer, and of a table's column. step: to which it belongs. read: the value, or LocalError."""

    name: str
    step: str
    text: Text
    read: Callable[[str], object]


def _serial(answer: str) -> str:
    if not SERIAL.fullmatch(answer):
        raise LocalError(f"{answer!r} is no serial number: letters, digits, . _ - (64 at most)",
                         f"{answer!r} 不是序列号：只能用字母、数字和 . _ -，最多 64 位")  # fmt: skip
    return answer


def _profile(answer: str) -> str:
    places.vehicle(answer, "profile")
    return answer


def _vin(answer: str) -> str:
    if answer == NO_VIN:
        return ""
    if not is_vin(answer.upper()):
        raise LocalError(f"{answer!r} is no VIN: 17 letters and digits without I, O, Q; {NO_VIN} where there is none",
                         f"{answer!r} 不是 VIN：应为 17 位字母数字，不含 I、O、Q；没有则填 {NO_VIN}")  # fmt: skip
    return answer.upper()


def _metres(low: float, high: float, *, may_be_low: bool) -> Callable[[str], object]:
    def read(answer: str) -> float:
        value = float(answer) if NUMBER.fullmatch(answer) else None
        if value is None or not low <= value <= high or (value == low and not may_be_low):
            raise LocalError(f"{answer!r} is no length in metres from {low:g} to {high:g}, as in 2.95",
                             f"{answer!r} 不是 {low:g} 到 {high:g} 之间的米数，例如 2.95")  # fmt: skip
        return value

    return read


def _yes(answer: str) -> bool:
    word = answer.strip().lower()
    if word not in YES + NO:
        raise LocalError(f"{answer!r}: answer y or n", f"{answer!r}：请回答 y 或 n")
    return word in YES


def _side(name: str) -> Callable[[str], object]:
    return _metres(*body.RANGES[name], may_be_low=False)


OF_VEHICLE = (
    Question("serial", "vehicle", Text("终端序列号（铭牌）", "serial number of the terminal"), _serial),
    Question("profile", "vehicle", Text("车型配置", "vehicle profile"), _profile),
    Question("vin", "vehicle", Text(f"VIN（没有则填 {NO_VIN}）", f"VIN ({NO_VIN} where there is none)"), _vin),
    Question("width_m", "dimensions", Text("车宽，米，含后视镜", "width in metres with mirrors"), _side("width_m")),
    Question("length_m", "dimensions", Text("车长，米", "length in metres"), _side("length_m")),
    Question("height_m", "dimensions", Text("车高，米", "height in metres"), _side("height_m")),
    Question("antenna_ahead_m", "dimensions",
             Text("天线在车身中心前方多少米（后方为负）", "antenna ahead of the centre in metres (behind: negative)"),
             _metres(-MOST_AHEAD_M, MOST_AHEAD_M, may_be_low=True)),
    Question("antenna_right_m", "dimensions",
             Text("天线在车身中心右侧多少米（左侧为负）", "antenna right of the centre in metres (left: negative)"),
             _metres(-MOST_RIGHT_M, MOST_RIGHT_M, may_be_low=True)),
)  # fmt: skip
CHECKS = {
    "mounting_firm": Text("终端固定牢固，不妨碍乘客和司机", "the terminal is firm and in nobody's way"),
    "power_fused": Text("电源线有保险丝，线束已固定", "the power line has a fuse, the cables are tied"),
    "no_fault_lamp": Text("接线后仪表无新的故障灯", "the dashboard shows no new fault lamp"),
    "antenna_clear": Text("天线上方和四周无遮挡", "nothing is above or around the antennas"),
    "screen_seen": Text("司机看得见屏幕，屏幕不挡视线", "the driver sees the screen, and it hides no view"),
    "sound_heard": Text("司机听得见提示音", "the driver hears the warnings"),
    "right_turn": Text("右转一次：方向盘、横摆角速度、横向加速度为正",
                       "one right turn driven: steering, yaw rate and lateral acceleration are positive"),
    "signals": Text("转向灯、制动、车门逐一核对", "turn signals, brake and doors were compared one by one"),
}  # fmt: skip
PHOTOS = {
    "plate": Text("终端铭牌", "the terminal's plate"),
    "mounting": Text("终端安装位置", "the terminal in its place"),
    "wiring": Text("电源与 CAN 接线", "power and CAN wiring"),
    "antenna": Text("车顶天线", "the antennas on the roof"),
    "screen": Text("驾驶位看到的屏幕", "the screen from the driver's seat"),
    "vehicle": Text("车辆外观和号牌", "the vehicle with its number plate"),
}
ALL = (
    *OF_VEHICLE,
    *(Question(f"check.{name}", "checks", text, _yes) for name, text in CHECKS.items()),
    *(Question(f"photo.{name}", "photos", Text(f"已拍照：{text.zh}", f"photo taken: {text.en}"), _yes)
      for name, text in PHOTOS.items()),
)  # fmt: skip
BY_NAME = {question.name: question for question in ALL}


def given(path: Path | None, words: Sequence[str]) -> dict[str, str]:
    """Answers of a TOML file, then of NAME=VALUE words, each read on trial. Raises LocalError that names the answer."""
    tree = strict.read_tree(path) if path else {}
    found = dict(_flat(tree, ""))
    for word in words:
        name, _, text = word.partition("=")
        found[name.strip()] = text.strip()
    for name, text in found.items():
        if name not in BY_NAME:
            raise LocalError(f"{name}: is asked nowhere; there are: {', '.join(BY_NAME)}",
                             f"{name}：没有这个问题；可用：{', '.join(BY_NAME)}")  # fmt: skip
        try:
            BY_NAME[name].read(text)
        except LocalError as error:
            raise LocalError(f"{name}: {error.text}", f"{name}：{error.zh}") from None
    return found


def _flat(tree: Mapping[str, object], above: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", {True: YES[0], False: NO[0]}[value] if isinstance(value, bool) else str(value)


def outside(values: Mapping[str, object]) -> tuple[str, LocalError] | None:
    """The answer by which the antenna would be outside the vehicle, and the sentence; None where all fits."""
    for name, side in (("antenna_ahead_m", "length_m"), ("antenna_right_m", "width_m")):
        at, across = values.get(name), values.get(side)
        if isinstance(at, float) and isinstance(across, float) and abs(at) > across / 2:
            half = f"{across / 2:g}"
            return name, LocalError(f"{at:g} m from the centre is outside the vehicle: {half} m at most",
                                    f"距中心 {at:g} 米，已在车外：最多 {half} 米")  # fmt: skip
    return None
