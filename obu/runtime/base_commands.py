"""How a board gets its base interpreter and loader, in the workshop: the commands, printed, never run here.

The rule: commands of esptool 5, dfu-util and picotool as their makers document them; a new family is an entry.
"""

from obu.core.alert import Text

_ESP32 = (
    Text("按住 BOOT 键接通电源（多数板卡自动进入）", "hold BOOT while it gets power (most boards need no hand)"),
    ("pip install 'esptool>=5'", "esptool --port {port} erase-flash",
     "esptool --port {port} --baud 460800 write-flash 0x1000 ESP32_GENERIC.bin",
     "esptool --port {port} verify-flash 0x1000 ESP32_GENERIC.bin"),
)  # fmt: skip
_STM32 = (
    Text("连接 BOOT0 与 3V3 后复位，进入 DFU", "connect BOOT0 with 3V3 and reset: DFU"),
    ("apt-get install dfu-util", "dfu-util --list", "dfu-util --alt 0 --device 0483:df11 --download firmware.dfu"),
)
_RP2 = (
    Text("按住 BOOTSEL 键接通 USB", "hold BOOTSEL while USB is plugged in"),
    ("apt-get install picotool", "picotool info -a", "picotool load --verify --execute firmware.uf2"),
)
FAMILIES = {"esp32": _ESP32, "stm32": _STM32, "rp2": _RP2}


def commands(board: str, port: str) -> list[Text] | None:
    """The lines for a board by its name (stm32_pyb, esp32_mcp2515, ...); None where its family is not known."""
    found = FAMILIES.get(board.partition("_")[0])
    if found is None:
        return None
    how, typed = found
    return [
        Text(f"{board} 的基础系统（仅在车间，车辆之外）：", f"base of {board} (workshop only, off the vehicle):"),
        Text(f"  1. 从 micropython.org/download 下载 {board.partition('_')[0].upper()} 的固件，核对其 SHA-256",
             f"  1. download the firmware for {board.partition('_')[0].upper()} from micropython.org/download, "
             "compare its SHA-256"),
        Text(f"  2. {how.zh}", f"  2. {how.en}"),
        *(Text(f"     {line.format(port=port)}", f"     {line.format(port=port)}") for line in typed),
        Text("  3. 拷入引导程序（docs/flashing.md）：", "  3. put the loader on it (docs/flashing.md):"),
        *(Text(line, line) for line in (
            "     pip install mpremote",
            f"     python3 -m firmware_shims board OUT --board {board} --keys update-keys.txt",
            f"     mpremote connect {port} cp -r OUT/. : + reset",
        )),
    ]  # fmt: skip
