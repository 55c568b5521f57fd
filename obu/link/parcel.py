"""A verified bundle on its way to a board: whether the board needs and takes it, and how an install can end.

The rule: each end is one sentence for the technician, with the remedy.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from obu.core.alert import Text
from obu.link import install_words as words
from obu.link import manifest as manifests
from obu.link.install_words import BoardState, Slot
from obu.link.manifest import Manifest, Target

PRODUCT = "firmware"
MARK = 8  # hex digits of a manifest's SHA-256 that a technician reads
UNSTEADY = Text(
    "板卡反复重启或断开；请检查供电和线路，然后重新运行同一命令",
    "the board restarts or disconnects again and again; check power and cable, then give the same command again",
)
NO_ANSWER = Text(
    "板卡不再应答；请检查线路，然后重新运行同一命令",
    "the board no longer answers; check the cable, then give the same command again",
)
NONSENSE = Text(
    "板卡的应答不可理解；请重新运行同一命令", "the board's answer makes no sense; give the same command again"
)
LOST_RECORD = Text(
    "板卡的启动记录丢失；请重新运行同一命令", "the board's record of slots was lost; give the same command again"
)
UNDECIDED = Text(
    "新版本既未确认也未回退；请保持供电，几分钟后用 obu flash 查看",
    "the new version is neither confirmed nor taken back; leave the power on and look again: obu flash",
)


class Result(Enum):
    """How it ended."""

    INSTALLED = "installed"
    ALREADY = "already_installed"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """result, and a sentence for the technician."""

    result: Result
    says: Text


@dataclass(frozen=True, slots=True)
class Parcel:
    """A verified bundle. raw, signature: the manifest's octets, r || s. files: by name, as the manifest says."""

    manifest: Manifest
    raw: bytes
    signature: bytes
    files: Mapping[str, bytes]

    def order(self) -> list[tuple[str, bytes]]:
        """In which the board gets them: manifest and signature last."""
        return [*sorted(self.files.items()), ("manifest.json", self.raw), ("manifest.sig", self.signature)]

    def slot(self) -> Slot:
        """What a board tells of a slot that holds it."""
        digest = hashlib.sha256(self.raw).hexdigest()[: words.DIGEST_HEX]
        return Slot(words.WHOLE, self.manifest.counter, self.manifest.version, digest)

    def is_in(self, slot: Slot) -> bool:
        """Whether a slot holds this very bundle."""
        return slot.condition == words.WHOLE and slot.digest == self.slot().digest


def judge(parcel: Parcel, state: BoardState) -> Outcome | None:
    """Why a board needs or takes no install of this; None when it may begin."""
    now = state.now() if state.running == state.following and not state.tries else None
    if now and parcel.is_in(now):
        return Outcome(Result.ALREADY, Text(
            f"板卡已在运行 {now.version}（计数 {now.counter}，{now.digest[:MARK]}），无需刷写",
            f"the board already runs {now.version} (counter {now.counter}, {now.digest[:MARK]}): nothing to do",
        ))  # fmt: skip
    target = Target(
        product=PRODUCT, hardware=state.board, counter=state.least, abi=state.abi, base=_numbers_of(state.base)
    )
    why = manifests.refusal(parcel.manifest, target)
    if why:
        return Outcome(Result.REFUSED, manifests.sentence(why, parcel.manifest, target))
    if now and now.condition == words.WHOLE and parcel.manifest.counter == now.counter:
        mark, version = parcel.slot().digest[:MARK], parcel.manifest.version
        return Outcome(Result.REFUSED, Text(
            f"升级包 {version}（{mark}）与板卡正在运行的 {now.version}（{now.digest[:MARK]}）计数同为 {now.counter}，"
            "但内容不同；请向发布者索取计数更大的升级包",
            f"the bundle {version} ({mark}) has the counter {now.counter} of {now.version} ({now.digest[:MARK]}), "
            "which the board runs, and other contents: ask those who released it for one with a higher counter",
        ))  # fmt: skip
    return None


def _numbers_of(base: str) -> str:
    """A base version as a manifest has one; what is none is older than all."""
    return base if base and all(part.isdecimal() for part in base.split(".")) else "0"


def installed(slot: Slot) -> Outcome:
    """The new version was confirmed."""
    return Outcome(Result.INSTALLED, Text(
        f"已刷写并确认：{slot.version}（计数 {slot.counter}，{slot.digest[:MARK]}）",
        f"flashed and confirmed: {slot.version} (counter {slot.counter}, {slot.digest[:MARK]})",
    ))  # fmt: skip


def taken_back(parcel: Parcel, state: BoardState) -> Outcome:
    """The board went back by itself."""
    version, now = parcel.manifest.version, state.now()
    if now is None:
        return Outcome(Result.TAKEN_BACK, Text(
            f"{version} 未能通过试运行，已被回退；板卡处于恢复模式，请刷写可用的升级包",
            f"{version} did not prove itself and was taken back; the board is in recovery: flash a bundle that works",
        ))  # fmt: skip
    return Outcome(Result.TAKEN_BACK, Text(
        f"{version} 未能通过试运行，板卡已自动回退到 {now.version}；请将报告交给发布者",
        f"{version} did not prove itself: the board went back to {now.version} by itself; "
        "give the report to those who released it",
    ))  # fmt: skip
