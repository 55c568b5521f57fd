"""A board that is a process is flashed, from boot.py to the pins: over its link, and by the stock mpremote."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from firmware_shims import __main__ as workshop
from firmware_shims import tree
from firmware_shims.stand_in import StandIn
from obu.drivers import key_file
from obu.runtime import bundle, bundle_build
from tests.firmware import bundles, runtimes
from tests.firmware.host import ARM, BEGIN, RESTART, VERIFY, Host

SIGNER = bundles.signer()
HEAPS = {"micropython64": "192k", "micropython32": "96k"}  # the same number of words: of a small board
Bundle = tuple[bytes, dict[str, bytes]]


def signed(files: Mapping[str, bytes], **changes: object) -> Bundle:
    """(manifest, files with manifest and signature last)."""
    raw = bundles.manifest(SIGNER, files, **changes)
    return raw, {**files, "manifest.json": raw, "manifest.sig": SIGNER.sign(raw)}


@pytest.fixture(scope="session")
def release() -> Bundle:
    """The firmware itself as `obu bundle build` packs it, compiled."""
    files, abi = bundle_build.firmware({path.name: path.read_bytes() for path in tree.application()}, "1.1.0")
    return signed(files, abi=abi)


def needing(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.needs(name))


@pytest.fixture(params=[needing(name) for name in runtimes.ARCHITECTURES])
def board(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StandIn]:
    words = runtimes.words(request.param, HEAPS[request.param])
    made = StandIn(words, tmp_path / "board", keys=[SIGNER.point], is_open=True)
    yield made
    made.close()


def mpremote(board: StandIn, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", board.prompt, *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("board", [needing("micropython32")], indirect=True)  # it waits for a confirmation
def test_over_the_link_with_the_power_cut_on_the_way(board: StandIn, release: Bundle) -> None:
    raw, files = release
    with Host(board.device) as host:
        assert host.meet() == "0.0.0"
        assert host.state()[2][:5] == ["stm32_machine", "01020304", "1.25.0", "mpy6.3", "2"]
        some = dict(list(files.items())[: len(files) // 2])
        assert host.send_files(raw, some) == 0
        board.cut_power()
        assert host.meet() == "0.0.0"
        assert host.send_files(raw, files) == sum(map(len, some.values()))
        host.ask(VERIFY)
        host.ask(ARM)
        assert host.restart() == "1.1.0"
        head, conditions, _ = host.state()
        assert (head[:4], conditions[1]) == ((0, 1, 1, 3), (2, 5))
        host.until(lambda: host.state()[0][3] == 0, 20)
        assert host.restart() == "1.1.0"
        assert host.state()[0][:5] == (0, 1, 1, 0, 5)


def test_three_starts_without_a_confirmation_bring_the_old_version_back(board: StandIn, release: Bundle) -> None:
    raw, files = release
    with Host(board.device) as host:
        host.meet()
        host.send_files(raw, files)
        host.ask(VERIFY)
        host.ask(ARM)
        assert [host.restart() for _ in range(3)] == ["1.1.0"] * 3
        board.cut_power()
        assert host.meet() == "0.0.0"
        assert host.state()[1] == [(2, 0), (3, 5)]


@pytest.mark.parametrize("text", ["raise ValueError('bad')", "import nothing_of_that_name", "def main("])
def test_a_version_that_falls_is_taken_back_without_anybodys_help(board: StandIn, text: str) -> None:
    raw, files = signed({"main.py": text.encode()})
    with Host(board.device) as host:
        host.meet()
        host.send_files(raw, files)
        host.ask(VERIFY)
        host.ask(ARM)
        assert host.restart() == "0.0.0"
        assert host.state()[1][1][0] == 3


def test_by_the_stock_mpremote(board: StandIn, release: Bundle, tmp_path: Path) -> None:
    raw, files = release
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    asked = "install_repl.do(bytes({}))".format
    begin = asked([BEGIN, 1, *hashlib.sha256(raw).digest()])
    paths = [str(tmp_path / name) for name in files]
    done = mpremote(board, "exec", f"import install_repl; {begin}", "+", "cp", *paths, ":app_b/", "+", "exec",
                    f"{asked([VERIFY, 2])}; {asked([ARM, 3])}")  # fmt: skip
    assert [line for line in done.splitlines() if len(line) in (6, 8)] == ["02010000", "050200", "060300"]
    listed = mpremote(board, "resume", "fs", "ls", ":app_b")
    assert all(f" {name}" in listed for name in files)
    said = mpremote(board, "resume", "fs", "sha256sum", ":app_b/manifest.json")
    assert hashlib.sha256(raw).hexdigest() in said
    subprocess.run([sys.executable, "-m", "mpremote", "connect", board.prompt, "resume", "exec", "--no-follow",
                    asked([RESTART, 4])], capture_output=True, timeout=60, check=True)  # fmt: skip
    with Host(board.device) as host:
        assert host.meet() == "1.1.0"
        assert host.state()[0][:4] == (0, 1, 1, 3)


def test_without_a_slot_that_starts_the_board_recovers_over_the_link(board: StandIn, release: Bundle) -> None:
    raw, files = release
    mpremote(board, "exec", "import os; os.remove('app_a/main.py')", "+", "exec", "--no-follow",
             "import machine; machine.reset()")  # fmt: skip
    with Host(board.device) as host:
        assert host.meet() == "recovery"
        count, end_s = len(board.told()), time.monotonic() + 10
        while len(board.told()) < count + 6:
            assert time.monotonic() < end_s
            host.turn()
        assert set(board.told()[count:]) == {"lamps 0", "lamps 1"}
        host.send_files(raw, files)
        host.ask(VERIFY)
        host.ask(ARM)
        assert host.restart() == "1.1.0"


def test_a_confirmed_version_that_falls_leaves_a_board_that_can_be_flashed(board: StandIn, release: Bundle) -> None:
    """Its main.py is whole, and raises at its start: no slot is damaged, none is better."""
    place = board.folder / "tree"
    (place / "app_a/main.py").write_text("raise ValueError('bad')", "utf-8")
    tree.adopt(place, "stm32_machine", "0.0.1")
    fallen = StandIn(board.command, anew(board.folder))
    try:
        with Host(fallen.device) as host:
            assert host.meet() == "recovery"
            host.send_files(*release)
            host.ask(VERIFY)
            host.ask(ARM)
            assert host.restart() == "1.1.0"
    finally:
        fallen.close()


def anew(folder: Path) -> Path:
    """The same board's folder with a flash that is to be made again."""
    shutil.copytree(folder / "tree", folder.with_name("anew") / "tree")
    return folder.with_name("anew")


