"""The shipped databases against the J1939 table, and the decode plan against cantools' own decoding."""

from pathlib import Path

import cantools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.can_input.assembler import Assembler
from obu.can_input.dbc import compile_plans
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Choice, Ignition, Number, Profile, Values
from obu.core.errors import ConfigError
from obu.core.frames import CanFrame
from obu.core.vehicle import Body
from obu.runtime.strict import convert, read_text, read_toml
from tests.can_input import j1939_bus
from tests.can_input.conftest import DBC_FOLDER

SHIPPED = DBC_FOLDER / "city_bus_j1939.dbc"


def test_every_vehicle_is_one_dbc_one_toml_and_a_named_source():
    databases = {path.stem for path in DBC_FOLDER.glob("*.dbc")}
    assert databases == {path.stem for path in DBC_FOLDER.glob("*.toml")} != set()
    sources = (DBC_FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"## {name}\n" in sources for name in databases)


@pytest.mark.parametrize("path", sorted(DBC_FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_profile_compiles(path: Path):
    profile = read_toml(path, Profile)
    plans = compile_plans(read_text(path.with_suffix(".dbc")), profile, str(path))
    Assembler(profile, plans, Decoder(plans), str(path))


@pytest.mark.parametrize("path", sorted(DBC_FOLDER.glob("*_j1939.dbc")), ids=lambda path: path.stem)
def test_every_shipped_j1939_signal_is_the_tables(path: Path):
    database = cantools.database.load_file(path)
    assert {message.name for message in database.messages} == set(j1939_bus.TABLE)
    for message in database.messages:
        group = j1939_bus.TABLE[message.name]
        assert (message.frame_id >> 8) & 0x3FFFF == group["pgn"]
        assert message.frame_id >> 26 == group["priority"]
        assert message.length == group["bytes"]
        assert message.cycle_time == group["rate_ms"]
        assert message.is_extended_frame
        found = {signal.name: signal for signal in message.signals}
        assert set(found) == set(group["signals"])
        for name, row in group["signals"].items():
            signal = found[name]
            assert signal.byte_order == "little_endian"
            assert not signal.is_signed
            assert (signal.start, signal.length) == (row["start"], row["bits"]), name
            assert (signal.scale, signal.offset) == (row["scale"], row["offset"]), name
            assert (signal.unit or "") == row["unit"], name
            assert (signal.minimum, signal.maximum) == (row["minimum"], row["maximum"]), name
            assert signal.spn == row["spn"], name
            choices = {str(raw): str(text) for raw, text in (signal.choices or {}).items()}
            assert choices == (row["states"] or {}), name


@given(st.binary(min_size=8, max_size=8), st.sampled_from(sorted(j1939_bus.TABLE)))
def test_the_plan_decodes_what_cantools_decodes(data, group):
    database = _database()
    decoder = _decoder()
    decoder.take([j1939_bus.frame(group, data)])
    oracle = database.get_message_by_name(group).decode(data, decode_choices=False)
    plans = [plan for message in _plans().messages if message.name == group for plan in message.fields]
    assert plans
    for plan in plans:
        raw = decoder.state.raws[plan.slot]
        if raw is not None:
            assert raw * plan.scale + plan.offset == pytest.approx(oracle[plan.name.partition(".")[2]])


# Any layout of one signal: start bit, width, byte order and sign as a DBC writes them.
@given(
    st.sampled_from([2, 4, 8, 16, 32]),
    st.booleans(),
    st.booleans(),
    st.data(),
    st.binary(min_size=8, max_size=8),
)
def test_any_layout_decodes_as_cantools_does(bits, is_big_endian, is_signed, data, payload):
    first = data.draw(st.integers(0, 64 - bits))  # from the front of the payload, in the signal's own order
    start = first // 8 * 8 + 7 - first % 8 if is_big_endian else first
    text = (
        'VERSION ""\nBS_:\nBU_: V\n'
        f"BO_ 2566844926 M: 8 V\n SG_ S : {start}|{bits}@{0 if is_big_endian else 1}{'-' if is_signed else '+'}"
        ' (0.5,3) [0|0] "km/h" V\n'
    )
    plans = compile_plans(text, _profile(speed_mps=(Number(signal="M.S", max_age_ms=100),)), "test")
    decoder = Decoder(plans)
    decoder.take([CanFrame("main", 0x18FEF100, True, payload, 0)])
    raw = decoder.state.raws[0]
    oracle = cantools.database.load_string(text, "dbc").messages[0].decode(payload)["S"]
    if raw is not None:
        assert raw * 0.5 + 3 == oracle
    else:
        assert decoder.state.dropped


def _profile(**values):
    return Profile(
        title="test", kind="bus", family="j1939", body=Body(width_m=2.5, length_m=12.0),
        ignition=Ignition(silent_ms=3000, settle_ms=10_000), values=Values(**values),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"speed_mps": (Number(signal="CCVS9.Speed", max_age_ms=300),)}, "values.speed_mps[0].signal: CCVS9"),
        ({"speed_mps": (Number(signal="CCVS1.Velo", max_age_ms=300),)}, "values.speed_mps[0].signal: CCVS1.Velo"),
        ({"speed_mps": (Number(signal="Speed", max_age_ms=300),)}, "'Speed' is not MESSAGE.Signal"),
        ({"speed_mps": (Number(signal="VDC2.YawRate", max_age_ms=300),)}, "values.speed_mps[0]: VDC2.YawRate is in"),
        ({"speed_mps": (Number(signal="TCO1.TachoVehicleSpeed", max_age_ms=0),)}, "values.speed_mps[0].max_age_ms"),
        (
            {"gear": (Choice(signals=("ETC2.CurrentGear",), max_age_ms=9, states={"125": "neutra"}),)},
            "values.gear[0]: states.\"125\": 'neutra' is none of",
        ),
        (
            {"abs": (Choice(signals=("EBC1.AbsActive",), max_age_ms=9, states={"1": True}),)},
            'values.abs[0]: states."1"',
        ),
        (
            {"brake_applied": (Choice(signals=("CCVS1.BrakeSwitch",), max_age_ms=9, states={"one": True}),)},
            'values.brake_applied[0]: states."one"',
        ),
    ],
)
def test_nonsense_in_a_profile_is_one_sentence_with_the_key(values, names):
    profile = _profile(**values)
    with pytest.raises(ConfigError) as caught:
        plans = compile_plans(read_text(SHIPPED), profile, "bus.toml")
        Assembler(profile, plans, Decoder(plans), "bus.toml")
    assert names in caught.value.text
    assert "bus.toml" in caught.value.text
    assert "\n" not in caught.value.text


