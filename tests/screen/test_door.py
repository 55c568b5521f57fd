"""Who may come in, one sentence per case."""

from dataclasses import replace
from pathlib import Path

import pytest

from obu.core.errors import ConfigError, LocalError
from obu.screen.door import Door, Listen, Refusal, Visit, listen_at, read_token

TOKEN = "0123456789abcdef"
HERE = Visit(
    method="GET",
    path="/events",
    peer="127.0.0.1",
    local="127.0.0.1",
    host="127.0.0.1:8080",
    origin=None,
    fetch_site="same-origin",
    fetch_mode="cors",
    cookie=None,
)
POST = replace(HERE, method="POST", path="/ack", origin="http://127.0.0.1:8080")
TABLET = replace(HERE, peer="10.0.0.9", local="10.0.0.1", host="10.0.0.1:8080")


def home() -> Door:
    return Door(Listen("127.0.0.1", 0), 8080, None)


def abroad() -> Door:
    return Door(Listen("0.0.0.0", 0), 8080, TOKEN)


@pytest.mark.parametrize(
    ("title", "visit", "reason"),
    [
        ("the page's own stream", HERE, None),
        ("by the name localhost", replace(HERE, host="localhost:8080"), None),
        ("a typed address", replace(HERE, path="/", fetch_site="none", fetch_mode="navigate"), None),
        ("a link on another site", replace(HERE, path="/", fetch_site="cross-site", fetch_mode="navigate"), None),
        ("a tool without a browser's headers", replace(HERE, fetch_site=None, fetch_mode=None), None),
        ("the page's own post", POST, None),
        ("a name that a stranger's DNS points at us", replace(HERE, host="evil.example:8080"), "host"),
        ("another port", replace(HERE, host="127.0.0.1:80"), "host"),
        ("no port", replace(HERE, host="127.0.0.1"), "host"),
        ("no Host at all", replace(HERE, host=None), "host"),
        ("another site's script", replace(HERE, origin="http://evil.example"), "origin"),
        ("a page out of a sandbox", replace(POST, origin="null"), "origin"),
        ("our address, another port", replace(POST, origin="http://127.0.0.1:9"), "origin"),
        ("our address over https", replace(POST, origin="https://127.0.0.1:8080"), "origin"),
        ("a post without Origin", replace(POST, origin=None), "origin"),
        ("another site's picture of our stream", replace(HERE, fetch_site="cross-site", fetch_mode="no-cors"), "site"),
        ("a page on another port of ours", replace(HERE, fetch_site="same-site"), "site"),
        ("a frame of our stream", replace(HERE, fetch_site="cross-site", fetch_mode="navigate"), "site"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_at_home(title: str, visit: Visit, reason: str | None) -> None:
    refusal = home().judge(visit)
    assert (refusal.reason if refusal else None) == reason, title


def test_abroad_needs_a_token() -> None:
    with pytest.raises(ConfigError, match="--token-file"):
        Door(Listen("0.0.0.0", 0), 8080, None)


def test_an_unpaired_tablet_sees_the_pairing_page_and_nothing_else() -> None:
    door = abroad()
    assert door.judge(replace(TABLET, path="/")) is None
    assert door.judge(replace(TABLET, path="/pair.js")) is None
    for path in ("/events", "/index.html", "/main.js", "/symbols/roadworks.svg", "/ack"):
        assert door.judge(replace(TABLET, path=path)) == Refusal(401, "not_paired")
    assert not door.is_paired(TABLET)


def test_a_paired_tablet_may_look_and_not_acknowledge() -> None:
    door = abroad()
    cookie = door.pair(f" {TOKEN}\n")
    paired = replace(TABLET, cookie=cookie)
    assert door.judge(paired) is None
    assert not door.may_acknowledge(paired)
    assert home().may_acknowledge(HERE)
    assert TOKEN not in str(cookie)


@pytest.mark.parametrize("token", ["", "0123456789abcdeF", TOKEN + "0", None, 7, ["x"], "é"])
def test_a_wrong_token_gets_no_cookie(token: object) -> None:
    assert abroad().pair(token) is None


@pytest.mark.parametrize("cookie", ["", "x", TOKEN, "é"])
def test_a_made_up_cookie_does_not_pair(cookie: str) -> None:
    assert not abroad().is_paired(replace(TABLET, cookie=cookie))


def test_abroad_a_visitor_on_this_machine_must_be_paired_too() -> None:
    """A proxy on this machine would make every stranger look local."""
    assert abroad().judge(HERE) == Refusal(401, "not_paired")


def test_abroad_the_host_is_the_address_one_came_to() -> None:
    door = abroad()
    for host in ("10.0.0.2:8080", "localhost:8080", "0.0.0.0:8080", "obu.local:8080"):
        assert door.judge(replace(TABLET, path="/", host=host)) == Refusal(421, "host")
    six = replace(TABLET, path="/", local="fd00::1", host="[fd00::1]:8080")
    assert door.judge(six) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:0", Listen("127.0.0.1", 0)),
        ("localhost:8080", Listen("127.0.0.1", 8080)),
        ("[::1]:80", Listen("::1", 80)),
        ("0.0.0.0:8080", Listen("0.0.0.0", 8080)),
    ],
)
def test_listen(text: str, expected: Listen) -> None:
    assert listen_at(text) == expected


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "host:80", "127.0.0.1", "127.0.0.1:", "1.2.3.4:65536", "1.2.3.4:-1"]
)
def test_listen_refuses_nonsense(text: str) -> None:
    with pytest.raises(ConfigError, match="ADDRESS:PORT"):
        listen_at(text)


def test_a_token_is_long_and_for_one_reader_only(tmp_path: Path) -> None:
    path = tmp_path / "token"
    with pytest.raises(LocalError, match="cannot be read"):
        read_token(path)
    path.write_text(TOKEN + "\n")
    path.chmod(0o644)
    with pytest.raises(LocalError, match="chmod 600"):
        read_token(path)
    path.chmod(0o600)
    assert read_token(path) == TOKEN
    path.write_text("short")
    with pytest.raises(LocalError, match="at least 16"):
        read_token(path)
