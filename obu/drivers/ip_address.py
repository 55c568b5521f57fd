"""A host and a port of the configuration; a name would have to be asked for, which takes seconds or for ever."""

import socket

from obu.core.errors import ConfigError


def check(name: str, host: str, port: int) -> None:
    """name: the configuration section. Raises ConfigError for a host that is no IP address, or an impossible port."""
    if not 0 < port < 65_536:
        raise ConfigError(f"{name}.port: {port} is not a port", f"{name}.port：{port} 不是端口号")
    try:
        socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
    except OSError:
        raise ConfigError(f"{name}.host: {host!r} is not an IP address",
                          f"{name}.host：{host!r} 不是 IP 地址") from None  # fmt: skip