def test_an_unknown_value_in_a_profile_is_named():
    tree = {"title": "x", "kind": "bus", "family": "j1939", "body": {"width_m": 2.5, "length_m": 12.0},
            "ignition": {"silent_ms": 1, "settle_ms": 1}, "values": {"sped_mps": []}}  # fmt: skip
    with pytest.raises(ConfigError, match=r"values\.sped_mps: no such key"):
        convert(tree, Profile, "bus.toml")


def test_a_broken_dbc_is_one_sentence():
    with pytest.raises(ConfigError, match=r"bus\.dbc: not a valid DBC"):
        compile_plans("BO_ nonsense", _profile(), "bus.toml")


def test_the_filters_pass_every_sender_of_the_profile_and_nothing_else(bus):
    filters = bus.plans.filters()
    pgns = {j1939_bus.TABLE[message.name]["pgn"] for message in bus.plans.messages}
    assert len(filters) - 2 == len(pgns) == len(bus.plans.messages)
    pgns |= {0xEC00, 0xEB00}  # in which a VIN comes
    for priority, sender in ((0, 0), (3, 0x31), (7, 255)):
        for pgn in (*pgns, 0xFEF2, 0xF004, 0xFF17):
            can_id = priority << 26 | pgn << 8 | sender
            assert any(can_id & mask == wanted for wanted, mask, _ in filters) == (pgn in pgns)


def _cached(make):
    store = []

    def get():
        if not store:
            store.append(make())
        return store[0]

    return get


_database = _cached(lambda: cantools.database.load_file(SHIPPED))
_plans = _cached(
    lambda: compile_plans(read_text(SHIPPED), read_toml(SHIPPED.with_suffix(".toml"), Profile), SHIPPED.name)
)


def _decoder():
    return Decoder(_plans())
