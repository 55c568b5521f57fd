"""`obu screen`: serves the driver's display, fed by the unit's local socket; it holds no key."""

import argparse
from pathlib import Path

from obu.core.alert import Text

SUMMARY = Text("提供驾驶员显示页面（独立进程）", "serve the driver's display (a process of its own)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--socket PATH or --config FILE; --listen, --token-file."""
    unit = parser.add_mutually_exclusive_group(required=True)
    unit.add_argument("--socket", type=Path, metavar="PATH", help="the unit's local socket / 单元的本地套接字")
    unit.add_argument("--config", type=Path, metavar="FILE", help="the unit's TOML, for its socket / 单元配置文件")
    parser.add_argument(
        "--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="port 0: a free one / 端口 0：自动选择"
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="pairing token for other devices / 其他设备的配对码文件",
    )


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM or SIGINT; exit status 0."""
    from obu.screen import door, server

    listen = door.listen_at(args.listen)
    token = None if args.token_file is None else door.read_token(args.token_file)
    server.run(server.Options(socket=args.socket or _socket_of(args.config), listen=listen, token=token))
    return 0


def _socket_of(path: Path) -> Path:
    from obu.runtime import config

    return Path(config.read(path).hmi.socket)
