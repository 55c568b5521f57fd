"""Receiver sentences: published examples, epochs in any cut and order, and bytes that are no sentence at all."""

import calendar
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import GnssBytes
from obu.core.vehicle import FixKind
from obu.positioning.nmea import LONGEST_SENTENCE, Nmea
from obu.runtime.freeze import freeze, thaw


def sentence(body):
    check = 0
    for letter in body.encode():
        check ^= letter
    return f"${body}*{check:02X}\r\n".encode()


def rmc(when="061530.10", *, talker="GN", status="A", knots="19.438", course="87.25", date="201126"):
    return sentence(f"{talker}RMC,{when},{status},2813.6920,N,11256.3280,E,{knots},{course},{date},,,R")


def gga(when="061530.10", *, talker="GN", quality="4", lat="2813.6920,N", lon="11256.3280,E"):
    return sentence(f"{talker}GGA,{when},{lat},{lon},{quality},23,0.6,61.2,M,-15.4,M,1.0,0001")


def gst(when="061530.10", *, talker="GN", fields="0.9,0.025,0.018,34.5,0.022,0.020,0.041"):
    return sentence(f"{talker}GST,{when},{fields}")


def after(*chunks):
    nmea = Nmea()
    nmea.take([GnssBytes(chunk, number) for number, chunk in enumerate(chunks)])
    return nmea.state


