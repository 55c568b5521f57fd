"""What the driver is told that he cannot have: true to what the applications need; what is against all stands alone."""

import dataclasses
from typing import Any

import pytest

from hil.showcase import PLAYS, Stage
from obu.apps import base, vrucw
from obu.apps.base import Need
from obu.core.alert import Level
from obu.core.driving import VehicleClass
from obu.core.errors import ConfigError
from obu.core.frames import RADIO
from obu.core.world import View
from obu.runtime import wiring
from obu.station import unavailable
from obu.station.unavailable import Because, Health
from tests.station.unit import settings

WELL = Health(frozenset(), 1, False)
FCW = Stage("FCW")
RLVW = Stage("RLVW").warn.state.view
assert RLVW is not None


def without(view: View, need: Need) -> View:
    """The same instant, one thing not there."""
    own = view.own
    if need is Need.SPEED:
        return dataclasses.replace(view, own=dataclasses.replace(own, speed_mps=None))
    if need is Need.TURN_SIGNAL:
        bus = dataclasses.replace(own.vehicle, left_turn=None, right_turn=None)
        return dataclasses.replace(view, own=dataclasses.replace(own, lights=frozenset(), vehicle=bus))
    if need is Need.LIGHT:
        return dataclasses.replace(view, signal=None)
    if need is Need.LEVEL:
        others = tuple(
            dataclasses.replace(other, conflict=other.conflict and dataclasses.replace(other.conflict, is_on_map=False))
            for other in view.neighbours
        )
        return dataclasses.replace(view, neighbours=others)
    return dataclasses.replace(view, signal=None, limit_mps=None, is_on_map=False)


def erring(view: View, sigma_m: float) -> View:
    """The same instant, everybody's place so unsure."""
    others = tuple(dataclasses.replace(other, sigma_m=sigma_m) for other in view.neighbours)
    return dataclasses.replace(view, neighbours=others)


@pytest.mark.parametrize("name", PLAYS)
def test_an_application_says_exactly_what_it_cannot_do_without(name: str) -> None:
    """Its warning of the showcase is gone without each of these, and stays without each of the others.

    Where it minds the error of places, it is the same up to one limit, makes no sound up to the other, then is gone.
    """
    stage = Stage(name)
    view, (app,) = stage.warn.state.view, [one for one in stage.apps if one.name == name]
    assert view is not None
    assert app.look(view, app.parameters)
    assert {need for need in Need if not app.look(without(view, need), app.parameters)} == app.needs - {Need.LEVEL}
    before, after = (
        {alert.level for alert in app.look(seen, app.parameters)} for seen in (view, without(view, Need.LEVEL))
    )
    assert after == ({Level.INFORMATION} if Need.LEVEL in app.needs else before)
    if app.silent_sigma_m is not None and app.off_sigma_m is not None:
        sounding = {alert.level for alert in app.look(erring(view, app.silent_sigma_m), app.parameters)}
        assert sounding == {alert.level for alert in app.look(view, app.parameters)}
        assert {alert.level for alert in app.look(erring(view, app.off_sigma_m), app.parameters)} == {Level.INFORMATION}
        assert not app.look(erring(view, app.off_sigma_m + 0.01), app.parameters)


def told(view: View, health: Health = WELL, sigma_m: float | None = None) -> list[tuple[Any, str, str, bool]]:
    """(names or None, the reason in English, whose, silent) of each."""
    if sigma_m is not None:
        view = erring(view, sigma_m)
    found = unavailable.told(unavailable.lacks(view, FCW.apps, (), health), FCW.apps)
    return [
        (lack["apps"] and [app["name"] for app in lack["apps"]], lack["why"]["en"], lack["because"], lack["is_silent"])
        for lack in found
    ]


def test_with_everything_there_nothing_is_missing() -> None:
    assert told(RLVW) == []


