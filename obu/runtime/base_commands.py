"""How a board gets its base interpreter and loader, in the workshop: the commands, printed, never run here.

The rule: commands of esptool 5, dfu-util 0.11 and picotool as their makers document them; a new chip is an entry.
"""

from collections.abc import Sequence

from obu.core.alert import Text

# Where the chip's ROM looks for the boot loader, and MicroPython's build: flash_offset of MicroPython's
# ports/esp32/boards/*/board.json, and deploy_s2.md.
_ESP32 = {
    "esp32": ("0x1000", "ESP32_GENERIC"),
    "esp32s2": ("0x1000", "ESP32_GENERIC_S2"),
    "esp32s3": ("0x0", "ESP32_GENERIC_S3"),
    "esp32c2": ("0x0", "ESP32_GENERIC_C2"),
    "esp32c3": ("0x0", "ESP32_GENERIC_C3"),
    "esp32c5": ("0x2000", "ESP32_GENERIC_C5"),
    "esp32c6": ("0x0", "ESP32_GENERIC_C6"),
    "esp32p4": ("0x2000", "ESP32_GENERIC_P4"),
}
FAMILIES = (*_ESP32, "stm32", "rp2")
LITTLEFS = "exec \"import vfs, pyb; vfs.umount('/flash'); vfs.VfsLfs2.mkfs(pyb.Flash(start=0))\" + reset"


def commands(board: str, port: str) -> list[Text] | None:
    """The lines for a board by its name (stm32_pyb, esp32_mcp2515, ...) or a chip's; None where it is not known."""
    chip = board.partition("_")[0]
    if chip not in FAMILIES:
        return None
    build, how, typed = _of(chip)
    after = (f"mpremote connect {{port}} {LITTLEFS}",) if chip == "stm32" else ()
    return [
        Text(f"{board} 的基础系统（仅在车间，车辆之外）：", f"base of {board} (workshop only, off the vehicle):"),
        Text(f"  1. 从 micropython.org/download 下载 {build} 的固件，核对其 SHA-256",
             f"  1. download the firmware {build} from micropython.org/download, compare its SHA-256"),
        Text(f"  2. {how.zh}", f"  2. {how.en}"),
        *_lines(typed, port),
        Text("  3. 拷入引导程序和首个程序槽（docs/flashing.md）：", "  3. loader and first slot (docs/flashing.md):"),
        *_lines(("pip install 'obu[technician]'", *after,
                 "obu flash FIRMWARE.bundle --loader LOADER.bundle --port {port} --link LINK_PORT"), port),
    ]  # fmt: skip


def _of(chip: str) -> tuple[str, Text, Sequence[str]]:
    """MicroPython's build for it, how the chip is made ready, what is typed."""
    if chip == "stm32":
        how = Text("连接 BOOT0 与 3V3 后复位，进入 DFU", "connect BOOT0 with 3V3 and reset: DFU")
        return "STM32", how, (
            "apt-get install dfu-util", "dfu-util --list",
            "dfu-util --device ,0483:df11 --alt 0 --download firmware.dfu",
        )  # fmt: skip
    if chip == "rp2":
        how = Text("按住 BOOTSEL 键接通 USB：出现一个 U 盘", "hold BOOTSEL while USB is plugged in: a disk appears")
        return "RPI_PICO", how, (
            'cp firmware.uf2 "/media/$USER/RPI-RP2/" && sync',
            "picotool load --verify --execute firmware.uf2    # or, where picotool is installed / 或使用 picotool",
        )  # fmt: skip
    offset, build = _ESP32[chip]
    how = Text("按住 BOOT 键，点按 RESET 键（多数板卡自动进入）", "hold BOOT, press RESET (most boards need no hand)")
    esptool = f"esptool --chip {chip} --port {{port}}"
    return build, how, (
        "pip install 'esptool>=5'", f"{esptool} erase-flash",
        f"{esptool} --baud 460800 write-flash {offset} {build}.bin",
        f"{esptool} verify-flash {offset} {build}.bin",
    )  # fmt: skip


def _lines(typed: Sequence[str], port: str) -> list[Text]:
    return [Text(line, line) for line in (f"     {each.format(port=port)}" for each in typed)]
