"""Configuration errors are one sentence that names the key."""

from dataclasses import dataclass, field

import pytest

from obu.core.errors import ConfigError
from obu.runtime import strict


@dataclass(frozen=True)
class Inner:
    limit_ms: int = 5


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = field(default_factory=Inner)
    many: dict[str, Inner] = field(default_factory=dict)
    some: tuple[Inner, ...] = ()
    maybe: Inner | None = None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "name"),
        ("name = 3", "name"),
        ('name = "x"\nnaem = 1', "naem"),
        ('name = "x"\n[inner]\nlimit = 3', "inner.limit"),
        ('name = "x"\n[inner]\nlimit_ms = "3"', "inner.limit_ms"),
        ('name = "x"\n[many.a]\nlimt_ms = 3', "many.a.limt_ms"),
        ('name = "x"\n[[some]]\nx = 3', "some[0].x"),
        ('name = "x"\n[maybe]\nx = 3', "maybe.x"),
        ("name = ", "TOML"),
    ],
)
def test_the_sentence_names_file_and_key(tmp_path, text, key):
    path = tmp_path / "unit.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        strict.read_toml(path, Outer)
    for sentence in (caught.value.text, caught.value.zh):
        assert str(path) in sentence
        assert key in sentence
        assert "\n" not in sentence


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        strict.read_toml(tmp_path / "absent.toml", Outer)


def test_what_is_right_is_read(tmp_path):
    path = tmp_path / "unit.toml"
    path.write_text('name = "x"\n[many.a]\nlimit_ms = 7\n[[some]]\n[maybe]\n')
    assert strict.read_toml(path, Outer) == Outer("x", Inner(), {"a": Inner(7)}, (Inner(),), Inner())
