"""The six others: they keep their distance, their BSMs say what they do, and exactly one braking is a hard one."""

import math
import random
from itertools import pairwise
from pathlib import Path

import pytest

from hil.drive import Motion
from hil.neighbour import PERIOD_NS, ROLES, Acts, Cast, Neighbour, State, Talker, bsm
from hil.plant import FROM_M, Plant
from hil.route import START, bus_line
from hil.script import BRAKING, BRAKING_CAR, TRIGGERS, script_for
from hil.voice import KEY, Voice
from obu.codec import uper
from obu.codec.messages import unpack
from obu.codec.messages.bsm import Bsm
from obu.core.geo import bearing_deg, distance_m, wrap_deg
from obu.core.now import NS_PER_S, utc_ns_of_v2x_us
from obu.core.vehicle import Event
from obu.runtime import bench_pki
from obu.security import envelope
from obu.security.issuing import Lifetime
from obu.stack import aids, dsmp

ROUTE = bus_line()
SCRIPT = script_for(ROUTE)
PLANT = Plant(ROUTE, SCRIPT.period_s, SCRIPT.bus_acts())
EVERYBODY = [Neighbour(ROUTE, SCRIPT, role) for role in ROLES]
UTC_NS = 1_795_000_000 * NS_PER_S
BUS = Cast(from_m=FROM_M, right_m=0.0, style=ROLES[0].style, length_m=12.0)


def along_m(neighbour: Neighbour, script_s: float) -> float:
    return neighbour.role.from_m + neighbour.state(script_s).motion.along_m


def test_nobody_in_a_lane_touches_another_all_the_way_round() -> None:
    lanes: dict[float, list[tuple[Cast, object]]] = {}
    for neighbour in EVERYBODY:
        if neighbour.role.is_forward:
            lanes.setdefault(neighbour.role.right_m, []).append((neighbour.role, neighbour))
    for step in range(int(SCRIPT.period_s * 5)):
        at_s = step / 5
        for right_m, members in lanes.items():
            places = [(along_m(one, at_s), role.length_m) for role, one in members if isinstance(one, Neighbour)]
            if right_m == BUS.right_m:
                places.append((PLANT.at(at_s).along_m, BUS.length_m))
            for (behind_m, behind_long), (ahead_m, ahead_long) in pairwise(sorted(places)):
                gap_m = ahead_m - behind_m - (ahead_long + behind_long) / 2
                assert gap_m > 2.0, (at_s, right_m, gap_m)


@pytest.mark.parametrize("neighbour", EVERYBODY, ids=[str(number) for number in range(len(EVERYBODY))])
def test_place_heading_speed_and_yaw_agree(neighbour: Neighbour) -> None:
    step_s = 0.1
    states = [neighbour.state(step * step_s) for step in range(int(SCRIPT.period_s / step_s))]
    for before, after in pairwise(states):
        run_m = distance_m(before.place, after.place)
        assert run_m == pytest.approx((before.motion.speed_mps + after.motion.speed_mps) / 2 * step_s, abs=0.06)
        if run_m > 0.3:
            assert abs(wrap_deg(bearing_deg(before.place, after.place) - after.heading_deg)) < 4.0
            turned_deg = wrap_deg(after.heading_deg - before.heading_deg)
            yaw_deg_s = math.degrees(after.motion.speed_mps * after.curvature_per_m)
            assert turned_deg / step_s == pytest.approx(yaw_deg_s, abs=3.0)


def test_one_brakes_hard_once_a_lap_and_only_if_the_script_says_so() -> None:
    def braking_s(neighbour: Neighbour, period_s: float) -> list[float]:
        steps = range(int(period_s * 10))
        return [step / 10 for step in steps if neighbour.state(step / 10).motion.accel_mps2 <= -4.0]

    for neighbour in EVERYBODY:
        times_s = braking_s(neighbour, SCRIPT.period_s)
        if neighbour.role.acts is Acts.BRAKES:
            assert BRAKING_CAR.from_s <= times_s[0] and times_s[-1] < BRAKING_CAR.to_s
            assert len(times_s) >= 10  # a second of it, so that it is heard even with losses
        else:
            assert times_s == []
    calm = script_for(ROUTE, frozenset({BRAKING}))
    assert calm.period_s == SCRIPT.period_s
    assert all(braking_s(Neighbour(ROUTE, calm, role), calm.period_s) == [] for role in ROLES)