@pytest.mark.parametrize(
    ("title", "view", "health", "reasons"),
    [
        ("radio", RLVW, Health(frozenset({RADIO, "can"}), 1, False), ["the radio is down"]),
        ("trust", RLVW, Health(frozenset(), 0, False), ["no root certificate is trusted"]),
        ("time", dataclasses.replace(RLVW, utc_ns=None), WELL, ["no time"]),
        ("place", View(at_ns=0, utc_ns=None, own=dataclasses.replace(RLVW.own, lat_deg=None)), WELL,
         ["no time", "no valid position"]),
        ("heading", View(at_ns=0, utc_ns=1, own=dataclasses.replace(RLVW.own, heading_deg=None)), WELL, ["no heading"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_stands_against_all_stands_alone(title: str, view: View, health: Health, reasons: list[str]) -> None:
    assert told(view, health) == [(None, reason, "unit", False) for reason in reasons], title


def test_what_this_place_does_not_offer_is_no_fault() -> None:
    no_map = without(RLVW, Need.LANE)
    for is_apart, why, whose in (
        (False, "no road map here", "place"),
        (True, "the road map is of another datum", "unit"),
    ):
        assert told(no_map, Health(frozenset(), 1, is_apart)) == [
            (["GLOSA", "RLVW", "SLW"], why, whose, False),
            (["ICW"], why, whose, True),
        ]
    assert told(without(RLVW, Need.LIGHT)) == [(["GLOSA", "RLVW"], "no signal data", "place", False)]


def test_lanes_cannot_be_told_apart_when_the_best_known_neighbour_is_too_uncertain() -> None:
    """BSW is off above 0.8 m, a part of VRUCW in a bus, others are silent, and off above their own limits."""
    assert told(RLVW, sigma_m=0.8) == []
    why = "position uncertain by 0.9 m"
    lanes = ["EBW", "FCW", "LCW"]
    assert told(RLVW, sigma_m=0.9) == [
        (["BSW"], why, "unit", False),
        (lanes, why, "unit", True),
        (["VRUCW"], why, "unit", False),
    ]
    assert told(RLVW, sigma_m=2.6) == [
        (["BSW", "EBW", "FCW", "LCW", "LTA"], "position uncertain by 2.6 m", "unit", False),
        (["ICW", "VRUCW"], "position uncertain by 2.6 m", "unit", True),
        (["VRUCW"], "position uncertain by 2.6 m", "unit", False),
    ]
    alone = dataclasses.replace(RLVW, neighbours=(), sigma_m=None)
    silent = sorted([*lanes, "LTA", "VRUCW"])
    assert [names for names, *_ in told(alone)] == [["BSW"], silent, ["VRUCW"]], (
        "who tells no error is taken to have 1.5 m"
    )


@pytest.mark.parametrize(
    ("vehicle", "sigma_m", "is_off"),
    [
        (VehicleClass.BUS12, 0.8, False),
        (VehicleClass.BUS12, 0.9, True),
        (VehicleClass.BUS18, 2.6, True),
        (VehicleClass.TAXI, 0.9, False),  # its rear follows its front: there is nothing to be off
        (VehicleClass.BUS12, 5.1, False),  # all of VRUCW is
    ],
)
def test_a_part_that_is_off_before_the_rest_is_told_by_what_it_warns_of(
    vehicle: VehicleClass, sigma_m: float, is_off: bool
) -> None:
    view = erring(dataclasses.replace(RLVW, vehicle=vehicle), sigma_m)
    found = unavailable.told(unavailable.lacks(view, FCW.apps, (), WELL), FCW.apps)
    titles = {app["title"]["en"]: lack for lack in found for app in lack["apps"]}
    (part,) = vrucw.PARTS
    assert (part.title.en in titles) is is_off
    if is_off:
        lack = titles[part.title.en]
        assert [app["name"] for app in lack["apps"]] == ["VRUCW"]
        assert (lack["because"], lack["is_silent"]) == ("unit", False)
        assert lack["why"] == {"zh": f"定位误差 {sigma_m:.1f} 米", "en": f"position uncertain by {sigma_m:.1f} m"}


def test_what_was_switched_off_is_said_and_does_not_look(tmp_path: Any) -> None:
    on, off = wiring.applications(settings(tmp_path, {"apps": {"bsw": {"enabled": False}}}))
    assert [app.name for app in off] == ["BSW"]
    assert len(on) == len(base.names()) - 1
    (lack,) = unavailable.lacks(RLVW, on, off, WELL)
    assert (lack.apps, lack.because) == (off, Because.SETTING)
    with pytest.raises(ConfigError, match=r"apps\.bsw\.enabled"):
        wiring.applications(settings(tmp_path, {"apps": {"bsw": {"enabled": "no"}}}))
