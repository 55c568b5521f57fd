"""The store: what was asked to be kept comes back whole or not at all. A real disk, and one that fails."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import ConfigError
from obu.core.frames import DriverState, Save
from obu.runtime import store


def kept(folder: Path) -> dict[str, bytes]:
    """What a later run gets in its first poll."""
    later = store.Store(folder)
    saved = {one.name: one.data for one in later.poll(0) if isinstance(one, Save)}
    later.close()
    return saved


def test_what_was_saved_comes_back_to_the_next_run_and_only_the_last_of_each_name(tmp_path: Path) -> None:
    first = store.Store(tmp_path / "a" / "state")
    assert [one for one in first.poll(0) if isinstance(one, Save)] == []
    first.save([Save("pseudonyms", b"1"), Save("reports", b"")])
    first.save([Save("pseudonyms", b"2")])
    first.close()
    assert kept(tmp_path / "a" / "state") == {"pseudonyms": b"2", "reports": b""}
    assert (tmp_path / "a" / "state").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a" / "state").iterdir()} == {0o600}


def test_a_power_cut_before_the_move_leaves_the_old_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(tmp_path, "x", b"old")

    def cut(self: Path, target: Path) -> None:
        raise OSError("power")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        with pytest.raises(OSError, match="power"):
            store.write(tmp_path, "x", b"new")
    assert store.read(tmp_path) == ([Save("x", b"old")], "")
    store.write(tmp_path, "x", b"newer")
    assert store.read(tmp_path) == ([Save("x", b"newer")], "")


@given(data=st.binary(max_size=60), cut=st.integers(0, 71), flip=st.integers(0, 2**8 - 1))
def test_a_file_that_is_not_whole_is_left_out_and_named(
    data: bytes, cut: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("state")
    store.write(folder, "x", data)
    path = folder / "x.state"
    whole = path.read_bytes()
    at = cut % len(whole)
    spoilt = whole[:at] if flip == 0 else whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
    path.write_bytes(spoilt)
    assert store.read(folder) == ([], "not whole, left out: x.state")


def test_a_disk_that_fails_is_told_of_and_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RETRY_S", 0.01)
    real, fails, tried = store.write, [True], threading.Semaphore(0)

    def write(folder: Path, name: str, data: bytes) -> None:
        tried.release()
        if fails[0]:
            raise OSError(28, os.strerror(28))
        real(folder, name, data)

    monkeypatch.setattr(store, "write", write)
    kept_by = store.Store(tmp_path)
    kept_by.poll(0)
    kept_by.save([Save("x", b"1")])
    assert tried.acquire(timeout=10) and tried.acquire(timeout=10)
    (down,) = [one for one in kept_by.poll(1) if isinstance(one, DriverState)]
    assert not down.is_up and "No space left" in down.why
    fails[0] = False
    assert tried.acquire(timeout=10)
    kept_by.close()
    assert store.read(tmp_path) == ([Save("x", b"1")], "")


def test_a_folder_that_cannot_be_written_is_refused_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root, who runs some of these tests, may write all
    with pytest.raises(ConfigError, match=r"unit\.state: .*no permission"):
        store.check(tmp_path / "state")


def test_a_file_in_the_way_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    for folder in (tmp_path / "state", tmp_path / "state" / "deeper"):
        with pytest.raises(ConfigError, match=r"unit\.state: .*not a folder"):
            store.Store(folder)
