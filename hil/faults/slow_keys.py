"""The key store takes long for a signature, as a smart card or a TPM under load does."""

from dataclasses import dataclass

from hil.given import Given
from obu.core.frames import JobResult
from obu.core.now import NS_PER_MS

EFFECT = (
    "BSMs go later by that; a signature past its deadline or of another identity is thrown away, never a late BSM sent"
)
CHANGES = ("results",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """wait_ms: of each signature."""

    wait_ms: float = 150.0


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._wait_ns = round(parameters.wait_ms * NS_PER_MS)
        self._waiting: list[tuple[int, JobResult]] = []

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn. Even numbers are the signer's."""
        if is_on:
            signed = [each for each in given.results if each.number % 2 == 0]
            self._waiting += [(given.at_ns + self._wait_ns, each) for each in signed]
            given.results = [each for each in given.results if each.number % 2]
        given.results += [each for due_ns, each in self._waiting if due_ns <= given.at_ns]
        self._waiting = [row for row in self._waiting if row[0] > given.at_ns]


make = Fault
