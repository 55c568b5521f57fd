"""Under which identity the unit speaks, and when it changes. Its one rule: everything that identifies changes together.

GB/T 45315-2025 7.4: a random certificate at each start; one change per 300 s at most, only 2,100 m or more from the
place of the last one, never while a critical event is active. With a change come a new layer-2 source id, BSM id and
msgCnt, and the path history is cleared (its owner watches `Identity.epoch`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from obu.core.errors import LocalError, RemoteError
from obu.core.geo import LatLon, distance_m
from obu.core.now import NS_PER_S, Now
from obu.security import certificate as certificates
from obu.security.certificate import Certificate

L2_SOURCE_MIN, L2_SOURCE_MAX = 0x010001, 0xFFFFFE  # the access layer's range for random source ids
RANDOM_BYTES = 32  # what one change consumes
_MIN_DISTINCT = 8  # 32 good random bytes have fewer different values once in 10^30


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """GB/T 45315-2025 7.4 and its test 9.3.4."""

    period_s: int = 300
    distance_m: float = 2100.0


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate of the pool and the name of its private key in the key store."""

    certificate: Certificate
    key: str


@dataclass(frozen=True, slots=True)
class Identity:
    """All that identifies the unit on the air. epoch grows by one with each change.

    l2_source: 24 bits. bsm_id: 8 bytes. msg_count: 0..127, the first to be sent.
    """

    epoch: int
    certificate: Certificate
    key: str
    l2_source: int
    bsm_id: bytes
    msg_count: int


class Lack(Enum):
    """Why there is no identity to send under."""

    NO_TIME = "no_time"
    NO_CERTIFICATE = "no_certificate"
    NO_RANDOM = "no_random"
    BAD_RANDOM = "bad_random"


@dataclass(slots=True)
class PseudonymState:
    """identity: None where lack says why; only for want of time it stays. period_end_ns: monotonic end of the 300 s.

    is_due: a change waits for the end of an event.

    place: where the last change was, None until it is known. uses: how often each certificate (HashedId8) was taken.
    """

    identity: Identity | None = None
    lack: Lack | None = Lack.NO_RANDOM
    epoch: int = 0
    period_end_ns: int = 0
    is_due: bool = False
    place: LatLon | None = None
    uses: dict[bytes, int] = field(default_factory=dict)
    want_random: int = RANDOM_BYTES


class Pseudonyms:
    """update() once a turn; `state.identity` is the answer, `state.lack` says why nothing may be sent.

    `state.want_random` bytes are wanted at the next update (0: none).
    """

    def __init__(self, pool: tuple[Credential, ...], options: Options | None = None) -> None:
        self.state = PseudonymState()
        self._pool = pool
        self._options = options or Options()

    def usable(self, utc_ns: int) -> int:
        """Certificates of the pool that are valid at this instant."""
        return sum(1 for credential in self._pool if credential.certificate.is_valid_at(utc_ns))

    def update(self, now: Now, place: LatLon | None, is_event_active: bool, random: bytes) -> bool:
        """Whether the identity is another one than before. random: fresh system randomness, or empty."""
        state = self.state
        before = state.epoch
        state.want_random = 0
        if state.place is None:
            state.place = place
        if now.utc_ns is None:
            state.lack = Lack.NO_TIME  # the identity stays: time that comes back is no reason for another one
        elif self._must_change(now, now.utc_ns, place, is_event_active):
            self._change(now, now.utc_ns, place, random)
        else:
            state.lack = None
        return before != state.epoch

    def _must_change(self, now: Now, utc_ns: int, place: LatLon | None, is_event_active: bool) -> bool:
        state = self.state
        if not self._is_usable(utc_ns):
            return True
        if now.at_ns >= state.period_end_ns:
            # The distance is judged where a period ends: at 20 km/h 1.68 km lie between, and nothing changes (9.3.4).
            state.is_due = self._is_far(place)
            periods = (now.at_ns - state.period_end_ns) // (self._options.period_s * NS_PER_S) + 1
            state.period_end_ns += periods * self._options.period_s * NS_PER_S
        return state.is_due and not is_event_active

    def _is_far(self, place: LatLon | None) -> bool:
        last = self.state.place
        return place is not None and last is not None and distance_m(last, place) >= self._options.distance_m

    def _is_usable(self, utc_ns: int) -> bool:
        identity = self.state.identity
        return identity is not None and identity.certificate.is_valid_at(utc_ns)

    def _change(self, now: Now, utc_ns: int, place: LatLon | None, random: bytes) -> None:
        state = self.state
        choice = self._choice(utc_ns)
        if not choice:
            state.is_due = False
            self._keep(utc_ns, Lack.NO_CERTIFICATE)
        elif len(random) < RANDOM_BYTES or len(set(random)) < _MIN_DISTINCT:
            state.want_random = RANDOM_BYTES
            self._keep(utc_ns, Lack.BAD_RANDOM if random else Lack.NO_RANDOM)
        else:
            self._take(choice[int.from_bytes(random[:8], "big") % len(choice)], random)
            state.period_end_ns = now.at_ns + self._options.period_s * NS_PER_S
            state.is_due = False
            state.place = place

    def _keep(self, utc_ns: int, otherwise: Lack) -> None:
        """Goes on under the present identity if its certificate allows."""
        state = self.state
        state.lack = None if self._is_usable(utc_ns) else otherwise
        state.identity = None if state.lack else state.identity

    def _choice(self, utc_ns: int) -> list[Credential]:
        """Valid certificates other than the present one that were used least."""
        present = self.state.identity.certificate.digest if self.state.identity else None
        valid = [
            credential
            for credential in self._pool
            if credential.certificate.is_valid_at(utc_ns) and credential.certificate.digest != present
        ]
        uses = self.state.uses
        least = min((uses.get(credential.certificate.digest8, 0) for credential in valid), default=0)
        return [credential for credential in valid if uses.get(credential.certificate.digest8, 0) == least]

    def _take(self, credential: Credential, random: bytes) -> None:
        state = self.state
        state.epoch += 1
        digest8 = credential.certificate.digest8
        state.uses[digest8] = state.uses.get(digest8, 0) + 1
        l2_span = L2_SOURCE_MAX - L2_SOURCE_MIN + 1
        state.lack = None
        state.identity = Identity(
            epoch=state.epoch,
            certificate=credential.certificate,
            key=credential.key,
            l2_source=L2_SOURCE_MIN + int.from_bytes(random[16:24], "big") % l2_span,
            bsm_id=random[8:16],
            msg_count=random[24] & 0x7F,
        )


def pair(files: Mapping[str, bytes], points: Mapping[str, tuple[str, bytes]]) -> tuple[Credential, ...]:
    """The pool of certificate files (COER, by name) and the key store's points by name; matched by the point itself.

    Raises LocalError that names the file: malformed, no end entity's, or without its key.
    """
    names = {point: name for name, point in sorted(points.items())}
    pool = []
    for file, raw in sorted(files.items()):
        try:
            certificate = certificates.parse(raw)
        except RemoteError as error:
            raise LocalError(f"{file}: not a usable certificate: {error.reason}",
                             f"{file}：不是可用的证书：{error.reason}") from None  # fmt: skip
        if not certificate.is_end_entity:
            raise LocalError(f"{file}: not a certificate to sign messages with", f"{file}：不能用于签署消息")
        key = names.get((certificate.curve, certificate.point))
        if key is None:
            raise LocalError(f"{file}: its private key is not in the key store", f"{file}：密钥库中没有对应的私钥")
        pool.append(Credential(certificate, key))
    return tuple(pool)
