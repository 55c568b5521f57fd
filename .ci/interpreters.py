"""Which Python of this machine can carry the project. The rule: whatever Python reads this file, it gives an answer.

So the syntax is that of Python 3.6, and the one sentence for a machine that will not do is made here.
"""

import json
import os
import platform
import shutil
import subprocess
import sys

NAMES = ("python3", "python3.13", "python3.12", "python3.11", "/usr/bin/python3")
OLDEST, NEWEST = (3, 11), (3, 13)  # those the locks are made for
MACHINES = ("x86_64", "aarch64")

# What the candidate says about itself. SM3 is asked for because every certificate is digested with it.
PROBE = """
import json, sys, sysconfig
lacks = []
for module in ("venv", "ssl", "ctypes", "zlib", "socket", "tomllib"):
    try:
        __import__(module)
    except ImportError:
        lacks.append(module)
try:
    import hashlib
    hashlib.new("sm3")
except Exception:
    lacks.append("SM3 in its OpenSSL")
if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
    lacks.append("being the ordinary CPython")
if sys.maxsize < 2 ** 32:
    lacks.append("64 bits")
print(json.dumps({"version": sys.version_info[:3], "lacks": lacks, "stdlib": sysconfig.get_path("stdlib")}))
"""


class Refused(Exception):
    """The one sentence that names what is missing."""


class Interpreter:
    """One Python: its command, its version and what it lacks."""

    def __init__(self, command, version, lacks, stdlib):
        self.command = command
        self.version = tuple(version)
        self.lacks = lacks
        self.stdlib = stdlib

    @property
    def is_in_range(self):
        return OLDEST <= self.version[:2] <= NEWEST

    @property
    def is_suitable(self):
        return self.is_in_range and not self.lacks

    def __str__(self):
        return "{} ({})".format(self.command, ".".join(map(str, self.version)))


def probe(command):
    """The interpreter behind a command, or None where there is none that runs."""
    path = shutil.which(command)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "-I", "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True
        )
        return Interpreter(path, **json.loads(done.stdout.decode()))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def choose():
    """The newest suitable interpreter; of two equals the one named first. Raises Refused."""
    if not sys.platform.startswith("linux") or platform.machine() not in MACHINES:
        raise Refused(
            f"this project runs on Linux on x86-64 or aarch64; "
            f"this machine is {platform.system()} on {platform.machine()}"
        )
    wanted = os.environ.get("OBU_PYTHON")
    found = [interpreter for interpreter in map(probe, [wanted] if wanted else NAMES) if interpreter]
    suitable = [interpreter for interpreter in found if interpreter.is_suitable]
    if suitable:
        return max(suitable, key=lambda interpreter: (interpreter.version[:2], -found.index(interpreter)))
    raise Refused(_what_is_missing(found, wanted))


def _what_is_missing(found, wanted):
    in_range = [interpreter for interpreter in found if interpreter.is_in_range]
    if in_range:
        best = in_range[0]
        return "{} lacks {}; to mend, as root: apt-get install python3 libssl3".format(best, ", ".join(best.lacks))
    seen = ", ".join(sorted({str(interpreter) for interpreter in found})) or (wanted or "none")
    return (
        f"Python 3.11, 3.12 or 3.13 is missing (found: {seen}); Debian 12, Debian 13 and Ubuntu 24.04 bring one by: "
        "apt-get install python3"
    )
