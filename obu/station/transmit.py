"""The way out of an own BSM: conditions, grid, content, identity, signature.

Laws: a BSM goes only while every condition holds; what identifies the vehicle changes all together or not at all;
a signature that comes back to a changed identity is thrown away; msgCnt counts what went on the air.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from obu.core.alert import Text
from obu.core.frames import KEYS, RADIO, ChannelLoad, DriverState, JobResult, SignJob, TxPacket
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, Now
from obu.core.vehicle import Own
from obu.positioning.own import OwnTracker
from obu.scene.facts import Facts
from obu.security.pseudonym import Identity, Lack, Pseudonyms
from obu.stack import aids
from obu.stack.sender import Sender
from obu.station import content
from obu.station.pace import Motion, Pace
from obu.station.periods import Periods
from obu.station.schedule import BsmSchedule, Due

MSG_COUNTS = 128  # msgCnt 0..127 (YD/T 3709 MsgCount)
# GB/T 45315-2025 7.3: the path history goes each 500 ms. Half a period less, for turns are not exact (as 7.4 does it).
PATH_NS = 450 * NS_PER_MS
RANDOM_NS = 10 * NS_PER_MS  # ours: the first BSM waits for it, and a source that fails makes nobody spin
# GB/T 45315-2025 table 4, by (emergency vehicle on duty, what is due).
AID = {
    (False, Due.REGULAR): aids.BSM, (False, Due.EVENT): aids.BSM_EVENT,
    (True, Due.REGULAR): aids.BSM_EMERGENCY, (True, Due.EVENT): aids.BSM_EMERGENCY_EVENT,
}  # fmt: skip
OFF = Text("配置为不发送（bsm.transmit、radio.receive_only）", "switched off by bsm.transmit or radio.receive_only")
UNSURE_TIME = Text("时间误差超过 clock.max_error_ms", "the clock may be off by more than clock.max_error_ms")
WHY = {
    Lack.NO_TIME: content.NO_TIME,
    Lack.NO_CERTIFICATE: Text("没有有效证书，请更新证书池", "no valid certificate; refill the pool"),
    Lack.USED_UP: Text(
        "证书均已达到使用次数上限，请更新证书池", "every certificate was used as often as it may be; refill the pool"
    ),
    Lack.NO_RANDOM: Text("等待随机数", "waiting for randomness"),
    Lack.BAD_RANDOM: Text("随机数源自检失败", "the random source failed its self-test"),
}


@dataclass(frozen=True, slots=True)
class Underway:
    """The BSM that is being signed. due_ns: when it was made; has_path: the path history is in it."""

    said: Motion
    due_ns: int
    has_path: bool
    is_event: bool


@dataclass(slots=True)
class TransmitState:
    """why: what stops the BSMs now, empty while they are sent. epoch: of the identity that msg_count belongs to.

    radio_fault: what the modem's driver says is wrong; what would be signed then would go nowhere.
    key_fault: what the key store says is wrong with it. Signatures are still asked for: that is how it is tried again.
    path_ns: when the path history went last under this identity.
    """

    why: tuple[Text, ...] = ()
    radio_fault: Text | None = None
    key_fault: Text | None = None
    epoch: int = -1
    msg_count: int = 0
    path_ns: int | None = None
    underway: Underway | None = None
    first_utc_ns: int | None = None
    sent: int = 0


class Transmit:
    """Each turn: identify(), settle() for sign results, listen(), then begin(). place: ours at this very instant."""

    def __init__(
        self,
        *,
        enabled: bool,
        max_clock_error_ns: int,
        pseudonyms: Pseudonyms,
        sender: Sender,
        tracker: OwnTracker,
        pace: Pace,
    ) -> None:
        self.state = TransmitState()
        self.schedule = BsmSchedule()
        self.periods = Periods()
        self.pseudonyms = pseudonyms
        self.sender = sender
        self.pace = pace
        self._tracker = tracker
        self._enabled = enabled
        self._max_clock_error_ns = max_clock_error_ns

    def hear(self, drivers: tuple[DriverState, ...]) -> None:
        """What the modem and the key store said of themselves."""
        for driver in drivers:
            if driver.name == RADIO:
                fault = Text(f"电台：{driver.why_zh or driver.why}", f"radio: {driver.why}")
                self.state.radio_fault = None if driver.is_up else fault
            elif driver.name == KEYS:
                fault = Text(f"密钥库：{driver.why_zh or driver.why}", f"key store: {driver.why}")
                self.state.key_fault = None if driver.is_up else fault

    def identify(self, now: Now, own: Own, place: LatLon | None, random: bytes) -> tuple[Identity | None, Own]:
        """The identity of this instant; at a change message count and path begin anew, the path also in Own."""
        if not self.pseudonyms.update(now, place, bool(own.events), random, content.is_on_duty(own)):
            self.pace.draw(random)  # no byte is used twice
        identity = self.pseudonyms.state.identity
        if identity is not None and identity.epoch != self.state.epoch:
            self.state.epoch, self.state.msg_count = identity.epoch, identity.msg_count
            self.state.path_ns = None
            self._tracker.clear_path()
            own = dataclasses.replace(own, path=())
        return identity, own

    def listen(self, now: Now, place: LatLon | None, loads: Sequence[ChannelLoad], facts: Facts) -> None:
        """How crowded the channel is."""
        self.pace.hear(now, loads, facts, place)

    def want_random(self) -> int:
        """Bytes of randomness wanted at the next turn."""
        return max(self.pseudonyms.state.want_random, self.pace.want_random)

    def begin(
        self, now: Now, own: Own, place: LatLon | None, identity: Identity | None, stops: tuple[Text, ...]
    ) -> SignJob | None:
        """The job of the BSM that is due now, if one is. stops: what else stands against it."""
        state = self.state
        reasons = [] if self._enabled else [OFF]
        reasons += [*stops, *([state.radio_fault] if state.radio_fault else [])]
        if now.utc_ns is not None and now.utc_error_ns > self._max_clock_error_ns:
            reasons.append(UNSURE_TIME)
        reasons += content.missing(now, own, self._tracker.state.fix_utc_ns is not None)
        lack = self.pseudonyms.state.lack
        if identity is None and lack is not Lack.NO_TIME:  # which content.missing says already
            reasons.append(WHY[lack or Lack.NO_CERTIFICATE])
        state.why = tuple(reasons)
        if reasons or identity is None or place is None or now.utc_ns is None or own.speed_mps is None:
            self.schedule.stop()
            self.periods.broken()
            return None
        motion = Motion(utc_ns=now.utc_ns, place=place, speed_mps=own.speed_mps, heading_deg=own.heading_deg)
        due = self.schedule.due(now.at_ns, own.events, self.pace.regular_ns(now, motion, self.schedule.state.base_ns))
        if due is Due.NOTHING:
            return None
        has_path = state.path_ns is None or now.at_ns - state.path_ns >= PATH_NS
        on_duty, is_event = identity.is_on_duty, due is Due.EVENT
        message = content.bsm(now, own, place, identity.bsm_id, state.msg_count, has_path, on_duty)
        job = self.sender.begin(now, message, AID[on_duty, due], identity, urgent=is_event)
        if job is not None:
            state.underway = Underway(motion, now.at_ns, has_path, is_event)
        return job

    def settle(self, now: Now, result: JobResult, identity: Identity | None) -> TxPacket | None:
        """The signed packet, ready for the radio."""
        packet = self.sender.settle(now, result, identity)
        if packet is not None:
            self._count(now)
        return packet

    def _count(self, now: Now) -> None:
        state, underway = self.state, self.state.underway
        state.sent += 1
        state.msg_count = (state.msg_count + 1) % MSG_COUNTS
        state.first_utc_ns = state.first_utc_ns or now.utc_ns
        self.periods.sent(now.at_ns)
        if underway is not None:
            self.pace.sent(underway.said, underway.is_event)
            state.path_ns = underway.due_ns if underway.has_path else state.path_ns

    def wake_at_ns(self, now: Now) -> int | None:
        """When the next BSM is due, or randomness is wanted; None while none may be sent."""
        if self.pseudonyms.state.want_random:
            return now.at_ns + RANDOM_NS
        return self.schedule.state.wake_ns
