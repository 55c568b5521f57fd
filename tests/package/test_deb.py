"""The package of a terminal: the same octets twice, and its whole life in a clean Debian."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from obu.drivers import key_file
from obu.runtime import bundle_build, slots, store
from obu.runtime.bundle_build import Order
from obu.runtime.slots import Record
from tests.package import clean_system
from tests.package.clean_system import ROOT, System
from tests.runtime.test_bundle import compressed

BENCH = """
[vehicle]
profile = "city_bus_j1939"
[can.main]
interface = "virtual"
channel = "nobody"
[gnss]
type = "udp"
port = 47111
[radio]
type = "udp"
modem = "127.0.0.1:9"
[security]
trust = "trust"
certificates = "/opt/obu/own/unit/certs"
keys = "/opt/obu/own/unit/keys"
[hmi]
socket = "/run/obu/obu.sock"
"""


def build(out: Path, umask: int = 0o022) -> Path:
    words = ["sh", "-c", f'umask {umask:o}; exec "$0" -B "$1" "$2"', sys.executable, str(ROOT / ".ci/deb.py"), str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=out.parent)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def later(package: Path, version: str, program: str = "") -> Path:
    """The same package as another version of it, with another program."""
    tree, made = package.parent / f"tree-{version}", package.parent / f"obu-{version}.deb"
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    for name in (tree / "DEBIAN/control", tree / "usr/lib/obu/release/lib/obu/__init__.py"):
        name.write_text(name.read_text("utf-8").replace("0.1.0", version), "utf-8")
    if program:
        (tree / "usr/lib/obu/release/lib/obu/cli/run.py").write_text(program, "utf-8")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", str(tree), str(made)], check=True,
                   capture_output=True)  # fmt: skip
    shutil.rmtree(tree)
    return made


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("deb") / "out")


@pytest.fixture
def system() -> Iterator[System]:
    with clean_system.copied() as made:
        yield made


def record(system: System) -> Record:
    found = slots.read(system.path("/opt/obu"))
    assert found is not None
    return found


def test_the_same_sources_make_the_same_octets(package: Path, tmp_path: Path) -> None:
    assert build(tmp_path / "elsewhere", 0o077).read_bytes() == package.read_bytes()


def test_it_holds_the_program_and_nothing_of_its_making(package: Path) -> None:
    listed = subprocess.run(["dpkg-deb", "-c", str(package)], capture_output=True, text=True, check=True).stdout
    assert all(line.split()[1] == "root/root" for line in listed.splitlines())
    names = [line.split()[5] for line in listed.splitlines()]
    assert "./usr/lib/obu/release/lib/obu/_data/dbc/city_bus_j1939.dbc" in names
    assert not [name for name in names if re.search("pycache|direct_url.json|pytest|hypothesis|/pip/|hatchling", name)]


def bundle_of(release: Path, folder: Path, version: str) -> tuple[Path, str]:
    """The release as a signed bundle, and the key that signed, as in update-keys.txt."""
    folder.joinpath("keys").mkdir(mode=0o700)
    key = compressed(key_file.create(folder / "keys", "release", "p256"))
    signer = folder / "signer.toml"
    signer.write_text('folder = "keys"\nkey = "release"\n')
    abi = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    order = Order(
        product="host", hardware=(platform.machine(),), version=version, counter=1, minimum_base="3.11", abi=abi
    )
    made = folder / "release.bundle"
    made.write_bytes(bundle_build.build(release, order, signer))
    return made, key


@pytest.mark.needs("clean_debian")
def test_on_a_new_terminal_it_is_ready_to_be_provisioned_and_leaves_nothing(package: Path, system: System) -> None:
    before = system.files()
    assert system.install(package).returncode == 0
    assert system.said("obu", "--version") == "obu 0.1.0\n"
    assert record(system) == Record("0.1.0")
    refused = system.run("obu", "--lang", "en", "run", "--check", "--config", "/opt/obu/unit.toml")
    assert refused.returncode == 2
    assert re.fullmatch(r"obu run: /opt/obu/unit\.toml: security\.keys: /opt/obu/own/keys: .+\n", refused.stderr)
    assert "ok    crypto" in system.run("obu", "check").stdout
    owner = system.path("/opt/obu/data/0.1.0/state").stat().st_uid
    assert f"obu:x:{owner}:" in system.path("/etc/passwd").read_text()

    template, own = system.path("/etc/obu/unit.toml"), system.path("/opt/obu/unit.toml")
    template.write_text("# ours\n" + template.read_text())
    own_file = own.parent / own.readlink()
    own_file.write_text("# this bus\n" + own_file.read_text())
    assert system.install(package).returncode == 0  # again: nothing happens
    assert system.install(later(package, "0.2.0")).returncode == 0
    assert record(system) == Record("0.2.0")  # not in service: there is nothing to go back to
    assert template.read_text().startswith("# ours\n")
    assert (own.parent / own.readlink()).read_text().startswith("# this bus\n") and "0.2.0" in str(own.readlink())

    assert system.run("dpkg", "--remove", "obu").returncode == 0
    assert own.exists() and not system.path("/usr/lib/obu").exists()
    assert system.run("dpkg", "--purge", "obu").returncode == 0
    assert system.files() | {"opt"} == before  # dpkg removes an empty folder that no package is left in
    assert "obu" not in system.path("/etc/passwd").read_text() + system.path("/etc/group").read_text()


def in_service(system: System) -> None:
    """With keys and certificates of the bench, as the user of the unit would have it."""
    bench = ("cert", "make-test", "/opt/obu/own", "--pool", "2", "--days", "90")
    system.said("runuser", "-u", "obu", "--", "obu", *bench)
    data = system.path("/opt/obu/data/0.1.0")
    data.joinpath("unit.toml").write_text(BENCH)
    for path in system.path("/opt/obu/own/trust").iterdir():
        made = shutil.copy(path, data / "trust" / path.name)
        os.chown(made, data.stat().st_uid, data.stat().st_gid)
    start = ("runuser", "-u", "obu", "--", "/opt/obu/start", "/opt/obu", "--check")
    assert system.said(*start) == "/opt/obu/data/0.1.0/unit.toml: 配置正确\n"


@pytest.mark.needs("clean_debian")
def test_a_terminal_in_service_gets_the_new_version_beside_the_old_and_goes_back(
    package: Path, system: System, tmp_path: Path
) -> None:
    assert system.install(package).returncode == 0
    in_service(system)
    root = system.path("/opt/obu")
    used = b"\x01" + bytes(8) + (1).to_bytes(4, "big")
    store.write(root / "data/0.1.0/state", "pseudonyms", used)
    os.chown(root / "data/0.1.0/state/pseudonyms.state", root.stat().st_uid, root.stat().st_gid)
    old = {path: path.read_bytes() for path in root.joinpath("data/0.1.0").rglob("*") if path.is_file()}

    broken = system.install(later(package, "0.2.0", "raise SystemExit('obu run: no such thing')\n"))
    assert broken.returncode != 0 and "0.2.0" in broken.stderr and "no such thing" in broken.stderr
    assert "Traceback" not in broken.stderr and record(system) == Record("0.1.0")

    assert system.install(later(package, "0.3.0")).returncode == 0
    assert record(system) == Record("0.3.0", 0, "0.1.0", 0, is_confirmed=False, tries=slots.TRIES)
    assert {path: path.read_bytes() for path in old} == old  # the old version's files are as they were
    start = ("runuser", "-u", "obu", "--", "/opt/obu/start", "/opt/obu", "--check")
    assert "data/0.3.0/unit.toml" in system.said(*start)
    newer = b"\x01" + bytes(8) + (7).to_bytes(4, "big")
    store.write(root / "data/0.3.0/state", "pseudonyms", newer)
    os.chown(root / "data/0.3.0/state/pseudonyms.state", root.stat().st_uid, root.stat().st_gid)
    said = [system.said(*start) for _ in range(slots.TRIES)]
    assert "data/0.1.0/unit.toml" in said[-1] and "data/0.3.0/unit.toml" in said[-2]
    assert record(system) == Record("0.1.0", failed="0.3.0")
    assert store.kept(root / "data/0.1.0/state", "pseudonyms_later") == newer
    assert {path: path.read_bytes() for path in old} == old

    made, key = bundle_of(package.parent / "release", tmp_path, "0.4.0")  # and a signed bundle, beside the package's
    shutil.copy(made, system.path("/tmp/release.bundle"))
    install = ("runuser", "-u", "obu", "--", "obu", "--lang", "en", "update", "install", "/tmp/release.bundle")
    assert "/opt/obu/update-keys.txt: no key in it" in system.run(*install).stderr
    with system.path("/etc/obu/update-keys.txt").open("a") as keys:
        keys.write(f"{key}\n")
    assert "installed 0.4.0; it starts with: systemctl restart obu" in system.said(*install)
    assert "data/0.4.0/unit.toml" in system.said(*start)
