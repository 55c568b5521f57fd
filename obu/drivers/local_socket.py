"""The unit's local Unix socket: lines out, acknowledgements in; a client that stalls or lies costs nothing.

Laws:
  1. After make() nothing here blocks or raises; every buffer has a bound.
  2. A client gets whole lines in order or is closed: at OUTPUT_BYTES unread it is closed, and counted.
  3. A client that sends a line over LINE_BYTES, or more than LINES_PER_S in a second, is closed, and counted.
  4. An acknowledgement or beat counts only from the unit's own uid, root, or a uid the configuration names
     (SO_PEERCRED: the kernel's word, not the client's); from anybody else it is dropped, and counted.
  5. DisplayGone follows only a client from which an acknowledgement or beat was taken.
"""

import contextlib
import errno
import fcntl
import grp
import os
import select
import socket
import stat
import struct
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obu.core.errors import ConfigError, LocalError, RemoteError
from obu.core.frames import DisplayAck, DisplayBeat, DisplayGone, DriverState
from obu.core.now import NS_PER_S

MAX_CLIENTS = 16
OUTPUT_BYTES = 256 * 1024
LINE_BYTES = 512
LINES_PER_S = 100
READ_BYTES = 4096  # of one client in one turn
ACCEPTS_PER_TURN = 4
LONGEST_PATH = 107  # sun_path of unix(7), less its closing zero
ACCEPT_PAUSE_NS = NS_PER_S  # after the system ran out of descriptors

# A DisplayAck or DisplayBeat; any other value is a question, answered with the greeting. Raises RemoteError.
Parse = Callable[[bytes, int, int], object]
SocketArrival = DisplayAck | DisplayBeat | DisplayGone | DriverState


@dataclass(slots=True, eq=False)
class _Client:
    number: int
    link: socket.socket
    is_trusted: bool
    output: deque[memoryview] = field(default_factory=deque)
    output_bytes: int = 0
    input: bytes = b""
    second: int = 0
    lines: int = 0  # in that second
    is_display: bool = False
    waits_to_write: bool = False


class LocalSocket:
    """The Publisher of obu/drivers/contract.py. counts: what was dropped or closed, by reason."""

    def __init__(self, name: str, path: Path, listener: socket.socket, trusted: frozenset[int], parse: Parse) -> None:
        self.name = name
        self.counts: dict[str, int] = {}
        self._path = path
        self._inode = path.stat().st_ino
        self._trusted = trusted
        self._parse = parse
        self._listener = listener
        self._clients: dict[int, _Client] = {}  # by descriptor
        self._next_number = 1
        self._greeting: tuple[bytes, ...] = ()
        self._gone: list[int] = []
        self._is_announced = False
        self._accepts_again_ns: int | None = None
        self._epoll = select.epoll()
        self._epoll.register(listener.fileno(), select.EPOLLIN)

    def fileno(self) -> int:
        """One descriptor for listener and clients: an epoll descriptor can itself be polled (epoll(7))."""
        return -1 if self._epoll.closed else self._epoll.fileno()

    def wake_at_ns(self) -> int | None:
        """At once while a departure is to be told; later while the system is out of descriptors."""
        return 0 if self._gone else self._accepts_again_ns

    def poll(self, at_ns: int) -> Sequence[SocketArrival]:
        """What the clients said since, and who of the displays went."""
        arrivals: list[SocketArrival] = []
        if not self._is_announced:
            self._is_announced = True
            arrivals.append(DriverState(self.name, True, "", at_ns))
        if self._accepts_again_ns is not None and at_ns >= self._accepts_again_ns:
            self._accepts_again_ns = None
            self._epoll.register(self._listener.fileno(), select.EPOLLIN)
        for descriptor, events in () if self._epoll.closed else self._epoll.poll(0):
            if descriptor == self._listener.fileno():
                self._accept(at_ns)
            elif (client := self._clients.get(descriptor)) is not None:
                self._serve(client, events, at_ns, arrivals)
        gone, self._gone = self._gone, []
        arrivals.extend(DisplayGone(number, at_ns) for number in gone)
        return arrivals

    def greet(self, lines: Sequence[bytes]) -> None:
        """From now on a new client, or one that asks, gets these lines at once (feed.greeting keeps them)."""
        self._greeting = tuple(lines)

    def publish(self, lines: Sequence[bytes]) -> None:
        """These lines to every client."""
        if lines:
            for client in list(self._clients.values()):
                self._send(client, lines)

    def close(self) -> None:
        """Closes all, and removes the socket if it is still ours."""
        if self._epoll.closed:
            return
        for client in list(self._clients.values()):
            self._drop(client)
        self._epoll.close()
        self._listener.close()
        with contextlib.suppress(OSError):  # somebody may have cleaned up before us
            if self._path.lstat().st_ino == self._inode:
                self._path.unlink()

    def _accept(self, at_ns: int) -> None:
        for _ in range(ACCEPTS_PER_TURN):
            try:
                link, _ = self._listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    # The waiting connection keeps the listener readable: look away for a while.
                    self._count("no_descriptors")
                    self._epoll.unregister(self._listener.fileno())
                    self._accepts_again_ns = at_ns + ACCEPT_PAUSE_NS
                return
            if len(self._clients) >= MAX_CLIENTS:
                self._count("too_many_clients")
                link.close()
                continue
            link.setblocking(False)
            _, uid, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            client = _Client(self._next_number, link, uid in self._trusted)
            self._next_number += 1
            self._clients[link.fileno()] = client
            self._epoll.register(link.fileno(), select.EPOLLIN)
            self._send(client, self._greeting)

    def _serve(self, client: _Client, events: int, at_ns: int, arrivals: list[SocketArrival]) -> None:
        if events & select.EPOLLOUT:
            self._flush(client)
        if not events & ~select.EPOLLOUT or client.link.fileno() < 0:
            return
        try:
            data = client.link.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take_bytes(client, data, at_ns, arrivals)
        else:
            self._drop(client)

    def _take_bytes(self, client: _Client, data: bytes, at_ns: int, arrivals: list[SocketArrival]) -> None:
        *lines, rest = (client.input + data).split(b"\n")
        client.input = rest
        if at_ns // NS_PER_S != client.second:
            client.second, client.lines = at_ns // NS_PER_S, 0
        client.lines += len(lines)
        if client.lines > LINES_PER_S:
            self._drop(client, "too_many_lines")
        elif len(rest) > LINE_BYTES or any(len(line) > LINE_BYTES for line in lines):
            self._drop(client, "long_line")
        else:
            for line in lines:
                self._take(client, line, at_ns, arrivals)

    def _take(self, client: _Client, line: bytes, at_ns: int, arrivals: list[SocketArrival]) -> None:
        try:
            said = self._parse(line, client.number, at_ns)
        except RemoteError as error:
            self._count(error.reason)
            return
        if not isinstance(said, DisplayAck | DisplayBeat):
            self._send(client, self._greeting)
        elif client.is_trusted:
            client.is_display = True
            arrivals.append(said)
        else:
            self._count("not_permitted")

    def _send(self, client: _Client, lines: Iterable[bytes]) -> None:
        for line in lines:
            client.output.append(memoryview(line))
            client.output_bytes += len(line)
        self._flush(client)
        if client.output_bytes > OUTPUT_BYTES:
            self._drop(client, "stalled")

    def _flush(self, client: _Client) -> None:
        try:
            while client.output:
                sent = client.link.send(client.output[0])
                client.output_bytes -= sent
                if sent < len(client.output[0]):
                    client.output[0] = client.output[0][sent:]
                else:
                    client.output.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self._drop(client)
            return
        if bool(client.output) != client.waits_to_write:
            client.waits_to_write = bool(client.output)
            wanted = select.EPOLLIN | (select.EPOLLOUT if client.waits_to_write else 0)
            self._epoll.modify(client.link.fileno(), wanted)

    def _drop(self, client: _Client, reason: str | None = None) -> None:
        if self._clients.pop(client.link.fileno(), None) is None:
            return
        if reason is not None:
            self._count(reason)
        if client.is_display:
            self._gone.append(client.number)
        client.output.clear()
        client.output_bytes = 0
        client.link.close()  # closing the last descriptor takes it out of the epoll set (epoll(7) Q6)

    def _count(self, reason: str) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1


