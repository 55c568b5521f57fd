"""A unit's life with an authority: enrolment, a pool, its refill, a revocation. Real socket, keys and verbs."""

import json
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest

from hil.authority import Authority
from hil.authority_door import Door
from obu.cli.main import main
from obu.core.errors import LocalError
from obu.core.now import NS_PER_MS, NS_PER_S, Now, v2x_time_us
from obu.core.time_scale import TimeScale
from obu.drivers import key_file
from obu.runtime import bench_pki, config, durable, judging, renewal, trust_store
from obu.security import book as books
from obu.security import certificate as certificates
from obu.security import enrolment, envelope
from obu.security.certificate import Certificate
from obu.security.enrolment import Kind, Response
from obu.security.issuing import Lifetime
from obu.security.verifier import Options

DAY_S = 86_400
TOML = """
[vehicle]
profile = "city_bus_j1939"
[can.main]
interface = "virtual"
channel = "x"
[gnss]
type = "udp"
port = 47110
[radio]
type = "udp"
modem = "127.0.0.1:1"
[security]
trust = "trust"
certificates = "pool"
keys = "keys"
[pseudonyms]
identity = "identity"
[hmi]
socket = "obu.sock"
[enrolment]
count = 3
days = 14
transport = { type = "socket", path = "ca.sock", timeout_s = 5.0 }
"""


class Place:
    """A unit's folder, and the authority that serves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        now_ns = time.time_ns()
        self.authority = Authority(bench_pki.create(Lifetime(now_ns - 3600 * NS_PER_S, 60 * DAY_S)))
        self.authority.pki.write_trust(folder / "trust")
        (folder / "keys").mkdir(mode=0o700)
        (folder / "pool").mkdir()
        self.config = folder / "unit.toml"
        self.config.write_text(TOML, encoding="utf-8")
        self.door = Door(self.authority, folder / "ca.sock")
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        while not self.closing.is_set():
            self.door.serve(time.time_ns(), 0.05)

    def close(self) -> None:
        if self.closing.is_set():
            return
        self.closing.set()
        self.thread.join()
        self.door.close()

    def obu(self, *words: object) -> int:
        return main(["--lang", "en", "cert", *map(str, words), "--config", str(self.config)])

    def ask(self, **question: object) -> dict:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(10)
            link.connect(str(self.folder / "ca.sock"))
            link.sendall(json.dumps(question).encode() + b"\n")
            return json.loads(link.makefile().readline())

    def by_hand(self, kind: str, capsys: pytest.CaptureFixture) -> Path:
        """Makes a request, brings it to the authority, and gives the answer's file."""
        assert self.obu("request", kind) == 0
        return self.answered(Path(capsys.readouterr().out.split(":")[0]))

    def answered(self, path: Path) -> Path:
        """The file of the authority's answer to a request."""
        answer = self.folder / "answer"
        answer.write_text(self.ask(ask="certificates", request=path.read_text("utf-8"))["response"], "utf-8")
        return answer


@pytest.fixture
def place(tmp_path: Path):
    made = Place(tmp_path)
    yield made
    made.close()


def test_a_units_whole_life(place: Place, capsys: pytest.CaptureFixture) -> None:
    assert place.obu("request", "pseudonym") == 2
    assert "ask for it first" in capsys.readouterr().err
    assert place.obu("import", place.by_hand("enrolment", capsys)) == 0
    assert place.obu("refill") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("asked ") and said[2] == "taken 3"
    assert place.obu("refill") == 0
    assert capsys.readouterr().out == "enough\n"
    assert place.obu("import", place.by_hand("identity", capsys)) == 0
    capsys.readouterr()
    assert place.obu("list") == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows].count("pool") == 3
    assert any(row.startswith("identity") and "AID 113,114" in row and "days left" in row for row in rows)
    assert any(row.startswith("enrolment  enrolment.cert") for row in rows)
    assert main(["run", "--config", str(place.config), "--check"]) == 0


class PowerCut(Exception):
    """The supply goes: nothing after this instant is done."""


