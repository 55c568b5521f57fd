"""VPM (T/CSAE 157-2020 VehiclePaymentMessage): payment between a roadside unit and a vehicle, in four steps."""

from dataclasses import dataclass

from obu.codec.messages.choice import OneOf
from obu.codec.messages.numbered import numbered
from obu.codec.messages.record import At
from obu.codec.messages.rest import Rest
from obu.codec.messages.toll_action import ACTION, OUTCOME, Action, Outcome
from obu.codec.messages.toll_offer import OFFER, Offer
from obu.codec.messages.toll_vehicle import ANSWER, Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpm:
    """One step: the offer, the vehicle's answer, a command, its outcome; None is a later text's."""

    msg_count: int
    payment: Offer | Answer | Action | Outcome | None
    rest: Rest = None


MESSAGE = Vpm
RECORD = numbered(
    Vpm,
    17,
    At("msgCnt", "msg_count"),
    At(
        "payment",
        "payment",
        OneOf(
            {
                "initialzation-request": OFFER,
                "initialzation-response": ANSWER,
                "action-request": ACTION,
                "action-response": OUTCOME,
            }
        ),
    ),
    ...,
)
