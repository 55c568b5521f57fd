"""`obu support-bundle`: a real unit's journal and status in one file, searched for keys and places byte by byte."""

import base64
import gzip
import json
import logging
import re
import tarfile

import pytest

from obu.cli.main import main
from obu.runtime import support
from obu.runtime.keeper import Keeper
from tests.cli.test_status import Teller, told
from tests.station.unit import START, Unit, make_pki

CONFIG = """
[vehicle]
profile = "city_bus_j1939"
[can.main]
interface = "virtual"
channel = "x"
options = { password = "hunter2", app_name = "x" }
[gnss]
type = "udp"
port = 1
[radio]
type = "udp"
modem = "127.0.0.1:1"
[security]
trust = "pki/trust"
certificates = "pki/unit/certs"
keys = "pki/unit/keys"
[hmi]
socket = "obu.sock"
[enrolment]
transport = { type = "socket", path = "ca.sock" }
[journal]
folder = "journal"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with all that a unit has after a while on the road; and its last status."""
    folder = tmp_path_factory.mktemp("home")
    unit = Unit(make_pki(folder / "pki"))
    keeper = Keeper(folder / "journal", unit.config, unit.material, unit.station, logging.getLogger("test"), unit.now())
    unit.run(12)
    for (now, inbox), (_, outbox) in zip(unit.inboxes, unit.outboxes, strict=True):
        keeper.observe(now, inbox, outbox)
    keeper.close()
    (folder / "unit.toml").write_text(CONFIG)
    (folder / "state").mkdir()
    (folder / "state/pseudonyms.state").write_bytes(b"who we were")
    return folder, unit.status()


def bundle(folder, tmp_path, *words):
    """The files of a bundle by name."""
    path = tmp_path / "b.tar.gz"
    assert (
        main(["--lang", "en", "support-bundle", "--config", str(folder / "unit.toml"), "--out", str(path), *words]) == 0
    )
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as tar:
        assert all(member.isfile() and member.mode == 0o600 for member in tar.getmembers())
        return {
            member.name.partition("/")[2]: tar.extractfile(member).read()
            for member in tar.getmembers()
        }  # fmt: skip


def secrets(folder):
    """Every private key of the folder in every form in which it could lie about."""
    for path in folder.rglob("*.pem"):
        body = "".join(path.read_text().splitlines()[1:-1])
        der = base64.b64decode(body)
        scalar = der[der.index(b"\x04\x20") + 2 :][:32]
        yield from (body[:48].encode(), der, scalar, scalar.hex().encode(), scalar.hex().upper().encode())
        yield base64.b64encode(scalar)


def test_it_tells_what_a_helper_needs(home, tmp_path):
    folder, status = home
    teller = Teller(folder / "obu.sock", [told(status)])
    try:
        files = bundle(folder, tmp_path)
    finally:
        teller.end()
        (folder / "obu.sock").unlink()
    assert set(files) == {
        "about.txt", "status.json", "versions.json", "config.toml", "check.json", "certificates.json", "state.json",
        "journal.jsonl",
    }  # fmt: skip
    assert json.loads(files["status.json"])["can"]["used"] == status["can"]["used"]
    assert json.loads(files["versions.json"])["libraries"].keys() >= {"msgspec", "python-can"}
    assert {each["place"] for each in json.loads(files["certificates.json"])} == {"pool", "trust"}
    assert json.loads(files["state.json"]) == {"pseudonyms.state": 11}
    lines = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    turns = [line for line in lines if "at_ms" in line]
    assert len(turns) == 1200 and sum(len(turn.get("can", [])) for turn in turns) == 600
    assert sum(len(turn.get("gnss", [])) for turn in turns) == 360
    assert files["about.txt"].decode().rstrip().endswith("-")


def test_no_key_and_no_place_is_in_it(home, tmp_path):
    folder, _ = home
    files = bundle(folder, tmp_path)
    everything = b"\0".join(files.values())
    assert all(secret not in everything for secret in secrets(folder))
    assert b"hunter2" not in everything and b"who we were" not in everything
    for degrees in (START.lat_deg, START.lon_deg):
        minutes = f"{degrees % 1 * 60:.7f}"
        assert f"{degrees:.3f}".encode() not in everything and minutes[:7].encode() not in everything
    fine = re.compile(rb"\d{4,5}\.\d*[1-9]\d*,[NSEW]")
    assert not fine.search(everything)
    exact = gzip.decompress((folder / "journal/00000001.journal").read_bytes())
    octets = [base64.b64decode(each) for each in re.findall(rb'\{"b":"([^"\\]{100,})"\}', exact)]
    assert any(fine.search(each) for each in octets), "the search would find a place"


def test_the_exact_journal_comes_only_when_asked_and_replays(home, tmp_path, capsys):
    folder, _ = home
    files = bundle(folder, tmp_path, "--exact")
    assert "EXACT TRACK" in files["about.txt"].decode()
    (tmp_path / "journal").mkdir()
    for name, data in files.items():
        if name.startswith("journal/"):
            (tmp_path / name).write_bytes(data)
    capsys.readouterr()
    assert main(["--lang", "en", "replay", str(tmp_path / "journal")]) == 0
    assert "1200 turns, no difference" in capsys.readouterr().out
    opened = [gzip.decompress(data) if name.endswith(".journal") else data for name, data in files.items()]
    everything = b"\0".join(opened)
    assert all(secret not in everything for secret in secrets(folder))


def test_what_cannot_be_had_is_named_and_the_rest_is_there(home, tmp_path):
    folder, _ = home
    files = bundle(folder, tmp_path, "--journal", str(tmp_path / "none"))
    about = files["about.txt"].decode()
    assert "status.json: no unit answers" in about and "journal.jsonl: no journal in" in about
    assert {"versions.json", "config.toml"} <= set(files)


def test_nothing_is_written_over(home, tmp_path, capsys):
    (tmp_path / "b.tar.gz").write_text("mine")
    words = ["--config", str(home[0] / "unit.toml"), "--out", str(tmp_path / "b.tar.gz")]
    assert main(["--lang", "en", "support-bundle", *words]) == 2
    assert "File exists; name another file with --out" in capsys.readouterr().err
    assert (tmp_path / "b.tar.gz").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('pin_file = "/etc/pin"', 'pin_file = "/etc/pin"'),
        ('pin = "1234"', 'pin = "***"'),
        ("options = { password = 'x y', n = 1 }", 'options = { password = "***", n = 1 }'),
        ("API_KEY=abc # mine", 'API_KEY="***" # mine'),
        ('url = "mqtt://user:pass@host:1"', 'url = "mqtt://***@host:1"'),
        ('keys = "unit/keys"', 'keys = "unit/keys"'),
    ],
)
def test_what_the_configuration_calls_a_secret_is_masked(text, shown):
    assert support.masked(text) == shown
