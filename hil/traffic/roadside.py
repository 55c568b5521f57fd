"""The roadside unit of each crossing: MAP, SPAT, and by RSM who has no radio of his own; signed, ten times a second."""

import math
import random
from collections.abc import Iterator, Mapping

from hil.traffic.net import Net
from hil.traffic.roads import Roads
from hil.traffic.speakers import MSG_COUNTS, PERIOD_NS, Astray, Said
from hil.traffic.trace import Kind, Mover, Step
from hil.voice import Voice
from obu.codec.messages import Message
from obu.codec.messages.rsm import Kind as Participates
from obu.codec.messages.rsm import Participant, Rsm, Source
from obu.core.now import sec_mark_ms
from obu.stack import aids

SEES_M = 120.0  # what the crossing's sensors see
MOST_SEEN = 16  # participants of an RSM (YD/T 3709 ParticipantList)
MAP_EVERY, SPAT_EVERY = 10, 2  # periods: 1 s and 200 ms (T/CSAE 159-2020)
SENSED = {"pedestrian": Participates.PEDESTRIAN, "bicycle": Participates.NON_MOTOR}
NUMBERS = 65_535  # ptcId


class Roadside:
    """packets() once a turn, for all crossings. voices: one for each of them."""

    def __init__(
        self, net: Net, kinds: Mapping[str, Kind], voices: Mapping[str, Voice], sigma_m: float, seed: int
    ) -> None:
        self._net, self._kinds, self._voices, self._sigma_m = net, kinds, voices, sigma_m
        self._roads = Roads(net)
        self._dice = random.Random(f"roadside {seed}")
        self._ids = {light: self._dice.randbytes(8) for light in voices}
        self._period = dict.fromkeys(voices, -1)
        self._seen: dict[str, tuple[int, Astray]] = {}

    def ids(self) -> dict[str, str]:
        """Who was seen so far, by roadside id in hex, colon, number."""
        return {f"{own.hex()}:{number}": name for name, (number, _) in self._seen.items() for own in self._ids.values()}

    def packets(self, step: Step, movers: Mapping[str, Mover], at_ns: int, utc_ns: int) -> Iterator[Said]:
        """What the crossings say in this turn."""
        for number, light in enumerate(self._voices):
            period = (at_ns - number * PERIOD_NS // 3) // PERIOD_NS
            if period == self._period[light]:
                continue
            self._period[light] = period
            x, y = self._net.nodes[light]
            for message, aid in self._messages(light, period, step, movers, utc_ns):
                yield Said(self._voices[light].say(message, aid, at_ns, utc_ns).sdu, x, y, light)

    def _messages(
        self, light: str, period: int, step: Step, movers: Mapping[str, Mover], utc_ns: int
    ) -> Iterator[tuple[Message, int]]:
        count = period % MSG_COUNTS
        if period % MAP_EVERY == 0:
            yield from ((each, aids.MAP) for each in self._roads.maps(light, period // MAP_EVERY % MSG_COUNTS, utc_ns))
        if period % SPAT_EVERY == 0:
            yield self._roads.spat(light, *step.lights[light], period // SPAT_EVERY % MSG_COUNTS, utc_ns), aids.SPAT
        seen = self._participants(light, movers, utc_ns)
        if seen:
            place = self._net.plane.place(*self._net.nodes[light])
            yield Rsm(msg_count=count, id=self._ids[light], place=place, participants=seen), aids.RSM

    def _participants(self, light: str, movers: Mapping[str, Mover], utc_ns: int) -> tuple[Participant, ...]:
        x, y = self._net.nodes[light]
        near = sorted(
            (math.hypot(mover.x - x, mover.y - y), name)
            for name, mover in movers.items()
            if self._kinds[name].name in SENSED
        )
        names = [name for away_m, name in near[:MOST_SEEN] if away_m <= SEES_M]
        return tuple(self._participant(name, movers[name], utc_ns) for name in names)

    def _participant(self, name: str, mover: Mover, utc_ns: int) -> Participant:
        if name not in self._seen:
            astray = Astray(random.Random(self._dice.random()), self._sigma_m)
            self._seen[name] = (1 + len(self._seen) % NUMBERS, astray)
        number, astray = self._seen[name]
        kind = self._kinds[name]
        return Participant(
            kind=SENSED[kind.name],
            number=number,
            source=Source.FUSED,
            sec_mark_ms=sec_mark_ms(utc_ns),
            place=astray.moved(self._net.plane.place(mover.x, mover.y)),
            accuracy_m=max(self._sigma_m, 0.1),
            speed_mps=mover.speed_mps,
            heading_deg=mover.heading_deg,
            width_m=kind.width_m,
            length_m=kind.length_m,
        )
