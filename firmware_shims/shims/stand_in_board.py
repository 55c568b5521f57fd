"""A board that is a process: its own boot.py, loader and slots on MicroPython for Linux, on a LittleFS of its own.

`micropython stand_in_board.py FOLDER SHIMS MOUNT UART_FD CAN_FD start|raw`. FOLDER: flash.img, made of tree/ where it
is not there. MOUNT: where the flash lies among the files. Its prompt is on standard input and output. It exits with
SOFT_RESET to be started anew.
"""

import os
import sys

import vfs

BLOCK, BLOCKS = 4096, 128


class Flash:
    """An image file as a block device in the extended form, which LittleFS wants."""

    def __init__(self, path):
        self._file = open(path, "r+b")  # noqa: SIM115 - for as long as the board runs

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=None):
        self._file.seek(block * BLOCK + (offset or 0))
        self._file.write(buffer)

    def ioctl(self, op, argument):
        if op == 4:
            return BLOCKS
        return BLOCK if op == 5 else 0


def copied(source, target):
    for entry in os.ilistdir(source):
        name = entry[0]
        if entry[1] == 0x4000:
            os.mkdir(target + "/" + name)
            copied(source + "/" + name, target + "/" + name)
        else:
            with open(source + "/" + name, "rb") as file, open(target + "/" + name, "wb") as copy:
                copy.write(file.read())


def flash(folder, mount):
    """The image, and nothing else, is what there is of files from now on."""
    path = folder + "/flash.img"
    if "flash.img" not in os.listdir(folder):
        with open(folder + "/flash.new", "wb") as file:
            for _ in range(BLOCKS):
                file.write(b"\xff" * BLOCK)
        device = Flash(folder + "/flash.new")
        vfs.VfsLfs2.mkfs(device)
        vfs.mount(device, "/stand_in_flash")
        copied(folder + "/tree", "/stand_in_flash")
        vfs.umount("/stand_in_flash")
        os.rename(folder + "/flash.new", path)
    device = Flash(path)
    vfs.umount("/")
    vfs.mount(device, mount)
    os.chdir(mount)


def run(path):
    """As a port does: what is not there is passed over."""
    if path in os.listdir():
        with open(path) as file:
            exec(file.read(), {"__name__": "__main__"})


def is_locked():
    """Whether a Ctrl-C is to be passed over."""
    try:
        import hardware
    except ImportError:  # MicroPython alone
        return False
    return not hardware.OPEN_REPL


def main(folder, shims, mount, uart, can, how):
    sys.path[:] = [shims]
    import machine
    import raw_repl
    import stand_in_pins

    if mount == "/flash":
        __import__("pyb")  # what only an STM32 has, and nobody finds once the flash is all there is

    repl = raw_repl.RawRepl()
    sys.modules["board"] = stand_in_pins
    machine.reset = lambda: sys.exit(raw_repl.SOFT_RESET)
    flash(folder, mount)
    run("boot.py")
    stand_in_pins.attach(int(uart), int(can), (lambda: False) if is_locked() else repl.interrupted)
    if how == "start":
        try:  # noqa: SIM105 - MicroPython has no contextlib
            run("main.py")
        except KeyboardInterrupt:
            pass
    repl.serve(how == "raw")


main(*sys.argv[1:7])
