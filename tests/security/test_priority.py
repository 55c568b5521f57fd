"""Who is verified first: by what the first bytes say of event, distance and course."""

import dataclasses

import pytest

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import claim, pack
from obu.codec.messages.bsm import Bsm
from obu.codec.messages.rsi import Rsi
from obu.core.geo import LatLon, move
from obu.security.priority import NOWHERE, Priority, Standing

HERE = LatLon(28.2282, 112.9388)
NORTH = Standing(HERE, 15.0, 0.0)


def car(place: LatLon, heading_deg: float | None, speed_mps: float | None) -> Bsm:
    return Bsm(msg_count=1, id=b"car-0001", sec_mark_ms=0, place=place, gear=None, speed_mps=speed_mps,
               heading_deg=heading_deg, yaw_rate_deg_s=0.0, accel_long_mps2=0.0, width_m=1.8, length_m=4.8,
               basic_class=10)  # fmt: skip


def said(message: object) -> claim.Claim | None:
    return claim.read(uper.encode(*pack(message), Edition.YDT3709))


def rank(place: LatLon, heading_deg: float | None = 0.0, speed_mps: float | None = 0.0, aid: int = 111) -> Priority:
    return NORTH.rank(aid, said(car(place, heading_deg, speed_mps)))


def test_the_claim_is_what_the_message_says() -> None:
    found = said(car(HERE, 123.0, 7.5))
    assert found is not None and found.place is not None and found.motion is not None
    assert (found.id, found.is_vehicle) == (b"car-0001", True)
    assert (found.place.lat_deg, found.place.lon_deg) == pytest.approx((HERE.lat_deg, HERE.lon_deg), abs=1e-7)
    assert found.motion == pytest.approx((7.5, 123.0), abs=0.02)
    assert said(car(HERE, None, 7.5)).motion is None  # type: ignore[union-attr]
    assert claim.read(b"") is None
    assert claim.read(b"\x70") is None


@pytest.mark.parametrize("aid", [112, 113, 114])
def test_events_and_emergency_vehicles_are_first_wherever_they_are(aid: int) -> None:
    assert rank(move(HERE, 0.0, 5000.0), aid=aid) is Priority.EVENT


@pytest.mark.parametrize(
    ("ahead_m", "right_m", "heading_deg", "speed_mps", "wanted"),
    [
        (149.0, 0.0, 0.0, 30.0, Priority.NEAR),
        (0.0, -149.0, 270.0, 30.0, Priority.NEAR),
        (300.0, 0.0, 180.0, 15.0, Priority.CONVERGING),  # towards us
        (160.0, 0.0, 0.0, 0.0, Priority.CONVERGING),  # stands in our way: 150 m in 10 s
        (210.0, 0.0, 0.0, 0.0, Priority.REST),  # so far that 10 s do not take us there
        (200.0, 0.0, 0.0, 15.0, Priority.REST),  # as fast as we are
        (300.0, 0.0, 0.0, 30.0, Priority.REST),  # leaves us behind
        (-200.0, 0.0, 0.0, 35.0, Priority.CONVERGING),  # comes from behind
        (150.0, 150.0, 270.0, 15.0, Priority.CONVERGING),  # crosses where we shall be
        (150.0, 150.0, 90.0, 15.0, Priority.REST),  # goes away from there
        (700.0, 0.0, 180.0, 30.0, Priority.REST),  # further than 10 s
    ],
)
def test_near_or_converging(
    ahead_m: float, right_m: float, heading_deg: float, speed_mps: float, wanted: Priority
) -> None:
    assert rank(move(HERE, 0.0, ahead_m, right_m), heading_deg, speed_mps) is wanted


def test_without_motion_we_are_taken_to_stand() -> None:
    place = move(HERE, 0.0, 200.0)
    assert Standing(HERE).rank(111, said(car(place, 180.0, 30.0))) is Priority.CONVERGING
    assert Standing(HERE).rank(111, said(car(place, None, None))) is Priority.REST
    assert NORTH.rank(111, said(car(move(HERE, 0.0, 160.0), None, None))) is Priority.CONVERGING


def test_roadside_units_are_near_and_the_unreadable_is_last() -> None:
    assert NORTH.rank(3620, said(Rsi(msg_count=1, id=b"rsu-0001", place=move(HERE, 0.0, 900.0)))) is Priority.NEAR
    assert NORTH.rank(3618, claim.read(b"\x10\x00")) is Priority.NEAR  # a MAP has no place in its first bytes
    assert NORTH.rank(111, None) is Priority.REST
    nowhere = dataclasses.replace(said(car(HERE, 0.0, 0.0)), place=None)  # type: ignore[type-var]
    assert NORTH.rank(111, nowhere) is Priority.REST


def test_who_does_not_know_his_place_calls_nobody_far() -> None:
    assert NOWHERE.rank(111, said(car(move(HERE, 0.0, 5000.0), 0.0, 0.0))) is Priority.NEAR