def test_the_flag_goes_with_the_deceleration() -> None:
    braker = next(neighbour for neighbour in EVERYBODY if neighbour.role.acts is Acts.BRAKES)
    for at_s, events in ((5.0, frozenset()), (12.5, frozenset({Event.HARD_BRAKING}))):
        message = bsm(braker.role, braker.state(at_s), bytes(8), 0, UTC_NS, ())
        assert message.events == events
        assert (message.accel_long_mps2 or 0.0) < -4.0 or not events


def test_windows_come_again_each_lap_and_go_with_their_triggers() -> None:
    apps = [(window.app, window.from_s) for window in SCRIPT.windows(2 * SCRIPT.period_s)]
    assert apps == [("HLW", 3.0), ("EBW", 11.0), ("HLW", 3.0 + SCRIPT.period_s), ("EBW", 11.0 + SCRIPT.period_s)]
    assert [window.app for window in SCRIPT.windows(10.0)] == ["HLW"]
    assert script_for(ROUTE, frozenset(TRIGGERS)).windows(1000.0) == []


def test_a_talker_keeps_its_pace_its_cadence_and_its_clock(tmp_path: Path) -> None:
    pki = bench_pki.create(Lifetime(UTC_NS, 86_400))
    pki.write_station(tmp_path / "one", 1, Lifetime(UTC_NS, 86_400), bench_pki.BSM_AIDS)
    voice = Voice(tmp_path / "one", random.Random(1))
    talker = Talker(EVERYBODY[0], (voice,), random.Random(1), first_ns=0)
    full_ns, heard = [], []
    for tick in range(200):  # 10 s in steps of 50 ms, with the light green at 5 s
        at_ns = tick * 50_000_000
        for packet in talker.packets(at_ns, UTC_NS + at_ns, at_ns / NS_PER_S - 5.0):
            dsm = dsmp.decode(packet.sdu)
            spdu = envelope.parse(dsm.payload)
            message = unpack(uper.decode(spdu.payload, None))
            assert isinstance(message, Bsm) and spdu.generation_us is not None
            assert utc_ns_of_v2x_us(spdu.generation_us) == UTC_NS + at_ns
            assert (message.sec_mark_ms or 0) == (UTC_NS + at_ns) // 1_000_000 % 60_000
            assert (dsm.aid, packet.pppp) == (aids.BSM, aids.BY_AID[aids.BSM].pppp)
            heard.append(message)
            full_ns += [at_ns] if spdu.signer is None else []
    assert len(heard) == 100
    assert [message.msg_count for message in heard[1:]] == [(message.msg_count + 1) % 128 for message in heard[:-1]]
    assert {after - before for before, after in pairwise([0, *full_ns])} <= {0, 500_000_000}
    assert 1 <= len(heard[-1].path) <= 15
    assert [crumb.age_s for crumb in heard[-1].path] == sorted(crumb.age_s or 0.0 for crumb in heard[-1].path)


class _Braker:
    """Stands; from 2 s on a critical event is active for a second."""

    role = ROLES[0]

    def state(self, at_s: float) -> State:
        events = frozenset({Event.HAZARD_LIGHTS}) if 2.0 <= at_s < 3.0 else frozenset()
        return State(START, 0.0, Motion(0.0, 0.0, 0.0), 20.0 * at_s, 0.0, events)


def test_a_change_of_name_changes_all_that_identifies_and_waits_for_the_end_of_an_event(tmp_path: Path) -> None:
    pki = bench_pki.create(Lifetime(UTC_NS, 86_400))
    for name in ("one", "two"):
        pki.write_station(tmp_path / name, 1, Lifetime(UTC_NS, 86_400), bench_pki.BSM_AIDS)
    dice = random.Random(1)
    voices = [Voice(tmp_path / name, dice) for name in ("one", "two")]
    talker = Talker(_Braker(), voices, dice, first_ns=0, changes_s=(2.5,))
    heard = []
    for tick in range(50):
        at_ns = tick * PERIOD_NS
        (packet,) = talker.packets(at_ns, UTC_NS + at_ns, at_ns / NS_PER_S)
        spdu = envelope.parse(dsmp.decode(packet.sdu).payload)
        message = unpack(uper.decode(spdu.payload, None))
        assert isinstance(message, Bsm)
        heard.append((message, packet.l2_source, spdu.certificate))
    before, after = heard[29], heard[30]
    assert {(message.id, source) for message, source, _ in heard} == {
        (message.id, source) for message, source, _ in (before, after)
    }
    assert before[0].id != after[0].id and before[1] != after[1]
    assert after[2] == (tmp_path / "two" / "certs" / f"{KEY}.cert").read_bytes()
    assert after[0].msg_count != (before[0].msg_count + 1) % 128
    assert before[0].path and not after[0].path
