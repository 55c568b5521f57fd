"""How many certificates of a pool are valid at which instant; its one rule: counted once, then looked up."""

from bisect import bisect_right
from collections.abc import Iterable

from obu.security.certificate import Certificate


class Coverage:
    """A step function of time, made from the validity of each certificate (start included, end not)."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        changes: dict[int, int] = {}
        for certificate in certificates:
            changes[certificate.start_ns] = changes.get(certificate.start_ns, 0) + 1
            changes[certificate.end_ns] = changes.get(certificate.end_ns, 0) - 1
        self._from_ns: list[int] = sorted(changes)
        self._counts = [0]
        for at_ns in self._from_ns:
            self._counts.append(self._counts[-1] + changes[at_ns])

    def at(self, utc_ns: int) -> int:
        """Certificates valid at this instant."""
        return self._counts[bisect_right(self._from_ns, utc_ns)]

    def below_from_ns(self, count: int, utc_ns: int) -> int | None:
        """The first instant from utc_ns on at which fewer than `count` are valid; None only when count is 0."""
        index = bisect_right(self._from_ns, utc_ns)
        if self._counts[index] < count:
            return utc_ns
        later = zip(self._from_ns[index:], self._counts[index + 1 :], strict=True)
        return next((at_ns for at_ns, valid in later if valid < count), None)
