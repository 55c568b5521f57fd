"""Watches over the trust store beside the loop: takes lists from the air over, sees what `obu trust` changed.

Its one rule: what reaches the loop is a whole trust in which every signature has been checked, or a counted refusal.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from obu.core.credentials import ListHeard, ListsRefused
from obu.core.errors import LocalError, RemoteError
from obu.drivers.contract import Arrival
from obu.runtime import trust_store
from obu.runtime.told import Told
from obu.security import believed
from obu.security import book as books
from obu.security.book import Book, Kind, Tools

LOOK_S = 5.0  # the folder is looked at this often
MAX_WAITING = 8  # lists heard and not yet judged; a list is repeated on the air, so one that is shed comes again
MAX_PER_LOOK = 20  # lists judged between two looks: each costs some signatures


class TrustKeeper:
    """A driver (drivers/contract) of one thread. book: what the station was built from."""

    def __init__(self, folder: Path, book: Book, tools: Tools) -> None:
        self.name = "trust"
        self._folder, self._book, self._tools = folder, book, tools
        self._version = 1
        self._work = threading.Condition()
        self._heard: deque[ListHeard] = deque()
        self._told = Told(self.name)
        self._is_closing = False
        self._stamp = trust_store.stamp(folder)
        self._thread = threading.Thread(target=self._serve, name=self.name, daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Readable when there is something to tell; -1 after close."""
        return self._told.fileno()

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """A new trust, and what was refused since the last call."""
        return self._told.poll()

    def wake_at_ns(self) -> int | None:
        """Never: the bell says when."""
        return None

    def offer(self, lists: Sequence[ListHeard]) -> None:
        """Lists from the air, to be judged when there is time."""
        with self._work:
            room = MAX_WAITING - len(self._heard)
            self._heard.extend(lists[:room])
            self._work.notify()
        if len(lists) > room:
            self._told.put(ListsRefused((("list_queue_full", len(lists) - room),)))

    def close(self) -> None:
        """Ends the thread after what it is at."""
        with self._work:
            self._is_closing = True
            self._work.notify()
        self._thread.join()
        self._told.close()

    def _serve(self) -> None:
        look_s, judged = time.monotonic() + LOOK_S, 0
        while True:
            with self._work:
                while (
                    not self._is_closing and time.monotonic() < look_s and not (self._heard and judged < MAX_PER_LOOK)
                ):
                    self._work.wait(max(0.0, look_s - time.monotonic()))
                if self._is_closing:
                    return
                heard = self._heard.popleft() if self._heard and judged < MAX_PER_LOOK else None
            try:
                if heard is not None:
                    judged += 1
                    self._judge(heard)
                if time.monotonic() >= look_s:
                    look_s, judged = time.monotonic() + LOOK_S, 0
                    self._look()
                self._told.state(True)
            except LocalError as error:
                self._told.state(False, error.text, error.zh)
            except OSError as error:
                self._told.state(False, str(error))

    def _judge(self, heard: ListHeard) -> None:
        try:
            if any(heard.raw == signed.raw for signed in self._book.crls.values()):
                return  # the same again: it is repeated for those who have just come
            books.adopt(self._book, Kind.CRL, heard.raw, heard.utc_ns, self._tools)
            book = trust_store.adopt(self._folder, Kind.CRL, heard.raw, heard.utc_ns, self._tools)
        except RemoteError as error:
            self._told.put(ListsRefused(((error.reason, 1),)))
            return
        self._believe(book)

    def _look(self) -> None:
        stamp = trust_store.stamp(self._folder)
        if stamp != self._stamp:
            self._stamp = stamp
            book, left_out = trust_store.load(self._folder, self._tools)
            if book != self._book:
                self._believe(book)
            if left_out:
                raise LocalError(f"lists left out: {'; '.join(left_out)}", f"未采用的列表：{'；'.join(left_out)}")

    def _believe(self, book: Book) -> None:
        snapshot = books.snapshot_of(book, self._tools, self._version + 1)
        self._book, self._version = book, self._version + 1
        self._stamp = trust_store.stamp(self._folder)
        self._told.put(believed.to_update(snapshot))
