"""What a technician reads while a board is flashed: the board, how far it is, and how it was left.

The rule: what is said of the board is what the board said last.
"""

from obu.core.alert import Text
from obu.core.errors import RemoteError
from obu.link import install_words as words
from obu.link.install import Installing, Phase
from obu.link.install_words import BoardState, Slot
from obu.link.parcel import MARK
from obu.runtime.base_commands import LITTLEFS

PHASES = {
    Phase.LOADER: Text("拷入引导程序", "putting the loader on the board"),
    Phase.ASK: Text("询问板卡", "asking the board"),
    Phase.ERASE: Text("清空备用槽", "emptying the idle slot"),
    Phase.SEND: Text("传送", "sending"),
    Phase.VERIFY: Text("板卡校验签名和文件", "the board verifies signature and files"),
    Phase.RESTART: Text("重启板卡", "restarting the board"),
    Phase.TRIAL: Text("试运行，等待确认（约半分钟；未确认则自动回退）",
                      "on trial, waiting for the confirmation (half a minute; without it the board goes back)"),
    Phase.WAIT: Text("另一版本正在试运行，等待其结束", "another version is on trial: waiting for its end"),
}  # fmt: skip
CONDITIONS = {
    words.EMPTY: Text("空", "empty"),
    words.FILLING: Text("传送未完成", "partly sent"),
    words.WHOLE: Text("完整", "whole"),
    words.TAKEN_BACK: Text("已回退", "taken back"),
}
BAR = 30
NO_LOADER = Text(
    "板卡上还没有引导程序（仅有 MicroPython）；请加 --loader 引导程序升级包",
    "the board has MicroPython but no loader yet: add --loader LOADER.bundle",
)
TWO_SIGNERS = Text(
    "引导程序不信任固件升级包的签名密钥；请使用同一运营单位的两个升级包",
    "the loader does not trust the key that signed the firmware: take both bundles of one operator",
)
NO_LINK = Text(
    "新版本已写入并开始试运行，但链路没有应答；请接好链路，然后运行：obu flash 升级包 --port 链路端口",
    "the new version is on the board and on trial, but its link does not answer: connect it, then obu flash BUNDLE "
    "--port LINK_PORT",
)


def board(port: str, state: BoardState, ignition_on: bool | None) -> list[Text]:
    """The board, its slots and its health."""
    told = [
        Text(f"{port}：{state.board}，编号 {state.unique}，MicroPython {state.base}（{state.abi}），"
             f"引导程序 {state.loader}",
             f"{port}: {state.board}, number {state.unique}, MicroPython {state.base} ({state.abi}), "
             f"loader {state.loader}"),
        *(_slot(state, number) for number in (0, 1)),
        _health(state),
        Text(f"可用空间 {state.free_bytes // 1024} KiB；不接受低于 {state.least} 的计数",
             f"{state.free_bytes // 1024} KiB free; no counter below {state.least} is taken"),
    ]  # fmt: skip
    if ignition_on is not None:
        told.append(
            Text(f"点火开关：{'接通' if ignition_on else '关闭'}", f"ignition: {'on' if ignition_on else 'off'}")
        )
    return told


def bare(port: str, state: BoardState, machine: str) -> list[Text]:
    """A board at its prompt that has no loader. machine: as MicroPython names it."""
    return [
        Text(f"{port}：MicroPython 提示符，{machine}，编号 {state.unique}，MicroPython {state.base}（{state.abi}）",
             f"{port}: a MicroPython prompt, {machine}, number {state.unique}, MicroPython {state.base} ({state.abi})"),
        Text(f"可用空间 {state.free_bytes // 1024} KiB；没有引导程序和程序槽",
             f"{state.free_bytes // 1024} KiB free; no loader and no slots yet"),
    ]  # fmt: skip


