"""Requests and answers carried by hand: a folder for either. Its one rule: a file is there whole or not at all."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Nothing to set: the folders are [enrolment] folder's."""


class FolderTransport:
    """The request lies in requests/ already; its answer is what somebody put into responses/."""

    def __init__(self, responses: Path) -> None:
        self._responses = responses

    def exchange(self, name: str, request: bytes) -> bytes | None:
        """The answer to a request of this name, None while there is none. Raises OSError."""
        path = self._responses / f"{name}.response"
        return path.read_bytes() if path.is_file() else None


def make(responses: Path, options: Options) -> FolderTransport:
    """A transport (drivers/contract)."""
    return FolderTransport(responses)
