"""Which edition a sender speaks, learned from its verified messages; what it is not known to have meant is refused.

The rule is the table NEXT. A message that only one edition reads, at places that make sense, binds its sender; one that
both read is read as its sender is bound, or else as makes sense, or else by the configured default. A sender is its
certificate: that of a roadside unit lasts, and a vehicle's ends with the pseudonym, beyond which nothing may follow it.
"""

from dataclasses import dataclass, field
from enum import Enum

from obu.codec.editions import Edition
from obu.codec.plausible import implausibility
from obu.codec.uper import Frame, Readings
from obu.core.errors import RemoteError
from obu.core.geo import LatLon

IMPLAUSIBLE = "edition_implausible"
CONTRADICTS = "edition_contradicts"
ALIKE = "alike"  # counted beside the steps: the editions write this message in the same way

_OTHER = {Edition.YDT3709: Edition.CSAE53, Edition.CSAE53: Edition.YDT3709}


class Grade(Enum):
    """What a message is when read by one edition."""

    UNREAD = "unread"
    ODD = "odd"  # it can be read, but what it says is not what a real one says
    SOUND = "sound"


class Step(Enum):
    """How sure the edition of a sender is."""

    UNBOUND = "unbound"  # not known: "own" is then the configured default
    BOUND = "bound"
    DOUBTED = "doubted"  # its last message that could tell spoke for the other edition
    DOUBTED_TWICE = "doubted_twice"  # the last two did; a third binds it anew, as after an update of the unit
    FIXED = "fixed"  # by configuration


class Answer(Enum):
    """What becomes of a message."""

    OWN = "own"
    OTHER = "other"
    IMPLAUSIBLE = IMPLAUSIBLE
    CONTRADICTS = CONTRADICTS


Event = tuple[Grade, Grade]  # by the sender's own edition, by the other one

_U, _O, _S = Grade.UNREAD, Grade.ODD, Grade.SOUND
_UNBOUND, _BOUND, _DOUBTED, _TWICE, _FIXED = Step
_OWN, _ELSE, _NONSENSE, _AGAINST = Answer

# Entering BOUND binds to the edition of the answer. An edition that is known is believed also about odd places.
NEXT: dict[Step, dict[Event, tuple[Answer, Step]]] = {
    _UNBOUND: {
        (_S, _U): (_OWN, _BOUND), (_U, _S): (_ELSE, _BOUND),
        (_S, _O): (_OWN, _UNBOUND), (_O, _S): (_ELSE, _UNBOUND), (_S, _S): (_OWN, _UNBOUND),
        (_O, _U): (_NONSENSE, _UNBOUND), (_U, _O): (_NONSENSE, _UNBOUND), (_O, _O): (_NONSENSE, _UNBOUND),
    },
    _BOUND: {
        (_S, _U): (_OWN, _BOUND), (_O, _U): (_OWN, _BOUND), (_S, _O): (_OWN, _BOUND),
        (_S, _S): (_OWN, _BOUND), (_O, _O): (_OWN, _BOUND),
        (_U, _S): (_AGAINST, _DOUBTED), (_O, _S): (_AGAINST, _DOUBTED), (_U, _O): (_AGAINST, _BOUND),
    },
    _DOUBTED: {
        (_S, _U): (_OWN, _BOUND), (_O, _U): (_OWN, _BOUND), (_S, _O): (_OWN, _BOUND),
        (_S, _S): (_OWN, _DOUBTED), (_O, _O): (_OWN, _DOUBTED),
        (_U, _S): (_AGAINST, _TWICE), (_O, _S): (_AGAINST, _TWICE), (_U, _O): (_AGAINST, _DOUBTED),
    },
    _TWICE: {
        (_S, _U): (_OWN, _BOUND), (_O, _U): (_OWN, _BOUND), (_S, _O): (_OWN, _BOUND),
        (_S, _S): (_OWN, _TWICE), (_O, _O): (_OWN, _TWICE),
        (_U, _S): (_ELSE, _BOUND), (_O, _S): (_ELSE, _BOUND), (_U, _O): (_AGAINST, _TWICE),
    },
    _FIXED: {
        (_S, _U): (_OWN, _FIXED), (_O, _U): (_OWN, _FIXED), (_S, _O): (_OWN, _FIXED),
        (_S, _S): (_OWN, _FIXED), (_O, _O): (_OWN, _FIXED),
        (_U, _S): (_AGAINST, _FIXED), (_O, _S): (_AGAINST, _FIXED), (_U, _O): (_AGAINST, _FIXED),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """fixed: the one edition that all senders speak, None to find out. default: where nothing tells.

    max_senders: more roadside units than are heard at once; the one that told its edition longest ago is forgotten.
    """

    fixed: Edition | None = None
    default: Edition = Edition.YDT3709
    max_senders: int = 256


@dataclass(frozen=True, slots=True)
class Binding:
    """The edition of a sender and how sure it is; only BOUND and the two doubts are kept."""

    edition: Edition
    step: Step


@dataclass(slots=True)
class EditionState:
    """senders: by HashedId8 of the certificate, who told it longest ago first. judged: messages by their sender's step.

    rebound: senders that were bound and now speak the other edition. forgotten: for want of room.
    """

    senders: dict[bytes, Binding] = field(default_factory=dict)
    judged: dict[str, int] = field(default_factory=dict)
    rebound: int = 0
    forgotten: int = 0


class EditionBinding:
    """choose() for each verified message; nothing else may be shown to it, or a forger would bind others."""

    def __init__(self, options: Options | None = None) -> None:
        self.state = EditionState()
        self.options = options or Options()

    def choose(self, signer: bytes, found: Readings, own_place: LatLon | None) -> Frame:
        """The reading that the signer (HashedId8) meant. own_place: where we are, None while that is unknown.

        Raises RemoteError: edition_implausible, edition_contradicts.
        """
        if found.agree:
            self._count(ALIKE)
            return _there(found.ydt3709)
        binding = self._binding(signer)
        self._count(binding.step.value)
        own, other = found.of(binding.edition), found.of(_OTHER[binding.edition])
        answer, step = NEXT[binding.step][_grade(own, own_place), _grade(other, own_place)]
        self._remember(signer, binding, answer, step)
        if answer is Answer.OWN:
            return _there(own)
        if answer is Answer.OTHER:
            return _there(other)
        raise RemoteError(answer.value)

    def _binding(self, signer: bytes) -> Binding:
        options = self.options
        if options.fixed is not None:
            return Binding(options.fixed, Step.FIXED)
        return self.state.senders.get(signer) or Binding(options.default, Step.UNBOUND)

    def _remember(self, signer: bytes, before: Binding, answer: Answer, step: Step) -> None:
        state = self.state
        if step in (Step.UNBOUND, Step.FIXED):
            return
        is_turned = answer is Answer.OTHER
        state.rebound += is_turned and before.step is not Step.UNBOUND
        known = state.senders.pop(signer, None)
        if known is None and len(state.senders) >= self.options.max_senders:
            del state.senders[next(iter(state.senders))]
            state.forgotten += 1
        state.senders[signer] = Binding(_OTHER[before.edition] if is_turned else before.edition, step)

    def _count(self, name: str) -> None:
        self.state.judged[name] = self.state.judged.get(name, 0) + 1


def _grade(frame: Frame | None, own_place: LatLon | None) -> Grade:
    if frame is None:
        return Grade.UNREAD
    return Grade.ODD if implausibility(frame.name, frame.value, own_place) else Grade.SOUND


def _there(frame: Frame | None) -> Frame:
    assert frame is not None  # NEXT never answers with what was not read
    return frame
