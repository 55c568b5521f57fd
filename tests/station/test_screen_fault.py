"""A warning that the driver may not have seen goes to lamps and buzzer: the whole station, a display that hangs."""

from obu.core.alert import Level
from obu.core.frames import LOUDSPEAKER, DisplayAck, DisplayBeat, DriverState
from obu.core.now import NS_PER_MS
from obu.hmi.indicator import CAUTION, WORKS

from .others import RSI, Other, works
from .unit import START_UTC_NS, Unit

PAGE = 1


def warned(pki, acknowledges: bool) -> tuple[list[tuple[int, int, int]], Unit]:
    """(ms after the warning, slow lamps, sound) of each command to the board, the loudspeaker being up."""
    unit = Unit(pki)
    unit.run(2)
    unit.step(drivers=(DriverState(LOUDSPEAKER, True, "", unit.at_ns),), beats=(DisplayBeat(PAGE, 1, unit.at_ns),))
    unit.run(0.2, {10: (Other(pki / "rsu").sdu(works(unit.place, 30.0, 90), RSI, START_UTC_NS + unit.at_ns),)})
    (alert,) = unit.events("alert")[:1]
    if acknowledges:
        unit.step(acks=(DisplayAck(PAGE, alert["number"], alert["issued_utc_s"], unit.at_ns),))
    unit.run(1.0)
    said = [(at_ns, box.indication) for at_ns, box in unit.outboxes if box.indication and box.indication.slow]
    first_ns = said[0][0]
    return [((at_ns - first_ns) // NS_PER_MS, one.slow, one.sound) for at_ns, one in said], unit


def test_a_warning_that_was_seen_blinks_and_leaves_the_sound_to_the_loudspeaker(pki) -> None:
    said, unit = warned(pki, acknowledges=True)
    assert {(lamps, sound) for _, lamps, sound in said} == {(CAUTION, 0)}
    assert unit.status()["display"]["state"] == "ok"


def test_one_that_no_display_confirms_within_300_ms_sounds_the_buzzer_beside_its_lamp(pki) -> None:
    said, unit = warned(pki, acknowledges=False)
    assert said[0] == (0, CAUTION, 0)
    loud_ms, lamps, sound = next(each for each in said if each[2])
    assert (lamps, sound) == (CAUTION, Level.CAUTION)
    assert 300 <= loud_ms <= 320
    assert unit.status()["display"] == {
        "state": "fault",
        "why": {"zh": "预警未在 0.3 秒内得到显示确认", "en": "a warning was not confirmed as shown within 0.3 s"},
    }
    lit = [box.indication.steady for _, box in unit.outboxes if box.indication]
    assert all(steady & WORKS for steady in lit)
