"""Makes the package of a terminal: `make deb`. The rule: the same sources and locks make the same octets, anywhere.

What goes in is what .venv holds of the run group, each file compared with the hash that its wheel gave it, and the
project's own wheel. Not root, no debhelper: dpkg-deb alone. What is in dist/release is also the folder of a signed
bundle (`obu bundle build dist/release --product host`, docs/update.md).
"""

import base64
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / ".ci" / "package"
OUT = ROOT / "dist"
MAINTAINER = "OBU developers <obu@localhost>"
OF_PIP = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")  # tell of an installation that this is not
DOCS = ("docs/configuration.md", "docs/provisioning.md", "docs/key-stores.md", "docs/update.md", "docs/trust.md")
UNITS = "usr/lib/systemd/system"
RELEASE = "usr/lib/obu/release"
CHANGES = """obu ({version}) unstable; urgency=medium

  * What changed is told in CHANGELOG.md.

 -- {maintainer}  {date}
"""
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: obu

Files: *
Copyright: 2026 the authors of obu
License: Apache-2.0
 The text is in /usr/share/common-licenses/Apache-2.0.
"""


def main(words):
    """OUT-FOLDER (dist): prints the package's path. Exit status 1 with one sentence that says why not."""
    out = Path(words[0]) if words else OUT
    try:
        print(package(out))
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"deb: {error}", file=sys.stderr)
        return 1
    return 0


def package(out):
    """Makes out/release and the .deb beside it; the .deb's path."""
    release, tree = out / "release", out / "tree"
    for folder in (release, tree):
        shutil.rmtree(folder, ignore_errors=True)
    version = make_release(release, out)
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    name = f"{version}+py{sys.version_info[0]}{sys.version_info[1]}"
    stamp = int(os.environ.get("SOURCE_DATE_EPOCH") or last_change_s())
    lay_out(tree, release, name, architecture, stamp)
    made = out / f"obu_{name}_{architecture}.deb"
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (stamp, stamp), follow_symlinks=False)
    words = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z9", "--build", str(tree), str(made)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(stamp)})
    shutil.rmtree(tree)
    return made


def last_change_s():
    """When the sources were last committed."""
    return subprocess.check_output(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"], text=True).strip()


def make_release(place, out):
    """One version as it is installed: bin/obu, and lib/ with everything that it imports. Its version."""
    wheel = build_wheel(out)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "lib")
    for distribution in closure():
        copy_distribution(distribution, place / "lib")
    for name in OF_PIP:
        for each in place.glob(f"lib/*.dist-info/{name}"):
            each.unlink()
    put(place / "bin/obu", (PACKAGE / "program").read_bytes(), 0o755)
    return wheel.name.split("-")[1]


def build_wheel(out):
    out.mkdir(parents=True, exist_ok=True)
    for older in out.glob("obu-*.whl"):
        older.unlink()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    (wheel,) = out.glob("obu-*.whl")
    return wheel


def closure():
    """Every distribution that the program needs, by its and their own word."""
    wanted, found = [Requirement("obu")], {}
    while wanted:
        requirement = wanted.pop()
        if (requirement.name, extras := frozenset(requirement.extras)) in found:
            continue
        distribution = metadata.distribution(requirement.name)
        found[requirement.name, extras] = distribution
        for word in distribution.requires or ():
            needed = Requirement(word)
            given = [{"extra": extra} for extra in (*sorted(extras), "")]
            if needed.marker is None or any(needed.marker.evaluate(each) for each in given):
                wanted.append(needed)
    each = {distribution.name: distribution for distribution in found.values() if distribution.name != "obu"}
    return [each[name] for name in sorted(each)]


def copy_distribution(distribution, into):
    """Its files but its commands, each as its wheel's record has it. Raises ValueError for one that is not."""
    for file in distribution.files or ():
        if file.parts[0] == ".." or "__pycache__" in file.parts or file.name in OF_PIP:
            continue
        content = Path(distribution.locate_file(file)).read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if file.hash is None or (file.hash.mode, file.hash.value) != ("sha256", digest):
            raise ValueError(f"{file} is not as its wheel brought it; remove .venv and set up anew")
        put(into / file, content, 0o644)


