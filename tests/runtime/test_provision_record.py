"""The record of an installation: who can have signed it, and that the unit looks at it when it starts."""

from pathlib import Path

import pytest

from obu.core.errors import LocalError, RemoteError
from obu.core.frames import HostState
from obu.drivers import key_file
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki, config, devices, made_from, provision_record, wiring
from obu.runtime.provision_record import FILE, KEY, UNREADABLE
from obu.security import keys
from tests.runtime.test_config import GOOD

CONTENT = {"schema": provision_record.SCHEMA, "serial": "T-1", "width_m": 2.95, "open": ["bus"], "who": "李伟"}


class OnlyP256:
    """A token that makes no SM2 key."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._files = key_file.make(folder, key_file.Options())

    def __getattr__(self, name: str) -> object:
        return getattr(self._files, name)

    def create(self, name: str, curve: str) -> bytes:
        if curve == keys.SM2:
            raise LocalError("no SM2 here", "没有 SM2")
        return self._files.create(name, curve)


def test_a_token_without_sm2_signs_with_p256_and_its_next_record_with_the_same_key(tmp_path: Path) -> None:
    store = OnlyP256(tmp_path / "keys")
    seals = [provision_record.opened(provision_record.sealed(CONTENT, store, None))[1] for _ in range(2)]  # type: ignore[arg-type]
    assert seals[0] == seals[1] and seals[0].curve == keys.P256
    assert store.points() == {KEY: (keys.P256, seals[0].point)}  # type: ignore[operator]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", b'{"installation": 1, "signature": 2}', b"[" * 100_000])
def test_what_is_no_record_has_its_reason(raw: bytes) -> None:
    with pytest.raises(RemoteError, match="record_malformed"):
        provision_record.opened(raw)


def test_the_unit_looks_at_it_when_it_starts(tmp_path: Path) -> None:
    bench_pki.make_test(tmp_path / "pki", SystemClock(0).now().utc_ns or 0, 30, 2, 1, False)
    (tmp_path / "unit.toml").write_text(GOOD)
    settings = config.read(tmp_path / "unit.toml")
    store = devices.key_store(settings)
    material = made_from.gather(settings, store.points())
    record = tmp_path / "state" / FILE

    def told() -> tuple[str, ...] | None:
        drivers = wiring.outer(settings, material, store, lambda: 0)
        (machine,) = (source for source in drivers.sources if source.name == "host")
        (state,) = machine.poll(0)
        for driver in (*drivers.sources, drivers.radio, drivers.pool, drivers.store, drivers.socket):
            driver.close()
        assert isinstance(state, HostState)
        return state.not_done

    assert told() is None
    provision_record.write(record, provision_record.sealed(CONTENT, store, None))
    assert told() == ("bus",)
    record.write_bytes(record.read_bytes().replace(b"T-1", b"T-2"))
    assert told() == UNREADABLE
