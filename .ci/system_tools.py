"""What the tests need of the machine, from Debian: a browser with Chinese fonts, a TPM simulator, a PKCS#11 token,
systemd to read its units; and chronyd and gpsd, which are only unpacked, for installed they would lead the machine's
clock and take its serial ports.

The rule: never a prompt, never a hang, never a failure of its own - what could not be had is listed by the tests under
NOT RUN.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

PACKAGES = ("chromium", "fonts-noto-cjk", "swtpm", "softhsm2", "systemd", "debootstrap")
UNPACKED = {"chrony": "chronyd", "gpsd": "gpsfake"}  # package: its program, if it stands on the machine already
# What else that program is made of, where apt offers it: in which package gpsfake lies changed with Debian 13.
BESIDE = {"gpsd": ("gpsd-clients", "gpsd-tools", "python3-gps")}
ENVIRONMENT = dict(os.environ, DEBIAN_FRONTEND="noninteractive", NEEDRESTART_MODE="a", LC_ALL="C")
PATIENT = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30"]
UPDATE_S, INSTALL_S = 180, 600


def main():
    """Always 0."""
    for package, program in UNPACKED.items():
        if not (shutil.which(program) or os.path.isdir(unpacked(package)) or unpack(package)):
            say(f"no {package} could be had from apt: the tests with it will be under NOT RUN")
    wanted = [package for package in PACKAGES if not is_installed(package)]
    if not wanted:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(
            "no {}, and only root can install it with apt: the tests with it will be under NOT RUN".format(
                " and ".join(wanted)
            )
        )
        return 0
    if not all(map(is_offered, wanted)):
        say("asking apt for its lists")
        apt(["update"], UPDATE_S)
    missing = [package for package in wanted if not is_offered(package)]
    if missing:
        say("apt offers no real {} here: the tests with it will be under NOT RUN".format(" and ".join(missing)))
        wanted = [package for package in wanted if package not in missing]
    if wanted and not install(wanted):
        apt(["update"], UPDATE_S)  # lists that are too old name files which are gone
        install(wanted)
    return 0


def unpacked(package):
    """The folder that holds its files; none is installed, and nothing of it is started by itself."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "obu", "unpacked", package)


def unpack(package):
    """True if its files lie there now."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    if os.geteuid() == 0 and not is_offered(package):
        apt(["update"], UPDATE_S)
    beside = list(filter(is_offered, BESIDE[package])) + libraries(package) if package in BESIDE else []
    with tempfile.TemporaryDirectory() as folder:
        if not apt(["download", package, *beside], INSTALL_S, folder):
            return False
        root = os.path.join(folder, "root")
        for file in [os.path.join(folder, name) for name in os.listdir(folder)]:
            if subprocess.run(["dpkg", "-x", file, root], check=False, timeout=INSTALL_S).returncode:
                return False
        os.makedirs(os.path.dirname(unpacked(package)), exist_ok=True)
        try:
            shutil.move(root, unpacked(package))
        except OSError:  # another run was faster
            return os.path.isdir(unpacked(package))
    return True


def libraries(package):
    """Those that it depends on and the machine lacks."""
    named = re.findall(r"Depends: (lib[^\s:<>]+)", ask("apt-cache", "depends", package))
    return [name for name in named if not is_installed(name) and is_offered(name)]


def install(packages):
    say("installing {}".format(" and ".join(packages)))
    return apt(
        ["install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", *packages], INSTALL_S
    )


def apt(words, limit_s, folder=None):
    """True if it succeeded in time; what it said is shown if it did not."""
    try:
        done = subprocess.run(
            ["apt-get", *PATIENT, *words], env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=limit_s, check=False, cwd=folder,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        say(f"apt-get {words[0]} took more than {limit_s} s")
        return False
    if done.returncode:
        for line in done.stdout.decode("utf-8", "replace").strip().splitlines()[-5:]:
            say("    " + line)
    return done.returncode == 0


def is_installed(package):
    return (
        shutil.which("dpkg-query") is not None
        and "install ok installed" in ask("dpkg-query", "-W", "-f", "${Status} ${Version}", package)
        and "snap" not in ask("dpkg-query", "-W", "-f", "${Version}", package)
    )


def is_offered(package):
    """Whether apt has it, and not as the empty package by which Ubuntu calls its snap."""
    candidate = re.search(r"Candidate: (\S+)", ask("apt-cache", "policy", package))
    if not candidate or candidate.group(1) == "(none)" or "snap" in candidate.group(1):
        return False
    return "snapd" not in ask("apt-cache", "show", "--no-all-versions", package)


def ask(*words):
    done = subprocess.run(
        words, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return done.stdout.decode("utf-8", "replace")


def say(text):
    print("set-up: " + text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
