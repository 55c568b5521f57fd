"""A receiver behind gpsd: the real one, fed by gpsfake, and sockets that behave badly."""

import select
import socket
import time

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import DriverState, GnssBytes
from obu.drivers import gnss_gpsd
from obu.drivers.gnss_gpsd import ANSWER_NS
from obu.positioning.gpsd import Gpsd
from obu.positioning.nmea import Nmea
from tests import gpsd
from tests.positioning.test_nmea import gga, gst, rmc, sentence

EPOCHS = 25
PATIENCE_S = 20.0
SATELLITES = b"".join(
    sentence(body)
    for body in (
        "GNGSA,A,3,01,02,03,04,05,06,,,,,,,1.2,0.6,1.0,1",
        "GPGSV,2,1,06,01,40,083,46,02,17,308,41,03,07,344,39,04,22,228,45,1",
        "GPGSV,2,2,06,05,40,083,46,06,17,308,41,1",
    )
)


def epochs(has_gst):
    """What a receiver says at 10 Hz on its way north, epoch by epoch."""
    for number in range(EPOCHS):
        when = f"0615{30 + number // 10}.{number % 10}0"
        place = f"2813.{6920 + 5 * number},N"
        yield rmc(when) + gga(when, lat=place) + SATELLITES + (gst(when) if has_gst else b"")


def said(fixes):
    """What must be the same by either way; altitudes, speeds and places as far as both forms have digits."""
    return {
        fix.utc_ns: (
            round(fix.lat_deg, 6), round(fix.lon_deg, 6), fix.kind, round(fix.elevation_m, 2), round(fix.speed_mps, 2),
            fix.heading_deg, fix.semi_major_m, fix.semi_minor_m, fix.orientation_deg,
        )
        for fix in fixes
    }  # fmt: skip


def by_sentences(has_gst):
    reader, fixes = Nmea(), []
    for number, epoch in enumerate((*epochs(has_gst), rmc("061540.00"))):
        reader.take([GnssBytes(epoch, number)])
        fixes.append(reader.state.fix)
    return after_the_first(fixes)


def after_the_first(fixes):
    """Of the first epoch gpsd also tells what RMC alone says, and no reader knows yet whether GST comes."""
    found = [fix for fix in fixes if fix is not None]
    return [fix for fix in found if fix.utc_ns != found[0].utc_ns]


def live(driver, is_done):
    """As the loop does, until it is so."""
    arrivals, end_s = [], time.monotonic() + PATIENCE_S
    while not is_done(arrivals):
        assert time.monotonic() < end_s, arrivals[-3:]
        wait = [driver.fileno()] if driver.fileno() >= 0 else []
        select.select(wait, [], [], 0.02)
        arrivals.extend(driver.poll(time.monotonic_ns()))
    return arrivals


def stream_of(arrivals):
    return b"".join(arrival.data for arrival in arrivals if isinstance(arrival, GnssBytes))


def states(arrivals):
    return [arrival.is_up for arrival in arrivals if isinstance(arrival, DriverState)]


@pytest.mark.needs("gpsd")
@pytest.mark.parametrize("has_gst", [True, False])
def test_a_real_gpsd_tells_the_fixes_of_the_sentences_and_accuracy_only_with_gst(tmp_path, has_gst):
    log = tmp_path / "drive.nmea"
    log.write_bytes(b"".join(epochs(has_gst)))
    source = gpsd.Gpsd(log, pause_s=0.01)
    driver = gnss_gpsd.make("gnss", gnss_gpsd.Options(port=source.port))
    source.begin()
    try:
        arrivals = live(driver, lambda arrivals: b'"activated":0' in stream_of(arrivals))  # the log is at its end
        source.end()
        assert states(live(driver, states)) == [False]
    finally:
        source.end()
        driver.close()
    reader, fixes = Gpsd(), []
    for number, line in enumerate(stream_of(arrivals).splitlines(keepends=True)):
        reader.take([GnssBytes(line, number)])
        fixes.append(reader.state.fix)
    assert states(arrivals)[-1] is True
    told, truth = said(after_the_first(fixes)), said(by_sentences(has_gst))
    assert len(told) >= EPOCHS - 3
    assert told.items() <= truth.items()
    assert {values[-3] for values in told.values()} == {0.025 if has_gst else None}
    assert {fix.satellites for fix in fixes[-20:]} == {6}
    assert set(reader.state.reading.dropped) <= {"no_fix", "bad_field"}


@pytest.fixture
def server():
    """A port on which a test plays gpsd."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


def driver_of(server, **options):
    return gnss_gpsd.make("gnss", gnss_gpsd.Options(port=server.getsockname()[1], **options))


def test_it_asks_after_the_greeting_and_is_up_when_answered(server):
    driver = driver_of(server, device="/dev/ttyACM0")
    assert driver.poll(0) == ()
    peer, _ = server.accept()
    with peer:
        peer.sendall(b'{"class":"VERSION"}\r\n')
        greeting = live(driver, bool)
        assert states(greeting) == []
        assert peer.recv(1000) == b'?WATCH={"enable": true, "json": true, "device": "/dev/ttyACM0"};\n'
        peer.sendall(b'{"class":"WATCH"}\r\n{"class":"TP')
        answer = live(driver, bool)
        assert states(answer) == [True]
        assert driver.wake_at_ns() is None
    lost = live(driver, lambda arrivals: False in states(arrivals))
    assert lost[-1].data == b"\n"  # the torn report is over, and no part of the next connection's first
    assert driver.fileno() == -1
    assert driver.wake_at_ns() is not None
    driver.close()


def test_one_that_never_speaks_is_left_and_that_is_said_once(server):
    driver, at_ns, heard = driver_of(server), 0, []
    for _ in range(5):
        heard += driver.poll(at_ns)
        at_ns = driver.wake_at_ns()
        assert at_ns is not None
    assert states(heard) == [False]
    assert at_ns > 2 * ANSWER_NS
    driver.close()


def test_one_that_shuts_the_door_is_tried_ever_less_and_said_once(server):
    driver, pauses, heard = driver_of(server), [], []
    at_ns = 0
    while len(pauses) < 7:
        heard += driver.poll(at_ns)
        peer, _ = server.accept()
        peer.sendall(b'{"class":"VERSION"}\r\n')
        peer.close()
        end_s = time.monotonic() + PATIENCE_S
        while driver.fileno() >= 0:
            assert time.monotonic() < end_s
            select.select([driver.fileno()], [], [], 1.0)
            heard += driver.poll(at_ns)
        pauses.append(driver.wake_at_ns() - at_ns)
        at_ns = driver.wake_at_ns()
    assert states(heard) == [False]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 2 * 10**9
    driver.close()


def test_absent_is_said_once(server):
    driver = driver_of(server)
    server.close()
    heard, at_ns = [], 0
    for _ in range(4):
        heard += driver.poll(at_ns)
        if driver.fileno() >= 0:
            heard += live(driver, lambda arrivals: driver.fileno() < 0)
        at_ns = driver.wake_at_ns()
    assert states(heard) == [False]
    assert driver.fileno() == -1
    driver.close()


@pytest.mark.parametrize(("options", "key"), [({"port": 0}, "port"), ({"host": "gps.local"}, "host")])
def test_nonsense_is_one_sentence_with_the_key(options, key):
    with pytest.raises(ConfigError) as caught:
        gnss_gpsd.make("gnss", gnss_gpsd.Options(**options))
    assert f"gnss.{key}:" in caught.value.text
