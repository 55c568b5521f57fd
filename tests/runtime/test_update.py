"""A release is installed beside the running one, on a real folder, with the real program as both versions."""

import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from obu.cli.main import main
from obu.core.errors import LocalError
from obu.core.frames import Save
from obu.drivers import key_file
from obu.runtime import bench_pki, bundle, bundle_build, config, devices, made_from, slots, store, update, wiring
from obu.runtime.bundle_build import Order
from obu.runtime.slots import Record
from obu.security.pseudonym import Pseudonyms
from tests.runtime.test_bundle import compressed
from tests.runtime.test_config import GOOD
from tests.security.forge import UTC_NS

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(PROJECT)!r})
from obu.cli.main import main
sys.exit(main())
"""
OTHER_FORMAT = b"\xfeof a later version"


class Terminal:
    """A root with version 1.0 in use, and the workshop that makes its releases."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "opt"
        data = self.root / "data" / "1.0"
        data.mkdir(parents=True)
        bench_pki.make_test(folder / "pki", UTC_NS, 30, 3, 1, False)
        outside = GOOD.replace('"pki/unit', f'"{folder}/pki/unit').replace('"pki/trust"', '"trust"')
        (data / "unit.toml").write_text(outside + "[pseudonyms]\nmax_uses = 3\n")
        shutil.copytree(folder / "pki" / "trust", data / "trust")
        (data / "state").mkdir(mode=0o700)
        self._program(self.root / "versions" / "1.0", PROGRAM)
        slots.write(self.root, Record("1.0", 4))
        keys = folder / "release"
        keys.mkdir(mode=0o700)
        point = key_file.create(keys, "release", "p256")
        (folder / "signer.toml").write_text('folder = "release"\nkey = "release"\n')
        (self.root / update.KEYS).write_text(compressed(point))

    def _program(self, place: Path, text: str) -> None:
        program = place / "bin" / "obu"
        program.parent.mkdir(parents=True)
        program.write_text(text)
        program.chmod(0o755)

    def release(self, version: str = "1.1", counter: int = 5, program: str = PROGRAM, **more: object) -> Path:
        """A signed bundle."""
        source, out = self.folder / f"source-{version}", self.folder / f"{version}.bundle"
        shutil.rmtree(source, ignore_errors=True)
        self._program(source, program)
        abi = sys.implementation.cache_tag.replace("cpython-", "cp")
        order = {"product": "host", "hardware": (platform.machine(),), "minimum_base": "3.11", "abi": abi, **more}
        if order["product"] == "firmware":  # a board's slot has no folders
            source = source / "bin"
        octets = bundle_build.build(
            source,
            Order(version=version, counter=counter, **order),
            self.folder / "signer.toml",  # type: ignore[arg-type]
        )
        out.write_bytes(octets)
        return out

    def files(self, below: str = ".") -> dict[str, bytes]:
        """Everything below the root, by name."""
        place = self.root / below
        return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}

    def pseudonyms(self, version: str) -> tuple[Pseudonyms, list[str]]:
        """Those of a unit that starts in this version, and what of its state it did not understand."""
        settings = config.read(slots.configuration(self.root, version))
        keys = devices.key_store(settings)
        unit = wiring.station(settings, made_from.gather(settings, keys.points()))
        strange = unit.recall(tuple(store.read(Path(settings.unit.state))[0]))
        return unit._stages.kept["pseudonyms"], strange


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def install(terminal: Terminal, file: Path) -> Record:
    return update.install(terminal.root, file, lambda done, of: None)


def refusal(terminal: Terminal, file: Path) -> str:
    before = terminal.files()
    with pytest.raises(LocalError) as caught:
        install(terminal, file)
    assert terminal.files() == before  # nothing has changed
    return caught.value.text


def test_a_release_waits_beside_the_old_one_for_its_start(terminal: Terminal) -> None:
    before = terminal.files("versions/1.0") | terminal.files("data/1.0")
    assert install(terminal, terminal.release()) == Record("1.1", 5, "1.0", 4, is_confirmed=False, tries=3)
    assert terminal.files("versions/1.0") | terminal.files("data/1.0") == before
    assert terminal.files("data/1.1") == terminal.files("data/1.0")
    assert bundle.MANIFEST in terminal.files("versions/1.1")
    words = [sys.executable, slots.__file__, str(terminal.root), "--check"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and f"{terminal.root}/data/1.1/unit.toml: 配置正确" in done.stdout


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"counter": 3}, "counter 3 is below the installed 4"),
        ({"hardware": ("m68k",)}, "is for m68k"),
        ({"abi": "cp299"}, "compiled for cp299"),
        ({"product": "firmware", "abi": "x"}, "is for firmware, not host"),
        ({"minimum_base": "4.0"}, "needs base 4.0"),
        ({"version": "1.0"}, "version 1.0 is installed already"),
    ],
)
def test_what_is_not_for_it_is_refused(terminal: Terminal, more: dict, why: str) -> None:
    assert why in refusal(terminal, terminal.release(**more))


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("#!/bin/sh\necho 'obu run: unit.toml: bsm.more: no such key' >&2; exit 2\n", "bsm.more: no such key"),
        ("#!/bin/sh\nexit 3\n", "exit status 3"),
    ],
)
def test_a_version_that_cannot_read_the_unit_s_files_is_not_installed(
    terminal: Terminal, program: str, why: str
) -> None:
    assert why in refusal(terminal, terminal.release(program=program))


