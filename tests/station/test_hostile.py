"""Whatever strangers send on air, bus and GNSS line: nothing raises, everything is counted once, nothing grows."""

import random

import pytest

from obu.core.frames import CanFrame, GnssBytes
from obu.core.geo import move

from .others import BSM, RSI, Other, car, works
from .unit import START, START_UTC_NS, Unit, nmea


def mutated(rng, data):
    """A copy with a few bytes changed, cut, doubled or put in."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(4):
            case 0 if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
            case 1:
                del out[at : at + rng.randrange(1, 20)]
            case 2:
                out[at:at] = rng.randbytes(rng.randrange(1, 20))
            case _:
                out[at:at] = out[at : at + rng.randrange(1, 60)]
    return bytes(out)


@pytest.mark.fuzz
def test_nothing_raises_and_every_packet_is_in_exactly_one_counter(pki, fuzz_runs):
    rng, rounds = random.Random(20261121), max(6000, fuzz_runs)
    unit = Unit(pki)
    unit.run(1)
    genuine = [Other(pki / "neighbours/00"), Other(pki / "neighbours/01")]
    rsu = Other(pki / "rsu")
    seeds = []
    for index in range(rounds):
        if index % 100 == 0:
            utc_ns = START_UTC_NS + unit.at_ns
            place = move(START, rng.uniform(0, 360), rng.uniform(0, 300))
            seeds = [
                genuine[0].sdu(car(place, 10.0, utc_ns), BSM, utc_ns),
                genuine[1].sdu(car(place, 10.0, utc_ns, id=b"car-0002"), BSM, utc_ns, full=False),
                rsu.sdu(works(place, 30.0, 80), RSI, utc_ns),
                genuine[0].signed(mutated(rng, b"\x00" + rng.randbytes(45)), BSM, utc_ns),
                *(rsu.signed(mutated(rng, rng.choice(seeds)[:60]), RSI, utc_ns) for _ in seeds[:1]),
            ]
        sdu = rng.randbytes(rng.randrange(0, 300)) if rng.random() < 0.2 else mutated(rng, rng.choice(seeds))
        if rng.random() < 0.05:
            sdu = rng.choice(seeds)
        frame = CanFrame(
            "main",
            rng.choice([rng.randrange(1 << 29), 0x18FEF127, 0x18F00927]),
            rng.random() < 0.9,
            rng.randbytes(rng.randrange(0, 9)),
            unit.at_ns,
        )
        line = nmea(START_UTC_NS + unit.at_ns, START, 11.0, 30.0)
        noise = mutated(rng, line) if rng.random() < 0.7 else rng.randbytes(rng.randrange(300))
        unit.step((sdu,), can=(frame,), gnss=(GnssBytes(noise, unit.at_ns),))
        unit.inboxes.clear()
        unit.outboxes[:-200] = []
        unit.at_ns += rng.randrange(1, 4) * 1_000_000
    unit.run(2)
    air = unit.status()["air"]
    assert air["pending"] == 0
    assert air["received"] == air["verified"] + sum(air["dropped"].values()) == rounds
    assert air["verified"] > 0
    assert not {"internal", "backend_failed"} & air["dropped"].keys()
    can = unit.status()["can"]
    assert can["frames"] == can["used"] + sum(can["dropped"].values())
