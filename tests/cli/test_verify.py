"""`obu verify`: each line judged alone, as the unit would; whatever a line holds, the next has its answer too."""

import io
import json
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from obu.cli import main as command
from obu.core.now import NS_PER_S
from obu.security import certificate as certificates
from obu.security import profile
from tests.security import forge
from tests.security.forge import NOW, UTC_NS, Workshop, later

WHEN = datetime.fromtimestamp(UTC_NS // NS_PER_S, UTC).isoformat()
KEYS = ["verdict", "reason", "aid", "signer", "generation_time"]


@pytest.fixture(scope="module", params=["sm2", "p256"])
def shop(request: pytest.FixtureRequest) -> Workshop:
    return forge.make(profile.BY_CURVE[request.param])


@pytest.fixture
def files(tmp_path: Path, shop: Workshop) -> dict[str, str]:
    raws = {
        "root": shop.pki.root.certificate.raw, "pca": shop.pki.pca.certificate.raw,
        "vehicle": shop.vehicle.certificate.raw, "stranger": forge.make(shop.way).pki.pca.certificate.raw,
    }  # fmt: skip
    for name, raw in raws.items():
        (tmp_path / name).write_bytes(raw)
    return {name: str(tmp_path / name) for name in raws}


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> Any:
    def run(*packets: bytes | str, ca: tuple[str, ...] = ("pca",), now: str = WHEN, more: tuple[str, ...] = ()) -> Any:
        lines = "\n".join(each if isinstance(each, str) else each.hex() for each in packets)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode() + b"\n")))
        cas = ["--ca", *(files[name] for name in ca)] if ca else []
        words = ["verify", "--lines", "--root", files["root"], *cas, "--now", now, *more]
        assert command.main(["--lang", "en", *words]) == 0
        out, err = capsys.readouterr()
        said = [json.loads(line) for line in out.splitlines()]
        assert len(said) == len(packets)
        assert all(list(each) == KEYS for each in said)
        return said, err

    return run


def test_a_genuine_packet_says_who_and_when(verify: Any, shop: Workshop) -> None:
    said, err = verify(shop.spdu())
    assert said == [{
        "verdict": "valid", "reason": None, "aid": 111, "signer": shop.vehicle.certificate.digest8.hex(),
        "generation_time": WHEN.replace("+00:00", ".000000Z"),
    }]  # fmt: skip
    assert err == ""


def test_lines_know_nothing_of_each_other(verify: Any, shop: Workshop) -> None:
    # The same packet twice, an older one, sixty of one sender; and a digest after its certificate.
    packets = [shop.spdu(), shop.spdu(), shop.spdu(at=later(NOW, -900)), *[shop.spdu()] * 60, shop.spdu(full=False)]
    said, _ = verify(*packets)
    assert [each["verdict"] for each in said] == ["valid"] * (len(packets) - 1) + ["unknown_signer"]
    assert said[-1]["reason"] == "unknown_signer"
    assert said[-1]["signer"] == shop.vehicle.certificate.digest8.hex()


def test_a_digest_is_known_when_its_certificate_was_given(verify: Any, shop: Workshop) -> None:
    said, err = verify(shop.spdu(full=False), shop.spdu(), ca=("pca", "vehicle"))
    assert ([each["verdict"] for each in said], err) == (["valid", "valid"], "")


def test_bad_lines_are_malformed_with_their_reason(verify: Any, shop: Workshop) -> None:
    spdu = shop.spdu()
    cases = {
        "": "empty", "zz": "not_hex", "abc": "not_hex", "长": "not_hex", "ab" * 100_000: "line_too_long",
        spdu[:-1].hex(): "truncated", spdu.hex() + "00": "trailing_bytes", "00" * 1401: "spdu_too_long",
    }  # fmt: skip
    said, _ = verify(*cases, spdu)
    assert {each["verdict"] for each in said[:-1]} == {"malformed"}
    assert [each["reason"] for each in said[:-1]] == list(cases.values())
    assert said[-1]["verdict"] == "valid"


def test_refusals_name_what_the_unit_would(verify: Any, shop: Workshop) -> None:
    stranger = forge.make(shop.way)
    cases = {
        "generation_too_old": shop.spdu(at=later(NOW, -1001)),
        "generation_in_future": shop.spdu(at=later(NOW, 0.001)),
        "aid_not_permitted": shop.spdu(aid=3620),
        "bad_signature": shop.spdu(key=stranger.vehicle.key),
        "certificate_issuer_unknown": stranger.spdu(),
        "signer_self": shop.spdu(outer=lambda signed: signed.update(signer=("self", None))),
        "protocol_version": b"\x02" + shop.spdu()[1:],
        "signer_not_end_entity": shop.spdu(raw=shop.pki.pca.certificate.raw, key=shop.pki.pca.key),
    }
    said, _ = verify(*cases.values())
    assert [each["verdict"] for each in said] == [each["reason"] for each in said] == list(cases)
    assert [each["aid"] for each in said] == [111, 111, 3620, 111, 111, None, None, 111]


