"""What differs by class of vehicle says why: each such parameter is explained where it stands."""

import dataclasses

import pytest

from obu.apps import base
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass

SHARED = (DELAY_S, BRAKE_MPS2)  # obu/core/driving.py has their source
BY_CLASS = [
    (name, field.name)
    for name in base.names()
    for field in dataclasses.fields(base.load(name).Parameters)
    if isinstance(field.default, ByClass) and field.default not in SHARED
]


@pytest.mark.parametrize(("app", "field"), BY_CLASS)
def test_a_parameter_by_class_names_its_source(app, field):
    assert f"{field}: " in base.load(app).Parameters.__doc__ or f"{field}, " in base.load(app).Parameters.__doc__