def test_state_that_the_new_version_does_not_know_is_found_before_the_switch(terminal: Terminal) -> None:
    store.write(terminal.root / "data/1.0/state", "pseudonyms", OTHER_FORMAT)
    assert "unit.state" in refusal(terminal, terminal.release())


def test_keys_are_never_copied(terminal: Terminal) -> None:
    toml = terminal.root / "data/1.0/unit.toml"
    shutil.copytree(terminal.folder / "pki/unit/keys", terminal.root / "data/1.0/keys")
    toml.write_text(toml.read_text().replace(f"{terminal.folder}/pki/unit/keys", "keys"))
    assert "keys are not copied" in refusal(terminal, terminal.release())


def uses(version: Pseudonyms) -> list[int]:
    return sorted(version.state.uses.values())


def saved(terminal: Terminal, version: str, count: int) -> bytes:
    """Each pseudonym of a version's pool was taken so often, and that was saved."""
    unit, _ = terminal.pseudonyms(version)
    data = b"\x01" + b"".join(one.certificate.digest8 + count.to_bytes(4, "big") for one in unit._pool)
    store.write(terminal.root / "data" / version / "state", "pseudonyms", data)
    return data


def test_no_pseudonym_is_used_anew_because_of_an_update_or_its_end(terminal: Terminal) -> None:
    saved(terminal, "1.0", 1)
    install(terminal, terminal.release())
    saved(terminal, "1.0", 2)  # the old one went on until the restart
    slots.start(terminal.root)
    assert uses(terminal.pseudonyms("1.1")[0]) == [2, 2, 2]
    saved(terminal, "1.1", 3)
    for _ in range(3):
        slots.start(terminal.root)
    record = slots.read(terminal.root)
    assert record is not None and record.current == "1.0"
    old, strange = terminal.pseudonyms("1.0")
    assert uses(old) == [3, 3, 3] and not strange
    assert old._choice(UTC_NS) == []  # max_uses = 3: all are used up


def test_no_third_version_comes_in_before_the_second_is_confirmed_or_taken_back(terminal: Terminal) -> None:
    install(terminal, terminal.release())
    slots.start(terminal.root)
    saved(terminal, "1.1", 3)
    package = Package(terminal)
    for bring in (lambda: install(terminal, terminal.release("1.2", 6)), lambda: package.adopt("1.2")):
        before = terminal.files()
        with pytest.raises(LocalError, match=r"1\.1 is not confirmed yet: obu update confirm or rollback"):
            bring()
        assert terminal.files() == before
    record = slots.read(terminal.root)
    assert record is not None
    slots.take_back(terminal.root, record)
    slots.start(terminal.root)
    install(terminal, terminal.release("1.2", 6))
    slots.start(terminal.root)
    assert uses(terminal.pseudonyms("1.2")[0]) == [3, 3, 3]  # those of 1.1, which is gone


def test_what_the_old_version_cannot_read_counts_as_used(terminal: Terminal) -> None:
    saved(terminal, "1.0", 1)
    install(terminal, terminal.release())
    slots.start(terminal.root)
    store.write(terminal.root / "data/1.1/state", "pseudonyms", OTHER_FORMAT)
    record = slots.read(terminal.root)
    assert record is not None
    slots.take_back(terminal.root, record)
    assert uses(terminal.pseudonyms("1.0")[0]) == [2, 2, 2]


def test_what_went_along_counts_once(terminal: Terminal) -> None:
    later = terminal.root / "data/1.0/state"
    store.write(later, "pseudonyms_later", OTHER_FORMAT)
    settings = config.read(slots.configuration(terminal.root, "1.0"))
    unit = wiring.station(settings, made_from.gather(settings, devices.key_store(settings).points()))
    unit.recall((Save("pseudonyms_later", OTHER_FORMAT),))
    saves = {save.name: save.data for save in unit._saves()}
    assert saves["pseudonyms_later"] == b""
    for name, data in saves.items():
        store.write(later, name, data)
    assert [uses(terminal.pseudonyms("1.0")[0]) for _ in range(3)] == [[1, 1, 1]] * 3


