"""Who may come in: judged by address, Host, Origin and pairing; its one rule: what is not expected is refused.

Bound to loopback the page is for this machine's own browser. Bound anywhere else every visitor must be paired,
and only a page on this machine may acknowledge: a stranger's tablet must not tell the unit what the driver saw.
Host must be an address or localhost, never a name, which a stranger's DNS could point at us (DNS rebinding).
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import ConfigError, LocalError

COOKIE = "obu_screen"
SHORTEST_TOKEN = 16
# What an unpaired visitor may fetch: the pairing page and what it is made of.
OPEN_PATHS = frozenset({"/", "/pair", "/pair.js", "/page.css", "/icon.svg"})


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen: an IP address (or localhost) and a port, 0 for a free one."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Nobody but this machine can reach it."""
        return _is_loopback(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is known of one request. peer, local: addresses of the two ends. Headers: None if absent."""

    method: str
    path: str
    peer: str
    local: str
    host: str | None
    origin: str | None
    fetch_site: str | None
    fetch_mode: str | None
    cookie: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The HTTP status and one of our own words for the reason."""

    status: int
    reason: str


class Door:
    """judge() every request before anything looks at it."""

    def __init__(self, listen: Listen, port: int, token: str | None) -> None:
        self._port = port
        self._token = None if token is None else token.encode("ascii")
        self._pass = None if token is None else hashlib.sha256(b"obu screen " + token.encode("ascii")).hexdigest()
        if token is None and not listen.is_loopback:
            raise ConfigError(
                f"--listen {listen.host} is open to other devices: give a pairing token with --token-file",
                f"--listen {listen.host} 会让其他设备访问：请用 --token-file 指定配对码文件",
            )

    def judge(self, visit: Visit) -> Refusal | None:
        """None to let it in."""
        if not self._is_our_host(visit):
            return Refusal(421, "host")
        if visit.origin is not None and visit.origin != f"http://{visit.host}":
            return Refusal(403, "origin")
        if visit.method == "POST" and visit.origin is None:
            return Refusal(403, "origin")
        is_visit = visit.fetch_mode == "navigate" and visit.path == "/"
        if visit.fetch_site not in (None, "same-origin", "none") and not is_visit:
            return Refusal(403, "site")  # another site's page must not use up our places (Fetch Metadata)
        if not self.is_paired(visit) and visit.path not in OPEN_PATHS:
            return Refusal(401, "not_paired")
        return None

    def is_paired(self, visit: Visit) -> bool:
        """May see the page itself."""
        return self._pass is None or hmac.compare_digest((visit.cookie or "").encode(), self._pass.encode())

    def may_acknowledge(self, visit: Visit) -> bool:
        """May speak for the driver's eyes."""
        return _is_loopback(visit.peer)

    def pair(self, token: object) -> str | None:
        """The cookie for whoever knows the token, else None."""
        if self._token is None or not isinstance(token, str):
            return None
        return self._pass if hmac.compare_digest(token.strip().encode(), self._token) else None

    def _is_our_host(self, visit: Visit) -> bool:
        local = f"[{visit.local}]" if ":" in visit.local else visit.local
        names = {local, "localhost"} if _is_loopback(visit.local) else {local}
        return visit.host in {f"{name}:{self._port}" for name in names}


def listen_at(text: str) -> Listen:
    """HOST:PORT as typed. Raises ConfigError."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        if host != "localhost":
            ipaddress.ip_address(host)
        if not colon or not port.isdecimal() or int(port) > 65535:
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"--listen {text}: must be ADDRESS:PORT, as in 127.0.0.1:8080",
            f"--listen {text}：应为 地址:端口，例如 127.0.0.1:8080",
        ) from None
    return Listen("127.0.0.1" if host == "localhost" else host, int(port))


def read_token(path: Path) -> str:
    """The pairing token in a file that nobody else may read. Raises LocalError."""
    try:
        mode = path.stat().st_mode
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError(f"--token-file {path}: cannot be read ({error})", f"--token-file {path}：无法读取") from None
    if mode & 0o077:
        raise LocalError(
            f"--token-file {path}: others may read it; mend it with: chmod 600 {path}",
            f"--token-file {path}：其他用户可读；请执行：chmod 600 {path}",
        )
    if len(token) < SHORTEST_TOKEN or not token.isprintable():
        raise LocalError(
            f"--token-file {path}: a token has at least {SHORTEST_TOKEN} printable characters",
            f"--token-file {path}：配对码至少 {SHORTEST_TOKEN} 个可打印字符",
        )
    return token


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
