"""Makes .venv ready: `python3 .ci/setup_env.py run test bench`. The rule: only the standard library, no question asked,
and what is not finished is not left looking finished.

Groups are the files of requirements/. A stamp in .venv says what is in it; nothing is done when it still holds. What
comes over the network is fetched before the environment is touched; a mark stands in .venv while it is being changed,
and an environment found with that mark is made anew.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import pip_source
from interpreters import Refused, choose

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "set-up.json")
UNFINISHED = os.path.join(VENV, "set-up.unfinished")
PIP_SETTINGS_THAT_MISLEAD = (
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_NO_BINARY",
    "PIP_CONSTRAINT",
    "PIP_NO_DEPS",
    "PIP_DRY_RUN",
    "PYTHONPATH",
    "PYTHONHOME",
)
WHAT_IT_IS = """
import os, sys, sysconfig
print("%d.%d" % sys.version_info[:2], os.path.isdir(sysconfig.get_path("purelib")))
"""
NOT_FETCHED = "the packages could not be fetched; is the package index reachable from here (pip's PIP_INDEX_URL)?"
STILL_THERE_AFTER_S = 15  # a silent minute looks like a hang


def main(groups):
    """Exit status: 0 ready, 1 with one sentence that says why not, 130 after Ctrl-C."""
    began_s = time.monotonic()
    try:
        guard = os.open(os.path.join(ROOT, "requirements"), os.O_RDONLY)
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up is at work here; waiting for it")
            fcntl.flock(guard, fcntl.LOCK_EX)
        if make_ready(groups):
            say("ready (%.0f s)" % (time.monotonic() - began_s))
    except Refused as refusal:
        print(f"set-up: {refusal}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"set-up: no permission for {error.filename}; own the folder or make your own clone", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up: interrupted; the next run mends it", file=sys.stderr)
        return 130
    return 0


def make_ready(groups):
    """True if there was anything to do. The stamp is written after each step, so that a later failure costs only it."""
    stamp = read_stamp()
    kept = [group for group in (stamp or {}).get("groups", {}) if os.path.exists(lock_of(group))]
    wanted = {group: digest_of_files([lock_of(group)]) for group in [*kept, *groups]}
    project = digest_of_files(files_of_project())
    if stamp and (stamp["groups"], stamp["project"]) == (wanted, project):
        return False
    if not stamp:
        interpreter = choose()
        if not is_usable():
            make_environment(interpreter)
        stamp = {"root": ROOT, "python": version_in_environment(), "groups": {}, "project": None}
        install(interpreter, wanted)
    elif stamp["groups"] != wanted:
        install(None, wanted)
    stamp["groups"] = wanted
    write_stamp(stamp)
    if stamp["project"] != project:
        install_project()
        stamp["project"] = project
        write_stamp(stamp)
    return True


def lock_of(group):
    return os.path.join(ROOT, "requirements", group + ".txt")


def files_of_project():
    """What the installed project is made from; the modules themselves are read where they lie."""
    return [os.path.join(ROOT, "pyproject.toml"), os.path.join(ROOT, "obu", "__init__.py")]


def digest_of_files(paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def read_stamp():
    """What is in .venv, or None where it is absent, half made, moved here from elsewhere or of another Python."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return None
    is_whole = not os.path.exists(UNFINISHED) and stamp.get("root") == ROOT
    return stamp if is_whole and stamp.get("python") == version_in_environment() else None


def write_stamp(stamp):
    with open(STAMP + ".new", "w", encoding="utf-8") as file:
        json.dump(stamp, file, indent=1, sort_keys=True)
    os.replace(STAMP + ".new", STAMP)
    if os.path.exists(UNFINISHED):
        os.remove(UNFINISHED)


def version_in_environment():
    """'3.11' where .venv has a Python that finds its packages' folder, else None."""
    try:
        said = subprocess.check_output([PYTHON, "-I", "-c", WHAT_IT_IS], stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    version, has_packages = said.decode().split()
    return version if has_packages == "True" else None


def is_usable():
    """Whether an environment without our stamp (made by hand) may be kept: whole, here, and of a Python in range."""
    if os.path.exists(UNFINISHED) or os.path.exists(STAMP):
        return False
    return version_in_environment() in ("3.11", "3.12", "3.13")


def begin():
    with open(UNFINISHED, "w", encoding="utf-8"):
        pass


def make_environment(interpreter):
    say(f"making .venv with {interpreter}")
    if os.path.lexists(VENV):
        remove(VENV)
    os.mkdir(VENV)
    begin()
    run([interpreter.command, "-m", "venv", "--without-pip", VENV], "the environment could not be made")


def remove(path):
    """An environment that a signal, another user or a copy left behind."""
    if os.path.islink(path) or os.path.isfile(path):
        os.remove(path)
    else:
        shutil.rmtree(path)


def install(interpreter, groups):
    """Fetches all wheels of the groups, each by its hash, then puts them in without the network."""
    with tempfile.TemporaryDirectory(prefix="obu-set-up-") as folder:
        pip = pip_source.command(interpreter, PYTHON, lock_of("run"), folder)
        wheels = os.path.join(folder, "wheels")
        what = [word for group in groups for word in ("-r", lock_of(group))]
        strict = ["--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input"]
        say("fetching " + ", ".join(groups))
        run([*pip, "download", "-q", "--dest", wheels, *strict, *what], NOT_FETCHED)
        say(f"installing {len(os.listdir(wheels))} packages")
        begin()
        offline = dict(os.environ, PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels)
        run([*pip, "install", "-q", *strict, *what], "the packages could not be installed", offline)


def install_project():
    say("installing the project itself")
    words = ["install", "-q", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    run([PYTHON, "-m", "pip", *words, "-e", ROOT], "the project could not be installed")


def run(words, complaint, environment=None):
    """One quiet child; what it said is shown if it fails."""
    clean = {
        name: value for name, value in (environment or os.environ).items() if name not in PIP_SETTINGS_THAT_MISLEAD
    }
    clean.update(PIP_USER="0", PIP_ROOT_USER_ACTION="ignore", PYTHONUTF8="1")
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=clean, cwd=ROOT
        )
        try:
            status = wait_aloud(child)
        except BaseException:
            child.terminate()
            child.wait()
            raise
        if status:
            output.seek(0)
            lines = output.read().decode("utf-8", "replace").strip().splitlines()
            print("\n".join("    " + line for line in lines[-20:]), file=sys.stderr)
            raise Refused(complaint)


def wait_aloud(child):
    began_s = time.monotonic()
    while True:
        try:
            return child.wait(timeout=STILL_THERE_AFTER_S)
        except subprocess.TimeoutExpired:
            say("  still at it (%.0f s)" % (time.monotonic() - began_s))


def say(text):
    print("set-up: " + text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["run"]))
