"""`obu decode` and `obu encode`: one answer a line, in order, whatever the line; and what was printed encodes again."""

import io
import json
import random
import tomllib
from pathlib import Path

import pytest

from obu.cli import main as command
from obu.codec import coer, json_form, uper
from obu.codec.editions import Edition
from obu.stack import dsmp
from obu.stack import json_form as packets
from tests.codec import reference
from tests.codec.conftest import draw
from tests.codec.reference import DAY_2

VECTORS = Path(__file__).parents[1] / "vectors"


def frame(name: str) -> bytes:
    vector = tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))
    made = json_form.frame_of({"message": vector["message"], "value": json.loads(vector["value"])})
    return uper.encode(made.name, made.value, Edition.YDT3709)


FRAMES = {name: frame(name) for name in ("bsm", "map", "rsm", "spat", "rsi", "future")}


def signed(payload: bytes) -> bytes:
    inner = {"protocolVersion": 3, "content": ("unsecuredData", payload)}
    content = {
        "hashId": "sm3",
        "tbsData": {"payload": {"data": inner}, "headerInfo": {"aid": 111, "generationTime": 700_000_000_000_000}},
        "signer": ("digest", b"\x01" * 8),
        "signature": ("sm2Signature", {"rSig": b"r" * 32, "sSig": b"s" * 32}),
    }
    return coer.encode("V2XSecData", {"protocolVersion": 3, "content": ("signedData", content)})


