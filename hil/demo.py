"""`python -m hil demo`: the city, the real `obu run` and `obu screen`, a process each, and what came of it."""

import json
import os
import select
import shutil
import signal
import string
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil import city, control, processes, summary, toml_text
from hil.feed_client import FeedClient
from hil.processes import Died, Household, Process
from hil.watcher import Watcher

TURN_MS = 50
START_S = 25.0  # a unit that has not sent its first BSM by then is broken, not slow
LONGEST_FOLDER = 60  # of a Unix socket's path with what we put behind it
FRESH_S = 0.05  # a newcomer at the local socket is told an old status first
TEMPLATE = Path(__file__).parent / "demo_unit.toml"

WORDS = {
    "zh": {
        "screen": "驾驶员显示屏：{}",
        "config": "单元配置：{}",
        "line": "{t:5.0f} 秒  BSM {sent}（周期 {p50} ms）  收到 {received}，验证通过 {verified}  "
        "丢弃：{dropped}  最近预警：{alert}",
        "stopped": "  未发送 BSM：{}",
        "none": "无",
        "slow": "{:.0f} 秒内没有发出第一条 BSM：{}",
        "end": "结束。",
    },
    "en": {
        "screen": "driver's screen: {}",
        "config": "the unit's configuration: {}",
        "line": "{t:5.0f} s  BSM {sent} (period {p50} ms)  heard {received}, verified {verified}  "
        "dropped: {dropped}  last warning: {alert}",
        "stopped": "  no BSM: {}",
        "none": "none",
        "slow": "no first BSM within {:.0f} s: {}",
        "end": "ended.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """for_s: from the unit's first BSM, None until Ctrl-C. folder: of the run, kept; None: a fresh one, removed."""

    for_s: float | None = None
    summary: Path | None = None
    folder: Path | None = None
    listen: str = "127.0.0.1:0"
    lang: str = "zh"
    seed: int = 1
    without: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()
    can: str = "multicast"
    capture: Path | None = None
    journal: Path | None = None


class Demo:
    """run() once. The order of the end is the contract: the unit's last word is heard before the rest is stopped."""

    def __init__(self, options: Options, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._words = WORDS[options.lang]
        self._household = Household(folder, is_temporary=options.folder is None)
        self._feed = FeedClient(folder / "obu.sock")
        self._record = summary.Record()
        self._watcher: Watcher | None = None
        self._stopping = False
        self._usage = (0.0, 0.0)
        self._cpu_begin_s: float | None = None
        self._printed_s = 0.0

    def run(self) -> int:
        """Exit status 0 after a clean end, 1 when a process died."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            unit = self._start()
            while not self._stopping and not self._is_over():
                self._turn(unit)
            truth = self._end(unit)
        except Died as death:
            if self._stopping:
                return 0
            print(death, file=sys.stderr, flush=True)
            return 1
        finally:
            if self._watcher:
                self._watcher.close()
            self._household.end()
        if self._options.summary and self._record.last:
            self._write(self._options.summary, truth)
        print(self._words["end"], flush=True)
        return 0

    def _start(self) -> Process:
        options, household = self._options, self._household
        arguments = ["hil", "demo-city", "--run", str(self._folder), "--seed", str(options.seed), "--can", options.can]
        arguments += [word for name in options.without for word in ("--without", name)]
        arguments += [word for name in options.attacks for word in ("--attack", name)]
        arguments += ["--pcap", str(options.capture.absolute())] if options.capture else []
        household.start("city", arguments)
        screen = household.start("screen", ["obu", "screen", "--socket", str(self._folder / "obu.sock"),
                                            "--listen", options.listen])  # fmt: skip
        processes.wait_for(self._folder / "city.json", household)
        note = configure(self._folder)
        kept = ["--journal", str(options.journal.absolute())] if options.journal else []
        unit = household.start("unit", ["obu", "run", "--config", str(self._folder / "unit.toml"), *kept])
        url = self._url(screen)
        self._watcher = Watcher(url)
        print(self._words["screen"].format(url), flush=True)
        print(self._words["config"].format(self._folder / "unit.toml") + (f"  ({note})" if note else ""), flush=True)
        return unit

    def _url(self, screen: Process) -> str:
        end_s = time.monotonic() + START_S
        while time.monotonic() < end_s and not self._stopping:
            self._household.check()
            for line in screen.log.read_text("utf-8", "replace").splitlines():
                if line.startswith("screen: "):
                    return line.removeprefix("screen: ").strip()
            time.sleep(0.02)
        raise Died(f"screen: did not say where it is:\n{screen.last_lines()}")

    def _turn(self, unit: Process) -> None:
        self._household.check()
        poller = select.poll()
        assert self._watcher
        for fd in (self._feed.fileno(), self._watcher.fileno()):
            if fd >= 0:
                poller.register(fd, select.POLLIN)
        poller.poll(TURN_MS)
        self._watcher.poll(time.monotonic())
        for kind, body in self._feed.poll():
            if kind == "status":
                self._take(body, unit)

    def _take(self, status: dict[str, Any], unit: Process) -> None:
        self._record.take(status)
        self._usage = unit.usage()
        if self._record.first_utc_s is None:
            if status["utc_s"] is not None and time.time() - status["utc_s"] < FRESH_S:
                self._record.begin(self._truth())  # both count the same packets
            if status["uptime_s"] > START_S:
                why = "；".join(reason[self._options.lang] for reason in status["bsm"]["why"])
                raise Died(self._words["slow"].format(START_S, why))
        elif self._cpu_begin_s is None:
            self._cpu_begin_s = self._usage[1]
        self._print(status)

    def _print(self, status: dict[str, Any]) -> None:
        if self._record.first_utc_s is None or time.monotonic() - self._printed_s < 0.5:
            return
        self._printed_s = time.monotonic()
        bsm, air, none = status["bsm"], status["air"], self._words["none"]
        last = status["alerts"][-1] if status["alerts"] else None
        line = self._words["line"].format(
            t=time.time() - self._record.first_utc_s,
            sent=bsm["sent"],
            p50=bsm["period_ms"]["p50"],
            received=air["received"],
            verified=air["verified"],
            dropped=", ".join(f"{name} {count}" for name, count in sorted(air["dropped"].items())) or none,
            alert=f"{last['app']} {last['text'][self._options.lang]}" if last else none,
        )
        if bsm["state"] != "sending":
            line += self._words["stopped"].format("；".join(why[self._options.lang] for why in bsm["why"]))
        print(line, flush=True)

    def _is_over(self) -> bool:
        first_utc_s = self._record.first_utc_s
        return (
            self._options.for_s is not None
            and first_utc_s is not None
            and time.time() - first_utc_s >= self._options.for_s
        )

    def _end(self, unit: Process) -> dict[str, Any]:
        """The unit first: it leaves the air and says its last status, and then the city is asked what it sent it."""
        self._usage = unit.usage() if unit.usage()[1] else self._usage
        unit.stop()
        end_s = time.monotonic() + processes.END_S
        while not self._feed.ended and time.monotonic() < end_s:
            for kind, body in self._feed.poll():
                if kind == "status":
                    self._record.take(body)
            if self._feed.fileno() < 0:
                break
            select.select([self._feed], [], [], 0.1)
        status = unit.wait()
        if status != 0:
            raise Died(f"unit ended with status {status}:\n{unit.last_lines()}")
        return self._truth()

    def _truth(self) -> dict[str, Any]:
        try:
            return control.ask(self._folder / "city.sock", "truth")
        except OSError as error:
            self._household.check()
            raise Died(f"the city does not answer: {error}") from None

    def _write(self, path: Path, truth: dict[str, Any]) -> None:
        until_s = self._options.for_s or truth["script_s"] or 0.0
        script, windows = city.windows(frozenset(self._options.without), until_s)
        found = summary.summary(self._record, truth, self._options.lang)
        found["rss_mib"] = round(self._usage[0], 1)
        found["cpu_s"] = round(self._usage[1] - (self._cpu_begin_s or 0.0), 2)
        found["span_s"] = self._options.for_s
        found["windows"] = windows
        found["lap_s"] = script.period_s
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True


def run(options: Options) -> int:
    """Makes the run's folder, runs, and removes it unless it was named."""
    if options.folder:
        options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (options.folder / "city.json").unlink(missing_ok=True)
        return Demo(options, options.folder.absolute()).run()
    base = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="obu-demo-", dir=base if len(base) < LONGEST_FOLDER else "/tmp"))
    try:
        return Demo(options, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configure(folder: Path) -> str:
    """Writes the configuration of a unit in this run's city, unit.toml; the city's note, if it has one."""
    facts = json.loads((folder / "city.json").read_text("utf-8"))
    text = string.Template(TEMPLATE.read_text("utf-8")).substitute(
        modem=facts["modem"],
        can="\n".join(f"{key} = {toml_text.value(value)}" for key, value in facts["can"].items()),
        gnss_host=facts["gnss"]["host"],
        gnss_port=facts["gnss"]["port"],
        antenna_ahead_m=facts["antenna_ahead_m"],
    )
    (folder / "unit.toml").write_text(text, encoding="utf-8")
    return str(facts["note"])


def language() -> str:
    """As the unit's own commands choose it."""
    return "en" if os.environ.get("OBU_LANG", "").lower().startswith("en") else "zh"
