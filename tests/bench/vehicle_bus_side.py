"""The plain way, in a process of its own: python-can's slcan, its Notifier, cantools; until its input ends.

Arguments: the DBC, then a device for each channel. Prints CPU seconds and how many frames it handled.
"""

import sys
from time import process_time

import can
import cantools

PGN = 0x3FFFF00


def main() -> None:
    """Every message of the DBC is decoded when it comes, from any sender."""
    path, *devices = sys.argv[1:]
    messages = {message.frame_id & PGN: message for message in cantools.database.load_file(path).messages}
    buses = [
        can.Bus(interface="slcan", channel=device, bitrate=250_000, listen_only=True, sleep_after_open=0.0)
        for device in devices
    ]
    values: dict[str, object] = {}
    handled = 0

    def take(frame: can.Message) -> None:
        nonlocal handled
        handled += 1
        message = messages.get(frame.arbitration_id & PGN)
        if message is not None:
            values.update(message.decode(frame.data, decode_choices=False))

    notifier = can.Notifier(buses, [take])
    print("ready", flush=True)
    sys.stdin.readline()
    spent, before = process_time(), handled
    sys.stdin.readline()
    print(process_time() - spent, handled - before, flush=True)
    notifier.stop()
    for bus in buses:
        bus.shutdown()


if __name__ == "__main__":
    main()
