"""Every way to get the configuration wrong is one sentence that names the key, found before anything is opened."""

import dataclasses
import platform
import subprocess
import sys

import pytest

from obu.core.errors import LocalError
from obu.drivers import libcrypto
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki, config, wiring

GOOD = """
[vehicle]
profile = "city_bus_j1939"
[can.main]
interface = "virtual"
channel = "nobody"
[gnss]
type = "udp"
port = 47110
[radio]
type = "udp"
modem = "127.0.0.1:9"
[security]
trust = "pki/trust"
certificates = "pki/unit/certs"
keys = "pki/unit/keys"
[hmi]
socket = "run/obu.sock"
"""

CHANNEL = '[can.main]\ninterface = "virtual"\nchannel = "nobody"\n'
BOARD = '[coprocessor]\ndevice = "/dev/nowhere"\n[can.main]\ninterface = "coprocessor"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("config")
    bench_pki.make_test(made / "pki", SystemClock(0).now().utc_ns, 30, 2, 1, False)
    return made


@pytest.fixture(autouse=True)
def machine_without_a_leak(monkeypatch):
    """On aarch64 a newer libcrypto would be refused for SM2; the test of that says so itself."""
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def sentence(folder, text):
    path = folder / "unit.toml"
    path.write_text(text)
    with pytest.raises(LocalError) as caught:
        wiring.check(config.read(path))
    assert "\n" not in caught.value.text
    assert caught.value.zh != caught.value.text
    return caught.value.text


