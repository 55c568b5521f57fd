"""`obu provision` as a technician has it: asked step by step, cut off anywhere, with a table for a fleet."""

import builtins
import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from obu.cli import provision
from obu.cli.main import main
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki, detecting, provision_bus, provision_questions, provision_record, provisioning
from obu.runtime.provision_bus import Heard
from obu.runtime.provision_steps import STEPS
from tests.runtime.a_terminal import CHOSEN, VIN, Terminal
from tests.runtime.test_config import GOOD

ALL_YES = {question.name: "y" for question in provision_questions.ALL if question.step in ("checks", "photos")}


@pytest.fixture(autouse=True)
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detecting, "TRY_S", 0.02)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch)
    capsys.readouterr()
    return made


def obu(path: Path, *words: str | Path) -> int:
    who = ["--config", str(path), "--technician", "Li Wei"]
    return main(["--lang", "en", "provision", *who, *map(str, words)])


def words(answers: dict[str, str]) -> list[str]:
    return [word for name, text in answers.items() for word in ("--answer", f"{name}={text}")]


def certified(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    """Three visits: the enrolment is asked for, then pseudonyms, then all is there."""
    for step in ("enrolment", "pseudonyms"):
        assert obu(terminal.config, "--trust-from", terminal.stick) == 1, step
        assert "waits for the authority: put its answer into responses" in capsys.readouterr().out
        assert terminal.answer_requests() == 1
    assert obu(terminal.config) == 1
    assert "✓ certificates: 3 pseudonyms are valid" in capsys.readouterr().out


def test_a_terminal_goes_into_service_and_its_record_holds(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    certified(terminal, capsys)
    terminal.learn_a_bus()
    assert obu(terminal.config, *words(CHOSEN | ALL_YES)) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line[0] for line in said[:-1]] == ["✓"] * len(STEPS)
    path = terminal.folder / "state" / provision_record.FILE
    assert said[-1] == f"record: {path}"

    content, seal = provision_record.opened(path.read_bytes())
    assert (content["technician"], content["serial"], content["vin"]) == ("Li Wei", "T-0001", VIN)
    assert content["body"]["antenna_right_m"] == -0.5 and content["profile"]["name"] == "articulated_bus_j1939"
    assert content["open"] == [] and content["bus"]["identifiers"] == 2
    assert sorted(held["place"] for held in content["certificates"]) == ["enrolment"] + ["pool"] * 3 + ["trust"] * 3
    assert seal.certificate is not None and seal.certificate.may_request  # the enrolment key signed
    assert provision_record.open_steps(path.parent) == ()
    assert "# the fleet's first" in terminal.config.read_text("utf-8")

    assert obu(terminal.config) == 0  # again: everything is known and holds
    capsys.readouterr()
    assert main(["--lang", "en", "provision", "verify", str(path), "--key", seal.key_hex]) == 0
    assert "serial: T-0001" in (shown := capsys.readouterr().out) and "not done: none" in shown
    assert main(["--lang", "en", "provision", "verify", str(path), "--key", "02" + "00" * 32]) == 1
    assert "signed by another key" in capsys.readouterr().out


def test_a_record_that_was_touched_anywhere_does_not_hold(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert obu(terminal.config, *words(CHOSEN), "--trust-from", terminal.stick, "--leave-open") == 1
    path = terminal.folder / "state" / provision_record.FILE
    whole = json.loads(path.read_bytes())
    assert whole["signature"]["certificate"] is None  # not enrolled yet: a key of its own store
    for name, value in [*whole["installation"].items(), ("more", 0)]:
        touched = {**whole, "installation": {**whole["installation"], name: [value, "x"]}}
        path.write_text(json.dumps(touched), "utf-8")
        assert main(["--lang", "en", "provision", "verify", str(path)]) == 1, name
        assert provision_record.open_steps(path.parent) == provision_record.UNREADABLE
    assert "does not hold (record_" in capsys.readouterr().out


def test_what_is_left_open_is_in_the_record(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu(terminal.config, *words(CHOSEN), "--trust-from", terminal.stick) == 1
    assert not (terminal.folder / "state" / provision_record.FILE).exists()
    left_open = "vehicle's bus, certificates, check list, photos, self-test"
    assert f"open: {left_open}; run it again to go on" in capsys.readouterr().out
    assert obu(terminal.config, "--leave-open") == 1
    assert f"(not done: {left_open})" in capsys.readouterr().out
    left = provision_record.open_steps(terminal.folder / "state")
    assert left == ("bus", "certificates", "checks", "photos", "self_test")


def test_no_key_is_made_that_would_lie_unencrypted(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.config.write_text(terminal.config.read_text("utf-8").replace('kek_file = "kek"', ""), "utf-8")
    assert obu(terminal.config, *words(CHOSEN), "--leave-open") == 2
    told = capsys.readouterr()
    assert "✗ trust store: no certificate in" in told.out and "✗ certificates: the trust store comes first" in told.out
    assert "keys.kek_file: is missing" in told.err
    assert not (terminal.folder / "keys").exists()


def test_an_anchor_of_the_bench_ends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench_pki.make_test(tmp_path / "pki", SystemClock(0).now().utc_ns or 0, 30, 3, 1, False)
    path = tmp_path / "unit.toml"
    path.write_text(GOOD)
    assert obu(path, *words(CHOSEN | ALL_YES), "--leave-open") == 2
    told = capsys.readouterr()
    assert "✓ dimensions" in told.out and "✓ certificates" in told.out
    assert "an anchor of the bench, whose key everybody has: remove it" in told.err
    assert not (tmp_path / "state" / provision_record.FILE).exists()


def test_nor_is_one_taken_from_a_stick(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    bench_pki.make_test(terminal.folder / "pki", SystemClock(0).now().utc_ns or 0, 30, 1, 1, False)
    assert obu(terminal.config, "--trust-from", terminal.folder / "pki/trust") == 1
    assert "root.cert is an anchor of the bench, whose key everybody has; not taken" in capsys.readouterr().out
    assert not list(terminal.folder.glob("trust/*.cert"))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--answer", "hight_m=3"], "hight_m: is asked nowhere; there are: serial, profile, vin"),
        (["--answer", "width_m=2950"], "width_m: '2950' is no length in metres from 0 to 10.23"),
        (["--answer", "vin=LZYTATE63B100000I"], "vin: 'LZYTATE63B100000I' is no VIN"),
        (["--answer", "profile=tram"], "profile: profile: 'tram' is not known; there are: "),
        (["--answer", "check.signals=maybe"], "check.signals: 'maybe': answer y or n"),
        (["--batch", "x.csv"], "--batch and --out go together"),
    ],
)
def test_a_wrong_word_is_one_sentence(
    terminal: Terminal, more: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert obu(terminal.config, *more) == 2
    said = capsys.readouterr().err
    assert why in said and said.count("\n") == 1
    assert not (terminal.folder / "state" / provisioning.KEPT).exists()


def test_an_antenna_outside_the_vehicle_stays_open(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu(terminal.config, *words(CHOSEN | {"antenna_ahead_m": "9.1"})) == 1
    assert "antenna_ahead_m: 9.1 m from the centre is outside the vehicle: 9.05 m at most" in capsys.readouterr().out
    assert obu(terminal.config, "--answer", "antenna_ahead_m=-9.05") == 1
    assert "✓ dimensions and antenna: 18.1 × 2.95 × 3.2 m" in capsys.readouterr().out


def test_answers_come_from_a_file_too(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    file = terminal.folder / "answers.toml"
    file.write_text('serial = "T-7"\nlength_m = 12\nvin = "-"\nprofile = "city_bus_j1939"\n[check]\nsignals = true\n')
    assert obu(terminal.config, "--answers", file) == 1
    said = capsys.readouterr().out
    assert "✓ terminal and vehicle: terminal T-7, profile city_bus_j1939, VIN -" in said
    assert "✗ dimensions and antenna: not answered: width in metres with mirrors; height in metres" in said


def test_what_the_bus_says_is_proposed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard("main", 500_000, "taxi_vw_mqb", 0.9, 40, "0123456789abcdef")
    monkeypatch.setattr(provision_bus, "listen", lambda settings: heard)
    proposed = {}

    def ask(question: provision_questions.Question, proposal: str) -> None:
        proposed[question.name] = proposal

    steps = {step.name: step for step in provisioning.walk(terminal.config, ask, {})}
    assert proposed["profile"] == "taxi_vw_mqb" and steps["bus"].is_done
    monkeypatch.setattr(provision_bus, "listen", None)  # what was heard once is kept
    steps = {step.name: step for step in provisioning.walk(terminal.config, ask, {})}
    assert "0123456789abcdef" in steps["bus"].says.en


class Killed(BaseException):
    """The process is gone."""


def test_killed_at_any_question_it_goes_on_from_there(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    asked: list[str] = []
    texts = {question.text.en: question.name for question in provision_questions.ALL}
    answers = CHOSEN | ALL_YES

    def typed(prompt: str) -> str:
        name = next((texts[text] for text in texts if prompt.strip().startswith(text)), "")
        if not name:
            return "y" if is_last else "n"  # write the record with what is open?
        if name in asked:
            return answers[name]
        asked.append(name)
        raise Killed

    monkeypatch.setattr(builtins, "input", typed)
    is_last = False
    for _ in answers:
        with pytest.raises(Killed):
            obu(terminal.config, "--trust-from", terminal.stick)
        capsys.readouterr()
    assert asked == list(answers)  # each was asked for the first time once, in order, and kept what came before
    is_last = True
    assert obu(terminal.config) == 1
    assert "✓ check list: all 8 done" in capsys.readouterr().out
    assert "checks" not in (provision_record.open_steps(terminal.folder / "state") or ())


def prompted(terminal: int, what: bytes) -> bytes:
    """What a terminal showed up to these words."""
    shown = b""
    while what not in shown:
        assert select.select([terminal], [], [], 30)[0], shown.decode()
        shown += os.read(terminal, 4096)
    return shown


def test_on_a_real_terminal_ctrl_c_and_sigkill_lose_nothing(terminal: Terminal) -> None:
    # What a shell starts in the background inherits that Ctrl-C is ignored; what a technician starts does not.
    heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    start = "from obu.cli.main import main; import sys; sys.exit(main())"
    command = [
        sys.executable,
        "-c",
        f"{heeds}; {start}",
        "provision",
        "--config",
        str(terminal.config),
        "--technician",
        "李伟",
    ]
    terminal.learn_a_bus()

    def begin() -> tuple[subprocess.Popen[bytes], int]:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                   cwd=Path(__file__).parents[2])  # fmt: skip
        os.close(theirs)
        return process, ours

    process, screen = begin()
    prompted(screen, "终端序列号（铭牌）：".encode())
    os.write(screen, b"T 1\n")
    assert "不是序列号".encode() in prompted(screen, b"64 ")
    os.write(screen, b"T-1\n")
    prompted(screen, "车型配置 [city_bus_j1939]：".encode())
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    os.close(screen)

    process, screen = begin()
    shown = prompted(screen, "车型配置 [city_bus_j1939]：".encode())
    assert "终端序列号".encode() not in shown
    os.write(screen, b"\n")
    prompted(screen, "VIN（没有则填 -）：".encode())
    while not select.select([screen], [], [], 0.3)[0]:  # a signal just before the read begins is not seen by it
        process.send_signal(signal.SIGINT)
    prompted(screen, "已保存；再次运行从这里继续".encode())
    assert process.wait(30) == 130
    os.close(screen)
    kept = json.loads((terminal.folder / "state" / provisioning.KEPT).read_text("utf-8"))
    assert kept["answers"] == {"serial": "T-1", "profile": "city_bus_j1939"}


def test_another_users_terminal_is_refused(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (terminal.folder / "state").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: (terminal.folder / "state").stat().st_uid + 1)
    assert obu(terminal.config) == 2
    assert "belongs to another user: sudo -u" in capsys.readouterr().err


def test_each_step_has_its_name_in_both_languages() -> None:
    assert list(provision.NAMES) == list(STEPS)
