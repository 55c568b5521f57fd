"""Makes requirements/<group>.txt from pyproject.toml: `make lock`. The rule: a lock is whole (each file by its hash,
each group's versions agreeing with those before it), names no index, and every package has a wheel for every machine
we serve.

Pins that stand are kept; `make lock ARGS=--upgrade` moves them.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
PYTHONS = ("3.11", "3.12", "3.13")
# Debian 12 has glibc 2.36: wheels up to manylinux_2_36 would do; 2.28 is the newest that packages are built for.
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")
UV = [sys.executable, "-m", "uv"]


def groups(project: dict) -> dict[str, list[str]]:
    """Group name to its direct requirements, in the order in which the locks build on each other."""
    extra = project["project"]["optional-dependencies"]
    own = project["tool"]["obu"]["lock"]
    return {
        "run": [*own["build"], *project["project"]["dependencies"]],
        "test": extra["test"],
        "bench": extra["bench"],
        "technician": extra["technician"],
        "sumo": extra["sumo"],
        "lock": own["lock"],
    }


def compile_group(name: str, requirements: list[str], before: list[str], arguments: list[str]) -> None:
    """Writes one lock by uv's universal resolution."""
    target = LOCKS / f"{name}.txt"
    constraints = [word for group in before for word in ("-c", str(LOCKS / f"{group}.txt"))]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{name}.in"
        source.write_text("\n".join(requirements) + "\n", "utf-8")
        subprocess.run(
            [*UV, "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-build", "--no-annotate",
             "--no-header",
             "--python-version", PYTHONS[0], "-o", str(target), *constraints, *arguments, str(source)],
            check=True, cwd=ROOT,
        )  # fmt: skip
    header = f"# The {name} group, made by `make lock` from pyproject.toml; do not edit.\n"
    target.write_text(header + target.read_text("utf-8"), "utf-8")


def check_wheels(name: str) -> None:
    """Raises CalledProcessError where a package of the lock has no wheel for one of our machines."""
    for python in PYTHONS:
        for platform in PLATFORMS:
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run(
                    [*UV, "pip", "install", "-q", "--dry-run", "--only-binary", ":all:", "--require-hashes",
                     "--python-version", python, "--python-platform", platform, "--target", folder,
                     "-r", str(LOCKS / f"{name}.txt")],
                    check=True, cwd=ROOT,
                )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Makes and checks all locks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    before: list[str] = []
    for name, requirements in groups(project).items():
        print(f"lock: {name}", flush=True)
        try:
            compile_group(name, requirements, before, arguments)
            check_wheels(name)
        except subprocess.CalledProcessError:
            print(f"lock: the group {name} could not be locked", file=sys.stderr)
            return 1
        before.append(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