def fat(port: str) -> Text:
    """Why a board's filesystem will not do."""
    zh, en = (
        "板卡的文件系统是 FAT，断电时可能损坏；请先格式化为 LittleFS",
        "its filesystem is FAT, which a power cut spoils",
    )
    command = f"mpremote connect {port} {LITTLEFS}"
    return Text(f"{zh}（会清空板卡）：{command}", f"{en}: make it LittleFS first, which empties it: {command}")


def prompt_fault(error: RemoteError) -> Text:
    """What went wrong between this program and a prompt."""
    why = f"{error.reason} {error.detail}".strip()
    return Text(
        f"板卡提示符通信中断（{why}）；请检查线路和供电，然后重新运行同一命令",
        f"the board's prompt was lost ({why}); check cable and power, then give the same command again",
    )


def _slot(state: BoardState, number: int) -> Text:
    slot = state.slots[number]
    condition = CONDITIONS[slot.condition]
    zh, en = (f"  槽 {'AB'[number]}：{condition.zh}", f"  slot {'AB'[number]}: {condition.en}")
    if slot.version:
        zh, en = f"{zh}，{named(slot).zh}", f"{en}, {named(slot).en}"
    if number == state.running:
        zh, en = f"{zh}，正在运行", f"{en}, runs now"
    if number == state.following and number != state.running:
        zh, en = f"{zh}，下次启动", f"{en}, starts next"
    return Text(zh, en)


def named(slot: Slot) -> Text:
    """A version, its counter, and the first digits of its manifest's hash."""
    mark = slot.digest[:MARK]
    return Text(f"{slot.version}（计数 {slot.counter}，{mark}）", f"{slot.version} (counter {slot.counter}, {mark})")


def _health(state: BoardState) -> Text:
    if state.is_recovery:
        return Text("状态：恢复模式，没有可启动的版本；请刷写", "health: recovery, no version can start: flash it")
    if state.is_on_trial():
        return Text(f"状态：新版本试运行中，剩余启动次数 {state.tries}",
                    f"health: a new version is on trial, {state.tries} starts left")  # fmt: skip
    if state.tries == words.ARMED:
        return Text("状态：新版本已就绪，重启后生效", "health: a new version is ready and starts next")
    return Text("状态：正常，版本已确认", "health: well, the version is confirmed")


def progress(task: Installing) -> Text:
    """One line: what is going on, and how much is on the board."""
    phase = PHASES[task.phase]
    if task.phase != Phase.SEND:
        return phase
    share = f"{100 * task.done_bytes // max(task.size_bytes, 1)} %"
    size = f"{task.done_bytes // 1024}/{task.size_bytes // 1024} KiB"
    return Text(f"{phase.zh} {share}（{size}）", f"{phase.en} {share} ({size})")


def bar(task: Installing) -> str:
    """As much of a bar as is on the board."""
    return f"{'█' * (BAR * task.done_bytes // max(task.size_bytes, 1)):░<{BAR}}"


def left(task: Installing | None) -> Text:
    """How the board is left when the technician ends the program."""
    if task is not None and task.phase == Phase.RESTART:
        return Text("已中断：新版本已写入，尚未启动；再次运行同一命令将继续",
                    "interrupted: the new version is on the board and was not started; the same command goes on"
                    )  # fmt: skip
    if task is not None and task.is_on_trial():
        return Text(
            "已中断：新版本正在试运行，未确认会自动回退；再次运行同一命令可查看结果",
            "interrupted: the new version is on trial and goes back by itself if not confirmed; "
            "the same command again tells how it ended",
        )
    now = task.state.now() if task is not None and task.state is not None else None
    if now is None or not now.version:
        return Text("已中断：板卡尚不能启动任何版本；再次运行同一命令将从中断处继续",
                    "interrupted: no version can start on the board yet; the same command goes on where it stopped"
                    )  # fmt: skip
    version = now.version
    return Text(f"已中断：板卡仍运行原版本 {version}；再次运行同一命令将从中断处继续",
                f"interrupted: the board still runs the old version {version}; "
                "the same command goes on where it stopped")  # fmt: skip
