"""Under which identity the unit speaks, and when it changes. Its one rule: everything that identifies changes together.

GB/T 45315-2025 7.4: a random certificate at each start; one change per 300 s at most, only 2,100 m or more from the
place of the last one, never while a critical event is active. With a change come a new layer-2 source id, BSM id and
msgCnt, and the path history is cleared (its owner watches `Identity.epoch`). An emergency vehicle on duty speaks under
its identity certificate, which does not change. How often each pseudonym was taken outlives a restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from obu.core.credentials import PoolUpdate
from obu.core.errors import LocalError, RemoteError
from obu.core.geo import LatLon, distance_m
from obu.core.now import NS_PER_S, Now
from obu.core.time_scale import TimeScale
from obu.security import certificate as certificates
from obu.security.certificate import Certificate
from obu.security.coverage import Coverage

L2_SOURCE_MIN, L2_SOURCE_MAX = 0x010001, 0xFFFFFE  # the access layer's range for random source ids
RANDOM_BYTES = 32  # what one change consumes
_SAVED_VERSION = b"\x01"  # of what recall() reads: then HashedId8 and four octets of its uses, each certificate
_SAVED_BYTES = 12
_DAY_NS = 86_400 * NS_PER_S
_MIN_DISTINCT = 8  # 32 good random bytes have fewer different values once in 10^30


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """period_s, distance_m: GB/T 45315-2025 7.4 and its test 9.3.4.

    max_uses: how often a pseudonym may be taken in its life, 0 without bound (the standard names none).
    low_count: fewer valid certificates than this are told of, and warn_days before it comes to that.
    time_scale: of their validity.
    """

    period_s: int = 300
    distance_m: float = 2100.0
    max_uses: int = 0
    low_count: int = 2
    warn_days: int = 7
    time_scale: TimeScale = TimeScale.UTC


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the pool stands. usable: pseudonyms valid now. low_from_ns: UTC from which on too few are, if that is near.

    duty_end_ns: UTC at which the last identity certificate ends, if that is near; 0 when none is left.
    """

    usable: int
    low_from_ns: int | None
    duty_end_ns: int | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate of the pool and the name of its private key in the key store."""

    certificate: Certificate
    key: str


@dataclass(frozen=True, slots=True)
class Identity:
    """All that identifies the unit on the air. epoch grows by one with each change.

    is_on_duty: the certificate is an emergency vehicle's identity certificate.

    l2_source: 24 bits. bsm_id: 8 bytes. msg_count: 0..127, the first to be sent.
    """

    epoch: int
    certificate: Certificate
    key: str
    l2_source: int
    bsm_id: bytes
    msg_count: int
    is_on_duty: bool = False


class Lack(Enum):
    """Why there is no identity to send under."""

    NO_TIME = "no_time"
    NO_CERTIFICATE = "no_certificate"
    USED_UP = "used_up"
    NO_RANDOM = "no_random"
    BAD_RANDOM = "bad_random"


@dataclass(slots=True)
class PseudonymState:
    """identity: None where lack says why; only for want of time it stays. period_end_ns: monotonic end of the 300 s.

    is_due: a change waits for the end of an event.

    place: where the last change was, None until it is known. uses: how often each pseudonym (HashedId8) was taken;
    is_to_save: that has changed since it was last kept. refill: the last that came.
    """

    identity: Identity | None = None
    lack: Lack | None = Lack.NO_RANDOM
    epoch: int = 0
    period_end_ns: int = 0
    is_due: bool = False
    place: LatLon | None = None
    uses: dict[bytes, int] = field(default_factory=dict)
    want_random: int = RANDOM_BYTES
    is_to_save: bool = False
    refill: PoolUpdate | None = None


class Pseudonyms:
    """update() once a turn; `state.identity` is the answer, `state.lack` says why nothing may be sent.

    `state.want_random` bytes are wanted at the next update (0: none).
    """

    def __init__(
        self, pool: tuple[Credential, ...], options: Options | None = None, duty: tuple[Credential, ...] = ()
    ) -> None:
        """duty: the identity certificates of an emergency vehicle; every other vehicle has none."""
        self.state = PseudonymState()
        self._pool = pool
        self._duty = duty
        self._options = options or Options()
        self._coverage = Coverage(credential.certificate for credential in pool)

    def take(self, updates: tuple[PoolUpdate, ...]) -> None:
        """Another pool from now on; the present identity goes on until its time is over."""
        if updates:
            self.state.refill = updates[-1]
            self.apply()

    def apply(self) -> None:
        """Takes from what the state says: after an update, and when a checkpoint was put back."""
        if self.state.refill is not None:
            self._pool, self._duty = (self._read(held) for held in (self.state.refill.pool, self.state.refill.duty))
            self._coverage = Coverage(credential.certificate for credential in self._pool)

    def _read(self, held: tuple[tuple[bytes, str], ...]) -> tuple[Credential, ...]:
        scale = self._options.time_scale
        return tuple(Credential(certificates.parse(raw, scale=scale), key) for raw, key in held)

    def outlook(self, utc_ns: int) -> Outlook:
        """How the pool stands at this instant and in the days to come."""
        options = self._options
        near_ns = utc_ns + options.warn_days * _DAY_NS
        low_from_ns = self._coverage.below_from_ns(options.low_count, utc_ns)
        ends_ns = [credential.certificate.end_ns for credential in self._duty]
        duty_end_ns = max((end_ns for end_ns in ends_ns if end_ns > utc_ns), default=0)
        return Outlook(
            usable=self._coverage.at(utc_ns),
            low_from_ns=low_from_ns if low_from_ns is not None and low_from_ns <= near_ns else None,
            duty_end_ns=duty_end_ns if self._duty and duty_end_ns <= near_ns else None,
        )

    def recall(self, data: bytes) -> bool:
        """The uses that an earlier run saved, of certificates that are still in the pool; never fewer than known."""
        if data[:1] != _SAVED_VERSION or len(data) % _SAVED_BYTES != 1:
            return False
        uses = self.state.uses
        known = {credential.certificate.digest8 for credential in self._pool}
        for at in range(1, len(data), _SAVED_BYTES):
            digest8 = data[at : at + 8]
            if digest8 in known:
                count = int.from_bytes(data[at + 8 : at + _SAVED_BYTES], "big")
                uses[digest8] = max(uses.get(digest8, 0), count)
        return True

    def recall_later(self, data: bytes) -> None:
        """The uses under a newer version that was taken back. Where they cannot be read, each pseudonym counts as taken
        once more: a unit that falls silent too early harms nobody, one that is recognised does."""
        if not self.recall(data):
            for credential in self._pool:
                digest8 = credential.certificate.digest8
                self.state.uses[digest8] = self.state.uses.get(digest8, 0) + 1
        self.state.is_to_save = True

    def to_save(self) -> bytes | None:
        """The uses, when they have changed since the last call."""
        if not self.state.is_to_save:
            return None
        self.state.is_to_save = False
        return _SAVED_VERSION + b"".join(
            digest8 + count.to_bytes(4, "big") for digest8, count in sorted(self.state.uses.items())
        )

    def update(
        self, now: Now, place: LatLon | None, is_event_active: bool, random: bytes, is_on_duty: bool = False
    ) -> bool:
        """Whether the identity is another one than before. random: fresh system randomness, or empty.

        is_on_duty: siren or light bar of an emergency vehicle. Without a valid identity certificate it goes on as an
        ordinary vehicle.
        """
        state = self.state
        before = state.epoch
        state.want_random = 0
        if state.place is None:
            state.place = place
        if now.utc_ns is None:
            state.lack = Lack.NO_TIME  # the identity stays: time that comes back is no reason for another one
            return False
        duty = _valid(self._duty, now.utc_ns) if is_on_duty else []
        if self._must_change(now, now.utc_ns, place, is_event_active, bool(duty)):
            self._change(now, now.utc_ns, place, random, duty)
        else:
            state.lack = None
        return before != state.epoch

    def _must_change(self, now: Now, utc_ns: int, place: LatLon | None, is_event_active: bool, to_duty: bool) -> bool:
        state, identity = self.state, self.state.identity
        if identity is None or not identity.certificate.is_valid_at(utc_ns):
            return True
        if identity.is_on_duty or to_duty:
            # Duty begins at once, and ends when no event that began under it is active any more.
            return identity.is_on_duty != to_duty and (to_duty or not is_event_active)
        if now.at_ns >= state.period_end_ns:
            # The distance is judged where a period ends: at 20 km/h 1.68 km lie between, and nothing changes (9.3.4).
            state.is_due = self._is_far(place)
            periods = (now.at_ns - state.period_end_ns) // (self._options.period_s * NS_PER_S) + 1
            state.period_end_ns += periods * self._options.period_s * NS_PER_S
        return state.is_due and not is_event_active

    def _is_far(self, place: LatLon | None) -> bool:
        last = self.state.place
        return place is not None and last is not None and distance_m(last, place) >= self._options.distance_m

    def _change(self, now: Now, utc_ns: int, place: LatLon | None, random: bytes, duty: list[Credential]) -> None:
        state = self.state
        choice = duty or self._choice(utc_ns)
        if not choice:
            state.is_due = False
            if state.identity is not None and state.identity.is_on_duty:
                state.identity = None  # off duty nothing may be said under it
            self._keep(utc_ns, Lack.USED_UP if _valid(self._pool, utc_ns) else Lack.NO_CERTIFICATE)
        elif len(random) < RANDOM_BYTES or len(set(random)) < _MIN_DISTINCT:
            state.want_random = RANDOM_BYTES
            self._keep(utc_ns, Lack.BAD_RANDOM if random else Lack.NO_RANDOM)
        else:
            self._take(choice[int.from_bytes(random[:8], "big") % len(choice)], random, bool(duty))
            state.period_end_ns = now.at_ns + self._options.period_s * NS_PER_S
            state.is_due = False
            state.place = place

    def _keep(self, utc_ns: int, otherwise: Lack) -> None:
        """Goes on under the present identity if its certificate allows."""
        state = self.state
        identity = state.identity
        is_usable = identity is not None and identity.certificate.is_valid_at(utc_ns)
        state.lack = None if is_usable else otherwise
        state.identity = identity if is_usable else None

    def _choice(self, utc_ns: int) -> list[Credential]:
        """Valid pseudonyms other than the present one that were used least, and not too often."""
        present = self.state.identity.certificate.digest if self.state.identity else None
        valid = [one for one in _valid(self._pool, utc_ns) if one.certificate.digest != present]
        uses = self.state.uses
        least = min((uses.get(one.certificate.digest8, 0) for one in valid), default=0)
        if 0 < self._options.max_uses <= least:
            return []
        return [one for one in valid if uses.get(one.certificate.digest8, 0) == least]

    def _take(self, credential: Credential, random: bytes, is_on_duty: bool) -> None:
        state = self.state
        state.epoch += 1
        if not is_on_duty:
            digest8 = credential.certificate.digest8
            state.uses[digest8] = state.uses.get(digest8, 0) + 1
            state.is_to_save = True
        l2_span = L2_SOURCE_MAX - L2_SOURCE_MIN + 1
        state.lack = None
        state.identity = Identity(
            epoch=state.epoch,
            certificate=credential.certificate,
            key=credential.key,
            l2_source=L2_SOURCE_MIN + int.from_bytes(random[16:24], "big") % l2_span,
            bsm_id=random[8:16],
            msg_count=random[24] & 0x7F,
            is_on_duty=is_on_duty,
        )


class LaterRecord:
    """What a newer version saved before it was taken back (runtime/slots): it counts once, then it is emptied."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._is_taken = False

    def recall(self, data: bytes) -> bool:
        """Always understood: what cannot be read counts too."""
        if data:
            self._pseudonyms.recall_later(data)
            self._is_taken = True
        return True

    def to_save(self) -> bytes | None:
        """Empty, once it has been taken over."""
        is_taken, self._is_taken = self._is_taken, False
        return b"" if is_taken else None


def _valid(credentials: tuple[Credential, ...], utc_ns: int) -> list[Credential]:
    return [one for one in credentials if one.certificate.is_valid_at(utc_ns)]


def pair(
    files: Mapping[str, bytes], points: Mapping[str, tuple[str, bytes]], scale: TimeScale = TimeScale.UTC
) -> tuple[Credential, ...]:
    """The pool of certificate files (COER, by name) and the key store's points by name; matched by the point itself.

    Raises LocalError that names the file: malformed, no end entity's, or without its key.
    """
    names = {point: name for name, point in sorted(points.items())}
    pool = []
    for file, raw in sorted(files.items()):
        try:
            certificate = certificates.parse(raw, scale=scale)
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
