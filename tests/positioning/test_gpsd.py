"""Reports of gpsd: what its manual shows, epochs in any cut and order, and bytes that are no report at all."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import GnssBytes
from obu.core.vehicle import FixKind
from obu.positioning.gpsd import DEVICE_LIVES_NS, LONGEST_REPORT, SATELLITES_LIVE_NS, Gpsd
from obu.runtime.freeze import freeze, thaw

# As gpsd_json(5) shows them.
TPV = (
    '{"class":"TPV","device":"/dev/pts/1","time":"2005-06-08T10:34:48.283Z","ept":0.005,"lat":46.498293369,'
    '"lon":7.567411672,"alt":1343.127,"eph":36.000,"epv":32.321,"track":10.3788,"speed":0.091,"climb":-0.085,"mode":3}'
)
GST = (
    '{"class":"GST","device":"/dev/ttyUSB0","time":"2010-12-07T10:23:07.096Z","rms":2.440,"major":1.660,"minor":1.120,'
    '"orient":68.989,"lat":1.600,"lon":1.200,"alt":2.520}'
)
SKY = (
    '{"class":"SKY","device":"/dev/pts/1","time":"2005-07-08T11:28:07.114Z","xdop":1.55,"hdop":1.24,"pdop":1.99,'
    '"satellites":[{"PRN":23,"el":6,"az":84,"ss":0,"used":false},{"PRN":28,"el":7,"az":160,"ss":0,"used":true}]}'
)


def report(kind, when="06:15:30.100", device="/dev/gps0", **values):
    return json.dumps({"class": kind, "device": device, "time": f"2026-11-20T{when}Z", **values}).encode() + b"\r\n"


def tpv(when="06:15:30.100", **values):
    return report("TPV", when, **{"mode": 3, "lat": 28.2282, "lon": 112.9388, "eph": 3.3, "speed": 10.0, **values})


def gst(when="06:15:30.100", **values):
    return report("GST", when, **(values or {"major": 0.025, "minor": 0.018, "orient": 34.5, "lat": 0.02, "lon": 0.02}))


def sky(**values):
    return report("SKY", **(values or {"uSat": 12}))


def after(*chunks):
    reader = Gpsd()
    reader.take([GnssBytes(chunk, number) for number, chunk in enumerate(chunks)])
    return reader.state


def counted(state):
    return state.reading.used + state.reading.passed_over + sum(state.reading.dropped.values())


def test_the_manuals_own():
    state = after(f"{TPV}\n".encode())
    assert (state.fix.lat_deg, state.fix.lon_deg, state.fix.heading_deg) == (46.498293369, 7.567411672, 10.3788)
    assert state.fix.utc_ns == 1_118_226_888_283_000_000
    assert (state.fix.semi_major_m, state.fix.kind, state.fix.elevation_m) == (None, FixKind.SINGLE, None)
    assert after(f"{SKY}\n".encode()).satellites == 1
    assert after(f"{GST}\n".encode()).ellipse == (1_291_717_387_096_000_000, 1.66, 1.12, 68.989)


def test_accuracy_is_of_the_gst_of_the_same_instant_in_either_order_and_never_of_eph():
    for chunks in ((tpv(), gst()), (gst(), tpv())):
        fix = after(sky(), *chunks).fix
        assert (fix.semi_major_m, fix.semi_minor_m, fix.orientation_deg, fix.satellites) == (0.025, 0.018, 34.5, 12)
        assert fix.at_ns == 2
    assert after(gst("06:15:30.000"), tpv()).fix.semi_major_m is None
    assert after(tpv(), gst(lat=0.3, lon=0.4)).fix.orientation_deg == 90.0
    assert after(tpv(), gst(rms=0.3)).fix.semi_major_m is None


def test_once_gst_came_a_fix_waits_for_its_own_and_no_longer_than_an_epoch():
    first = tpv("06:15:30.000") + gst("06:15:30.000")
    assert after(first, tpv()).fix.utc_ns % 10**9 == 0
    state = after(first, tpv(), tpv("06:15:30.200"))
    assert (state.fix.utc_ns % 10**9, state.fix.semi_major_m) == (200_000_000, None)


@pytest.mark.parametrize("lost", [{"mode": 1}, {"mode": 0}, {"status": 7}, {"mode": "x"}])
def test_without_a_fix_there_is_none(lost):
    state = after(tpv(), tpv("06:15:30.200", **lost))
    assert sum(state.reading.dropped.values()) == 1
    assert (state.fix is None) == (lost != {"mode": "x"})


@pytest.mark.parametrize(
    ("status", "kind"), [(2, FixKind.DIFFERENTIAL), (3, FixKind.RTK_FIXED), (8, FixKind.SIMULATED)]
)
def test_kinds(status, kind):
    assert after(tpv(status=status)).fix.kind is kind


def test_old_satellites_are_none():
    reader = Gpsd()
    reader.take([GnssBytes(sky(), 0), GnssBytes(tpv(), SATELLITES_LIVE_NS + 1)])
    assert reader.state.fix.satellites == 0


def test_two_receivers_make_no_track_together():
    reader = Gpsd()
    other = tpv("06:15:30.100", device="/dev/gps1", lat=31.0)
    reader.take([GnssBytes(tpv("06:15:30.000"), 0), GnssBytes(other, 1)])
    assert (reader.state.fix.lat_deg, reader.state.reading.dropped) == (28.2282, {"other_device": 1})
    reader.take([GnssBytes(other, DEVICE_LIVES_NS)])
    assert reader.state.fix.lat_deg == 31.0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"$GNRMC,1*00", "no_report"), (b"[]", "no_report"), (b"[" * 9000, "no_report"), (b'{"class":[]}', "no_report"),
        (b'{"class":"NEW"}', "no_report"), (b'{"class":"ERROR","message":"x"}', "gpsd_error"), (b"\xff{}", "no_report"),
        (b'{"class":"TPV"}', "bad_field"), (tpv(lat=91).strip(), "bad_field"), (tpv(lon=True).strip(), "bad_field"),
        (tpv(lat=float("nan")).strip(), "bad_field"), (tpv(speed=10**300).strip(), "bad_field"),
        (gst(major=10**400, minor=1, orient=1).strip(), "bad_field"), (tpv(mode=1).strip(), "no_fix"),
        (tpv(time="2026-11-20T06:15:30").strip(), "bad_field"), (tpv(time="0001-01-01T00:00:00Z").strip(), "bad_field"),
        (sky(uSat=-1).strip(), "bad_field"), (b"{" + b" " * LONGEST_REPORT + b"}", "too_long"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_reason(line, reason):
    state = after(line + b"\n")
    assert state.reading.dropped == {reason: 1}
    assert counted(state) == 1


def test_an_endless_line_is_dropped_once_and_the_next_is_read():
    reader = Gpsd()
    for _ in range(100):
        reader.take([GnssBytes(b"x" * 1000, 0)])
        assert len(reader.state.reading.rest) <= LONGEST_REPORT
    reader.take([GnssBytes(b"x\n" + tpv(), 1)])
    assert reader.state.reading.dropped == {"too_long": 1}
    assert reader.state.fix is not None


@given(st.integers(0, 2**32))
def test_any_cut_makes_the_same_state(seed):
    dice = random.Random(seed)
    stream = b"".join(sky() + tpv(f"06:15:30.{n}00") + gst(f"06:15:30.{n}00") for n in range(4)) + b'{"class":"T'
    whole, cut = Gpsd(), Gpsd()
    whole.take([GnssBytes(stream, 7)])
    while stream:
        size = dice.randint(1, 300)
        cut.take([GnssBytes(stream[:size], 7)])
        stream = stream[size:]
    assert cut.state == whole.state == thaw(freeze(cut.state))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("class", "device", "time", "mode", "status", "lat", "lon", "uSat", "satellites", "major", "minor", "orient")


@given(
    st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), max_size=6),
    st.sampled_from(("TPV", "SKY", "GST")),
)
def test_no_report_raises_and_each_is_counted_once(reports, kind):
    reader = Gpsd()
    for number, values in enumerate(reports):
        good = {"class": kind, "device": "d", "time": "2026-11-20T06:15:30.100Z", "mode": 3, "lat": 1, "lon": 2}
        for line in (json.dumps(values), json.dumps({**good, **values})):
            reader.take([GnssBytes(line.encode() + b"\n", number)])
    assert counted(reader.state) == 2 * len(reports)


@given(st.binary(max_size=400))
def test_no_bytes_raise(data):
    reader = Gpsd()
    reader.take([GnssBytes(data, 0), GnssBytes(b"\n" + tpv(), 1)])
    assert counted(reader.state) <= data.count(b"\n") + 2
    assert reader.state.fix is not None