def utc_s(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


def counted(state):
    return state.reading.used + state.reading.passed_over + sum(state.reading.dropped.values())


def test_published_sentences():
    """GGA and RMC as in the NMEA 0183 tutorials of Dale DePriest (date moved to this century), GST as Trimble's."""
    fix = after(
        b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n",
        sentence("GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230324,003.1,W"),
    ).fix
    assert (fix.lat_deg, fix.lon_deg) == (pytest.approx(48.1173), pytest.approx(11.516666667))
    assert fix.speed_mps == pytest.approx(22.4 * 1852 / 3600, rel=1e-5)
    assert fix.heading_deg == 84.4
    assert fix.utc_ns == utc_s("2024-03-23 12:35:19") * 10**9
    assert fix.elevation_m == pytest.approx(592.3)  # above the ellipsoid: altitude + geoid separation, as gpsd's altHAE
    assert (fix.kind, fix.satellites) == (FixKind.SINGLE, 8)
    assert (fix.semi_major_m, fix.orientation_deg) == (None, None)

    state = after(b"$GPGST,172814.0,0.006,0.023,0.020,273.6,0.023,0.020,0.031*6A\r\n")
    assert (state.reading.used, state.epoch.gst.semi_major_m, state.epoch.gst.semi_minor_m) == (1, 0.023, 0.020)
    assert state.epoch.gst.orientation_deg == pytest.approx(93.6)  # an axis has two ends


def test_one_epoch_is_one_fix_with_accuracy_from_gst():
    state = after(gga("061530.00") + rmc("061530.00") + gst("061530.00"), gga(), rmc(), gst())
    fix = state.fix
    assert (fix.lat_deg, fix.lon_deg) == (pytest.approx(28.2282), pytest.approx(112.9388))
    assert fix.utc_ns == utc_s("2026-11-20 06:15:30") * 10**9 + 100_000_000
    assert fix.speed_mps == pytest.approx(10.0, abs=1e-3)
    assert fix.kind is FixKind.RTK_FIXED
    assert (fix.semi_major_m, fix.semi_minor_m, fix.orientation_deg) == (0.025, 0.018, 34.5)
    assert fix.at_ns == 3  # the instant when the epoch was whole
    assert counted(state) == 6


@pytest.mark.parametrize("talker", ["GN", "BD", "GB", "GP", "GA", "GL"])
def test_every_talker(talker):
    state = after(gga(talker=talker), rmc(talker=talker), gst(talker=talker))
    assert state.fix is not None
    assert state.reading.used == 3


@given(st.permutations([gga, rmc, gst]), st.integers(0, 10**6))
def test_order_and_cut_do_not_matter(order, seed):
    stream = b"".join(make(f"061530.{tenth}0") for tenth in range(5) for make in order)
    rng, nmea = random.Random(seed), Nmea()
    while stream:
        size = rng.randrange(1, 40)
        nmea.take([GnssBytes(stream[:size], 7)])
        stream = stream[size:]
    assert nmea.state.fix == after(*(make("061530.40") for make in (gst, gga, rmc))).fix or nmea.state.has_gst
    assert nmea.state.fix.utc_ns % 10**9 == 400_000_000
    assert nmea.state.fix.semi_major_m == 0.025
    assert (nmea.state.reading.used, nmea.state.reading.dropped) == (15, {})


def test_a_fix_waits_for_gst_only_while_the_receiver_sends_it():
    state = after(gga("061530.00"), rmc("061530.00"), gst("061530.00"), gga(), rmc())
    assert state.fix.utc_ns % 10**9 == 0  # waiting
    state = after(gga("061530.00"), rmc("061530.00"), gst("061530.00"), gga(), rmc(), gga("061530.20"))
    assert (state.fix.utc_ns % 10**9, state.fix.at_ns) == (100_000_000, 4)  # it did not come
    assert state.fix.semi_major_m is None
    late = gga("061530.20"), rmc("061530.20")
    state = after(gga("061530.00"), rmc("061530.00"), gst("061530.00"), gga(), rmc(), *late)
    assert state.fix.utc_ns % 10**9 == 200_000_000  # and is not waited for again


def test_parts_of_different_instants_are_never_joined():
    assert after(gga("061530.00"), rmc("061530.10"), gga("061530.20"), rmc("061530.30")).fix is None


def test_no_fix_takes_the_old_one_back_at_once():
    assert after(gga(), rmc()).fix is not None
    lost = after(gga(), rmc(), gga("061530.20", quality="0"))
    assert (lost.fix, lost.reading.dropped) == (None, {"no_fix": 1})
    assert after(gga(), rmc(), rmc("061530.20", status="V")).fix is None
    cold = after(sentence("GNGGA,,,,,,0,00,99.9,,,,,,"), sentence("GNRMC,,V,,,,,,,,,,N"))
    assert (cold.fix, cold.reading.dropped) == (None, {"no_fix": 2})


def test_an_old_epoch_does_not_come_back_after_no_fix():
    state = after(
        gga("061530.00"), rmc("061530.00"), gst("061530.00"), gga(), rmc(),  # waits for its GST
        rmc("061530.20", status="V"), gga("061530.30", quality="0"), rmc("061530.40"),
    )  # fmt: skip
    assert state.fix is None


@pytest.mark.parametrize(
    ("quality", "kind"),
    [("1", "single"), ("2", "differential"), ("3", "single"), ("4", "rtk_fixed"), ("5", "rtk_float"),
     ("6", "dead_reckoning"), ("8", "simulated")],
)  # fmt: skip
def test_quality(quality, kind):
    assert after(gga(quality=quality), rmc()).fix.kind is FixKind(kind)


def test_heading_withheld_at_standstill_is_none():
    fix = after(gga(), rmc(knots="0.000", course="")).fix
    assert (fix.speed_mps, fix.heading_deg) == (0.0, None)


def test_gst_without_an_ellipse_gives_one_along_the_axes():
    fix = after(gst(fields="0.9,,,,1.5,0.8,2.0"), gga(), rmc()).fix
    assert (fix.semi_major_m, fix.semi_minor_m, fix.orientation_deg) == (1.5, 0.8, 0.0)
    fix = after(gst(fields="0.9,,,,0.8,1.5,2.0"), gga(), rmc()).fix
    assert (fix.semi_major_m, fix.semi_minor_m, fix.orientation_deg) == (1.5, 0.8, 90.0)
    assert after(gst(fields=",,,,,,"), gga(), rmc()).fix.semi_major_m is None


@pytest.mark.parametrize(
    ("when", "date", "utc"),
    [
        ("000000.00", "010127", "2027-01-01 00:00:00"),
        ("235959.90", "311226", "2026-12-31 23:59:59"),
        ("235960.00", "311226", "2027-01-01 00:00:00"),  # a leap second, numbered as Unix time does
        ("120000.00", "290228", "2028-02-29 12:00:00"),
        ("120000.00", "010300", "2000-03-01 12:00:00"),
        ("120000.00", "311299", "2099-12-31 12:00:00"),
    ],
)
def test_dates(when, date, utc):
    fix = after(gga(when), rmc(when, date=date)).fix
    assert fix.utc_ns // 10**9 == utc_s(utc)


@given(st.integers(0, 36_524), st.integers(0, 86_399))
def test_every_day_of_the_century(days, second):
    moment = time.gmtime(946_684_800 + days * 86_400 + second)
    when, date = time.strftime("%H%M%S.00", moment), time.strftime("%d%m%y", moment)
    assert after(gga(when), rmc(when, date=date)).fix.utc_ns == (946_684_800 + days * 86_400 + second) * 10**9


def test_southern_and_western_halves():
    fix = after(gga(lat="3351.5000,S", lon="07040.2500,W"), rmc()).fix
    assert (fix.lat_deg, fix.lon_deg) == (pytest.approx(-33.858333333), pytest.approx(-70.670833333))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (rmc()[:-4] + b"00\r\n", "bad_checksum"),
        (rmc()[:-5] + b"\r\n", "bad_checksum"),  # a sentence without one
        (b"$" + b"G" * 200 + b"\r\n", "too_long"),
        (b"G" * 119 + b"\r\n", "no_sentence"),
        (b"$GNRMC,\xe6\xb9\x96*00\r\n", "not_ascii"),
        (sentence("GNXYZ,1,2"), "unknown_sentence"),
        (sentence("XXRMC,061530.10,A,2813.6920,N,11256.3280,E,1,2,201126,,,R"), "unknown_sentence"),
        (b"$hello\r\n", "unknown_sentence"),
        (sentence("GNRMC,061530.10,A"), "bad_field"),
        (rmc(when="246060.00"), "bad_field"),
        (rmc(when="122260.00"), "bad_field"),
        (rmc(date="310226"), "bad_field"),
        (rmc(knots="nan"), "bad_field"),
        (rmc(knots="1_0"), "bad_field"),
        (rmc(course="361"), "bad_field"),
        (gga(lat="9100.0000,N"), "bad_field"),
        (gga(lat="2860.0000,N"), "bad_field"),
        (gga(lat="2813.6920,E"), "bad_field"),
        (gga(lat=","), "bad_field"),
        (gga(quality=""), "bad_field"),
        (gst(fields="0.9,-1,0.018,34.5,0.022,0.020,0.041"), "bad_field"),
    ],
)
def test_what_is_no_sentence_is_counted_by_reason_and_changes_nothing(bad, reason):
    good = after(gga(), rmc())
    state = after(gga(), rmc(), bad)
    assert state.reading.dropped == {reason: 1}
    assert state.fix == good.fix
    assert counted(state) == 3