def test_the_good_one_is_good_and_relative_to_its_own_folder(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = folder / "unit.toml"
    path.write_text(GOOD)
    wiring.check(config.read(path))


def test_a_unit_may_hear_everything_through_its_co_processor(folder):
    text = GOOD.replace(CHANNEL, BOARD)
    text = text.replace('type = "udp"\nport = 47110', 'type = "coprocessor"')
    path = folder / "unit.toml"
    path.write_text(text + '[power]\nignition = "sense"\n')
    wiring.check(config.read(path))


def test_with_a_pulse_the_sentences_may_be_worse_than_what_signs(folder):
    text = GOOD.replace(CHANNEL, BOARD) + '[clock]\nsource = "gnss"\nerror_ms = 20\n'
    path = folder / "unit.toml"
    path.write_text(text)
    wiring.check(config.read(path))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('profile = "city_bus_j1939"', 'profile = "no_such_bus"', "vehicle.profile"),
        ('profile = "city_bus_j1939"', 'profile = "city_bus_j1939"\nwidth = 3', "vehicle.width"),
        ("[can.main]", "[cam.main]", "cam"),
        ('interface = "virtual"', 'interfaec = "virtual"', "can.main: interfaec"),
        ('type = "udp"\nport = 47110', 'type = "carrier pigeon"', "gnss.type"),
        ('type = "udp"\nport = 47110', "port = 47110", "gnss.type"),
        ("port = 47110", 'port = "x"', "gnss: port"),
        ('trust = "pki/trust"', 'trust = "pki/none"', "security.trust"),
        ('trust = "pki/trust"', 'trust = "pki/unit/certs"', "root"),
        ('keys = "pki/unit/keys"', 'keys = "pki/rsu/keys"', "private key"),
        ('keys = "pki/unit/keys"', 'keys = "pki/none"', "security.keys"),
        ("[hmi]", '[keys]\ntype = "safe"\n[hmi]', "keys.type: 'safe' is not known; there are: file"),
        ("[hmi]", '[keys]\nkek_fil = "x"\n[hmi]', "keys: kek_fil: no such key"),
        ("[hmi]", '[keys]\nkek_file = "none"\n[hmi]', "keys.kek_file: "),
        ('certificates = "pki/unit/certs"', 'certificates = "pki"', "security.certificates"),
        ("[hmi]", "[bsm]\nmax_fix_age_ms = 1\n[hmi]", "bsm.max_fix_age_ms"),
        ("[hmi]", "[clock]\nerror_ms = 2\n[hmi]", "clock.max_error_ms"),
        ("[hmi]", '[clock]\nsource = "gnss"\n[hmi]', "clock.max_error_ms"),
        ("[hmi]", '[clock]\nsource = "chrony"\nchronyd_port = 0\n[hmi]', "clock.chronyd_port"),
        ("[hmi]", '[clock]\nsource = "chrony"\nchronyd_port = 65536\n[hmi]', "clock.chronyd_port"),
        ("[hmi]", '[[stops]]\nname = "x"\nlat_deg = 1\nlon_deg = 2\n[hmi]', "heading_deg"),
        ("[hmi]", '[[stops]]\nname = "x"\nlat_deg = 91\nlon_deg = 2\nheading_deg = 3\n[hmi]', "stops[0].lat_deg: 91"),
        ("[hmi]", "[apps.xyz]\n[hmi]", "apps.xyz"),
        ("[hmi]", '[apps.hlw]\nlead_s = "soon"\n[hmi]', "apps.hlw: lead_s"),
        (
            "[hmi]",
            "[apps.hlw]\nleed_s = 1\n[hmi]",
            "apps.hlw: leed_s: no such key; there are: lead_s, min_distance_m, ",
        ),
        ("[hmi]", "[apps.hlw]\nlead_s = nan\n[hmi]", "apps.hlw.lead_s: nan is no finite number"),
        ("[hmi]", "[apps.hlw]\nlead_s = -1\n[hmi]", "apps.hlw: lead_s: -1 is below 0"),
        ("[hmi]", "[apps.lcw.pull_out_s]\ntaxi = 1\nbus12 = inf\nbus18 = 2\n[hmi]", "apps.lcw.pull_out_s.bus12: inf"),
        ("[hmi]", "[apps.lcw.zone]\nmax_sigma_m = -2\n[hmi]", "apps.lcw: zone.max_sigma_m: -2 is below 0"),
        ("[hmi]", "[apps]\nhlw = false\n[hmi]", "apps.hlw: must be a section, as [apps.hlw]"),
        ("[hmi]", "[clock]\nmax_error_ms = nan\n[hmi]", "clock.max_error_ms: nan is no finite number"),
        ("[hmi]", '[receive]\nedition = "2017"\n[hmi]', "receive.edition"),
        ("[hmi]", '[receive]\nedition_default = "auto"\n[hmi]', "receive.edition_default"),
        ("[hmi]", '[clock]\nsource = "sundial"\n[hmi]', "clock.source"),
        ("[can.main]", 'vin = "LZYTATE63B10O0001"\n[can.main]', "vehicle.vin: 'LZYTATE63B10O0001' is no VIN"),
        ("[can.main]", "width_m = 30.5\n[can.main]", "vehicle.width_m: 30.5 is not above 0.0 and at most 10.23"),
        ("[can.main]", "length_m = 0.0\n[can.main]", "vehicle.length_m: 0.0"),
        ("[can.main]", "height_m = nan\n[can.main]", "vehicle.height_m: nan"),
        ("[can.main]", "joint_m = 8\n[can.main]", "vehicle.last_axle_m: is missing"),
        ("[can.main]", "last_axle_m = 8\n[can.main]", "vehicle.joint_m: is missing"),
        ("[can.main]", "joint_m = 8\nlast_axle_m = 7\n[can.main]", "vehicle.last_axle_m: 7.0 is not above 8"),
        ("[can.main]", "joint_m = 2\nlast_axle_m = 7\n[can.main]", "vehicle.joint_m: 2.0 is not above 3"),
        ("[can.main]", "basic_class = 256\n[can.main]", "vehicle.basic_class: 256"),
        ("[hmi]", '[power]\nignition = "key"\n[hmi]', "power.ignition"),
        ("[hmi]", '[power]\nignition = "sense"\n[hmi]', "power.sense: is missing"),
        ("[hmi]", "[power]\nlow_supply_v = 22\n[hmi]", "power.sense: is missing"),
        ("[hmi]", "[power]\nafter_run_s = -1\n[hmi]", "power.after_run_s: -1.0 is below 0"),
        ("[hmi]", "[power]\nafter_run_s = 700\n[hmi]", "power.longest_after_run_s: 600.0 is below 700"),
        ("[hmi]", '[power.sense]\ntype = "tea leaves"\n[hmi]', "power.sense.type: 'tea leaves' is not known"),
        ("[hmi]", '[power.sense]\ntype = "files"\n[hmi]', "power.sense: names neither"),
        ('"virtual"\nchannel = "nobody"', '"coprocessor"', "coprocessor: is missing"),
        ('type = "udp"\nport = 47110', 'type = "coprocessor"', "coprocessor: is missing"),
        (CHANNEL, f'{BOARD}channel = "1"\n', "can: the co-processor's channels"),
        (CHANNEL, f'{BOARD}channel = "7"\n', "can.main.channel: '7'"),
        (CHANNEL, f"{BOARD}bitrate = 1\n", "can.main.bitrate: 1 is none of"),
        (CHANNEL, f'{BOARD}mode = "loud"\n', "can.main: mode"),
        ("[hmi]", '[coprocessor]\ndevice = ""\n[hmi]', "coprocessor: device: is empty"),
        ("[hmi]", '[coprocessor]\ndevice = "x"\nfail_slow = 256\n[hmi]', "coprocessor: fail_slow: 256"),
        ("[hmi]", '[coprocessor]\ndevice = "x"\nspeed = 9600\n[hmi]', "coprocessor: speed: no such key"),
        ("[hmi]", '[power.sense]\ntype = "files"\nsupply_fil = "x"\n[hmi]', "power.sense: supply_fil: no such key"),
    ],
)
def test_each_fault_names_its_key(folder, old, new, names):
    assert old in GOOD
    assert names in sentence(folder, GOOD.replace(old, new))


