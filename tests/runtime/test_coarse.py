"""A journal without places: pynmea2 judges what is left of a sentence; strangers' bytes show nothing."""

import json

import pynmea2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import AirPacket, CanFrame, DriverState, GnssBytes, Inbox, JobOutcome, JobResult, Save
from obu.core.now import Now
from obu.runtime.coarse import Coarse, coarse_sentence
from obu.runtime.journal import Turn
from obu.stack import dsmp


def whole(body: str) -> bytes:
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r".encode()


def turn(at_ns=10**9, **inbox):
    return Turn(Now(at_ns, 1_790_000_000 * 10**9), Inbox(**inbox), {"events": 1, "packets": 2})


LAT, LON = st.floats(0, 89.999), st.floats(0, 179.999)


def angle(degrees: float, width: int) -> str:
    whole_degrees = int(degrees)
    return f"{whole_degrees:0{width}d}{min((degrees - whole_degrees) * 60, 59.9999999):010.7f}"


@given(LAT, LON, st.sampled_from("NS"), st.sampled_from("EW"), st.sampled_from(["GN", "GP", "BD", "GB"]))
def test_a_place_keeps_its_whole_minutes_and_nothing_else(lat, lon, ns, ew, talker):
    bodies = (
        f"{talker}RMC,120000.00,A,{angle(lat, 2)},{ns},{angle(lon, 3)},{ew},22.1,84.4,210926,,,A",
        f"{talker}GGA,120000.00,{angle(lat, 2)},{ns},{angle(lon, 3)},{ew},4,18,0.7,45.0,M,-12.0,M,,",
        f"{talker}GNS,120000.00,{angle(lat, 2)},{ns},{angle(lon, 3)},{ew},RR,18,0.7,45.0,-12.0,,",
        f"{talker}GLL,{angle(lat, 2)},{ns},{angle(lon, 3)},{ew},120000.00,A",
    )
    for body in bodies:
        told = pynmea2.parse(coarse_sentence(whole(body)), check=True)
        sure = pynmea2.parse(f"${body}")
        for name in ("latitude", "longitude"):
            minutes = abs(getattr(told, name)) * 60
            assert minutes == pytest.approx(round(minutes), abs=1e-6)
            assert 0 <= abs(getattr(sure, name)) * 60 - minutes <= 1 + 1e-6
        others = [
            (theirs, ours)
            for theirs, ours in zip(body.split(","), coarse_sentence(whole(body))[1:-3].split(","), strict=True)
            if theirs != ours
        ]
        assert len(others) <= 2


@pytest.mark.parametrize(
    "line",
    [
        whole("GNRMC,120000.00,A,2813.6920000,N,11256.3280000,E,22.1,84.4,210926,,,A")[:-3] + b"00\r",  # checksum
        whole("GNTXT,01,01,02,2813.6920000N"),
        whole("PUBX,00,120000,2813.6920000,N,11256.3280000,E"),
        whole("GPBWC,120000,2813.6920000,N,11256.3280000,E"),
        b'{"class":"TPV","lat":28.2282,"lon":112.9388}',
        b"",
    ],
)
def test_what_is_not_known_to_be_harmless_is_not_shown(line):
    assert coarse_sentence(line) is None


def test_an_odd_angle_is_left_out():
    told = coarse_sentence(whole("GNRMC,120000.00,A,28136920000,N,112.56.3280000,E,22.1,84.4,210926,,,A"))
    assert told.startswith("$GNRMC,120000.00,A,,N,,E,22.1")


def test_sentences_cut_anywhere_are_put_together():
    body = whole("GNGGA,120000.00,2813.6920000,N,11256.3280000,E,4,18,0.7,45.0,M,-12.0,M,,") + b"\n"
    stream = body * 3
    for step in (1, 7, 50, len(stream)):
        coarse = Coarse()
        told = [
            line
            for at in range(0, len(stream), step)
            for line in coarse.turn(turn(gnss=(GnssBytes(stream[at : at + step], 1),))).get("gnss", [])
        ]
        assert len(told) == 3 and {line.split(",")[2] for line in told} == {"2813.0"}


@given(st.lists(st.binary(max_size=90), max_size=5), st.binary(max_size=60))
def test_strangers_bytes_raise_nothing_and_are_counted(chunks, sdu):
    coarse = Coarse()
    for chunk in chunks:
        told = coarse.turn(turn(gnss=(GnssBytes(chunk, 1),), air=(AirPacket(sdu, 1),)))
        assert "gnss" not in told and told["air"][0][1] == len(sdu)
        json.dumps(told)


def test_frames_and_packets_are_shown_without_places_and_the_rest_is_counted():
    frames = (
        CanFrame("main", 0x18FEF127, True, bytes(8), 1),
        CanFrame("main", 0x18FEF327, True, b"\x11" * 8, 1),  # VP, SPN 584 and 585: latitude and longitude
        CanFrame("main", 0x1CEBFF27, True, b"\x22" * 8, 1),  # TP.DT, which may carry anything
        CanFrame("body", 0x0B4, False, b"\x01\x02", 1),
    )
    told = Coarse().turn(
        turn(
            can=frames,
            air=(AirPacket(dsmp.encode(111, b"secret place"), 1), AirPacket(b"\xff", 1)),
            results=(JobResult(1, JobOutcome.OK), JobResult(3, JobOutcome.OK), JobResult(5, JobOutcome.BAD_SIGNATURE)),
            drivers=(DriverState("radio", False, "no answer", 1),),
            saved=(Save("pseudonyms", b"who we were"),),
            random=b"not to be told",
        )
    )
    assert told["can"] == ["main 18FEF127#0000000000000000", "body 0B4#0102"]
    assert [pair[0] for pair in told["air"]] == [111, None]
    assert told["results"] == {"ok": 2, "bad_signature": 1} and told["drivers"] == [["radio", False, "no answer"]]
    assert told["others"] == {"saved": 1} and told["out"] == ["events", "packets"]
    text = json.dumps(told)
    assert not any(word in text for word in ("secret", "who we were", "not to be told", "2222", "1111"))
