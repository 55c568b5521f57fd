"""`obu convert`: one object a packet whatever it holds, each with its reason; files that are none of ours are said."""

import json
import random

import pytest

from obu.cli import main as command
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.core.geo import LatLon
from obu.drivers.capture import Capture
from obu.stack import dsmp
from obu.stack import json_form as packets
from tests.cli.test_decode_encode import FRAMES, signed
from tests.codec.lifelike import roadside_map
from tests.station.others import Other, car
from tests.station.unit import make_pki

UTC_NS = 1_790_000_000_250_000_000
PLACE = LatLon(28.2, 112.9)


@pytest.fixture
def obu(capsys):
    def run(*words: str) -> tuple[int, str, str]:
        status = command.main(["--lang", "en", *words])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def path(tmp_path):
    return tmp_path / "air.pcap"


def keep(path, *sdus: bytes) -> None:
    file = Capture(path)
    for number, sdu in enumerate(sdus):
        file.write(sdu, UTC_NS + number * 1_000_000)
    file.close()


def rows(obu, path, *words: str) -> list[dict]:
    status, out, err = obu("convert", str(path), *words)
    assert (status, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_a_signed_packet_by_digest_and_by_certificate(obu, path, tmp_path):
    other = Other(make_pki(tmp_path / "pki") / "neighbours/00")
    sdus = [other.sdu(car(PLACE, 10.0, UTC_NS), 111, UTC_NS, full) for full in (True, False)]
    keep(path, *sdus)
    for number, (row, sdu) in enumerate(zip(rows(obu, path), sdus, strict=True)):
        assert (row["ok"], row["number"], row["utc_s"]) == (True, number + 1, 1_790_000_000.25 + number / 1000)
        assert (row["aid"], row["application"], row["size"]) == (111, "BSM", len(sdu))
        assert (row["signer"], row["verdict"]) == (other.certificate.digest8.hex(), "not_judged")
        assert (row["message"], row["value"]["msgCnt"]) == ("bsmFrame", 1)
        assert row["sdu"] == sdu.hex()


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("wrap", [signed, bytes], ids=["signed", "bare"])
def test_the_value_is_what_encodes_to_the_message(obu, path, name, wrap):
    keep(path, dsmp.encode(3618, wrap(FRAMES[name])))
    (row,) = rows(obu, path)
    tree = {key: row[key] for key in ("message", "edition", "value")}
    assert packets.encode(tree) == FRAMES[name]
    assert row["layer"] == "frame"


def test_a_bare_bsm_that_begins_like_a_signed_packet(obu, path):
    _, value = pack(car(PLACE, 0.0, UTC_NS))
    payload = uper.encode("bsmFrame", value | {"posConfidence": {"pos": "a1m"}}, Edition.YDT3709)
    assert payload[0] == 3
    keep(path, dsmp.encode(111, payload))
    (row,) = rows(obu, path)
    assert (row["message"], row["signer"]) == ("bsmFrame", None)


def test_the_edition_can_be_said_and_is_else_judged_for_each_packet(obu, path):
    value = roadside_map(random.Random(3), PLACE)
    keep(path, dsmp.encode(3618, signed(uper.encode("mapFrame", value, Edition.CSAE53))))
    (found,) = rows(obu, path)
    (same,) = rows(obu, path, "--edition", "csae53")
    (other,) = rows(obu, path, "--edition", "ydt3709")
    assert found == same
    assert found["edition"] == "csae53"
    assert (other["ok"], other["layer"]) == (False, "frame")


@pytest.mark.parametrize(
    ("octets", "layer", "error"),
    [
        (b"", "dsmp", "dsmp_truncated"),
        (b"\x05\x00\x6f\x00\x01\x00", "dsmp", "dsmp_not_dsmp"),
        (b"\x04\x20\x6f\x00\x01\x00", "dsmp", "dsmp_bad_version"),
        (b"\x04\x00\x6f\x00\x01\x00", "frame", "truncated"),
        (b"\x04\x00\x6f\x00\x02\x03\x81", "spdu", "truncated"),
        (dsmp.encode(127, b"hello"), "frame", "unknown_alternative"),
        (dsmp.encode(111, signed(b"\x00\x01")), "frame", "truncated"),
    ],
)
def test_a_packet_that_is_refused_has_its_layer_and_reason(obu, path, octets, layer, error):
    keep(path, octets, dsmp.encode(3618, FRAMES["map"]))
    refused, after = rows(obu, path)
    assert (refused["ok"], refused["layer"], refused["error"].split(":")[0]) == (False, layer, error)
    assert refused["sdu"] == octets.hex()
    assert after["ok"]


def test_header_extensions_and_unregistered_applications_are_shown(obu, path):
    keep(path, dsmp.encode(3616, FRAMES["future"], (dsmp.Extension(4, b"\xaa"),)))
    (row,) = rows(obu, path)
    assert (row["aid"], row["application"]) == (3616, None)
    assert row["extensions"] == [{"id": 4, "data": "aa"}]


def test_out_goes_to_a_file_but_never_over_the_capture(obu, path, tmp_path):
    keep(path, dsmp.encode(3618, FRAMES["map"]))
    target = tmp_path / "lines.json"
    assert obu("convert", str(path), "--out", str(target)) == (0, "", "")
    assert json.loads(target.read_text("utf-8"))["message"] == "mapFrame"
    before = path.read_bytes()
    status, _, err = obu("convert", str(path), "--out", str(path))
    assert (status, path.read_bytes()) == (2, before)
    assert "capture itself" in err
    status, _, err = obu("convert", str(path), "--out", str(tmp_path / "no/where"))
    assert (status, err.count("\n")) == (2, 1)


def test_a_cut_file_gives_what_is_whole_and_status_1(obu, path, capsys):
    keep(path, dsmp.encode(3618, FRAMES["map"]), dsmp.encode(111, FRAMES["bsm"]))
    path.write_bytes(path.read_bytes()[:-1])
    status, out, err = obu("convert", str(path))
    assert (status, out.count("\n"), err.count("\n")) == (1, 1, 1)
    assert "the 1 before it are whole" in err
    assert command.main(["convert", str(path)]) == 1
    assert "之前的 1 个包完整" in capsys.readouterr().err


@pytest.mark.parametrize("data", [b"", b"no capture at all, but a text", bytes.fromhex("0a0d0d0a") + bytes(40)])
def test_a_file_of_another_kind_is_one_sentence_and_status_2(obu, path, data):
    path.write_bytes(data)
    status, out, err = obu("convert", str(path))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert str(path) in err


def test_spoilt_captures_never_raise(obu, path):
    rng = random.Random(9)
    keep(path, *(dsmp.encode(3618, wrap(each)) for each in FRAMES.values() for wrap in (bytes, signed)))
    whole = path.read_bytes()
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 30)):
            data[rng.randrange(24, len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        status, out, err = obu("convert", str(path))
        assert status in (0, 1, 2)
        assert (status == 0) == (err == "")
        assert all({"ok", "sdu", "layer"} <= json.loads(line).keys() for line in out.splitlines())
