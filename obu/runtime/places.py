"""Where the shipped data lies: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

from obu.core.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent.parent


def vehicles() -> Path:
    """The folder of the vehicle profiles (<vehicle>.dbc + <vehicle>.toml)."""
    installed = PACKAGE / "_data" / "dbc"
    return installed if installed.is_dir() else PACKAGE.parent / "dbc"


def vehicle(profile: str, key: str) -> Path:
    """The TOML of a profile: a shipped one's name, or a path. Raises ConfigError that names `key`."""
    if profile.endswith(".toml"):
        return Path(profile)
    path = vehicles() / f"{profile}.toml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in vehicles().glob("*.toml")))
        raise ConfigError(f"{key}: {profile!r} is not known; there are: {known}",
                          f"{key}：没有 {profile!r}；可用：{known}")  # fmt: skip
    return path
