"""The page's web server: one page, one event stream, two posts; every request passes the door first.

Laws: a request has REQUEST_S and HEAD_BYTES; a stream that is not read for STALL_S is closed; nothing a browser
does reaches the unit but `ack` and `beat`, and those only from a page on this machine.
"""

import asyncio
import contextlib
import json
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from microdot import Microdot, Request, Response

import obu
from obu import feed
from obu.core.errors import LocalError, RemoteError
from obu.screen import assets
from obu.screen.door import COOKIE, Door, Listen, Visit
from obu.screen.mirror import DRIVER_SLOTS, REAR_SLOTS, Mirror, Page
from obu.screen.unit import UnitLink

REQUEST_S = 5.0
HEAD_BYTES = 8192
STALL_S = 3.0
MAX_CONNECTIONS = 32
REPEAT_S = 0.2  # how often a page hears that we are here; it calls us lost after 0.65 s
BEAT_S = 0.5
WRONG_TOKEN_S = 0.5
USER_TIMEOUT_MS = 5000  # a tablet that left the network without a word

SAFETY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": SAFETY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Options:
    """socket: the unit's local socket. token: the pairing token, needed anywhere but on loopback."""

    socket: Path
    listen: Listen
    token: str | None = None


class _Stream:
    """One connection as microdot wants it: the bounded head first, then the body; and awrite()."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines = head.splitlines(keepends=True)
        self._writer = writer
        self.reader = reader

    async def readline(self) -> bytes:
        return self._lines.pop(0) if self._lines else b""

    async def readexactly(self, size: int) -> bytes:
        return await self.reader.readexactly(size)

    async def awrite(self, data: bytes) -> None:
        self._writer.write(data)
        async with asyncio.timeout(STALL_S):
            await self._writer.drain()


class Screen:
    """One display server; run() it to the end."""

    def __init__(self, options: Options) -> None:
        self._assets = assets.load()
        self._mirror = Mirror(obu.__version__, assets.symbols(self._assets))
        self._unit = UnitLink(options.socket, self._mirror)
        self._listener = _bind(options.listen)
        self._door = Door(options.listen, self._listener.getsockname()[1], options.token)
        self._connections = 0
        self._app = self._routes()

    @property
    def url(self) -> str:
        """Where the page is."""
        host, port = self._listener.getsockname()[:2]
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    async def run(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        server = await asyncio.start_server(self._connected, sock=self._listener, limit=HEAD_BYTES)
        tasks = [asyncio.create_task(self._unit.run()), asyncio.create_task(self._beat())]
        print(f"screen: {self.url}", flush=True)
        await stop.wait()
        server.close()
        for task in tasks:
            task.cancel()

    async def _beat(self) -> None:
        while True:
            self._unit.say(feed.beat_line(self._mirror.live_pages(time.monotonic())))
            await asyncio.sleep(BEAT_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._connections >= MAX_CONNECTIONS:
            writer.close()
            return
        self._connections += 1
        # Not HTTP, too slow, too long, or gone: nothing to answer, and nothing to log for a stranger.
        ends = (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError, ValueError)
        try:
            # Cancelled is a stream that is open when the process ends; asyncio would print it as an error.
            with contextlib.suppress(asyncio.CancelledError, *ends):
                await self._answer(reader, writer)
        finally:
            self._connections -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(REQUEST_S):
            stream: Any = _Stream(await reader.readuntil(b"\r\n\r\n"), reader, writer)
            peer = writer.get_extra_info("peername")
            request = await Request.create(self._app, stream, stream, peer)
        visit = _visit(request, peer, writer.get_extra_info("sockname"))
        refusal = self._door.judge(visit)
        if refusal is None:
            request.g.visit, request.g.stream = visit, stream
            response = await self._app.dispatch_request(request)
        else:
            response = _answer(refusal.status, refused=refusal.reason)
        if response is not Response.already_handled:
            response.headers.update(HEADERS)
            await response.write(stream)

    def _routes(self) -> Microdot:
        app = Microdot()
        app.route("/")(self._page)
        app.route("/events")(self._events)
        app.route("/rear")(self._rear)
        app.route("/rear/events")(self._rear_events)
        app.route("/<path:path>")(self._asset)
        app.route("/ack", methods=["POST"])(self._ack)
        app.route("/beat", methods=["POST"])(self._page_beat)
        app.route("/pair", methods=["POST"])(self._pair)
        return app

    async def _page(self, request: Request) -> Response:
        is_paired = self._door.is_paired(request.g.visit)
        return await self._asset(request, "index.html" if is_paired else "pair.html")

    async def _rear(self, request: Request) -> Response:
        return await self._asset(request, "rear.html")

    async def _asset(self, request: Request, path: str) -> Response:
        asset = self._assets.get("/" + path)
        if asset is None:
            return _answer(404, refused="unknown")
        return Response(asset.data, 200, {"Content-Type": asset.content_type})

    async def _ack(self, request: Request) -> Response:
        if not self._door.may_acknowledge(request.g.visit):
            return _answer(403, refused="read_only")
        body = _body(request)
        line = json.dumps({**body, "kind": "ack"}).encode() + b"\n"
        try:
            feed.decode_client_line(line, 0, 0)  # the unit's own judgement, before it is the unit's business
        except RemoteError as error:
            return _answer(400, refused=error.reason)
        return _answer(200) if self._unit.say(line) else _answer(503, refused="no_unit")

    async def _page_beat(self, request: Request) -> Response:
        if not self._mirror.beat(_body(request).get("page"), time.monotonic()):
            return _answer(409, refused="no_such_page")
        return _answer(200)

    async def _pair(self, request: Request) -> Response:
        cookie = self._door.pair(_body(request).get("token"))
        if cookie is None:
            await asyncio.sleep(WRONG_TOKEN_S)
            return _answer(403, refused="token")
        response = _answer(200)
        response.headers["Set-Cookie"] = f"{COOKIE}={cookie}; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000"
        return response

    async def _events(self, request: Request) -> Response:
        return await self._follow(request, self._door.may_acknowledge(request.g.visit), DRIVER_SLOTS)

    async def _rear_events(self, request: Request) -> Response:
        return await self._follow(request, False, REAR_SLOTS)

    async def _follow(self, request: Request, may_acknowledge: bool, slots: frozenset[str]) -> Response:
        page = self._mirror.open(may_acknowledge, slots)
        if page is None:
            return _answer(503, refused="too_many_pages")
        try:
            # Gone in the midst of a write, as one that is reloaded: microdot would print it and answer the void.
            with contextlib.suppress(OSError):
                await self._tell(page, request.g.stream)
        finally:
            self._mirror.close(page)
        return Response.already_handled

    async def _tell(self, page: Page, stream: _Stream) -> None:
        """Writes the page's messages until it is gone; OSError or TimeoutError when that shows in a write."""
        head = {"Content-Type": "text/event-stream", **HEADERS}
        lines = ["HTTP/1.0 200 OK", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        await stream.awrite("\r\n".join(lines).encode())
        while not stream.reader.at_eof():
            await stream.awrite(page.take())
            try:
                async with asyncio.timeout(REPEAT_S):
                    await page.wake.wait()
            except TimeoutError:
                self._mirror.repeat_link(page)


def run(options: Options) -> None:
    """Serves until SIGTERM or SIGINT. Raises LocalError when the address cannot be used."""
    asyncio.run(Screen(options).run())


def _bind(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by every accepted connection (tcp(7)).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        listener.bind((listen.host, listen.port))
    except OSError as error:
        listener.close()
        raise LocalError(
            f"cannot listen at {listen.host}:{listen.port}: {error.strerror}; give another with --listen",
            f"无法在 {listen.host}:{listen.port} 上监听：{error.strerror}；请用 --listen 另选地址",
        ) from None
    return listener


def _visit(request: Request, peer: tuple[Any, ...], local: tuple[Any, ...]) -> Visit:
    headers = request.headers
    return Visit(
        method=request.method,
        path=request.path,
        peer=peer[0],
        local=local[0],
        host=headers.get("Host"),
        origin=headers.get("Origin"),
        fetch_site=headers.get("Sec-Fetch-Site"),
        fetch_mode=headers.get("Sec-Fetch-Mode"),
        cookie=request.cookies.get(COOKIE),
    )


def _body(request: Request) -> dict[str, Any]:
    """The JSON object a page posted, {} for anything else."""
    try:
        body = request.json
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _answer(status: int, **body: str) -> Response:
    return Response(json.dumps(body), status, {"Content-Type": "application/json"})
