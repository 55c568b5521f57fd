"""The roadside unit: legal messages of the road that is driven, at legal rates, and a hazard when it is promised."""

import random
from collections import Counter
from pathlib import Path

import pytest

from hil import attack, pki, rsu
from hil.attack import Attacker
from hil.plant import Plant
from hil.route import bus_line
from hil.rsu import RoadsideUnit
from hil.script import HAZARDS, WINDOWS, script_for
from hil.voice import Voice
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.codec.messages.map import MapData
from obu.codec.messages.spat import Countdown, SignalLight, Spat
from obu.core.geo import distance_m
from obu.core.now import NS_PER_S, utc_ns_of_v2x_us
from obu.scene import relevance
from obu.security import envelope
from obu.stack import aids, dsmp

ROUTE = bus_line()
SCRIPT = script_for(ROUTE)
UTC_NS = 1_795_000_000 * NS_PER_S


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pki")
    pki.ensure(made, UTC_NS, 1)
    return made


def unit(folder: Path, without: frozenset[str] = frozenset()) -> RoadsideUnit:
    dice = random.Random(1)
    return RoadsideUnit(ROUTE, script_for(ROUTE, without), Voice(folder / "rsu", dice), dice, 0)


def counted(one: RoadsideUnit) -> Counter[int]:
    """AIDs of ten seconds."""
    ticks = (tick * 10_000_000 for tick in range(1000))
    return Counter(packet.aid for at_ns in ticks for packet in one.packets(at_ns, UTC_NS + at_ns, 1.0))


def test_rates_are_within_the_standards(folder: Path) -> None:
    # T/CSAE 159-2020: MAP at most 1 s apart, SPAT 500 ms, RSI static 1 s and semi-static 500 ms.
    assert counted(unit(folder)) == {aids.MAP: 10, aids.SPAT: 50, aids.RSI_SEMI_STATIC: 20, aids.RSI_STATIC: 10}


def test_without_hazards_no_event_is_announced(folder: Path) -> None:
    one = unit(folder, frozenset({HAZARDS}))
    assert aids.RSI_SEMI_STATIC not in counted(one)
    assert one.last is not None and one.last.aid == aids.RSI_STATIC


@pytest.mark.parametrize(
    "message",
    [
        rsu.road_map(ROUTE, 1, UTC_NS),
        rsu.lights(1, UTC_NS, None, SCRIPT.period_s),
        rsu.lights(1, UTC_NS, 41.0, SCRIPT.period_s),
        rsu.works(ROUTE, bytes(8), 1, UTC_NS),
        rsu.sign(ROUTE, bytes(8), 1, UTC_NS),
    ],
    ids=["map", "spat held", "spat", "works", "sign"],
)
def test_each_message_is_one_of_the_national_edition(message: object) -> None:
    name, value = pack(message)
    frame = uper.decode(uper.encode(name, value, Edition.YDT3709), None)
    assert frame.edition is Edition.YDT3709
    assert type(unpack(frame)) is type(message)


def test_lights_and_map_speak_of_the_same_node_and_phase() -> None:
    road, light = rsu.road_map(ROUTE, 0, UTC_NS), rsu.lights(0, UTC_NS, 1.0, SCRIPT.period_s)
    assert isinstance(road, MapData) and isinstance(light, Spat)
    crossing = next(node for node in road.nodes if node.ref == light.intersections[0].ref)
    phases = {way.phase for link in crossing.links for way in link.movements}
    assert phases <= {phase.id for phase in light.intersections[0].phases}


def test_the_mapped_lane_is_the_one_the_bus_drives() -> None:
    road, plant = rsu.road_map(ROUTE, 0, UTC_NS), Plant(ROUTE, SCRIPT.period_s)
    lanes = [lane for node in road.nodes for link in node.links for lane in link.lanes if lane.id == 2]
    points = [point for lane in lanes for point in lane.points if distance_m(point, ROUTE.place(80.0)) < 100.0]
    for point in points:
        nearest_m = min(distance_m(plant.at(step * 0.1).place, point) for step in range(400))
        assert nearest_m < 1.0


@pytest.mark.parametrize(
    ("script_s", "light", "rest_s"),
    [
        (1.0, SignalLight.PERMISSIVE_GREEN, rsu.GREEN_S - 1.0),
        (rsu.GREEN_S + 1.0, SignalLight.YELLOW, rsu.YELLOW_S - 1.0),
        (rsu.GREEN_S + rsu.YELLOW_S + 1.0, SignalLight.RED, SCRIPT.period_s - rsu.GREEN_S - rsu.YELLOW_S - 1.0),
        (SCRIPT.period_s + 1.0, SignalLight.PERMISSIVE_GREEN, rsu.GREEN_S - 1.0),
    ],
)
def test_the_light_shows_what_it_counts_down(script_s: float, light: SignalLight, rest_s: float) -> None:
    ours = rsu.lights(0, UTC_NS, script_s, SCRIPT.period_s).intersections[0].phases[0]
    running = ours.states[0]
    assert isinstance(running.timing, Countdown)
    assert (running.light, running.timing.start_s) == (light, 0.0)
    assert running.timing.likely_end_s == pytest.approx(rest_s)
    for before, after in zip(ours.states, ours.states[1:], strict=False):
        assert isinstance(before.timing, Countdown) and isinstance(after.timing, Countdown)
        assert after.timing.start_s == pytest.approx(before.timing.likely_end_s)


def test_no_two_ways_are_green_at_once() -> None:
    for step in range(int(SCRIPT.period_s * 2)):
        phases = rsu.lights(0, UTC_NS, step / 2, SCRIPT.period_s).intersections[0].phases
        going = [phase.states[0].light is not SignalLight.RED for phase in phases]
        assert sum(going) <= 1


def test_the_works_come_ten_seconds_ahead_within_the_promised_window() -> None:
    event = rsu.works(ROUTE, bytes(8), 0, UTC_NS).events[0]
    plant = Plant(ROUTE, SCRIPT.period_s, SCRIPT.bus_acts())

    def is_near(at_s: float) -> bool:
        truth = plant.at(at_s)
        ahead_m = relevance.ahead_m(event, truth.place, truth.heading_deg)
        return ahead_m is not None and -9.0 <= ahead_m <= max(10.0 * truth.speed_mps, 30.0)

    times_s = [step / 10 for step in range(int(SCRIPT.period_s * 10)) if is_near(step / 10)]
    window = WINDOWS[HAZARDS]
    assert window.from_s < times_s[0] < window.to_s
    assert times_s[-1] < 20.0  # and nowhere else on the lap


def test_each_attack_is_what_its_name_says(folder: Path) -> None:
    attacker, one = Attacker(ROUTE, folder, random.Random(1)), unit(folder)
    list(one.packets(10**9, UTC_NS, 1.0))
    assert one.last is not None
    made = {name: attacker.packet(name, 0, UTC_NS, one.last) for name in attack.REASONS}
    assert made[attack.REPLAYED] is one.last
    ages_s = {}
    for name, packet in made.items():
        assert packet is not None
        spdu = envelope.parse(dsmp.decode(packet.sdu).payload)
        assert spdu.generation_us is not None
        ages_s[name] = (UTC_NS - utc_ns_of_v2x_us(spdu.generation_us)) / NS_PER_S
    assert ages_s == dict.fromkeys(attack.REASONS, 0.0) | {attack.OLD: 5.0, attack.FUTURE: -5.0}
