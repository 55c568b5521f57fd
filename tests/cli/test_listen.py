"""`obu listen` on a real air: one line per packet with the unit's own verdict, JSON, pcap; nothing is sent."""

import json
import subprocess
import sys
import threading
import time

import dpkt
import pytest

from hil.air import Air
from obu.codec.messages.bsm import Bsm
from obu.core.geo import LatLon
from obu.core.now import sec_mark_ms
from obu.drivers.radio_udp import Datagram, Kind
from obu.runtime import bench_pki
from tests.runtime.test_config import GOOD
from tests.station.others import Other

PLACE = LatLon(28.2, 112.9)


def bsm(utc_ns):
    return Bsm(
        msg_count=1, id=b"car-0001", sec_mark_ms=sec_mark_ms(utc_ns), place=PLACE, gear=None, speed_mps=5.0,
        heading_deg=0.0, yaw_rate_deg_s=0.0, width_m=1.8, length_m=4.8, basic_class=10,
    )  # fmt: skip


class Town:
    """An air with a genuine car, one of a foreign root, and noise, until told to stop."""

    def __init__(self, folder):
        now_ns = time.time_ns()
        for name in ("pki", "foreign"):
            bench_pki.make_test(folder / name, now_ns, 1, 1, 1, False)
        self.air = Air()
        self.unit = folder / "unit.toml"
        self.unit.write_text(GOOD.replace("127.0.0.1:9", self.air.where))
        self._speakers = [Other(folder / name / "neighbours/00") for name in ("pki", "foreign")]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def _live(self):
        while not self._done.wait(0.05):
            self.air.poll(time.monotonic_ns())
            utc_ns = time.time_ns()
            noise = b"\x04\x00\x6f\x00\x02\x00\x00"
            for sdu in (*(speaker.sdu(bsm(utc_ns), 111, utc_ns) for speaker in self._speakers), noise):
                self.air.say(Datagram(kind=Kind.DATA, sdu=sdu, aid=111, pppp=5, l2_source=7), "x", time.monotonic_ns())

    def close(self):
        self._done.set()
        self._thread.join()
        self.air.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    made = Town(tmp_path_factory.mktemp("town"))
    yield made
    made.close()


def listen(town, *words):
    return subprocess.run(
        [sys.executable, "-m", "obu", "--lang", "en", "listen", "--config", str(town.unit), *words],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_each_packet_has_its_line_and_its_verdict(town):
    done = listen(town, "--count", "9")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert len(lines) == 9
    by_verdict = {words[3]: words for words in lines}
    assert set(by_verdict) == {"valid", "certificate_issuer_unknown", "malformed"} or "truncated" in by_verdict
    assert by_verdict["valid"][:2] == ["111", "BSM"]
    assert by_verdict["valid"][4].isdigit()


def test_json_and_pcap_hold_the_same_packets(town, tmp_path):
    done = listen(town, "--count", "6", "--json", "--pcap", str(tmp_path / "air.pcap"))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    with (tmp_path / "air.pcap").open("rb") as file:
        reader = dpkt.pcap.Reader(file)
        assert reader.datalink() == 147
        sizes = [len(sdu) for _, sdu in reader]
    assert [row["size"] for row in rows] == sizes
    assert {row["l2_source"] for row in rows} == {7}


def test_without_an_air_it_says_how_to_start_one(town, tmp_path):
    quiet = tmp_path / "unit.toml"
    text = town.unit.read_text().replace(town.air.where, "127.0.0.1:9")
    quiet.write_text(text.replace("pki/", f"{town.unit.parent}/pki/"))
    process = subprocess.Popen(
        [sys.executable, "-m", "obu", "--lang", "en", "listen", "--config", str(quiet)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert "make run" in process.stderr.readline()
    process.terminate()
    process.communicate(timeout=10)