def test_keys_that_others_may_read_are_refused_with_the_remedy(folder):
    keys = folder / "pki/unit/keys"
    keys.chmod(0o755)
    try:
        assert f"chmod 0700 {keys}" in sentence(folder, GOOD)
    finally:
        keys.chmod(0o700)


def test_a_key_that_does_not_sign_rightly_is_found_by_the_check(folder, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(libcrypto.Libcrypto, "version", "OpenSSL 3.5.1 1 Jul 2025")
    assert "keys: OpenSSL 3.5.1 1 Jul 2025 on aarch64 leaks SM2 keys" in sentence(folder, GOOD)
    path = folder / "unit.toml"
    path.write_text(GOOD.replace("[hmi]", "[keys]\nallow_sm2_timing_leak = true\n[hmi]"))
    wiring.check(config.read(path))


def test_only_a_bench_may_have_plain_keys(folder):
    (folder / "unit.toml").write_text(GOOD)
    settings = config.read(folder / "unit.toml")
    wiring.must_be_encrypted(settings, True)
    with pytest.raises(LocalError, match=r"keys\.kek_file: is missing") as caught:
        wiring.must_be_encrypted(settings, False)
    assert "没有给出" in caught.value.zh
    wiring.must_be_encrypted(dataclasses.replace(settings, keys={"kek_file": "/k"}), False)
    wiring.must_be_encrypted(dataclasses.replace(settings, keys={"type": "tpm"}), False)


def test_run_check_says_so_in_both_languages_and_exits_2(folder):
    path = folder / "bad.toml"
    path.write_text(GOOD.replace("profile", "profil"))
    for lang, words in (("en", "no such key"), ("zh", "没有这个键")):
        done = subprocess.run([sys.executable, "-m", "obu", "--lang", lang, "run", "--config", path, "--check"],
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 1
