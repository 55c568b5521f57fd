"""Questions over ISO-TP on a virtual bus, answered by a stand-in control unit on python-can alone, frame by frame."""

import uuid

import can
import pytest

from obu.core.errors import ConfigError
from obu.core.frames import DiagnosticAnswer, DriverState
from obu.drivers import isotp
from obu.drivers.isotp import Options

S = 1_000_000_000


class ControlUnit:
    """Answers on 0x7E8; in one frame up to 7 octets, else by first frame, flow control and consecutive frames."""

    def __init__(self, channel: str) -> None:
        self.bus = can.Bus(interface="virtual", channel=channel)
        self.asked: list[can.Message] = []

    def say(self, *octets: int, can_id: int = 0x7E8) -> None:
        self.bus.send(can.Message(arbitration_id=can_id, data=bytes(octets).ljust(8, b"\xaa"), is_extended_id=False))

    def heard(self) -> list[bytes]:
        found = []
        while (message := self.bus.recv(0)) is not None:
            self.asked.append(message)
            found.append(bytes(message.data))
        return found


@pytest.fixture
def channel() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def car(channel: str):
    unit = ControlUnit(channel)
    yield unit
    unit.bus.shutdown()


@pytest.fixture
def port(channel: str):
    made = isotp.make("can.main", Options(permit_sending="mode-01", through="virtual", channel=channel))
    yield made
    made.close()


def payloads(arrivals) -> list[bytes]:
    return [each.data for each in arrivals if isinstance(each, DiagnosticAnswer)]


def test_a_question_goes_out_once_and_its_answer_comes_whole(car: ControlUnit, port: isotp.Diagnostics) -> None:
    assert port.poll(1) == [DriverState("can.main", True, f"virtual {port._options.channel}", 1)]
    port.ask(b"\x01\x0d", 2)
    assert car.heard() == [bytes([0x02, 0x01, 0x0D]) + b"\x55" * 5]  # single frame, padded (ISO 15765-4)
    assert car.asked[0].arbitration_id == 0x7DF and not car.asked[0].is_extended_id
    car.say(0x03, 0x41, 0x0D, 0x24)
    assert payloads(port.poll(3)) == [b"\x41\x0d\x24"]
    assert port.poll(4) == [] and car.heard() == []


def test_nothing_is_sent_unasked(car: ControlUnit, port: isotp.Diagnostics) -> None:
    for at in range(100):
        car.say(0x03, 0x41, 0x0D, 0x24, can_id=0x7E9)  # another control unit's
        car.say(0x10, 0x14, 1, 2, 3, 4, 5, 6, can_id=0x123)
        port.poll(at)
    assert car.heard() == []


def test_a_strangers_long_answer_does_not_make_it_speak(car: ControlUnit, port: isotp.Diagnostics) -> None:
    port.poll(0)
    for at in range(500):
        car.say(0x10, 0x14, 0x49, 0x02, 1, 2, 3, 4)  # a first frame, for which ISO-TP wants flow control
        port.poll(at)
    assert car.heard() == []
    port.ask(b"\x01\x0d", 501)
    assert len(car.heard()) == 1


def test_strangers_frames_raise_nothing(car: ControlUnit, port: isotp.Diagnostics) -> None:
    import random

    rng = random.Random(4)
    port.poll(0)
    for at in range(3000):
        car.say(*rng.randbytes(8))
        assert all(len(data) <= 4095 for data in payloads(port.poll(at)))
    assert car.heard() == []


def test_a_bus_that_complains_is_left_for_good(car: ControlUnit, port: isotp.Diagnostics) -> None:
    port.poll(0)
    for _ in range(isotp.MOST_ERRORS):
        car.bus.send(can.Message(arbitration_id=4, is_error_frame=True, dlc=8, data=bytes(8)))
    [said] = port.poll(1)
    assert not said.is_up and "nothing is asked until the unit starts anew" in said.why
    car.heard()
    port.ask(b"\x01\x0d", 2)
    assert port.poll(3600 * S) == [] and car.heard() == []
    assert port.fileno() == -1 and port.wake_at_ns() is None


def test_a_device_that_is_not_there_is_tried_again() -> None:
    port = isotp.make("can.main", Options(permit_sending="mode-01", through="slcan", channel="/dev/no-such-tty"))
    [said] = port.poll(1)
    assert not said.is_up
    assert port.wake_at_ns() is not None
    port.close()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (
            {"permit_sending": ""},
            'can.main.permit_sending: asking a car means sending on its bus; "mode-01" permits it',
        ),
        ({"permit_sending": "yes"}, "permit_sending"),
        ({"through": "nonsense"}, "can.main.through: 'nonsense' is none of"),
    ],
)
def test_nothing_is_opened_without_leave(changed: dict, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        isotp.make("can.main", Options(**{"permit_sending": "mode-01", "through": "virtual", "channel": "x"} | changed))
    assert why in caught.value.text and caught.value.zh