@pytest.mark.needs("micropython64")
def test_what_the_workshops_commands_make_is_a_board_and_a_bundle_that_it_takes(tmp_path: Path) -> None:
    folder, keys = tmp_path / "board", tmp_path / "keys"
    keys.mkdir(mode=0o700)
    point = key_file.create(keys, "release", "p256")
    (tmp_path / "signer.toml").write_text('folder = "keys"\nkey = "release"\n', "utf-8")
    (tmp_path / "update-keys.txt").write_text(f"{2 + (point[64] & 1):02x}{point[1:33].hex()}\n", "ascii")
    folder.mkdir()
    told = ["--board", "esp32_mcp2515", "--keys", str(tmp_path / "update-keys.txt"), "--version", "0.9.0"]
    assert workshop.main(["board", str(folder / "tree"), *told]) == 0
    assert workshop.main(["slot", str(tmp_path / "slot")]) == 0
    hardware = ("rp2_mcp2515", "esp32_mcp2515")
    order = bundle_build.Order(product="firmware", hardware=hardware, version="1.3.0", counter=9, minimum_base="1.25",
                               abi="")  # fmt: skip
    (tmp_path / "it.bundle").write_bytes(bundle_build.build(tmp_path / "slot", order, tmp_path / "signer.toml"))
    found = bundle.read(tmp_path / "it.bundle", bundle.trusted_keys(tmp_path / "update-keys.txt"))
    board = StandIn(runtimes.words("micropython64"), folder, "esp32_mcp2515")
    try:
        with Host(board.device) as host:
            assert host.meet() == "0.9.0"
            host.send_files(found.raw, {**found.files, "manifest.json": found.raw, "manifest.sig": found.signature})
            host.ask(VERIFY)
            host.ask(ARM)
            assert host.restart() == "1.3.0"
    finally:
        board.close()


def test_the_workshops_commands_name_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "keys.txt").write_text("02zz\n", "ascii")
    for words, said in (
        (["board", str(tmp_path / "x"), "--board", "stm32_pyb", "--keys", str(tmp_path / "keys.txt")], "line 1"),
        (["slot", str(tmp_path)], "there already"),
    ):
        with pytest.raises(SystemExit):
            workshop.main(words)
        assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.needs("micropython64")
def test_a_locked_prompt_does_not_answer(tmp_path: Path) -> None:
    locked = StandIn(runtimes.words("micropython64"), tmp_path / "board", keys=[SIGNER.point])
    try:
        with Host(locked.device) as host:
            host.meet()
            boot = host.end.peer_boot
            prompt = os.open(locked.prompt, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            os.write(prompt, b"\r\x03\x03\r\x01print(1)\x04")
            for _ in range(30):
                assert host.state()[0][:2] == (0, 0)
            assert host.end.peer_boot == boot
            with pytest.raises(BlockingIOError):
                os.read(prompt, 1)
            os.close(prompt)
    finally:
        locked.close()
