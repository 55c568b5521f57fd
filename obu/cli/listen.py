"""`obu listen`: joins the air as one more, receive-only station, and prints one line per packet."""

import argparse
import json
from pathlib import Path
from typing import Any

from obu.core.alert import Text

SUMMARY = Text("旁听空口并逐包显示验证结果", "listen to the air and print one line per packet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --json, --pcap FILE, --count N."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="radio and trust / 配置文件")
    parser.add_argument("--json", action="store_true", help="one JSON object per packet / 每包一个 JSON 对象")
    parser.add_argument("--pcap", type=Path, metavar="FILE", help="keep the packets (link type 147) / 另存为 pcap")
    parser.add_argument("--count", type=int, metavar="N", help="end after N packets / 收到 N 包后结束")


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C or --count. Exit status 0; 1 when no modem answered and nothing was heard."""
    from obu.drivers.capture import Capture
    from obu.runtime import config, listening

    settings = config.read(args.config)
    capture = Capture(args.pcap) if args.pcap else None
    heard = 0
    try:
        for packet in listening.packets(settings, lambda trouble: _tell(trouble, args.lang)):
            heard += 1
            if capture:
                capture.write(packet.sdu, packet.utc_ns)
            print(json.dumps(as_json(packet), ensure_ascii=False) if args.json else as_line(packet), flush=True)
            if args.count and heard >= args.count:
                break
    except KeyboardInterrupt:
        pass
    finally:
        if capture:
            capture.close()
    return 0 if heard else 1


def _tell(trouble: Text, lang: str) -> None:
    import sys

    print(trouble.zh if lang == "zh" else trouble.en, file=sys.stderr, flush=True)


def as_json(packet: Any) -> dict[str, Any]:
    """One packet as plain values."""
    return {
        "utc_s": round(packet.utc_ns / 1e9, 3),
        "aid": packet.aid,
        "message": packet.message,
        "sender": packet.sender,
        "l2_source": packet.l2_source,
        "verdict": packet.verdict,
        "size": len(packet.sdu),
    }


def as_line(packet: Any) -> str:
    """One packet as a line: AID, message, sender, verdict, size."""
    aid = "-" if packet.aid is None else str(packet.aid)
    message, sender = packet.message or "-", packet.sender or "-"
    return f"{aid:>5}  {message:<22} {sender:<18} {packet.verdict:<24} {len(packet.sdu):>5} B"
