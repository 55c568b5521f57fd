"""Message to packet: UPER, to-be-signed data and a SignJob; when the signature is back, SPDU and DSMP."""

from dataclasses import dataclass

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import Message, pack
from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.core.frames import JobResult, SignJob, TxPacket
from obu.core.now import Now
from obu.security.pseudonym import Identity
from obu.security.signer import Signer
from obu.stack import aids, dsmp


@dataclass(frozen=True, slots=True)
class Underway:
    """What must be remembered of a message while it is being signed."""

    number: int
    aid: int
    l2_source: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the network layer did not take a packet, and the identity (its epoch) that it was for."""

    why: Text
    epoch: int


@dataclass(slots=True)
class SenderState:
    """underway: the one message that is being signed. refused: packets that DSMP did not take.

    refusal: the last of them, until a packet of another identity goes: packets with the digest alone may still fit.
    """

    underway: Underway | None = None
    refused: int = 0
    refusal: Refusal | None = None


class Sender:
    """begin() asks for a signature, settle() makes the packet of it. At most one message is under way."""

    def __init__(self, signer: Signer, edition: Edition) -> None:
        self.state = SenderState()
        self._signer = signer
        self._edition = edition

    def begin(self, now: Now, message: Message, aid: int, identity: Identity, urgent: bool) -> SignJob | None:
        """The job to be done before the message can go; None when the signer refuses, which it counts."""
        name, value = pack(message)
        payload = uper.encode(name, value, self._edition)
        job = self._signer.request(now, payload, aid, identity, urgent)
        if job is not None:
            self.state.underway = Underway(job.number, aid, identity.l2_source)
        return job

    def settle(self, now: Now, result: JobResult, identity: Identity | None) -> TxPacket | None:
        """The packet whose signature this is; None for a late, superseded or failed one, which the signer counts.

        None also for one that is over DsmMaxLength (YD/T 3708-2020), which is counted and said here.
        """
        epoch = identity.epoch if identity else -1
        spdu = self._signer.settle(now, result, epoch)
        underway = self.state.underway
        if spdu is None or underway is None or underway.number != result.number:
            return None
        self.state.underway = None
        row = aids.BY_AID[underway.aid]
        try:
            sdu = dsmp.encode(underway.aid, spdu)
        except LocalError as error:
            self.state.refused += 1
            self.state.refusal = Refusal(Text(error.zh, error.text), epoch)
            return None
        if self.state.refusal is not None and self.state.refusal.epoch != epoch:
            self.state.refusal = None
        return TxPacket(
            sdu=sdu,
            aid=underway.aid,
            pppp=row.pppp,
            l2_source=underway.l2_source,
            l2_destination=row.l2_destination,
        )
