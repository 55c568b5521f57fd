"""`python -m hil screens` shows every application there is, or says which it cannot."""

import argparse
from pathlib import Path
from types import MappingProxyType

import pytest

from hil import screens, showcase


def test_every_application_has_its_instant() -> None:
    assert showcase.unplayed() == []


def test_an_application_without_an_instant_is_named_with_where_to_add_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = {name: play for name, play in showcase.PLAYS.items() if name not in ("FCW", "TJW")}
    monkeypatch.setattr(showcase, "PLAYS", MappingProxyType(fewer))
    assert screens.run(argparse.Namespace(out=tmp_path / "out", size="1024x600")) == 2
    said = capsys.readouterr().err
    assert "FCW, TJW: no instant to show: add it to PLAYS in hil/showcase.py" in said
    assert not (tmp_path / "out").exists()