def lay_out(tree, release, version, architecture, stamp):
    """The package's files as they shall lie on the terminal, and what dpkg is told of them."""
    shutil.copytree(release, tree / RELEASE)
    for folder, _, names in os.walk(tree / RELEASE):
        for name in names:
            Path(folder, name).chmod(0o755 if Path(folder).name == "bin" and name == "obu" else 0o644)
    launcher = (ROOT / "obu/runtime/slots.py").read_bytes().replace(b"#!/usr/bin/env python3", b"#!/usr/bin/python3", 1)
    put(tree / "opt/obu/start", launcher, 0o755)
    put(tree / "usr/bin/obu", (PACKAGE / "obu").read_bytes(), 0o755)
    for unit in sorted(PACKAGE.glob("*.service")):
        put(tree / UNITS / unit.name, unit.read_bytes(), 0o644)
    conffiles = ("unit.toml", "update-keys.txt")
    for name in conffiles:
        put(tree / "etc/obu" / name, (PACKAGE / name).read_bytes(), 0o644)
    (tree / "opt/obu/update-keys.txt").symlink_to("/etc/obu/update-keys.txt")
    for name in DOCS:
        put(tree / "usr/share/doc/obu" / Path(name).name, (ROOT / name).read_bytes(), 0o644)
    changes = CHANGES.format(version=version, maintainer=MAINTAINER, date=rfc(stamp))
    for name, text in (("changelog", changes.encode()), ("CHANGELOG.md", (ROOT / "CHANGELOG.md").read_bytes())):
        put(tree / f"usr/share/doc/obu/{name}.gz", gzip.compress(text, 9, mtime=0), 0o644)
    put(tree / "usr/share/lintian/overrides/obu", (PACKAGE / "debian/lintian-overrides").read_bytes(), 0o644)
    put(tree / "usr/share/doc/obu/copyright", (COPYRIGHT + licences(tree / RELEASE)).encode(), 0o644)
    control(tree, version, architecture, [f"/etc/obu/{name}" for name in conffiles])
    for folder, _, _ in os.walk(tree):
        Path(folder).chmod(0o755)


def rfc(stamp):
    return format_datetime(datetime.fromtimestamp(stamp, UTC))


def licences(release):
    """A paragraph for each library, with the licence that it states."""
    said = []
    for about in sorted(release.glob("lib/*.dist-info/METADATA")):
        head = about.read_text("utf-8").partition("\n\n")[0]
        fields = dict(re.findall(r"^(Name|License-Expression|License): (.+)$", head, re.MULTILINE))
        named = fields.get("License-Expression") or fields.get("License") or of_classifier(head)
        if fields["Name"] != "obu":
            place = f"{RELEASE}/lib/{about.parent.name}"
            said.append(f"\nFiles: {place}/*\nCopyright: see there\nLicense: {named}\n")
    return "".join(said)


def of_classifier(head):
    named = re.findall(r"^Classifier: License :: (?:OSI Approved :: )?(.+)$", head, re.MULTILINE)
    return " ".join(named) or "see there"


def control(tree, version, architecture, conffiles):
    """DEBIAN/: who it is, what it needs, its scripts, and the sums of its files."""
    files = [path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink()]
    size_kib = sum(-(-path.stat().st_size // 1024) for path in files)
    sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n" for path in files
            if f"/{path.relative_to(tree)}" not in conffiles]  # fmt: skip
    major, minor = sys.version_info[:2]
    facts = {
        "version": version, "architecture": architecture, "size": str(size_kib), "maintainer": MAINTAINER,
        "python": f"{major}.{minor}", "next_python": f"{major}.{minor + 1}",
    }  # fmt: skip
    text = (PACKAGE / "debian/control").read_text("utf-8")
    put(tree / "DEBIAN/control", re.sub(r"@(\w+)@", lambda hit: facts[hit[1]], text).encode(), 0o644)
    put(tree / "DEBIAN/conffiles", "".join(f"{name}\n" for name in conffiles).encode(), 0o644)
    put(tree / "DEBIAN/md5sums", "".join(sums).encode(), 0o644)
    for name in ("postinst", "prerm", "postrm"):
        put(tree / "DEBIAN" / name, (PACKAGE / "debian" / name).read_bytes(), 0o755)


def put(path, content, mode):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
