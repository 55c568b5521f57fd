"""Follows the unit's local socket for ever; whatever happens to it, the pages are told within a second."""

import asyncio
import errno
from pathlib import Path

from obu import feed
from obu.core.errors import RemoteError
from obu.screen.mirror import Mirror

# The unit tells the scene five times a second: silent is who said nothing for 0.6 s. In four looks, for one in vain
# may be our own doing: a process that stood still reads what came meanwhile at the next.
LOOK_S = 0.15
LOOKS = 4
AGAIN_S = 0.25
OUTPUT_BYTES = 65_536  # a unit that reads nothing is not the one we are looking for


class UnitLink:
    """run() once; say() lines to the unit while it is there."""

    def __init__(self, path: Path, mirror: Mirror) -> None:
        self._path = path
        self._mirror = mirror
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Connects, reads, and connects again, until cancelled."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=feed.MAX_EVENT_LINE)
            except OSError as error:
                is_closed_to_us = error.errno in (errno.EACCES, errno.EPERM)
                self._mirror.lose("no_permission" if is_closed_to_us else "no_unit")
            else:
                self._writer = writer
                try:
                    self._mirror.lose(await self._follow(reader))
                finally:
                    self._writer = None
                    writer.close()
            await asyncio.sleep(AGAIN_S)

    def say(self, line: bytes) -> bool:
        """Passes a line on; False while there is no unit to hear it."""
        writer = self._writer
        if writer is None or writer.is_closing() or not self._mirror.is_up:
            return False
        if writer.transport.get_write_buffer_size() > OUTPUT_BYTES:
            writer.close()
            return False
        writer.write(line)
        return True

    async def _follow(self, reader: asyncio.StreamReader) -> str:
        """Reads until the end; why it ended."""
        in_vain = 0
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    line = await reader.readuntil(b"\n")
                kind, body = feed.decode_event(line)
            except TimeoutError:
                in_vain += 1
                if in_vain == LOOKS:
                    self._mirror.lose("silent")  # the connection stays: a unit that was stopped may go on
            except (asyncio.LimitOverrunError, RemoteError):
                return "garbled"
            except (asyncio.IncompleteReadError, OSError):
                return "closed"
            else:
                in_vain = 0
                self._mirror.take(kind, body)
