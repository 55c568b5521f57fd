"""`obu flash` without a board: what is typed, found and refused before one is asked."""

import json
import socket
import threading
from pathlib import Path

import pytest

from obu import feed
from obu.cli.main import main
from obu.drivers import serial_line
from obu.link import manifest as manifests
from obu.link.install_words import BoardState, Slot
from obu.link.manifest import Manifest
from obu.runtime import base_commands, flash_prompt, flash_report, flash_words, flashing, parked
from obu.runtime.bundle import Bundle
from obu.runtime.flash_report import Attempt


def obu(*words: str | Path) -> int:
    return main(["--lang", "en", "flash", *map(str, words)])


@pytest.mark.parametrize(
    ("board", "command"),
    [
        ("stm32_pyb", "dfu-util --device ,0483:df11 --alt 0 --download firmware.dfu"),
        ("esp32_mcp2515", "--chip esp32 --port /dev/ttyUSB0 --baud 460800 write-flash 0x1000 ESP32_GENERIC.bin"),
        ("esp32s3", "--chip esp32s3 --port /dev/ttyUSB0 --baud 460800 write-flash 0x0 ESP32_GENERIC_S3.bin"),
        ("esp32c6", "--chip esp32c6 --port /dev/ttyUSB0 verify-flash 0x0 ESP32_GENERIC_C6.bin"),
        ("rp2_mcp2515", "picotool load --verify --execute firmware.uf2"),
    ],
)
def test_the_commands_for_a_base(board: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu("--base", board, "--port", "/dev/ttyUSB0") == 0
    said = capsys.readouterr().out
    assert command in said and "--loader LOADER.bundle --port /dev/ttyUSB0" in said
    assert ("VfsLfs2.mkfs" in said) == (board == "stm32_pyb")


def test_every_board_of_the_firmware_has_commands_and_others_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    from firmware_shims.device import boards

    assert all(base_commands.commands(name, "P") for name in boards.names())
    assert obu("--base", "z80") == 2
    assert "--base z80: not known; it begins with one of esp32, esp32s2, esp32s3" in capsys.readouterr().err


def test_no_board_anywhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(serial_line, "ports", lambda: [serial_line.Port("/dev/no-such-port", "", True)])
    assert obu() == 2
    said = capsys.readouterr().err
    assert "no board answers (/dev/no-such-port: there is no such port" in said and said.count("\n") == 1


def test_a_bundle_that_is_none_leaves_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = tmp_path / "trust.txt"
    trust.write_text("026b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\n")
    assert obu(tmp_path / "no.bundle", "--trust", trust, "--report", tmp_path / "r", "--technician", "<Li>") == 2
    assert "no.bundle: No such file" in capsys.readouterr().err
    (report,) = (tmp_path / "r").glob("*.json")
    told = json.loads(report.read_text())
    assert (told["result"], told["technician"], told["before"]) == ("refused", "<Li>", None)
    assert "No such file" in told["says"]["en"] and "&lt;Li&gt;" in report.with_suffix(".html").read_text()


def test_a_report_that_cannot_be_kept_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="no report; name another folder with --report"):
        flash_report.write(tmp_path / "file", Attempt(technician="x", begin_utc_s=0, bundle="b"), 1.0)


def state(**changes: object) -> BoardState:
    fields = {
        "is_recovery": False, "running": 0, "following": 0, "tries": 0, "least": 3, "free_bytes": 81920,
        "slots": (Slot(2, 3, "1.0.0", "0a" * 8), Slot(3, 5, "2.0.0", "0b" * 8)),
        "board": "stm32_pyb", "unique": "01", "base": "1.25.0", "abi": "mpy6.3", "loader": "1",
    }  # fmt: skip
    return BoardState(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "en", "zh"),
    [
        ({}, "health: well, the version is confirmed", "状态：正常，版本已确认"),
        ({"is_recovery": True, "running": 255}, "health: recovery", "状态：恢复模式"),
        ({"tries": 2}, "on trial, 2 starts left", "剩余启动次数 2"),
        ({"tries": 4, "following": 1}, "slot B: taken back, 2.0.0 (counter 5, 0b0b0b0b), starts next", "下次启动"),
        ({"running": 1, "following": 1}, "slot B: taken back, 2.0.0 (counter 5, 0b0b0b0b), runs now", "正在运行"),
    ],
)
def test_a_board_in_words(changes: dict[str, object], en: str, zh: str) -> None:
    told = flash_words.board("/dev/x", state(**changes), None)
    assert en in "\n".join(line.en for line in told) and zh in "\n".join(line.zh for line in told)
    assert all(line.en.isascii() for line in told)


POINT = b"\x04" + bytes(range(64))
TOLD = ("", "Generic ESP32 module with ESP32", "esp32", "[<VfsLfs2>]", False, "1.25.0", "mpy6.3", "01", 400_000, 0)


class Prompt:
    """A prompt that tells this."""

    told: object = TOLD

    def __init__(self, device: str) -> None:
        self.device = device

    def enter(self, *, soft_reset: bool = False) -> bool:
        return self.told is not None

    def execute(self, code: str, within_s: float = 0) -> str:
        return ""

    def value(self, expression: str) -> object:
        return self.told

    def close(self) -> None:
        pass


