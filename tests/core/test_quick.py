"""Values that are made by the thousand are values like all others."""

import dataclasses

from obu.core.frames import AirPacket, JobOutcome, JobResult
from obu.core.geo import LatLon


def test_they_are_compared_and_hashed_by_what_they_hold() -> None:
    assert LatLon(31.2, 121.5) == LatLon(31.2, 121.5) != LatLon(31.2, 121.6)
    assert {JobResult(1, JobOutcome.OK), JobResult(1, JobOutcome.OK)} == {JobResult(1, JobOutcome.OK)}


def test_they_have_slots_and_are_replaced_as_a_whole() -> None:
    packet = AirPacket(b"sdu", 5)
    assert not hasattr(packet, "__dict__")
    assert dataclasses.replace(packet, at_ns=6) == AirPacket(b"sdu", 6)
    assert packet.at_ns == 5
