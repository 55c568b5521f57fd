"""Makes a clean Debian to install the package in: `python3 .ci/debian_root.py`, as root, to a cache folder.

The rule: debootstrap does all of it, nothing outside the cache is touched. Like system_tools.py it never fails: what
could not be had, the tests list under NOT RUN.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile

# The system whose own Python has the ABI of this one: the package's libraries are compiled for it.
SYSTEMS = {
    "3.11": ("bookworm", "http://deb.debian.org/debian"),
    "3.12": ("noble", "http://archive.ubuntu.com/ubuntu"),
    "3.13": ("trixie", "http://deb.debian.org/debian"),
}
LIMIT_S = 900


def main():
    """Always 0."""
    if place() is not None:
        return 0
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        say("only root with debootstrap can make a clean Debian: the package's tests will be under NOT RUN")
        return 0
    os.makedirs(cache(), exist_ok=True)
    with open(os.path.join(cache(), "lock"), "w", encoding="ascii") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        try:
            if place() is None:
                make()
        except (OSError, subprocess.SubprocessError, LookupError) as error:
            say(f"a clean Debian could not be had ({error}): the package's tests will be under NOT RUN")
    return 0


def suite():
    return SYSTEMS[".".join(platform.python_version_tuple()[:2])]


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "obu", "debian-root")


def place():
    """The folder of the whole system, None where there is none."""
    found = os.path.join(cache(), suite()[0])
    return found if os.path.isdir(found) else None


def make():
    """The folder appears whole or not at all."""
    name, mirror = suite()
    say(f"making a clean {name} with debootstrap (once)")
    folder = tempfile.mkdtemp(dir=cache(), prefix=name + ".")
    os.chmod(folder, 0o755)
    try:
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=python3", name, folder, mirror],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S, check=False,
            env=dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive"),
        )  # fmt: skip
        if done.returncode:
            said = done.stdout.decode("utf-8", "replace").strip().splitlines()
            raise LookupError(said[-1] if said else "debootstrap failed")
        subprocess.run(["chroot", folder, "apt-get", "clean"], check=True)
        os.rename(folder, os.path.join(cache(), name))
    finally:
        if os.path.isdir(folder) and not os.path.ismount(os.path.join(folder, "proc")):
            shutil.rmtree(folder, ignore_errors=True)


def say(text):
    print("set-up: " + text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