def packed(for_a: str, **changes: object) -> Bundle:
    said = {"product": for_a, "hardware": ("esp32_mcp2515",), "version": "1.0", "counter": 1, "minimum_base": "1.25",
            "abi": "none" if for_a == "loader" else "mpy6.3", "key_id": manifests.key_id(POINT)}  # fmt: skip
    files = {"main.py": bytes(9000), "loader/keys.txt": f"{POINT.hex()}\n".encode()}
    entries = tuple(manifests.entry(*each) for each in files.items())
    return Bundle(Manifest(**{**said, **changes, "files": entries}), b"raw", bytes(64), files)  # type: ignore[arg-type]


def test_a_loader_that_does_not_trust_the_firmwares_signer_is_not_put_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flash_prompt, "BoardRepl", Prompt)
    flasher = flash_prompt.PromptFlasher("/dev/x", packed("loader"), list, 921_600)
    assert flasher.look()
    outcome = flasher.refusal(flashing.parcel(packed("firmware", key_id="0123456789abcdef")))
    assert outcome and "the loader does not trust the key that signed the firmware" in outcome.says.en


@pytest.mark.parametrize(
    ("told", "loader", "en", "zh"),
    [
        (TOLD, {}, "", ""),
        (("", "Generic ESP32S3 module with ESP32S3", *TOLD[2:]), {}, "the hardware is esp32s3", "本机硬件是 esp32s3"),
        (("/flash", "PYBv1.1 with STM32F405RG", "stm32", *TOLD[3:]), {}, "the hardware is stm32", "本机硬件是 stm32"),
        (("", "?", "", *TOLD[3:]), {}, "", ""),
        ((*TOLD[:8], 9_000, 9_900), {}, "", ""),  # half of it is there
        ((*TOLD[:3], "[<VfsFat>]", *TOLD[4:]), {}, "make it LittleFS first", "请先格式化为 LittleFS"),
        ((*TOLD[:5], "1.24.1", *TOLD[6:]), {}, "needs base 1.25 or newer", "需要基础系统 1.25"),
        ((*TOLD[:8], 17_000, 900), {}, "no space", "存储空间不足"),
        (TOLD, {"product": "host"}, "this bundle is for host, not loader", "这个升级包用于 host"),
        (TOLD, {"hardware": ("rp2_mcp2515",)}, "this bundle is for rp2_mcp2515, the hardware is esp32", "rp2_mcp2515"),
    ],
)
def test_what_a_board_at_its_prompt_cannot_take_is_refused_before_it_is_touched(
    monkeypatch: pytest.MonkeyPatch, told: object, loader: dict[str, object], en: str, zh: str
) -> None:
    monkeypatch.setattr(Prompt, "told", told)
    monkeypatch.setattr(flash_prompt, "BoardRepl", Prompt)
    flasher = flash_prompt.PromptFlasher("/dev/x", packed("loader", **loader), list, 921_600)
    assert flasher.look()
    outcome = flasher.refusal(flashing.parcel(packed("firmware")))
    assert (outcome is None) == (not en)
    assert outcome is None or (en in outcome.says.en and zh in outcome.says.zh)


@pytest.mark.parametrize("told", [None, 5, (), TOLD[:-1], (*TOLD[:-1], "9"), [*TOLD]])
def test_a_prompt_that_tells_nonsense_is_no_board(monkeypatch: pytest.MonkeyPatch, told: object) -> None:
    monkeypatch.setattr(Prompt, "told", told)
    monkeypatch.setattr(flash_prompt, "BoardRepl", Prompt)
    assert flash_prompt.PromptFlasher("/dev/x", None, list, 921_600).look() is None


def unit_saying(place: Path, *events: dict[str, object]) -> threading.Thread:
    """A unit's socket that says this to the first who asks."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(place))
    server.listen(1)

    def serve() -> None:
        link, _ = server.accept()
        with server, link:
            assert link.recv(512) == feed.STATUS_ASK_LINE
            link.sendall(b"".join(json.dumps(event).encode() + b"\n" for event in events))

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def status(ignition: bool | None) -> dict[str, object]:
    return {"kind": "status", "power": {"ignition": ignition}}


@pytest.mark.parametrize(
    ("events", "stands"),
    [
        ([status(True), {"kind": "scene", "speed_kph": 30.0}], False),
        ([status(True), {"kind": "scene", "speed_kph": 0.0}], True),
        ([status(False), {"kind": "scene", "speed_kph": None}], True),
        ([status(True), {"kind": "scene", "speed_kph": None}], None),
        ([status(None)], None),
        ([{"kind": "scene"}], None),
        ([], None),
    ],
)
def test_whether_the_vehicle_stands_is_asked_of_the_unit(
    tmp_path: Path, events: list[dict[str, object]], stands: bool | None
) -> None:
    thread = unit_saying(tmp_path / "s", *events)
    assert parked.by_unit(tmp_path / "s") == parked.Answer(bool(events), stands)
    thread.join()
    assert parked.by_unit(tmp_path / "nobody") == parked.Answer(False, None)
