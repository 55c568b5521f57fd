"""What is asked of a car and when; what its answers say. Their octets are those of SAE J1979, written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.can_input import obd
from obu.can_input.assembler import Assembler
from obu.can_input.dbc import compile_plans
from obu.can_input.decoder import Decoder
from obu.can_input.obd import Asker
from obu.can_input.profile import Profile
from obu.core.frames import DiagnosticAnswer, DriverState
from obu.runtime.freeze import freeze, thaw
from obu.runtime.strict import read_text, read_toml
from tests.can_input.conftest import DBC_FOLDER

MS = 1_000_000
UP, DOWN = (DriverState("can.main", is_up, "", 0) for is_up in (True, False))
SPEED = bytes([0x01, 0x0D])


class Car:
    """Asks as a unit does, each 10 ms."""

    def __init__(self) -> None:
        path = DBC_FOLDER / "taxi_obd.toml"
        profile = read_toml(path, Profile)
        self.plans = compile_plans(read_text(path.with_suffix(".dbc")), profile, str(path))
        self.decoder = Decoder(self.plans)
        self.assembler = Assembler(profile, self.plans, self.decoder, str(path))
        self.asker = Asker("can.main", [message.key for message in self.plans.messages])
        self.asker.take(0, (), (UP,))
        self.at_ms, self.asked_ms, self.asked = 0, [], []
        self.kinds = {0x00: bytes.fromhex("4100be3fa813"), 0x20: bytes.fromhex("41209005b011"),
                      0x40: bytes.fromhex("4140fed00400")}  # fmt: skip

    def run(self, until_ms: int, answer=None, late_ms: int = 30) -> None:
        """answer: the octets of an answer at a millisecond, None for silence."""
        due = []
        while self.at_ms < until_ms:
            self.at_ms += 10
            came = [DiagnosticAnswer(data, at * MS) for at, data in due if at <= self.at_ms]
            due = [each for each in due if each[0] > self.at_ms]
            self.decoder.take(self.asker.take(self.at_ms * MS, came, ()))
            for question in self.asker.ask(self.at_ms * MS):
                self.asked_ms.append(self.at_ms)
                self.asked.append(question)
                said = answer(self.at_ms) if answer else None
                if said is not None and question != SPEED:
                    said = self.kinds.get(question[1])
                if said is not None:
                    due.append((self.at_ms + late_ms, said))

    def speed_mps(self):
        return self.assembler.vehicle(self.at_ms * MS).speed_mps


def at_kph(kph: int):
    return lambda _: bytes([0x41, 0x0D, kph])


def test_a_car_that_answers_is_asked_ten_times_a_second() -> None:
    car = Car()
    car.run(3000, at_kph(36))
    assert car.speed_mps() == pytest.approx(10.0)
    gaps = {later - earlier for earlier, later in zip(car.asked_ms, car.asked_ms[1:], strict=False)}
    assert gaps == {100}
    assert set(car.asked) == {SPEED, b"\x01\x00", b"\x01\x20", b"\x01\x40"}
    assert car.asker.state.answers == car.decoder.state.used + 3 * len(car.kinds)


def test_one_question_at_a_time() -> None:
    car = Car()
    car.run(2000, at_kph(36), late_ms=150)
    assert min(b - a for a, b in zip(car.asked_ms, car.asked_ms[1:], strict=False)) >= 150
    assert car.speed_mps() == pytest.approx(10.0)


def test_a_car_that_is_silent_is_left_to_sleep() -> None:
    car = Car()
    car.run(60_000)
    assert len([at for at in car.asked_ms if at < 5000]) <= 25
    assert len([at for at in car.asked_ms if at >= 5000]) <= 6  # one each ten seconds
    assert car.speed_mps() is None
    car.run(75_000, at_kph(18))
    assert len([at for at in car.asked_ms if at > 74_000]) == 10  # it woke
    assert car.speed_mps() == pytest.approx(5.0)


def test_an_old_answer_is_no_speed() -> None:
    car = Car()
    car.run(3000, at_kph(36))
    car.run(3400)
    assert car.speed_mps() == pytest.approx(10.0)
    car.run(3700)
    assert car.speed_mps() is None


@pytest.mark.parametrize(
    "data", [b"", b"\x41", b"\x7f\x01\x12", b"\x41\x0c\x20", b"\x62\x0d\x20", b"\x41\x0d", b"\x01\x0d\x20"]
)
def test_what_is_no_answer_is_none(data: bytes) -> None:
    car = Car()
    car.run(1000, lambda _: data)
    assert car.speed_mps() is None
    state = car.decoder.state
    assert car.asker.state.refused or state.dropped == {"short_frame": state.frames}


def test_an_answer_nobody_asked_for_changes_nothing() -> None:
    car = Car()
    assert car.asker.take(5 * MS, (DiagnosticAnswer(bytes([0x41, 0x0D, 200]), 5 * MS),), ()) == []
    assert car.asker.state.refused == 1


def test_without_a_channel_nothing_is_asked() -> None:
    car = Car()
    car.asker.take(0, (), (DOWN,))
    car.run(2000, at_kph(36))
    assert car.asked_ms == []
    assert car.asker.wake_at_ns() is None
    idle = Asker("", [])
    idle.take(0, (), (UP,))
    assert idle.ask(10**9) == () and idle.wake_at_ns() is None


@given(st.lists(st.binary(max_size=12), max_size=20))
def test_strangers_octets_raise_nothing(payloads: list[bytes]) -> None:
    car = Car()
    for number, data in enumerate(payloads):
        car.asker.ask(number * 300 * MS)
        car.decoder.take(car.asker.take(number * 300 * MS, (DiagnosticAnswer(data, number * MS),), ()))
    state = car.asker.state
    assert state.answers + state.refused == len(payloads)  # every one is counted
    assert car.decoder.state.frames + len(car.asker.marks()) == state.answers


def test_its_kind_is_asked_three_times_among_the_others_and_again_when_it_has_slept() -> None:
    car = Car()
    car.run(5000, at_kph(36))
    assert [question[1] for question in car.asked[:18] if question != SPEED] == [0x00, 0x20, 0x40] * 3
    assert set(car.asked[18:]) == {SPEED}
    marks = car.asker.marks()
    assert len(marks) == 9 and len({mark.can_id for mark in marks}) == 3
    assert marks[0].can_id == 0x0100BE3FA813 and car.asker.marks() == ()
    car.run(20_000)
    car.run(60_000, at_kph(36))
    assert len(car.asker.marks()) == 9


@pytest.mark.parametrize("kinds", [
    {}, {0x00: b"\x7f\x01\x12"}, {0x00: b"\x41\x00"}, {0x00: bytes.fromhex("4100be3fa812")},
])  # fmt: skip
def test_a_car_that_does_not_tell_its_kind_is_asked_three_times_and_no_more(kinds: dict[int, bytes]) -> None:
    car = Car()
    car.kinds = kinds
    car.run(10_000, at_kph(36))
    assert [question[1] for question in car.asked if question != SPEED] == [0x00] * 3
    assert car.speed_mps() == pytest.approx(10.0)


def test_the_state_survives_a_checkpoint() -> None:
    car = Car()
    car.run(1000, at_kph(36))
    car.asker.state = thaw(freeze(car.asker.state))
    car.run(2000, at_kph(72))
    assert car.speed_mps() == pytest.approx(20.0)
    assert obd.key(0x10D, False) == car.plans.messages[0].key
