"""The requests of an install and a board's answers (docs/flashing.md); its one rule: what a board says raises nothing
but RemoteError.
"""

import struct
from dataclasses import dataclass

from obu.core.alert import Text
from obu.core.errors import RemoteError

STATE, BEGIN, FILE, WRITE, VERIFY, ARM, RESTART, CONFIRM = range(1, 9)
WELL, BAD_REQUEST, NOT_BEGUN, ON_TRIAL, WRONG_OFFSET, WRONG_HASH, NO_SPACE, BAD_NAME = range(8)
FILES_DIFFER, NOT_VERIFIED, NOT_YET, STORAGE = range(16, 20)
EMPTY, FILLING, WHOLE, TAKEN_BACK = range(4)  # conditions of a slot
NO_SLOT = 255
ARMED = 4  # of BoardState.tries; below are starts that are left
MOST_DATA = 233  # octets of a WRITE over the link
MOST_UNDER_WAY = 6
DIGEST_HEX = 16
NO_BUNDLE = bytes(32)  # BEGIN with it erases the idle slot whatever lies there
_STATE = struct.Struct("<BBBBII")
_SLOT = struct.Struct("<BI")
_TEXTS = 9


@dataclass(frozen=True, slots=True)
class Slot:
    """condition: EMPTY, FILLING, WHOLE or TAKEN_BACK. version: empty where nothing may start.

    digest: the first 16 hex digits of its manifest's SHA-256, by which two of one version are told apart; else empty.
    """

    condition: int
    counter: int
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardState:
    """running, following: the slot that runs and the one that starts next, 0, 1 or NO_SLOT.

    tries: 0 when `following` is confirmed, ARMED before its first start, else starts left, this one included.
    least: the counter below which nothing is taken. unique: the chip's number in hex. base: MicroPython's version.
    """

    is_recovery: bool
    running: int
    following: int
    tries: int
    least: int
    free_bytes: int
    slots: tuple[Slot, Slot]
    board: str
    unique: str
    base: str
    abi: str
    loader: str

    def is_on_trial(self) -> bool:
        """Whether what runs is not confirmed yet."""
        return self.running == self.following != NO_SLOT and 0 < self.tries < ARMED

    def now(self) -> Slot | None:
        """The slot that runs; None in recovery."""
        return self.slots[self.running] if self.running != NO_SLOT else None


def parse_state(body: bytes) -> BoardState:
    """The answer to STATE. Raises RemoteError bad_state."""
    try:
        mode, running, following, tries, least, free_bytes = _STATE.unpack_from(body)
        two = [_SLOT.unpack_from(body, _STATE.size + _SLOT.size * slot) for slot in (0, 1)]
        (condition_a, counter_a), (condition_b, counter_b) = two
        texts = body[_STATE.size + 2 * _SLOT.size :].decode("utf-8").split("\t")
    except (struct.error, UnicodeDecodeError):
        raise RemoteError("bad_state") from None
    if len(texts) != _TEXTS or not {running, following} <= {0, 1, NO_SLOT} or tries > ARMED or mode > 1:
        raise RemoteError("bad_state")
    if not all(text.isprintable() for text in texts) or any(condition > TAKEN_BACK for condition, _ in two):
        raise RemoteError("bad_state")
    board, unique, base, abi, loader, version_a, version_b, digest_a, digest_b = texts
    return BoardState(
        is_recovery=mode == 1, running=running, following=following, tries=tries, least=least, free_bytes=free_bytes,
        slots=(Slot(condition_a, counter_a, version_a, digest_a), Slot(condition_b, counter_b, version_b, digest_b)),
        board=board, unique=unique, base=base, abi=abi, loader=loader,
    )  # fmt: skip


def sentence(code: int, detail: str = "") -> Text:
    """What a technician is told of a board's refusal, with the remedy. detail: the file, where it is one's."""
    zh, en = _SENTENCES.get(code, ("不明原因（{}）", "for a reason unknown here ({})"))
    what = detail or str(code)
    return Text(f"板卡拒绝：{zh.format(what)}", f"the board refuses: {en.format(what)}")


_SENTENCES = {
    BAD_REQUEST: ("不理解本程序的请求；请更新本程序", "it does not understand this program; update this program"),
    NOT_BEGUN: ("安装未开始；请重新运行同一命令", "the install has not begun; give the same command again"),
    ON_TRIAL: ("新版本正在试运行；请等待几分钟后再试", "a new version is on trial; wait some minutes, then again"),
    WRONG_OFFSET: ("数据顺序不对；请重新运行同一命令", "data out of turn; give the same command again"),
    WRONG_HASH: ("{} 的内容与签名不符；请检查线路后重试", "{} is not what was signed; check the cable, then again"),
    NO_SPACE: ("存储空间不足；此升级包对该板卡过大", "no space: the bundle is too large for this board"),
    BAD_NAME: ("文件名 {} 不可用；请向发布者索取新的升级包", "a file may not be called {}; ask for another bundle"),
    8: ("清单残缺；请重新获取升级包", "the manifest is torn; fetch the bundle again"),
    9: ("签名密钥不在板卡的信任列表中；请使用本单位发布的升级包",
        "it does not trust the key that signed; take a bundle of this board's operator"),
    10: ("签名无效；请勿使用此升级包", "the signature does not hold; do not use this bundle"),
    11: ("升级包不是固件；请换用正确的升级包", "the bundle is no firmware; take the right one"),
    12: ("升级包用于其他硬件；请换用正确的升级包", "the bundle is for other hardware; take the right one"),
    13: ("升级包比已安装的旧；不允许降级", "the bundle is older than what is installed: going back is not allowed"),
    14: ("编译格式不符；请换用正确的升级包", "compiled for another interpreter; take the right bundle"),
    15: ("基础系统过旧；请先更新基础系统：obu flash --base", "its base is too old; update it first: obu flash --base"),
    FILES_DIFFER: ("文件与清单不符（{}）；请重新运行同一命令",
                   "a file more or less than the manifest names ({}); give the same command again"),
    NOT_VERIFIED: ("尚未校验；请重新运行同一命令", "not verified yet; give the same command again"),
    NOT_YET: ("新版本尚未通过自检；请稍候", "the new version has not passed its self-test; wait"),
    STORAGE: ("存储器写入失败；重试无效时请更换板卡", "its flash does not obey; if again in vain, replace the board"),
}  # fmt: skip
