"""What the tests need of the machine, from Debian: a browser with Chinese fonts, a TPM simulator, a PKCS#11 token,
systemd to read its units, debootstrap for a clean Debian.

The rule: never a prompt, never a hang, never a failure of its own - what could not be had is listed by the tests under
NOT RUN.
"""

import os
import re
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-cjk", "swtpm", "softhsm2", "systemd", "debootstrap")
ENVIRONMENT = dict(os.environ, DEBIAN_FRONTEND="noninteractive", NEEDRESTART_MODE="a", LC_ALL="C")
PATIENT = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30"]
UPDATE_S, INSTALL_S = 180, 600


def main():
    """Always 0."""
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


def install(packages):
    say("installing {}".format(" and ".join(packages)))
    return apt(
        ["install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", *packages], INSTALL_S
    )


def apt(words, limit_s):
    """True if it succeeded in time; what it said is shown if it did not."""
    try:
        done = subprocess.run(
            ["apt-get", *PATIENT, *words], env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=limit_s, check=False,
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
