"""What outlives a restart, and an emergency vehicle on duty: whole stations, their saves carried by hand."""

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import Save
from obu.runtime import places
from obu.runtime.config import Pseudonyms, Vehicle
from obu.security import certificate as certificates

from .unit import START_UTC_NS, Unit, bench_pki, own_bsms

SIREN = """
[[values.siren]]
signals = ["CCVS1.BrakeSwitch"]
states = { "0" = false, "1" = true }
max_age_ms = 1000
"""


@pytest.fixture(scope="module")
def ambulance(tmp_path_factory):
    """A PKI folder with an identity certificate, and a vehicle whose brake lamp stands for the siren."""
    folder = tmp_path_factory.mktemp("ambulance")
    pki = bench_pki.make_test(folder / "pki", START_UTC_NS, 30, 3, 1)
    lifetime = bench_pki.Lifetime(START_UTC_NS - 3600 * 10**9, 30 * 86_400)
    pki.write_station(folder / "duty", 1, lifetime, (113, 114), "AMBULANCE")
    (folder / "duty/keys/00.pem").rename(folder / "pki/unit/keys/duty.pem")
    shipped = places.vehicles() / "city_bus_j1939"
    (folder / "ambulance.dbc").write_text(shipped.with_suffix(".dbc").read_text(encoding="utf-8"), encoding="utf-8")
    profile = shipped.with_suffix(".toml").read_text(encoding="utf-8")
    (folder / "ambulance.toml").write_text(profile + SIREN, encoding="utf-8")
    return folder


def unit_of(folder, basic_class=63):
    return Unit(
        folder / "pki",
        sections={
            "vehicle": Vehicle(profile=str(folder / "ambulance.toml"), width_m=2.0, basic_class=basic_class),
            "pseudonyms": Pseudonyms(identity=str(folder / "duty/certs")),
        },
    )


def test_a_restart_takes_a_pseudonym_that_was_not_used_before(pki):
    saved, seen = (), []
    for seed in range(3):
        unit = Unit(pki, random_seed=seed)
        unit.step(saved=saved)
        unit.run(1.1)
        saved = tuple(save for _, outbox in unit.outboxes for save in outbox.saves)[-1:]
        assert [save.name for save in saved] == ["pseudonyms"]
        seen.append(unit.status()["security"]["certificate"])
    assert len(set(seen)) == 3


def test_what_nobody_asked_for_is_passed_over(pki):
    unit = Unit(pki)
    unit.step(saved=(Save("of_a_later_version", b"\x00"), Save("pseudonyms", b"\xff")))
    unit.run(1.1)
    assert unit.packets()


def test_on_duty_it_signs_with_its_identity_certificate_under_the_emergency_aids(ambulance):
    unit = unit_of(ambulance)
    unit.run(2)
    unit.can_state["brake"] = True
    unit.run(2)
    unit.can_state["hazard"] = True
    unit.run(1.1)
    aids = [packet.aid for _, packet in unit.packets()]
    assert list(dict.fromkeys(aids)) == [111, 113, 114]
    identity = certificates.parse(next((ambulance / "duty/certs").iterdir()).read_bytes())
    status = unit.status()["security"]
    assert status["on_duty"] and status["certificate"] == identity.digest8.hex()
    said = {aid: {str(bsm.get("emergencyExt")) for of_aid, _, bsm in own_bsms(unit) if of_aid == aid}
            for aid in aids}  # fmt: skip
    on_duty = str({"responseType": "emergency", "sirenUse": "inUse"})  # of a light bar nothing is known
    assert said == {111: {"None"}, 113: {on_duty}, 114: {on_duty}}
    sources = {aid: {packet.l2_source for _, packet in unit.packets() if packet.aid == aid} for aid in aids}
    assert len(sources[111]) == len(sources[113]) == 1 and sources[111] != sources[113] == sources[114]


def test_an_ordinary_bus_with_the_same_signal_is_never_on_duty(ambulance):
    unit = unit_of(ambulance, basic_class=70)
    unit.can_state["brake"] = True
    unit.run(1.1)
    assert {packet.aid for _, packet in unit.packets()} == {111}


def test_an_identity_certificate_that_permits_no_emergency_aid_is_refused(pki):
    with pytest.raises(ConfigError, match=r"pseudonyms\.identity: 00\.cert: does not permit AID 113"):
        Unit(pki, sections={"pseudonyms": Pseudonyms(identity=str(pki / "unit/certs"))})