def cut_before(patch: pytest.MonkeyPatch, step: int) -> list[str]:
    """Lets the power go before this step of those that reach the disk; the list grows by each that was done."""
    done: list[str] = []
    write, move, forget = durable.write, Path.replace, Path.unlink

    def counted(name, act):
        def acting(*args, **more):
            if len(done) == step:
                raise PowerCut
            done.append(name)
            return act(*args, **more)

        return acting

    def write_whole(path, data, mode=0o600):  # its own steps are not ours to count: tests/runtime/test_power_cut.py
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Path, "replace", move)
            write(path, data, mode)

    patch.setattr(durable, "write", counted("write", write_whole))
    patch.setattr(Path, "replace", counted("move", move))
    patch.setattr(Path, "unlink", counted("forget", forget))
    return done


def test_a_power_cut_in_an_import_leaves_a_unit_that_starts_and_an_import_that_can_be_done_again(
    place: Place, capsys: pytest.CaptureFixture, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert place.obu("import", place.by_hand("enrolment", capsys)) == 0
    assert place.obu("refill") == 0
    capsys.readouterr()
    assert place.obu("import", place.by_hand("identity", capsys)) == 0
    path = renewal.request(config.read(place.config), Kind.PSEUDONYM, 3, 14, time.time_ns() + 2 * NS_PER_S)
    answer = place.ask(ask="certificates", request=path.read_text("utf-8"))["response"].encode()
    place.close()
    steps, step = None, 0
    while steps is None or step < steps:
        folder = tmp_path_factory.mktemp("cut") / "unit"
        shutil.copytree(place.folder, folder, ignore=shutil.ignore_patterns("*.sock"))
        settings = config.read(folder / "unit.toml")
        with pytest.MonkeyPatch.context() as patch:
            done = cut_before(patch, step if steps is not None else -1)
            try:
                renewal.take(settings, answer)
            except PowerCut:
                assert len(done) == step
        if steps is None:
            steps = len(done)
            assert done == ["write"] * 4 + ["move", "forget"]
            continue
        assert main(["run", "--config", str(folder / "unit.toml"), "--check"]) == 0
        if list((folder / "enrolment/requests").glob("*.request")):
            assert len(renewal.take(settings, answer)) == 3
        assert sum(held.place == "pool" for held in renewal.holdings(settings)) == 6
        step += 1


def test_the_authoritys_lists_are_taken_over_and_revoke(place: Place, capsys: pytest.CaptureFixture) -> None:
    place.obu("import", place.by_hand("enrolment", capsys))
    place.obu("refill")
    victim = next((place.folder / "pool").iterdir())
    assert place.ask(ask="revoke", digest=victim.stem) == {"revoked": True}
    for kind in ("trcl", "ctl", "crl"):
        path = place.folder / f"a.{kind}"
        path.write_bytes(bytes.fromhex(place.ask(ask=kind)["list"]))
        assert main(["trust", "--config", str(place.config), "update", str(path)]) == 0
    assert main(["--lang", "en", "trust", "--config", str(place.config), "show"]) == 0
    assert "revocations  1" in capsys.readouterr().out


def spoken(place: Place, certificate: Certificate, utc_ns: int) -> str:
    """How the unit's trust judges a packet that this pseudonym signs."""
    keys = key_file.open_folder(place.folder / "keys")
    (name,) = [name for name, point in keys.points().items() if point == (certificate.curve, certificate.point)]
    tools = trust_store.tools(7, TimeScale.UTC)
    believed = judging.Believed(books.snapshot_of(trust_store.load(place.folder / "trust", tools)[0], tools), {}, ())
    tbs = envelope.tbs(b"\x10" + bytes(45), 111, v2x_time_us(utc_ns))
    packet = envelope.assemble(tbs, certificate, True, *keys.sign(name, certificate.e_of(tbs)))
    return judging.judge(believed, Options(), Now(utc_ns, utc_ns, NS_PER_MS), packet).verdict


def test_a_list_of_seeds_withdraws_all_pseudonyms_of_a_vehicle_and_no_others(
    place: Place, capsys: pytest.CaptureFixture
) -> None:
    place.obu("import", place.by_hand("enrolment", capsys))
    place.obu("refill")
    pool = [certificates.parse(path.read_bytes()) for path in (place.folder / "pool").iterdir()]
    assert len({one.linkage.value for one in pool if one.linkage}) == len(pool) == 3
    settings = config.read(place.config)
    for kind in (Kind.ENROLMENT, Kind.PSEUDONYM):  # another vehicle, as far as the authority knows
        later_ns = time.time_ns() + 2 * NS_PER_S  # keys are named by the second
        renewal.take(settings, place.answered(renewal.request(settings, kind, 1, 14, later_ns)).read_bytes())
    others = [certificates.parse(path.read_bytes()) for path in (place.folder / "pool").iterdir()]
    (other,) = [one for one in others if one not in pool]
    utc_ns = time.time_ns()
    assert [spoken(place, one, utc_ns) for one in (*pool, other)] == ["valid"] * 4

    assert place.ask(ask="revoke_vehicle", digest=other.issuer.hex()) == {"revoked": False}
    assert place.ask(ask="revoke_vehicle", digest=pool[1].digest8.hex()) == {"revoked": True}
    path = place.folder / "a.crl"
    path.write_bytes(bytes.fromhex(place.ask(ask="linked_crl")["list"]))
    assert main(["trust", "--config", str(place.config), "update", str(path)]) == 0
    verdicts = [spoken(place, one, utc_ns) for one in (*pool, other)]
    assert verdicts == ["certificate_revoked"] * 3 + ["valid"]


def test_a_unit_whose_enrolment_is_revoked_gets_nothing_more(place: Place, capsys: pytest.CaptureFixture) -> None:
    place.obu("import", place.by_hand("enrolment", capsys))
    (own,) = place.authority.enrolled
    assert place.ask(ask="revoke", digest=own.hex()) == {"revoked": True}
    assert place.obu("refill") == 2
    assert "the authority refused: request_not_enrolled" in capsys.readouterr().err


def test_an_answer_that_does_not_hold_is_not_kept(place: Place, capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    answer = place.by_hand("enrolment", capsys)
    whole = enrolment.parse_response(answer.read_bytes())
    stranger = Authority(bench_pki.create(Lifetime(time.time_ns() - 3600 * NS_PER_S, 60 * DAY_S)))
    request = next((place.folder / "enrolment/requests").iterdir())
    foreign = stranger.respond(request.read_bytes(), time.time_ns())
    other = Response(request=whole.request, certificates=(place.authority.pki.cra.certificate.raw,))
    spoilt = bytearray(whole.certificates[0])
    spoilt[-1] ^= 1
    for response, why in (
        (foreign, "certificate_issuer_unknown"),
        (other, "response_other_key"),
        (Response(request=whole.request, certificates=(bytes(spoilt),)), "certificate_signature"),
        (Response(request=whole.request), "response_malformed"),
    ):
        answer.write_bytes(enrolment.pack_response(response))
        assert place.obu("import", answer) == 2
        assert why in capsys.readouterr().err
    answer.write_bytes(enrolment.pack_response(Response(request="ab" * 32)))
    assert place.obu("import", answer) == 2
    assert "to no request" in capsys.readouterr().err
    assert not (place.folder / "enrolment/enrolment.cert").exists()
    assert request.exists()


def test_a_transport_that_fails_is_tried_again_and_the_request_stays(
    place: Place, capsys: pytest.CaptureFixture
) -> None:
    place.obu("import", place.by_hand("enrolment", capsys))
    place.close()
    pauses: list[float] = []
    settings = config.read(place.config)
    with pytest.raises(LocalError, match=r"enrolment\.transport: .*the request stays in"):
        list(renewal.refill(settings, time.time_ns(), 4, pauses.append))
    assert pauses == [5.0, 10.0, 20.0]
    assert len(list((place.folder / "enrolment/requests").iterdir())) == 1


def test_nonsense_at_the_door_gets_no_answer_and_ends_nothing(place: Place) -> None:
    for line in (b"\n", b"[]\n", b"nonsense\n", b'{"ask": 7}\n', b"[" * 5000 + b"\n", b"\xff\xfe\n"):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(10)
            link.connect(str(place.folder / "ca.sock"))
            link.sendall(line)
            link.recv(1000)
    assert "list" in place.ask(ask="ctl")
    assert place.ask(ask="certificates", request="{}")["response"]
