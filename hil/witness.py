"""Watches a unit from outside, on any bench: its packets, what it tells its displays, what it heard; and keeps it.

`seen` is for hil/judging.py, `samples` and `scenes` are for the report.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hil import sent
from hil.given import Packet
from hil.judging import LEVELS, Seen, Showing
from hil.recording import Recorder
from hil.sampling import STEP_S, Sample, Sampler
from hil.scenario import Scenario
from hil.staging import Stage
from obu.apps import bsw
from obu.core.alert import Level
from obu.core.frames import FeedEvent, TxPacket

MOST_SCENES = 4  # of a run: the first warnings are what a reader asks about


class Witness:
    """heard(), said() and told() as things happen; look() as time goes on."""

    def __init__(self, scenario: Scenario, stage: Stage, recorder: Recorder) -> None:
        self.seen = Seen()
        self.samples: list[Sample] = []
        self.scenes: list[dict[str, Any]] = []
        self.heard_ms: list[float] = []
        self._about = {each.app or scenario.app: each.of for each in scenario.warning if each.of}
        self._stage, self._recorder = stage, recorder
        self._sampler = Sampler(scenario, stage)
        self._showing: dict[int | str, int] = {}  # a warning's number, a mark's side: its place in seen.shown
        self._sample_s = 0.0

    def look(self, at_s: float) -> None:
        """Every turn."""
        if at_s >= self._sample_s - 1e-6:
            self._sample_s = round(self._sample_s + STEP_S, 3)
            self.samples.append(self._sampler.sample(at_s))

    def heard(self, packets: Iterable[Packet], at_s: float, utc_ns: int) -> None:
        """The unit was given these packets."""
        for packet in packets:
            self.seen.heard_s.setdefault(packet.of, []).append(at_s)
            self._recorder.packet(packet.datagram.sdu, utc_ns)

    def said(self, packet: TxPacket, at_s: float, utc_ns: int) -> None:
        """A packet of the unit went on the air."""
        self._recorder.packet(packet.sdu, utc_ns)
        self.seen.bsms.append(sent.heard(packet, at_s, utc_ns, self._stage.ourselves.truth(at_s)))

    def told(self, event: FeedEvent, at_s: float) -> None:
        """The unit told its displays."""
        self._recorder.event(event, at_s)
        if event.kind == "status":
            self.seen.status.append((at_s, event.body))
        elif event.kind in ("alert", "clear"):
            self._show(event, at_s)
        elif event.kind == "scene":
            self._mark(event.body["beside"], at_s)  # type: ignore[arg-type]

    def lit(self, is_lit: bool, at_s: float) -> None:
        """Somebody looked at the warning lamp."""
        self._recorder.event(FeedEvent("lamp", {"lit": is_lit}), at_s)
        self.seen.lamp.append((round(at_s, 3), is_lit))

    def end(self) -> None:
        """Where nothing was shown, the nearest that it came to is the situation to look at."""
        near = [each for each in self.samples if each.gap_m is not None and each.gap_m > 0]
        if not self.scenes and self.samples:
            nearest = min(near, key=lambda each: each.gap_m or 0.0, default=self.samples[-1])
            self.scenes.append({"app": "", **self._sampler.scene(nearest.at_s)})

    def _show(self, event: FeedEvent, at_s: float) -> None:
        """A warning that comes and goes and comes back under its number is one."""
        number = int(event.body["number"])  # type: ignore[call-overload]
        if event.kind == "clear":
            self._gone(number, at_s)
            return
        level = int(event.body["level"])  # type: ignore[call-overload]
        if number not in self._showing:
            self._came(number, str(event.body["app"]), LEVELS[level], at_s)
        index = self._showing[number]
        self.seen.shown[index] = replace(self.seen.shown[index], gone_s=None)
        if level > Level.INFORMATION and self.seen.shown[index].rose_s is None:
            self.seen.shown[index] = replace(self.seen.shown[index], rose_s=round(at_s, 2))

    def _mark(self, beside: Mapping[str, bool], at_s: float) -> None:
        """BSW's marks: each time that one comes is another."""
        for side, is_on in beside.items():
            if is_on and side not in self._showing:
                self._came(side, bsw.NAME, LEVELS[Level.INFORMATION], at_s)
            elif not is_on and side in self._showing:
                self._gone(side, at_s)
                del self._showing[side]

    def _gone(self, name: int | str, at_s: float) -> None:
        if name in self._showing:
            index, gone_s = self._showing[name], round(at_s, 2)
            shown = self.seen.shown[index]
            left_s = gone_s if shown.left_s is None else shown.left_s
            self.seen.shown[index] = replace(shown, left_s=left_s, gone_s=gone_s)

    def _came(self, name: int | str, app: str, level: str, at_s: float) -> None:
        shown = self.seen.shown
        self._showing[name] = len(shown)
        shown.append(Showing(app, round(at_s, 2), level, self._stage.gaps_m(at_s)))
        self.heard_ms.append(self._since_heard_ms(app, at_s))
        if len(self.scenes) < MOST_SCENES:
            self.scenes.append({"app": app, **self._sampler.scene(at_s)})

    def _since_heard_ms(self, app: str, at_s: float) -> float:
        """After the last packet of whom the application's warning is about, of anybody where that is not said."""
        heard = self.seen.heard_s
        lists = [heard.get(self._about[app] or "", [])] if app in self._about else heard.values()
        return round(1000 * (at_s - max((each[-1] for each in lists if each), default=at_s)), 1)