def test_an_install_that_is_cut_off_anywhere_leaves_the_old_one_current(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = terminal.release()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "", ""))

    class Cut(BaseException):
        pass

    real = {"force": slots.force, "replace": Path.replace, "copytree": shutil.copytree}
    for steps in range(30):
        left = [steps]

        def counted(name: str, left: list[int] = left):
            def step(*words: object, **named: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    raise Cut
                return real[name](*words, **named)

            return step

        is_cut = False
        with monkeypatch.context() as patch:
            patch.setattr(slots, "force", counted("force"))
            patch.setattr(Path, "replace", counted("replace"))
            patch.setattr(shutil, "copytree", counted("copytree"))
            try:
                install(terminal, file)
            except Cut:
                is_cut = True
        record = slots.read(terminal.root)
        assert record is not None and slots.program(terminal.root, record.current).is_file()
        assert record.current == "1.0" or slots.configuration(terminal.root, "1.1").is_file()
        if not is_cut:
            break
        slots.write(terminal.root, Record("1.0", 4))
    else:
        raise AssertionError("never ran to its end")
    assert steps > 5
    assert slots.start(terminal.root).current == "1.1"


def obu(terminal: Terminal, *words: str | Path) -> int:
    return main(["--lang", "en", "update", *map(str, words), "--root", str(terminal.root)])


def test_what_a_technician_types(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    assert obu(terminal, "show") == 0
    assert capsys.readouterr().out == "current 1.0 (counter 4)\n"
    assert obu(terminal, "install", terminal.release()) == 0
    assert "if it is not confirmed in 3 starts, 1.0 returns" in capsys.readouterr().out
    assert obu(terminal, "show") == 0
    assert "not confirmed: 3 starts left, then back to 1.0" in capsys.readouterr().out
    assert obu(terminal, "confirm", "--within", "0.1") == 1  # nobody answers there
    assert "not confirmed" in capsys.readouterr().out
    socket_file = Path(config.read(slots.configuration(terminal.root, "1.1")).hmi.socket)
    socket_file.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as unit:  # it answers
        unit.bind(str(socket_file))
        unit.listen()
        assert obu(terminal, "rollback") == 2
        assert "the unit is running: stop it first" in capsys.readouterr().err
    assert obu(terminal, "rollback") == 0
    assert "back to 1.0" in capsys.readouterr().out
    assert obu(terminal, "rollback") == 2
    assert "there is no way back" in capsys.readouterr().err
    assert obu(terminal, "show") == 0
    assert capsys.readouterr().out == "current 1.0 (counter 4)\ntaken back: 1.1\n"
    assert main(["--lang", "en", "update", "show", "--root", str(terminal.folder / "nowhere")]) == 2
    assert "no version is installed there; name its folder with --root" in capsys.readouterr().err


class Package:
    """A release that a package of the system unpacked, of the version that its program tells."""

    def __init__(self, terminal: Terminal, program: str = PROGRAM) -> None:
        self.folder, self.root = terminal.folder / "unpacked", terminal.root
        self.first = terminal.folder / "first.toml"
        self.first.write_text("[vehicle]\n")
        self.fill(program)

    def fill(self, program: str) -> None:
        place = self.folder / "bin/obu"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(program)

    def adopt(self, version: str) -> Record | None:
        return update.adopt(self.root, self.folder, version, self.first, lambda done, of: None)


def test_a_package_on_a_terminal_in_service_goes_beside_the_version_in_use(terminal: Terminal) -> None:
    before = terminal.files("data/1.0")
    package = Package(terminal)
    assert package.adopt("1.1") == Record("1.1", 4, "1.0", 4, is_confirmed=False, tries=3)
    assert terminal.files("data/1.0") == before and terminal.files("data/1.1") == before
    assert package.adopt("1.1") is None  # the same again
    package.fill(PROGRAM + "# changed\n")
    with pytest.raises(LocalError, match=r"another version 1\.1 is installed already"):
        package.adopt("1.1")


def test_a_package_that_cannot_use_the_files_of_a_terminal_in_service_changes_nothing(terminal: Terminal) -> None:
    before = terminal.files()
    with pytest.raises(LocalError, match=r"version 1\.1 cannot use .* \(no\)"):
        Package(terminal, "#!/bin/sh\necho no >&2; exit 2\n").adopt("1.1")
    assert terminal.files() == before


def test_a_terminal_that_is_not_in_service_has_nothing_to_go_back_to(terminal: Terminal) -> None:
    toml = terminal.root / "data/1.0/unit.toml"
    toml.write_text(toml.read_text().replace('"city_bus_j1939"', '""'))
    assert Package(terminal).adopt("1.1") == Record("1.1", 4)
    assert (terminal.root / slots.LINK).readlink() == Path("data/1.1/unit.toml")
    assert sorted(terminal.files("data")) == sorted(f"1.1/{name}" for name in terminal.files("data/1.1"))


def test_a_first_package_brings_the_first_configuration_and_may_be_cut_off_anywhere(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        pass

    package = Package(terminal)
    real, steps = slots.force, 0
    while True:
        shutil.rmtree(terminal.root)
        left = [steps]

        def force(folder: Path, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Cut
            real(folder)

        with monkeypatch.context() as patch:
            patch.setattr(slots, "force", force)
            try:
                package.adopt("1.1")
            except Cut:
                assert slots.read(terminal.root) in (None, Record("1.1"))
            else:
                break
        package.adopt("1.1")  # dpkg is told to go on
        assert slots.read(terminal.root) == Record("1.1")
        assert (terminal.root / slots.LINK).read_text() == "[vehicle]\n"
        steps += 1
    assert steps >= 2
