"""The local socket: what clients get, what of theirs is taken, and that a client that stalls or lies costs nothing."""

import contextlib
import errno
import os
import select
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from obu import feed
from obu.core.errors import ConfigError, LocalError
from obu.core.frames import DisplayAck, DisplayBeat, DisplayGone, DriverState
from obu.core.now import NS_PER_S
from obu.drivers import local_socket
from obu.drivers.contract import Publisher
from obu.drivers.local_socket import LocalSocket, SocketArrival


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "unit.sock"


@pytest.fixture
def unit(path: Path) -> Iterator[LocalSocket]:
    one = local_socket.make("socket", path, (), feed.decode_client_line)
    one.poll(0)
    yield one
    one.close()


class Client:
    """A client that reads what is there and no more."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.socket.setblocking(False)

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> bytes:
        """All that is there now."""
        got = b""
        try:
            while data := self.socket.recv(65536):
                got += data
        except (BlockingIOError, ConnectionResetError):
            pass
        return got

    def is_closed(self) -> bool:
        try:
            while self.socket.recv(65536):
                pass
            return True
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True


def turns(unit: LocalSocket, at_ns: int = 0, count: int = 3) -> list[SocketArrival]:
    """What some turns of the loop bring."""
    return [arrival for _ in range(count) for arrival in unit.poll(at_ns)]


def test_it_is_a_publisher_and_says_that_it_is_up(path: Path) -> None:
    unit: Publisher = local_socket.make("socket", path, (), feed.decode_client_line)
    assert unit.poll(5) == [DriverState("socket", True, "", 5)]
    assert unit.poll(6) == []
    unit.close()
    unit.close()
    assert unit.fileno() == -1
    assert unit.poll(7) == []
    assert not path.exists()


def test_nobody_else_may_come_near(unit: LocalSocket, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.needs("root")
def test_a_named_group_may_connect(tmp_path: Path) -> None:
    path = tmp_path / "run" / "unit.sock"
    unit = local_socket.make("socket", path, (), feed.decode_client_line, group="daemon")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert path.group() == path.parent.group() == "daemon"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o750
    unit.close()


def test_one_descriptor_tells_of_every_client(unit: LocalSocket, path: Path) -> None:
    poller = select.poll()
    poller.register(unit.fileno(), select.POLLIN)
    assert not poller.poll(0)
    client = Client(path)
    assert poller.poll(1000)
    turns(unit)
    assert not poller.poll(0)
    client.say(feed.beat_line(1))
    assert poller.poll(1000)
    assert turns(unit, 9) == [DisplayBeat(1, 1, 9)]


def test_lines_reach_every_client_and_a_newcomer_gets_the_greeting(unit: LocalSocket, path: Path) -> None:
    first = Client(path)
    turns(unit)
    unit.greet([b"status\n", b"alert\n"])
    unit.publish([b"a\n", b"b\n"])
    second = Client(path)
    turns(unit)
    unit.publish([b"c\n"])
    assert first.read() == b"a\nb\nc\n"
    assert second.read() == b"status\nalert\nc\n"


def test_who_asks_gets_the_greeting_at_once(unit: LocalSocket, path: Path) -> None:
    client = Client(path)
    turns(unit)
    unit.greet([b"status\n"])
    client.say(feed.STATUS_ASK_LINE)
    assert turns(unit) == []
    assert client.read() == b"status\n"


def test_lines_are_taken_however_they_are_cut(unit: LocalSocket, path: Path) -> None:
    client = Client(path)
    for byte in feed.ack_line(7, 1.0) + feed.beat_line(2):
        client.say(bytes([byte]))
        arrivals = turns(unit, 4)
    assert arrivals == [DisplayBeat(1, 2, 4)]
    client.say(feed.ack_line(7, 1.0) + feed.ack_line(8, 2.0))
    assert turns(unit, 5) == [DisplayAck(1, 7, 1.0, 5), DisplayAck(1, 8, 2.0, 5)]


def test_a_display_that_leaves_is_told_once_and_an_onlooker_never(unit: LocalSocket, path: Path) -> None:
    display, onlooker = Client(path), Client(path)
    display.say(feed.beat_line(1))
    onlooker.say(feed.STATUS_ASK_LINE)
    turns(unit)
    display.socket.close()
    onlooker.socket.close()
    assert turns(unit, 6) == [DisplayGone(1, 6)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"\xff\n", "feed_json"), (b'{"kind":"stop"}\n', "feed_kind"), (b'{"kind":"beat","pages":-1}\n', "feed_range")],
)
def test_nonsense_is_counted_by_reason_and_the_next_line_is_good(
    unit: LocalSocket, path: Path, line: bytes, reason: str
) -> None:
    client = Client(path)
    client.say(line + feed.beat_line(1))
    assert turns(unit) == [DisplayBeat(1, 1, 0)]
    assert unit.counts == {reason: 1}


def test_a_client_with_an_endless_line_is_closed(unit: LocalSocket, path: Path) -> None:
    client = Client(path)
    client.say(b"x" * 600)
    assert turns(unit) == []
    assert client.is_closed()
    assert unit.counts == {"long_line": 1}


def test_a_client_that_floods_is_closed_and_one_that_talks_is_not(unit: LocalSocket, path: Path) -> None:
    calm, flood = Client(path), Client(path)
    for second in range(3):
        calm.say(feed.beat_line(1) * 100)
        assert len(turns(unit, second * NS_PER_S, count=5)) == 100
    flood.say(feed.beat_line(1) * 101)
    turns(unit, 5 * NS_PER_S)
    assert flood.is_closed()
    assert not calm.is_closed()
    assert unit.counts == {"too_many_lines": 1}


def test_a_client_that_stalls_is_closed_and_the_others_miss_nothing(unit: LocalSocket, path: Path) -> None:
    stalled, lively = Client(path), Client(path)
    stalled.say(feed.beat_line(1))
    turns(unit)
    line = b"x" * 8191 + b"\n"
    got = b""
    for _ in range(200):
        unit.publish([line])
        turns(unit, count=1)
        got += lively.read()
    assert got == line * 200
    assert unit.counts == {"stalled": 1}
    unit.publish([line])
    assert stalled.is_closed()


def test_a_stalled_display_is_told_as_gone_at_the_next_poll(unit: LocalSocket, path: Path) -> None:
    stalled = Client(path)
    stalled.say(feed.beat_line(1))
    turns(unit)
    unit.publish([b"x" * 1_000_000 + b"\n"])
    assert unit.wake_at_ns() == 0
    assert unit.poll(3) == [DisplayGone(1, 3)]
    assert unit.wake_at_ns() is None
    stalled.socket.close()


def test_a_slow_reader_gets_whole_lines_in_order(unit: LocalSocket, path: Path) -> None:
    client = Client(path)
    turns(unit)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sent = [b"%d:" % number + b"x" * 60_000 + b"\n" for number in range(6)]
    unit.publish(sent)
    got = b""
    for _ in range(100):
        with contextlib.suppress(BlockingIOError):
            got += client.socket.recv(5000)
        turns(unit, count=1)
    assert (got + client.read()).split(b"\n") == [line.rstrip(b"\n") for line in sent] + [b""]


def test_at_most_16_clients(unit: LocalSocket, path: Path) -> None:
    clients = [Client(path) for _ in range(16)]
    turns(unit, count=8)
    late = Client(path)
    turns(unit, count=8)
    assert late.is_closed()
    assert unit.counts == {"too_many_clients": 1}
    clients[0].socket.close()
    turns(unit)
    again = Client(path)
    turns(unit)
    assert not again.is_closed()


def test_out_of_descriptors_it_looks_away_for_a_second(unit: LocalSocket, path: Path) -> None:
    real = unit._listener

    def fails() -> tuple[socket.socket, object]:
        raise OSError(errno.EMFILE, "too many open files")

    unit._listener = SimpleNamespace(accept=fails, fileno=real.fileno)  # type: ignore[assignment]
    client = Client(path)
    assert turns(unit, 0) == []
    assert unit.wake_at_ns() == NS_PER_S
    assert unit.counts == {"no_descriptors": 1}
    poller = select.poll()
    poller.register(unit.fileno(), select.POLLIN)
    assert not poller.poll(0), "the loop must not spin meanwhile"
    unit._listener = real
    client.say(feed.beat_line(1))
    assert turns(unit, NS_PER_S) == [DisplayBeat(1, 1, NS_PER_S)]


def as_uid(uid: int, path: Path, line: bytes) -> None:
    """Another user's process says one line and waits to be let go."""
    child = os.fork()
    if child == 0:
        try:
            os.setuid(uid)
            client = Client(path)
            client.say(line)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.needs("root")