def make(
    name: str, path: str | Path, allowed_uids: Iterable[int], parse: Parse, group: str | None = None
) -> LocalSocket:
    """The socket, listening at `path`: mode 0600 (0660 for `group`); a missing folder is made 0700 (0750).

    allowed_uids: who may acknowledge, besides this process's uid and root. Raises ConfigError for a path or
    group that cannot serve, LocalError when another unit answers at that path.
    """
    where = Path(path)
    if len(os.fsencode(where)) > LONGEST_PATH:
        raise ConfigError(f"{name}: path: {where} has over {LONGEST_PATH} bytes, a Unix socket's most",
                          f"{name}：path：{where} 超过 Unix 套接字上限 {LONGEST_PATH} 字节")  # fmt: skip
    try:
        gid = None if group is None else grp.getgrnam(group).gr_gid
        listener = _listen(where, gid)
    except KeyError:
        raise ConfigError(f"{name}: group: this machine has no group {group}",
                          f"{name}：group：本机没有用户组 {group}") from None  # fmt: skip
    except OSError as error:
        raise ConfigError(f"{name}: path: cannot listen at {where}: {error.strerror}",
                          f"{name}：path：无法在 {where} 上监听：{error.strerror}") from None  # fmt: skip
    return LocalSocket(name, where, listener, frozenset({os.getuid(), 0, *allowed_uids}), parse)


def _listen(path: Path, gid: int | None) -> socket.socket:
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700, parents=True)
        if gid is not None:
            os.chown(path.parent, -1, gid)
            path.parent.chmod(0o750)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        # Two units that start together must not each take the other's fresh socket for a dead one.
        fcntl.flock(folder, fcntl.LOCK_EX)
        _remove_stale(path)
        os.fchmod(listener.fileno(), 0o600)  # Linux makes the file with the socket's own mode: never wider
        listener.bind(os.fspath(path))
        if gid is not None:
            os.chown(path, -1, gid)
            path.chmod(0o660)
        listener.listen(MAX_CLIENTS)
        return listener
    except BaseException:
        listener.close()
        raise
    finally:
        os.close(folder)


def _remove_stale(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(errno.EEXIST, "a file that is no socket is there", str(path))
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        answer = probe.connect_ex(os.fspath(path))
    if answer == errno.ECONNREFUSED:
        path.unlink()
        return
    raise LocalError(f"another unit is running at {path}: stop it first, or give this one another path",
                     f"{path} 上已有另一台单元在运行：请先停止它，或为本单元另设路径")  # fmt: skip