def test_sentences_we_have_no_use_for_are_passed_over():
    state = after(sentence("GPGSV,1,1,01,21,48,183,38"), sentence("PQTMVER,1"), sentence("GNVTG,1,T,,M,2,N,3,K,A"))
    assert (state.reading.passed_over, state.reading.dropped) == (3, {})


def test_a_line_without_an_end_keeps_no_memory():
    nmea = Nmea()
    for _ in range(1000):
        nmea.take([GnssBytes(b"x" * 1000, 0)])
        assert len(nmea.state.reading.rest) <= LONGEST_SENTENCE
    nmea.take([GnssBytes(b"\r\n" + gga() + rmc(), 0)])
    assert nmea.state.fix is not None
    assert nmea.state.reading.dropped == {"too_long": 1}


def test_a_torn_sentence_before_a_whole_one_costs_only_itself():
    assert after(b"$GNGGA,0615" + gga(), rmc()).fix is not None


@pytest.mark.fuzz
def test_no_bytes_raise_and_every_sentence_is_counted(fuzz_runs):
    rng = random.Random(20261121)
    seeds = [gga(), rmc(), gst(), sentence("GPGSV,1,1,01,21,48,183,38"), b"\r\n", b"$" * 130, b""]
    nmea, ends = Nmea(), 0
    for number in range(max(20_000, fuzz_runs)):
        line = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(4)):
            if line:
                line[rng.randrange(len(line))] = rng.choice((rng.randrange(256), 0x2C, 0x2A, 0x24, 0x30))
        if rng.random() < 0.3 and b"*" in line:  # wrong within, right outside: a checksum that fits
            line = bytearray(sentence(bytes(line).split(b"*")[0].lstrip(b"$").decode("latin-1").replace("\n", " ")))
        nmea.take([GnssBytes(bytes(line), number)])
        ends += line.count(b"\n")
        assert len(nmea.state.reading.rest) <= LONGEST_SENTENCE
    assert 0.9 * ends < counted(nmea.state) <= ends + 1
    known = {"bad_checksum", "too_long", "not_ascii", "no_sentence", "unknown_sentence", "bad_field", "no_fix"}
    assert set(nmea.state.reading.dropped) <= known
    assert set(nmea.state.reading.dropped) >= {"bad_checksum", "bad_field", "not_ascii"}


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes(chunks):
    state = after(*chunks)
    assert counted(state) <= b"".join(chunks).count(b"\n") + 1
    assert state.fix is None


def test_the_state_survives_a_checkpoint_in_the_middle_of_a_sentence():
    whole, nmea = Nmea(), Nmea()
    stream = gga() + rmc() + gst() + gga("061530.20") + rmc("061530.20") + gst("061530.20")
    whole.take([GnssBytes(stream, 5)])
    nmea.take([GnssBytes(stream[:200], 5)])
    nmea.state = thaw(freeze(nmea.state))
    nmea.take([GnssBytes(stream[200:], 5)])
    assert nmea.state == whole.state