@pytest.mark.parametrize(("allowed", "expected"), [((), 0), ((65534,), 1)])
def test_only_our_own_uid_root_and_named_ones_may_acknowledge(allowed: tuple[int, ...], expected: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="obu-test-", dir="/tmp"))  # not below root's own tmp_path
    folder.chmod(0o755)
    path = folder / "unit.sock"
    unit = local_socket.make("socket", path, allowed, feed.decode_client_line)
    path.chmod(0o666)
    unit.poll(0)
    as_uid(65534, path, feed.beat_line(1))
    beats = [arrival for arrival in turns(unit) if isinstance(arrival, DisplayBeat)]
    assert len(beats) == expected
    assert unit.counts == ({} if expected else {"not_permitted": 1})
    unit.close()
    folder.rmdir()


def test_the_socket_of_a_dead_unit_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(path))
    dead.close()
    unit = local_socket.make("socket", path, (), feed.decode_client_line)
    assert Client(path).socket.getpeername() == str(path)
    unit.close()


def test_a_living_unit_is_not_disturbed(unit: LocalSocket, path: Path) -> None:
    with pytest.raises(LocalError, match="another unit is running"):
        local_socket.make("socket", path, (), feed.decode_client_line)
    client = Client(path)
    client.say(feed.beat_line(1))
    assert any(isinstance(arrival, DisplayBeat) for arrival in turns(unit))


def test_closing_leaves_the_socket_of_another_alone(path: Path) -> None:
    unit = local_socket.make("socket", path, (), feed.decode_client_line)
    path.unlink()
    other = local_socket.make("socket", path, (), feed.decode_client_line)
    unit.close()
    assert path.exists()
    other.close()


@pytest.mark.parametrize("name", ["x" * 120, "file/unit.sock", "plain"])
def test_a_path_that_cannot_serve_is_one_sentence_that_names_the_key(tmp_path: Path, name: str) -> None:
    (tmp_path / "plain").write_text("precious")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="socket: path: ") as refused:
        local_socket.make("socket", tmp_path / name, (), feed.decode_client_line)
    assert refused.value.zh != refused.value.text
    assert (tmp_path / "plain").read_text() == "precious"


def test_an_unknown_group_is_one_sentence_that_names_the_key(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"socket: group: .* nosuchgroup"):
        local_socket.make("socket", path, (), feed.decode_client_line, group="nosuchgroup")
