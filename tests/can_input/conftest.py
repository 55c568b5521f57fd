"""The shipped city bus, ready to be fed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from obu.can_input.assembler import Assembler
from obu.can_input.dbc import Plans, compile_plans
from obu.can_input.decoder import Decoder
from obu.can_input.profile import Profile
from obu.core.frames import CanFrame
from obu.core.vehicle import VehicleState
from obu.runtime.strict import read_text, read_toml

DBC_FOLDER = Path(__file__).parents[2] / "dbc"


@dataclass(slots=True)
class Bus:
    """A decoder and assembler of the shipped city bus."""

    profile: Profile
    plans: Plans
    decoder: Decoder
    assembler: Assembler

    def after(self, *frames: CanFrame, at_ms: float) -> VehicleState:
        """What the vehicle says at this instant, these frames having come in."""
        self.decoder.take(frames)
        return self.assembler.vehicle(int(at_ms * 1_000_000))


@pytest.fixture
def bus() -> Bus:
    path = DBC_FOLDER / "city_bus_j1939.toml"
    profile = read_toml(path, Profile)
    plans = compile_plans(read_text(path.with_suffix(".dbc")), profile, str(path))
    decoder = Decoder(plans)
    return Bus(profile, plans, decoder, Assembler(profile, plans, decoder, str(path)))
