"""The air of tests/bench/load_socket: a modem that brings each packet at its time, and forged ones if wanted.

Standard input: a line of JSON (port to be at; seconds to go on; forge_s: from when on to forge, as quickly as it goes),
then a line for each genuine packet: ms after the start, and hex. A forged packet is a genuine one with another end: its
signer, place and time are true. Said at the end, as JSON: how many of each kind were sent.
"""

import json
import os
import socket
import sys
import time

from obu.drivers.radio_udp import Datagram, Kind, decode

BURST = 16  # forged packets between two looks at the clock


def main() -> None:
    head = json.loads(sys.stdin.readline())
    genuine = [(int(at), bytes.fromhex(sdu)) for at, sdu in (line.split() for line in sys.stdin)]
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.1", head["port"]))
    print("ready", flush=True)
    while True:
        data, unit = link.recvfrom(2048)
        heard = decode(data)
        if not isinstance(heard, str) and heard.kind is Kind.JOIN:
            break
    link.sendto(Datagram(kind=Kind.JOIN_ACK).encode(), unit)
    began = time.monotonic()
    sent, forged, index = 0, 0, 0
    while (spent_ms := (time.monotonic() - began) * 1000) < head["seconds"] * 1000:
        while index < len(genuine) and genuine[index][0] <= spent_ms:
            link.sendto(Datagram(kind=Kind.DATA, sdu=genuine[index][1]).encode(), unit)
            index, sent = index + 1, sent + 1
        if spent_ms < head["forge_s"] * 1000:
            time.sleep(0.001)
            continue
        for _ in range(BURST):
            sdu = genuine[index - 1 - forged % min(index, 40)][1]
            link.sendto(Datagram(kind=Kind.DATA, sdu=sdu[:-8] + os.urandom(8)).encode(), unit)
            forged += 1
    print(json.dumps({"genuine": sent, "forged": forged}), flush=True)


main()
