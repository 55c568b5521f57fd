"""`obu explain`: what it tells of a journal is what the display was told, and what the applications would have done."""

import dataclasses
import logging
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from obu.apps import base
from obu.cli import explain as verb
from obu.core.errors import LocalError
from obu.core.geo import move
from obu.core.vehicle import Event
from obu.runtime import asking, explain_drawing, explaining, freeze, journal, near_misses, records, replay
from obu.runtime.counterfactual import Change
from obu.runtime.keeper import Keeper, material_of

from .others import BSM, RSI, Other, car, works
from .unit import START_UTC_NS, Unit

CROSSING = b"car-0002"  # 20 degrees more would do: it brakes hard as well, but across our way

NEARBY = "neighbours"


@pytest.fixture(scope="module")
def kept(pki, tmp_path_factory):
    """12 s: road works from the first, hard braking ahead in the 6th, and all along a car that brakes across our way.

    The journal's folder, and what the display was told: (number, app) in order.
    """
    folder = tmp_path_factory.mktemp("explain")
    unit = Unit(pki)
    keeper = Keeper(folder, unit.config, unit.material, unit.station, logging.getLogger("test"), unit.now())
    step = unit.station.step

    def stepping(now, inbox):
        outbox = step(now, inbox)
        keeper.observe(now, inbox, outbox)
        return outbox

    unit.station.step = stepping
    one, two, rsu = Other(pki / "neighbours/00"), Other(pki / "neighbours/01"), Other(pki / "rsu")
    for second in range(12):
        utc_ns = START_UTC_NS + unit.at_ns
        braking = {"events": frozenset({Event.HARD_BRAKING})}
        ahead = move(unit.place, unit.heading_deg, 60)
        beside, across = move(move(unit.place, unit.heading_deg, 38), 0.0, 9.0), unit.heading_deg + 50.0
        unit.run(1, {
            0: [one.sdu(car(ahead, unit.heading_deg, utc_ns, **(braking if second == 6 else {})), BSM, utc_ns),
                two.sdu(car(beside, across, utc_ns, id=CROSSING, **braking), BSM, utc_ns)],
            20: [rsu.sdu(works(unit.place, unit.heading_deg, 100), RSI, utc_ns)],
        })  # fmt: skip
    keeper.close()
    told = list(dict.fromkeys((alert["number"], alert["app"]) for alert in unit.events("alert")))
    return folder, told


@pytest.fixture(scope="module")
def story(kept):
    (one,) = explaining.tell(journal.segments(kept[0]))
    return one


def test_what_was_given_is_what_the_display_was_told(kept, story):
    assert [(one.number, one.begun.app) for one in story.given] == kept[1]
    assert {app for _, app in kept[1]} == {"EBW", "HLW"}
    assert not story.differs
    assert all(one.begun.why for one in story.given)


def test_the_works_were_held_back_behind_the_braking(story):
    (braking,) = [one for one in story.given if one.begun.app == "EBW"]
    behind = [one for one in story.held if one.alert.app == "HLW" and one.behind == braking.number]
    assert behind
    for one in behind:
        assert braking.span.first.at_ns <= one.span.first.at_ns <= one.span.last.at_ns <= braking.span.last.at_ns


def test_the_car_across_our_way_was_one_condition_away(story):
    missed = [one for one in story.missed if (one.app, one.about) == ("EBW", CROSSING.hex())]
    assert missed
    assert {(each.what, each.was, each.needed) for one in missed for each in one.changes} == {
        ("course", "crossing", "same")
    }


def test_without_an_application_named_one_line_tells_each_near_miss(kept, story, capsys):
    from obu.cli import main

    near = near_misses.near_misses(story)
    for lang, title in (("en", "nearly given, the nearest first: "), ("zh", "险些发出（最接近者在前）：")):
        assert main.main(["--lang", lang, "explain", str(kept[0])]) == 0
        said = capsys.readouterr().out.splitlines()
        at = said.index(f"{title}{len(near)}")
        told = said[at + 1 : at + 1 + len(near)]
        assert [line.split()[1:3] for line in told if CROSSING.hex() in line] == [["EBW", CROSSING.hex()]]
        assert all(
            each.lacked.needed in line and each.lacked.was in line for each, line in zip(near, told, strict=True)
        )
    assert main.main(["--lang", "en", "explain", str(kept[0]), "--app", "EVW"]) == 0
    assert "with is_on_duty yes (was no)" in capsys.readouterr().out, "all of it where one is named"


