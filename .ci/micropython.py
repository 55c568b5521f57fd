"""Fetches the real MicroPython that the firmware is tested on: Debian trixie's, 64-bit and 32-bit, to a cache folder.

The rule: apt does all of it, with a root, sources, lists, cache and architecture of its own; every index is checked
against Debian's keyring, nothing is installed, nothing outside the cache is touched, and root is not needed. Like
system_tools.py it never fails: what could not be had, the tests list under NOT RUN.
"""

import fcntl
import glob
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

SUITE = "trixie"
PACKAGE = "micropython"
MIRROR = "http://deb.debian.org/debian"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Debian's name of an architecture to that of its libraries' folder and of its loader.
LOADERS = {
    "amd64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "i386": ("i386-linux-gnu", "ld-linux.so.2"),
}
LIMIT_S = 300
ENVIRONMENT = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")


def main():
    """Always 0."""
    if platform.machine() != "x86_64":
        say(f"MicroPython is fetched for x86_64 only, this is {platform.machine()}: its tests will be under NOT RUN")
        return 0
    missing = [architecture for architecture in LOADERS if what_is(architecture) is None]
    if missing and not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        say("no apt-get here to fetch MicroPython with: its tests will be under NOT RUN")
        return 0
    os.makedirs(cache(), exist_ok=True)
    with open(os.path.join(cache(), "lock"), "w", encoding="ascii") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        for architecture in missing:
            try:
                fetch(architecture)
            except (OSError, subprocess.SubprocessError, LookupError) as error:
                say(f"MicroPython for {architecture} could not be had ({error}): its tests will be under NOT RUN")
    return 0


def cache():
    """The folder that holds a folder an architecture."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "obu", "micropython")


def what_is(architecture):
    """{version, packages: {file: SHA-256}, binary: SHA-256} of what is unpacked there, None where nothing whole is."""
    try:
        with open(os.path.join(cache(), architecture, "what.json"), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def command(architecture):
    """The words that start the unpacked interpreter: its own loader, its own libraries, itself."""
    root = os.path.join(cache(), architecture, "root")
    libraries, loader = LOADERS[architecture]
    folder = os.path.join(root, "usr", "lib", libraries)
    return [os.path.join(folder, loader), "--library-path", folder, os.path.join(root, "usr", "bin", PACKAGE)]


def fetch(architecture):
    """Downloads, unpacks, starts once and records; the folder appears whole or not at all."""
    if what_is(architecture):
        return
    say(f"fetching MicroPython for {architecture} from Debian {SUITE}")
    with tempfile.TemporaryDirectory(dir=cache(), prefix=architecture + ".") as folder:
        packages = download(folder, architecture)
        root = os.path.join(folder, "root")
        for package in packages:
            run(["dpkg-deb", "-x", package, root])
        what = {
            "version": version_of(packages),
            "packages": {os.path.basename(package): digest(package) for package in packages},
            "binary": digest(os.path.join(root, "usr", "bin", PACKAGE)),
        }
        with open(os.path.join(folder, "what.json"), "w", encoding="utf-8") as file:
            json.dump(what, file, indent=1, sort_keys=True)
        target = os.path.join(cache(), architecture)
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        os.rename(root, os.path.join(target, "root"))
        run([*command(architecture), "-c", "1"])
        os.rename(os.path.join(folder, "what.json"), os.path.join(target, "what.json"))
    say("MicroPython {} for {}: SHA-256 {}".format(what["version"], architecture, what["binary"]))


def download(folder, architecture):
    """The paths of the package and all it depends on."""
    apt = os.path.join(folder, "apt")
    for place in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/trusted.gpg.d",
                  "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg"):  # fmt: skip
        os.makedirs(os.path.join(apt, place))
    write(os.path.join(apt, "var/lib/dpkg/status"), "")
    write(os.path.join(apt, "etc/apt/sources.list"), f"deb [signed-by={keyring(folder)}] {MIRROR} {SUITE} main\n")
    settings = [
        f'Dir "{apt}";', f'Dir::State::status "{apt}/var/lib/dpkg/status";',
        f'APT::Architecture "{architecture}";', f'APT::Architectures {{ "{architecture}"; }};',
        'APT::Install-Recommends "false";', 'APT::Sandbox::User "";', 'Acquire::Languages "none";',
        'Acquire::Retries "2";', 'Acquire::http::Timeout "30";', 'Debug::NoLocking "true";', *proxies(),
    ]  # fmt: skip
    write(os.path.join(apt, "apt.conf"), "\n".join(settings) + "\n")
    own = dict(ENVIRONMENT, APT_CONFIG=os.path.join(apt, "apt.conf"))
    run(["apt-get", "-q", "-y", "update", "-o", "APT::Update::Error-Mode=any"], own)
    run(["apt-get", "-q", "-y", "--download-only", "install", PACKAGE], own)
    return sorted(glob.glob(os.path.join(apt, "var/cache/apt/archives/*.deb")))


def keyring(folder):
    """Debian's keyring: this machine's, or on Ubuntu the one in Ubuntu's own signed package of that name."""
    if os.path.exists(KEYRING):
        return KEYRING
    run(["apt-get", "-q", "download", "debian-archive-keyring"], cwd=folder)
    (package,) = glob.glob(os.path.join(folder, "debian-archive-keyring_*.deb"))
    run(["dpkg-deb", "-x", package, os.path.join(folder, "keys")])
    return os.path.join(folder, "keys") + KEYRING


def proxies():
    """This machine's way to the network, as its own apt has it."""
    said = run(["apt-config", "dump", "--format", '%F "%v";%n', "Acquire"])
    return [line for line in said.splitlines() if re.match(r"Acquire::https?::Proxy", line)]


def version_of(packages):
    (own,) = (package for package in packages if os.path.basename(package).startswith(PACKAGE + "_"))
    return run(["dpkg-deb", "-f", own, "Version"]).strip()


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def run(words, environment=ENVIRONMENT, cwd=None):
    """What it said. Raises LookupError with its last line where it failed."""
    done = subprocess.run(
        words, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=LIMIT_S, check=False,
    )  # fmt: skip
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise LookupError("{}: {}".format(words[0], (said.strip().splitlines() or ["failed"])[-1]))
    return said


def say(text):
    print("set-up: " + text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
