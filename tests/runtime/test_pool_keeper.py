"""A pool that is refilled while the unit runs: its real thread, folders and keys; what does not hold is told of."""

import select

import pytest

from obu.core.credentials import PoolUpdate
from obu.core.frames import DriverState, JobOutcome
from obu.core.now import NS_PER_S
from obu.drivers import kek, key_file, libcrypto
from obu.runtime import bench_pki, made_from, own_certificates, pool_keeper
from obu.security.issuing import Lifetime
from tests.station.unit import START_UTC_NS, Unit, make_pki, settings

DAY_S = 86_400
PKI = bench_pki.create(Lifetime(START_UTC_NS - NS_PER_S, 90 * DAY_S), "refill")
LATER = Lifetime(START_UTC_NS, 60 * DAY_S)


def issued(point, aids=bench_pki.BSM_AIDS):
    """A certificate that is valid when those of the first pool are over."""
    return PKI.issue(point, LATER, aids)


@pytest.fixture(params=[False, True], ids=["plain", "encrypted"])
def made(request, tmp_path, monkeypatch):
    """(configuration, key store, keeper, options of the key store) of a unit that runs."""
    monkeypatch.setattr(pool_keeper, "LOOK_S", 0.05)
    folder, options = make_pki(tmp_path / "pki"), key_file.BENCH
    if request.param:
        kek.create(tmp_path / "kek")
        options = key_file.Options(kek_file=str(tmp_path / "kek"), allow_sm2_timing_leak=True)
        key_file.encrypt(folder / "unit/keys", options)
    config = settings(folder, {})
    keys = key_file.make(folder / "unit/keys", options)
    keeper = own_certificates.watch(config, keys, made_from.gather(config, keys.points()))
    yield folder / "unit", keys, keeper, options
    keeper.close()


def next_of(keeper, kind):
    """The next arrival of a kind; the bell must have rung for it."""
    for _ in range(200):
        assert select.select([keeper.fileno()], [], [], 20)[0], "the bell did not ring"
        found = [each for each in keeper.poll(0) if isinstance(each, kind)]
        if found:
            return found[-1]
    raise AssertionError(kind)


def test_new_keys_and_certificates_of_another_process_are_taken_up(made):
    folder, keys, keeper, options = made
    point = key_file.make(folder / "keys", options).create("new", "sm2")
    (folder / "certs/new.cert").write_bytes(issued(point))
    update = next_of(keeper, PoolUpdate)
    assert (len(update.pool), update.duty) == (4, ())
    assert [key for raw, key in update.pool if raw == (folder / "certs/new.cert").read_bytes()] == ["new"]
    e = bytes(range(32))
    assert libcrypto.load().verify("sm2", point, e, *keys.sign("new", e)) is JobOutcome.OK


def test_what_does_not_hold_is_told_of_the_pool_stays_and_a_mended_one_is_taken_up(made):
    folder, _, keeper, options = made
    stranger = libcrypto.load().generate("sm2")
    (folder / "certs/new.cert").write_bytes(issued(stranger.point))
    down = next_of(keeper, DriverState)
    assert (down.name, down.is_up) == ("certificates", False)
    assert down.why == "new.cert: its private key is not in the key store"
    assert "密钥库中没有对应的私钥" in down.why_zh
    (folder / "certs/new.cert").write_bytes(b"\x80\x03")
    assert "not a usable certificate" in next_of(keeper, DriverState).why
    point = key_file.make(folder / "keys", options).create("new", "sm2")
    (folder / "certs/new.cert").write_bytes(issued(point))
    arrived = []
    while len(arrived) < 2:
        assert select.select([keeper.fileno()], [], [], 20)[0]
        arrived += keeper.poll(0)
    assert [type(each) for each in arrived] == [PoolUpdate, DriverState]
    assert arrived[1].is_up


def test_a_unit_whose_pool_is_over_speaks_again_without_a_restart(tmp_path):
    unit = Unit(make_pki(tmp_path / "pki"))
    unit.utc_of = lambda at_ns: START_UTC_NS + 40 * DAY_S * NS_PER_S + at_ns
    unit.run(1)
    assert unit.packets() == []
    assert unit.status()["security"]["pool"] == 0
    names = [f"new-{number}" for number in range(3)]
    raws = [issued(key_file.create(tmp_path / "pki/unit/keys", name, "sm2")) for name in names]
    unit.keys.reload()
    update = PoolUpdate(tuple(zip(raws, names, strict=True)))
    unit.step(pools=(update,))
    unit.run(2.2)
    assert len(unit.packets()) >= 18
    assert unit.status()["security"]["pool"] == 3
    kept = unit.station.checkpoint()
    again = Unit(tmp_path / "pki")
    again.station.restore(kept)
    assert again.station.checkpoint()["pseudonyms"].refill == update
    again.utc_of, again.at_ns = unit.utc_of, unit.at_ns
    again.keys.reload()
    again.run(1.2)
    assert len(again.packets()) >= 9
    assert again.status()["security"]["pool"] == 3