def test_both_languages_tell_the_same_warnings(kept, tmp_path):
    drawn = tmp_path / "drawn.svg"
    said = {}
    for lang in ("zh", "en"):
        done = subprocess.run(
            [sys.executable, "-m", "obu", "--lang", lang, "explain", str(kept[0]), "--svg", str(drawn)],
            env={**os.environ, "PYTHONHASHSEED": "4711"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        said[lang] = [(int(number), app) for number, app in re.findall(r"^  #(\d+) \S+  (\w+) ", done.stdout, re.M)]
        assert ("crossing" in done.stdout) and ("2026-09-21 14:13:3" in done.stdout)
    assert said["zh"] == said["en"] == kept[1]
    assert ET.parse(drawn).getroot().tag.endswith("svg")


def test_what_is_not_where_it_was_is_one_sentence_with_the_way_out(kept):
    (path, *_) = journal.segments(kept[0])
    head = replay.head(path)
    made = freeze.thaw(head.config)
    security = dataclasses.replace(made["config"].security, certificates="pki/unit/certs")
    made["config"] = dataclasses.replace(made["config"], security=security)
    with pytest.raises(LocalError, match=r"pki/unit/certs is .*; if this unit ran in another folder, go there first"):
        material_of(dataclasses.replace(head, config=freeze.freeze(made)), path)


def test_of_a_number_the_nearest_is_told_once_and_the_most_frequent_first(story):
    fit = {"what": "parameters.delay_s", "was": "1.4"}
    changes = {
        Change(**fit, needed="10.6", times=10.6 / 1.4): (1, story.last),
        Change(what="events", was="-", needed="hard_braking"): (2, story.last),
        Change(**fit, needed="2.6", times=2.6 / 1.4): (1, story.last),
        Change(**fit, needed="0.1", times=1.4 / 0.1): (1, story.last),
    }
    missed = dataclasses.replace(story.missed[0], changes=changes)
    told = verb.lines(dataclasses.replace(story, missed=[missed]), zh=False)
    at = next(number for number, line in enumerate(told) if line.strip().startswith("with"))
    assert [line.strip() for line in told[at:] if line.startswith("      with")] == [
        "with parameters.delay_s 2.6 (was 1.4)",
        "with events hard_braking (was -)",
    ]


def test_the_drawing_is_to_scale(story):
    root = ET.fromstring(explain_drawing.svg(story))
    by_class = {}
    for each in root.iter():
        by_class.setdefault(each.get("class"), []).append(each)
    assert len(by_class["given"]) == len(story.given) and len(by_class["own"]) == len(story.given)
    assert len(by_class["missed"]) == len(story.missed) and len(by_class["held"]) == len(story.held)
    looks = {
        what: {(one.get("height"), one.get("fill") == "white") for one in by_class[what]}
        for what in explain_drawing.BARS
    }
    assert len(set.union(*looks.values())) == sum(map(len, looks.values())) == 3, "told apart without colours"
    (target,) = by_class["target"]  # of the braking alone: works are no vehicle
    right_m, down_m = (float(one) for one in re.match(r"translate\((\S+) (\S+)\)", target.get("transform")).groups())
    (braking,) = [one for one in story.given if one.begun.app == "EBW"]
    assert -down_m == pytest.approx(60.0, abs=3.0) and abs(right_m) < 1.0
    (own,) = {round(float(one.get("d").split("L0 ")[1].split("L")[0]), 2) for one in by_class["own"]}
    assert own == round(-braking.span.first.own.body.length_m / 2, 2)


def test_one_application_alone(kept, capsys):
    from obu.cli import main

    assert main.main(["--lang", "en", "explain", str(kept[0]), "--app", "ebw"]) == 0
    out = capsys.readouterr().out
    assert "EBW" in out and "  HLW " not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--app", "EBV"], "--app EBV: there is no such application; there are: "),
        (["--at", "noon"], "--at noon: is a time as 14:13:36.5"),
        (["--at", "+99"], "--at +99: no look of this journal at that moment"),
        (["--segment", "99"], "--segment 99: is not in "),
        (["--of", "car"], "--of: is of one moment: name it with --at"),
        (["--svg", "/nowhere/at/all.svg"], "/nowhere/at/all.svg: No such file or directory; name another file"),
    ],
)
def test_our_own_faults_are_one_sentence(kept, capsys, words, said):
    from obu.cli import main

    assert main.main(["--lang", "en", "explain", str(kept[0]), *words]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"obu explain: {said}") and err.count("\n") == 1


