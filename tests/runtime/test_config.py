"""Every way to get the configuration wrong is one sentence that names the key, found before anything is opened."""

import dataclasses
import platform
import subprocess
import sys

import pytest

from obu.cli import main
from obu.core.errors import LocalError
from obu.drivers import libcrypto
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki, config, places, wiring

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
        ('interface = "virtual"', 'interfaec = "virtual"', "can.main.interfaec"),
        ('type = "udp"\nport = 47110', 'type = "carrier pigeon"', "gnss.type"),
        ('type = "udp"\nport = 47110', "port = 47110", "gnss.type"),
        ("port = 47110", 'port = "x"', "gnss.port"),
        ('trust = "pki/trust"', 'trust = "pki/none"', "security.trust"),
        ('trust = "pki/trust"', 'trust = "pki/unit/certs"', "root"),
        ('keys = "pki/unit/keys"', 'keys = "pki/rsu/keys"', "private key"),
        ('keys = "pki/unit/keys"', 'keys = "pki/none"', "security.keys"),
        ("[hmi]", '[keys]\ntype = "safe"\n[hmi]', "keys.type: 'safe' is not known; there are: file"),
        ("[hmi]", '[keys]\nkek_fil = "x"\n[hmi]', "keys.kek_fil: no such key"),
        ("[hmi]", '[keys]\nkek_file = "none"\n[hmi]', "keys.kek_file: "),
        ('certificates = "pki/unit/certs"', 'certificates = "pki"', "security.certificates"),
        ("[hmi]", "[bsm]\nmax_fix_age_ms = 1\n[hmi]", "bsm.max_fix_age_ms"),
        ("[hmi]", "[clock]\nerror_ms = 2\n[hmi]", "clock.max_error_ms"),
        ("[hmi]", '[clock]\nsource = "gnss"\n[hmi]', "clock.max_error_ms"),
        ("[hmi]", '[clock]\nsource = "chrony"\nchronyd_port = 0\n[hmi]', "clock.chronyd_port"),
        ("[hmi]", '[clock]\nsource = "chrony"\nchronyd_port = 65536\n[hmi]', "clock.chronyd_port"),
        ("[hmi]", '[[stops]]\nname = "x"\nlat_deg = 1\nlon_deg = 2\n[hmi]', "heading_deg"),
        (
            "[hmi]",
            '[[stops]]\nname = "x"\nlat_deg = 91\nlon_deg = 2\nheading_deg = 3\n[hmi]',
            "stops[0].lat_deg: must be within -90..90, not 91",
        ),
        ("[hmi]", "[apps.xyz]\n[hmi]", "apps.xyz"),
        ("[hmi]", '[apps.hlw]\nlead_s = "soon"\n[hmi]', "apps.hlw.lead_s"),
        (
            "[hmi]",
            "[apps.hlw]\nleed_s = 1\n[hmi]",
            "apps.hlw.leed_s: no such key; there are: lead_s, min_distance_m, ",
        ),
        ("[hmi]", "[apps.hlw]\nlead_s = nan\n[hmi]", "apps.hlw.lead_s: nan is no finite number"),
        ("[hmi]", "[apps.hlw]\nlead_s = -1\n[hmi]", "apps.hlw.lead_s: must be 0 or more, not -1"),
        ("[hmi]", "[apps.lcw.pull_out_s]\ntaxi = 1\nbus12 = inf\nbus18 = 2\n[hmi]", "apps.lcw.pull_out_s.bus12: inf"),
        ("[hmi]", "[apps.lcw.zone]\nmax_sigma_m = -2\n[hmi]", "apps.lcw.zone.max_sigma_m: must be 0 or more, not -2"),
        ("[hmi]", "[apps]\nhlw = false\n[hmi]", "apps.hlw: must be a section, as [apps.hlw], not false"),
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
        ("[hmi]", "[power]\nafter_run_s = -1\n[hmi]", "power.after_run_s: must be 0 or more, not -1"),
        ("[hmi]", "[power]\nafter_run_s = 700\n[hmi]", "power.longest_after_run_s: must be 700.0 or more, not 600"),
        ("[hmi]", '[power.sense]\ntype = "tea leaves"\n[hmi]', "power.sense.type: 'tea leaves' is not known"),
        ("[hmi]", '[power.sense]\ntype = "files"\n[hmi]', "power.sense: names neither"),
        ('"virtual"\nchannel = "nobody"', '"coprocessor"', "coprocessor: is missing"),
        ('type = "udp"\nport = 47110', 'type = "coprocessor"', "coprocessor: is missing"),
        (CHANNEL, f'{BOARD}channel = "1"\n', "can: the co-processor's channels"),
        (CHANNEL, f'{BOARD}channel = "7"\n', "can.main.channel: '7'"),
        (CHANNEL, f"{BOARD}bitrate = 1\n", "can.main.bitrate: 1 is none of"),
        (CHANNEL, f'{BOARD}mode = "loud"\n', "can.main.mode"),
        ("[hmi]", '[coprocessor]\ndevice = ""\n[hmi]', "coprocessor.device: is empty"),
        ("[hmi]", '[coprocessor]\ndevice = "x"\nfail_slow = 256\n[hmi]', "coprocessor.fail_slow: 256"),
        ("[hmi]", '[coprocessor]\ndevice = "x"\nspeed = 9600\n[hmi]', "coprocessor.speed: no such key"),
        ("[hmi]", '[power.sense]\ntype = "files"\nsupply_fil = "x"\n[hmi]', "power.sense.supply_fil: no such key"),
    ],
)
def test_each_fault_names_its_key(folder, old, new, names):
    assert old in GOOD
    assert names in sentence(folder, GOOD.replace(old, new))