def test_a_certificate_that_cannot_be_read_is_malformed(verify: Any, shop: Workshop) -> None:
    spdu = shop.spdu()
    at = spdu.index(shop.vehicle.certificate.raw)
    broken = spdu[: at + 1] + b"\x03\x7f" + spdu[at + 3 :]
    said, _ = verify(broken)
    assert (said[0]["verdict"], said[0]["aid"], said[0]["signer"]) == ("malformed", 111, None)
    assert said[0]["reason"] not in (None, "malformed")


def test_random_lines_all_have_their_answer(verify: Any, shop: Workshop) -> None:
    rng, spdu = random.Random(3), shop.spdu()
    packets = []
    for _ in range(150):
        data = bytearray(spdu)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        packets.append(bytes(data) if rng.random() < 0.8 else rng.randbytes(rng.randrange(1, 300)))
    said, _ = verify(*packets)
    genuine = certificates.parse(shop.vehicle.certificate.raw).digest8.hex()
    for each, packet in zip(said, packets, strict=True):
        assert each["verdict"] != "valid" or (each["signer"] == genuine and packet[3:60] == spdu[3:60])


def test_times_can_be_tai(verify: Any, shop: Workshop) -> None:
    spdu = shop.spdu(at=later(NOW, 5000))
    assert verify(spdu)[0][0]["verdict"] == "generation_in_future"
    (said,), _ = verify(spdu, more=("--time-scale", "tai"))
    assert (said["verdict"], said["generation_time"]) == ("valid", WHEN.replace("+00:00", ".000000Z"))


IN_CHINA = datetime.fromisoformat(WHEN).astimezone(timezone(timedelta(hours=8))).isoformat()


@pytest.mark.parametrize("now", [
    WHEN.replace("+00:00", "Z"), WHEN.removesuffix("+00:00"), WHEN.replace("T", " "), IN_CHINA,
])  # fmt: skip
def test_an_instant_may_be_written_in_several_ways(verify: Any, shop: Workshop, now: str) -> None:
    assert verify(shop.spdu(), now=now)[0][0]["verdict"] == "valid"
    assert verify(shop.spdu(at=later(NOW, -1000.001)), now=now)[0][0]["verdict"] == "generation_too_old"


def test_what_does_not_hold_is_left_out_and_said(verify: Any, shop: Workshop, files: dict[str, str]) -> None:
    forged = bytearray(shop.pki.pca.certificate.raw)
    forged[-1] ^= 1
    Path(files["pca"]).write_bytes(bytes(forged))
    said, err = verify(shop.spdu(), ca=("pca", "stranger", "vehicle"))
    assert said[0]["verdict"] == "certificate_issuer_unknown"
    assert [line.rsplit("/", 1)[1] for line in err.splitlines()] == [
        "pca: its signature is wrong",
        "stranger: issued by nobody in the trust store",
        "vehicle: certificate_issuer_unknown",
    ]


def test_a_root_is_believed_only_where_it_is_named_as_one(verify: Any, shop: Workshop, files: dict[str, str]) -> None:
    stranger = forge.make(shop.way)
    Path(files["stranger"]).write_bytes(stranger.pki.root.certificate.raw)
    Path(files["vehicle"]).write_bytes(stranger.pki.pca.certificate.raw)
    said, err = verify(stranger.spdu(), ca=("pca", "stranger", "vehicle"))
    assert said[0]["verdict"] == "certificate_issuer_unknown"
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize(("words", "says"), [
    (["--root", "{root}", "--ca", "{absent}"], "No such file"),
    (["--root", "{junk}"], "not a usable certificate"),
    (["--root", "{pca}"], "no root certificate"),
    (["--root", "{root}", "--now", "yesterday"], "no ISO 8601 instant"),
    (["--root"], "expected at least one argument"),
    (["--ca", "{pca}"], "--root"),
    (["--root", "{root}", "--time-scale", "gps"], "invalid choice"),
])  # fmt: skip
def test_bad_arguments(
    capsys: pytest.CaptureFixture[str], files: dict[str, str], tmp_path: Path, words: list[str], says: str
) -> None:
    (tmp_path / "junk").write_bytes(b"\x80\x03")
    known = {**files, "absent": str(tmp_path / "absent"), "junk": str(tmp_path / "junk")}
    argv = ["--lang", "en", "verify", "--lines", "--now", WHEN, *(word.format(**known) for word in words)]
    try:
        status = command.main(argv)
    except SystemExit as error:
        status = error.code
    assert status == 2
    assert says in capsys.readouterr().err