@pytest.mark.parametrize("verb_of", ["explain", "replay"])
def test_a_segment_that_ended_as_it_began_hides_none_of_the_others(kept, tmp_path, capsys, verb_of):
    """The head is on the disk with the first 64 KiB: a unit that was killed before leaves a file without a record."""
    from obu.cli import main

    torn = tmp_path / "00000099.journal"
    for octets in (b"", journal.segments(kept[0])[0].read_bytes()[:100]):
        torn.write_bytes(octets)
        assert main.main(["--lang", "en", verb_of, str(tmp_path)]) == 2
        assert "no whole record in 00000099.journal" in capsys.readouterr().err
    for path in journal.segments(kept[0]):
        (tmp_path / path.name).symlink_to(path)
    assert main.main(["--lang", "en", verb_of, str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "00000099.journal: no whole record in it"
    assert "given: 2" in said if verb_of == "explain" else said[1].endswith("turns, no difference")


def test_where_an_application_had_nothing_to_speak_of_that_is_said(kept, capsys):
    from obu.cli import main

    assert main.main(["--lang", "en", "explain", str(kept[0]), "--at", "+8", "--app", "IVS"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("nothing to speak of then; there was: ") and CROSSING.hex() in said[1]


def test_a_station_that_does_otherwise_today_is_told_before_all_else(kept, tmp_path):
    path = journal.segments(kept[0])[0]
    file = records.RecordFile(tmp_path / path.name)
    for index, record in enumerate(records.read(path)):
        if index == 300:
            record["o"]["wake_at_ns"] ^= 1
        file.write(record)
    file.close()
    (one,) = explaining.tell([tmp_path / path.name])
    assert one.differs == [(path.name, 300)]
    assert "differs from turn 300 on" in verb.lines(one, False)[1]


def test_at_an_instant_every_application_tells_each_condition_with_value_and_limit(kept, story, tmp_path, capsys):
    from obu.cli import main

    drawn = tmp_path / "drawn.svg"
    assert main.main(["--lang", "en", "explain", str(kept[0]), "--at", "+8", "--of", CROSSING.hex(),
                      "--svg", str(drawn)]) == 0  # fmt: skip
    out = capsys.readouterr().out
    about = re.findall(r"^  ([A-Z]+) (\S+): (.*)$", out, re.M)
    assert {name for _, name, _ in about} == {CROSSING.hex()}
    assert [app for app, _, _ in about] == sorted(app for app in story.apps if base.load(app.lower()).ABOUT == NEARBY)
    assert ("EBW", CROSSING.hex(), "1 of its conditions did not hold") in about
    (braking,) = re.findall(r"^  EBW .*\n((?:      .*\n)+)", out, re.M)
    assert re.findall(r"× (.*)", braking) == ["course crossing = same"]
    assert "√ events hard_braking has hard_braking" in braking and re.search(r"√ gap_m [\d.]+ <= 37\.\d+\n", braking)
    parts = list(ET.parse(drawn).iter())
    classes = [each.get("class") for each in parts]
    shapes = {name: {each.get("d") for each in parts if each.get("class") == name} for name in ("holds", "fails")}
    assert len(shapes["holds"]) == len(shapes["fails"]) == 1 and shapes["holds"] != shapes["fails"], "without colours"
    assert max(len(each.text) for each in parts if each.tag.endswith("text")) <= 40, "no line reaches the next column"
    assert (classes.count("fails"), classes.count("holds")) == (out.count("×"), out.count("√"))
    assert classes.count("target") == 1


def test_the_instant_of_a_warning_is_where_all_its_conditions_hold(kept, story):
    (given,) = [one for one in story.given if one.begun.app == "EBW"]
    when = asking.When(given.span.first.utc_ns / 1e9 % 86_400.0 + 0.001, is_utc=True)
    found = asking.instant(journal.segments(kept[0]), dataclasses.replace(when, s=when.s - 0.1), "")
    assert found.view == given.span.first
    claimed = {(one.app, one.about): all(each[-1] for each in one.conditions) for one in found.asked if one.is_claimed}
    assert claimed[("EBW", given.begun.subject)] and all(claimed.values())
    assert "EBW" in found.shown