class Run:
    def __init__(self, monkeypatch, capsys):
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        stream = io.TextIOWrapper(io.BytesIO(stdin))
        self._monkeypatch.setattr("sys.stdin", stream)
        status = command.main(list(words))
        out, err = self._capsys.readouterr()
        return status, out, err

    def lines(self, stdin: bytes, *words: str) -> list[dict]:
        status, out, err = self("decode", "--lines", *words, stdin=stdin)
        assert (status, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def obu(monkeypatch, capsys) -> Run:
    return Run(monkeypatch, capsys)


@pytest.mark.parametrize("name", FRAMES)
def test_one_message_is_printed_and_encodes_again(obu, name, tmp_path):
    status, out, _ = obu("decode", FRAMES[name].hex())
    assert status == 0
    path = tmp_path / "message.json"
    path.write_text(out, encoding="utf-8")
    assert obu("encode", str(path))[:2] == (0, FRAMES[name].hex() + "\n")
    assert obu("encode", "-", stdin=out.encode())[:2] == (0, FRAMES[name].hex() + "\n")


def test_every_line_gets_one_answer_in_order(obu):
    good = FRAMES["bsm"].hex().encode()
    odd = [b"", b"   ", b"zz", b"0", b"\xff\xfe", b"\x00", b"0x02", "０２".encode(), good[:-2], good + b"00"]
    stdin = b"\n".join([good, *odd, b"  " + good.upper() + b"\r", good])
    answers = obu.lines(stdin)
    assert len(answers) == len(odd) + 3
    assert [each["ok"] for each in answers] == [True] + [False] * len(odd) + [True, True]
    for each in answers:
        if each["ok"]:
            assert (each["message"], each["edition"], each["reencoded"]) == ("bsmFrame", "ydt3709", good.decode())
        else:
            assert each.keys() == {"ok", "error"} and each["error"]
    assert [each["error"] for each in answers[1:4]] == ["empty", "empty", "not_hex"]
    assert [each["error"] for each in answers[-4:-2]] == ["truncated", "trailing_bytes"]


def test_a_line_longer_than_memory_should_hold_is_one_answer(obu):
    good = FRAMES["rsi"].hex().encode()
    answers = obu.lines(b"a" * 1_000_000 + b"\n" + good + b"\n" + b"00" * 2000, "--max-bytes", "100")
    assert [each["ok"] for each in answers] == [False, True, False]
    assert answers[0]["error"] == answers[2]["error"] == "line_too_long"


def test_over_max_bytes(obu):
    assert obu.lines(FRAMES["bsm"].hex().encode(), "--max-bytes", "45") == [{"ok": False, "error": "too_long"}]


def test_reencoded_is_made_from_what_was_printed(obu, monkeypatch):
    plain = packets.decode

    def altered(*args):
        tree = plain(*args)
        tree["value"]["msgCnt"] = 99
        return tree

    monkeypatch.setattr(packets, "decode", altered)
    answer = obu.lines(FRAMES["bsm"].hex().encode())[0]
    assert answer["value"]["msgCnt"] == 99
    assert answer["reencoded"] != FRAMES["bsm"].hex()


def test_random_lines_never_end_it(obu):
    rng = random.Random(4)
    made = [bytes(each) for each in FRAMES.values()]
    made += [signed(each) for each in FRAMES.values()]
    made += [dsmp.encode(111, each) for each in made]
    lines = []
    for _ in range(600):
        octets = bytearray(rng.choice(made))
        for _ in range(rng.randrange(3)):
            octets[rng.randrange(len(octets))] = rng.randrange(256)
        lines.append(octets.hex())
    for layer in ("frame", "spdu", "dsmp"):
        answers = obu.lines("\n".join(lines).encode(), "--layer", layer)
        assert len(answers) == len(lines)
        for line, each in zip(lines, answers, strict=True):
            assert not each["ok"] or each["reencoded"] == line
        assert sum(each["ok"] for each in answers) > 50


@pytest.mark.parametrize("name", FRAMES)
def test_outer_layers_are_printed_with_the_message_inside(obu, name):
    spdu = signed(FRAMES[name])
    for layer, data in (("spdu", spdu), ("dsmp", dsmp.encode(3618, spdu)), ("dsmp", dsmp.encode(111, FRAMES[name]))):
        answer = obu.lines(data.hex().encode(), "--layer", layer)[0]
        assert answer["ok"], answer
        assert answer["message"] == json.loads(obu("decode", FRAMES[name].hex())[1])["message"]
        assert answer["reencoded"] == data.hex()
        status, out, _ = obu("encode", "-", stdin=json.dumps(answer).encode())
        assert (status, out.strip()) == (0, data.hex())


def test_a_packet_that_carries_no_message_shows_its_octets(obu):
    answer = obu.lines(signed(b"no message").hex().encode(), "--layer", "spdu")[0]
    assert answer["ok"] and answer["message"] is None
    tbs = answer["value"]["content"]["signedData"]["tbsData"]
    assert tbs["payload"]["data"]["content"]["unsecuredData"] == b"no message".hex()


def test_header_extensions_survive(obu):
    data = bytes.fromhex("0410010402aabb6f") + len(FRAMES["bsm"]).to_bytes(2, "big") + FRAMES["bsm"]
    answer = obu.lines(data.hex().encode(), "--layer", "dsmp")[0]
    assert answer["value"]["extensions"] == [{"id": 4, "data": "aabb"}]
    assert answer["reencoded"] == data.hex()


def test_edition_by_hand(obu):
    answer = obu.lines(FRAMES["bsm"].hex().encode(), "--edition", "csae53")[0]
    assert answer["edition"] == "csae53"


@pytest.mark.parametrize("edition", ["auto", "ydt3709", "csae53"])
def test_day_2_is_read_under_each_edition(obu, edition):
    rng, schema = random.Random(edition), "csae53" if edition == "csae53" else "ydt3709"
    made = [{"messageId": 99, "value": b"later"}]
    types = reference.types(schema)
    made += [{"messageId": number, "value": draw(types[name], types, rng)} for number, name in DAY_2.items()]
    lines = [uper.encode("msgFrameExt", value, Edition(schema)).hex() for value in made]
    answers = obu.lines("\n".join(lines).encode(), "--edition", edition)
    assert [each["value"]["messageId"] for each in answers] == [99, *DAY_2]
    assert answers[0]["value"]["value"] == b"later".hex()
    for line, value, each in zip(lines, made, answers, strict=True):
        assert (each["message"], each["reencoded"]) == ("msgFrameExt", line)
        if edition != "auto":  # by which the octets are read, and random ones look like neither
            assert json_form.frame_of(each).value == value
        assert obu("encode", "-", stdin=json.dumps(each).encode())[:2] == (0, line + "\n")


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("decode",), b"", "--lines"),
        (("decode", "02"), b"", "truncated"),
        (("decode", "no hex"), b"", "not_hex"),
        (("encode", "/nowhere/x.json"), b"", "/nowhere/x.json"),
        (("encode", "-"), b"{", "not JSON"),
        (("encode", "-"), b"[]", "an object is expected"),
        (("encode", "-"), b'{"layer": "radio"}', "layer"),
        (("encode", "-"), b'{"layer": "dsmp", "value": {"aid": "x"}}', "value.aid"),
        (("encode", "-"), b'{"layer": "dsmp", "value": {"aid": 111, "data": "zz"}}', "value.data"),
        (("encode", "-"), b'{"layer": "dsmp", "value": {"aid": 111, "colour": 1}}', "value.colour"),
        (("encode", "-"), b'{"layer": "spdu", "value": {"protocolVersion": 3}}', "content"),
        (("encode", "-"), b'{"message": "bsmFrame", "value": {"msgCnt": 200}}', "bsmFrame.msgCnt: 200 is above 127"),
    ],
)
def test_our_own_mistakes_are_one_sentence(obu, words, stdin, said):
    status, out, err = obu("--lang", "en", *words, stdin=stdin)
    assert (status, out) == (2, "")
    assert said in err and err.count("\n") == 1