MISTAKES = {
    "a number as text": ("port = 47110", 'port = "x"', "gnss.port", "整数", "a whole number"),
    "text as a number": ('socket = "run/obu.sock"', "socket = 3", "hmi.socket", "带引号的文字", "a text in quotes"),
    "yes for true": ("[hmi]", '[bsm]\ntransmit = "yes"\n[hmi]', "bsm.transmit", "true 或 false", "true or false"),
    "a word not allowed": ("[hmi]", '[hmi]\nlanguage = "fr"', "hmi.language", '"zh"、"en" 之一', 'one of "zh", "en"'),
    "out of range": ("[hmi]", "[pool]\nworkers = 0\n[hmi]", "pool.workers", "应不小于 1", "must be 1 or more"),
    "too high": ("keys = ", "min_assurance = 8\nkeys = ", "security.min_assurance", "应不大于 7", "must be 7 or less"),
    "of a warning": ("[hmi]", '[apps.hlw]\nlead_s = "soon"\n[hmi]', "apps.hlw.lead_s", "应为数", "must be a number"),
    "below 0": ("[hmi]", "[apps.hlw]\nlead_s = -1\n[hmi]", "apps.hlw.lead_s", "应不小于 0", "must be 0 or more"),
    "no switch": ("[hmi]", "[apps.hlw]\nenabled = 1\n[hmi]", "apps.hlw.enabled", "true 或 false", "true or false"),
    "unknown key": ("port = 47110", "port = 1\nbaud = 2", "gnss.baud", "可用：host、port", "there are: host, port"),
    "unknown section": ("[hmi]", "[speed]\n[hmi]", "speed", "可用：vehicle", "there are: vehicle"),
    "missing key": (
        'profile = "city_bus_j1939"',
        "",
        "vehicle.profile",
        "没有给出；应为带引号",
        "is missing; must be a text",
    ),
    "missing section": ('[gnss]\ntype = "udp"\nport = 47110', "", "gnss", "一节，例如 [gnss]", "a section, as [gnss]"),
    "no section": (
        '[gnss]\ntype = "udp"\nport = 47110',
        "[[gnss]]",
        "gnss",
        "一节，例如 [gnss]",
        "a section, as [gnss]",
    ),
    "in a list": ("[hmi]", '[hmi]\nallow_uids = [1, "x"]', "hmi.allow_uids[1]", "应为整数", "must be a whole number"),
    "no list": ("[hmi]", "[hmi]\nallow_uids = 1", "hmi.allow_uids", "应为列表", "must be a list"),
    "no bit rate": (CHANNEL, f"{CHANNEL}bitrate = -1\n", "can.main.bitrate", "不是比特率", "not a rate"),
    "no profile": (
        '"city_bus_j1939"',
        '"away.toml"',
        "vehicle.profile",
        "away.toml：文件不存在",
        "away.toml: no such file",
    ),
    "no DBC": (
        '"city_bus_j1939"',
        '"alone.toml"',
        "vehicle.profile",
        "alone.dbc：文件不存在",
        "alone.dbc: no such file",
    ),
    "syntax": (
        "port = 47110",
        "port = ",
        "port =",
        "第 9 行：port =：不是有效的 TOML，语法错误",
        "line 9: port =: not valid",
    ),
    "twice": ("port = 47110", "port = 1\nport = 2", "port = 2", "给出了两次", "not valid TOML: Cannot overwrite"),
    "no end": ('socket = "run/obu.sock"', "allow_uids = [1,", "allow_uids", "不是有效的 TOML", "not valid TOML"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_with_file_and_key_and_what_is_right(folder, capsys, name):
    old, new, key, zh, en = MISTAKES[name]
    assert old in GOOD
    path = folder / "unit.toml"
    (folder / "alone.toml").write_text((places.vehicles() / "city_bus_j1939.toml").read_text("utf-8"), "utf-8")
    path.write_text(GOOD.replace(old, new))
    for lang, right in (("zh", zh), ("en", en)):
        assert main.main(["--lang", lang, "run", "--config", str(path), "--check"]) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"obu run: {path}")
        assert told.count(str(path)) == 1
        assert key in told
        assert right in told
        assert told.count("\n") == 1
        assert not any(words in told for words in ("Expected", "Invalid enum", "Object missing", " - at `"))
        if lang == "zh":
            assert not any(words in told for words in (" must ", " is ", " not ", "Cannot", "Invalid"))


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        ("max_age_ms = 1000", 'max_age_ms = "x"', "max_age_ms：应为整数"),
        ('family = "j1939"', 'family = "lin"', 'family：应为 "j1939"、"broadcast"、"obd" 之一，现为 "lin"'),
    ],
)
def test_of_a_profile_the_profile_is_named(folder, capsys, old, new, zh):
    shipped = places.vehicles() / "city_bus_j1939"
    text = shipped.with_suffix(".toml").read_text("utf-8")
    assert old in text
    (folder / "own.toml").write_text(text.replace(old, new, 1), "utf-8")
    (folder / "own.dbc").write_text(shipped.with_suffix(".dbc").read_text("utf-8"), "utf-8")
    (folder / "unit.toml").write_text(GOOD.replace("city_bus_j1939", "own.toml"))
    assert main.main(["--lang", "zh", "run", "--config", str(folder / "unit.toml"), "--check"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"obu run: {folder / 'own.toml'}：")
    assert zh in told


def test_a_dbc_that_is_none_and_a_unit_that_is_not_its_own_are_told(folder, capsys):
    """A unit of measure that is none of speed's names profile and key."""
    shipped = places.vehicles() / "city_bus_j1939"
    text = shipped.with_suffix(".dbc").read_text("utf-8")
    (folder / "own.toml").write_text(shipped.with_suffix(".toml").read_text("utf-8"), "utf-8")
    (folder / "unit.toml").write_text(GOOD.replace("city_bus_j1939", "own.toml"))
    for dbc, file, zh in (
        ("BO_ nonsense", "own.dbc", "不是有效的 DBC，从第 1 行起"),
        (text.replace('"km/h"', '"kg"'), "own.toml", "的单位 'kg' 不在 "),
    ):
        (folder / "own.dbc").write_text(dbc, "utf-8")
        assert main.main(["--lang", "zh", "run", "--config", str(folder / "unit.toml"), "--check"]) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"obu run: {folder / file}")
        assert zh in told


def test_a_file_that_cannot_be_read_says_why(tmp_path, capsys):
    (tmp_path / "latin.toml").write_bytes("[unit]\nname = '\u8f66'".encode("gb2312"))
    for path, zh, en in (
        (tmp_path, "是目录，不是文件", "is a folder, not a file"),
        (tmp_path / "none.toml", "文件不存在", "no such file"),
        (tmp_path / "latin.toml", "第 16 字节不是 UTF-8", "octet 16 is not UTF-8"),
    ):
        for lang, words in (("zh", zh), ("en", en)):
            assert main.main(["--lang", lang, "run", "--config", str(path), "--check"]) == 2
            told = capsys.readouterr().err
            assert told.startswith(f"obu run: {path}")
            assert words in told


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
